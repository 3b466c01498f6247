//! Takes the XHTML of a narrative, gives its text: paragraphs, list items and table rows as lines, preformatted text as it
//! stands. No markup of a source ever reaches the page; what the narrative subset forbids is left out and said (HAZ-020).
//! Source: FHIR R4 2.4.0 Narrative; sources.md 12.

use roxmltree::{Document, Node};

/// Elements inside one another, at most; what lies deeper is read as plain text (HAZ-041).
const DEPTH_MAX: u8 = 60;
/// Between the cells of a row.
const CELLS: &str = " | ";
/// Never shown: no part of a narrative.
const FORBIDDEN: [&str; 24] = [
    "script", "style", "head", "iframe", "frame", "frameset", "noframes", "object", "embed", "applet",
    "form", "input", "button", "select", "option", "textarea", "svg", "math", "link", "meta", "base",
    "audio", "video", "template",
];
const BLOCKS: [&str; 22] = [
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "hr",
    "address",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "section",
];

/// What a narrative says.
pub(crate) struct Narrative {
    pub(crate) text: String,
    /// Something in it was no part of a narrative and is not in the text.
    pub(crate) left_out: bool,
}

/// The text alone; `None` where the narrative is not well-formed.
#[cfg(test)]
pub(crate) fn text(div: &str) -> Option<String> {
    read(div).map(|narrative| narrative.text)
}

/// `None` where it is not well-formed XHTML or holds an entity nobody knows: then it is shown only as sent.
pub(crate) fn read(div: &str) -> Option<Narrative> {
    let known = characters(div);
    let wrapped = format!("<div>{known}</div>");
    let document = Document::parse(&wrapped).or_else(|_| Document::parse(&known)).ok()?;
    let mut writer = Writer::default();
    writer.node(document.root_element(), DEPTH_MAX);
    Some(Narrative { left_out: writer.left_out, text: writer.finish() })
}

/// What stands under one heading.
pub(crate) struct Headed {
    /// `None` for what stands before the first heading.
    pub(crate) heading: Option<String>,
    pub(crate) said: Narrative,
}

/// The narrative by its headings (`h1` to `h6`), in order; a heading with nothing under it stays. `None` as for [`read`].
pub(crate) fn headed(div: &str) -> Option<Vec<Headed>> {
    let known = characters(div);
    let document = Document::parse(&known).ok()?;
    let mut parts: Vec<(Option<String>, Writer)> = vec![(None, Writer::default())];
    for child in document.root_element().children() {
        let name = child.tag_name().name().to_ascii_lowercase();
        if matches!(name.as_str(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            let mut writer = Writer::default();
            writer.children(child, DEPTH_MAX);
            parts.push((Some(writer.finish()), Writer::default()));
        } else if let Some((_, writer)) = parts.last_mut() {
            writer.node(child, DEPTH_MAX);
        }
    }
    let said = |(heading, writer): (Option<String>, Writer)| {
        let said = Narrative { left_out: writer.left_out, text: writer.finish() };
        let is_nothing = heading.is_none() && said.text.trim().is_empty() && !said.left_out;
        (!is_nothing).then_some(Headed { heading, said })
    };
    Some(parts.into_iter().filter_map(said).collect())
}

/// Lines while they are written.
#[derive(Default)]
struct Writer {
    lines: Vec<String>,
    line: String,
    /// Inside `pre`: blanks and line ends stand for themselves.
    kept: bool,
    /// Inside something struck through, which is said at its start.
    struck: bool,
    left_out: bool,
}

/// Before what is struck through: a reader must not take it as standing (HAZ-021).
const STRUCK: &str = "[struck through: ";
/// A longer heading is not repeated before its cells.
const HEADING_MAX: usize = 120;
/// The longest row of headings, as markup, and the elements before it.
const HEAD_MAX: usize = 6_000;
const LOOKED_AT_MAX: usize = 100;

fn is_struck(node: Node<'_, '_>) -> bool {
    let name = node.tag_name().name().to_ascii_lowercase();
    let drawn = node.attribute("style").is_some_and(|style| style.contains("line-through"));
    drawn || matches!(name.as_str(), "s" | "strike" | "del")
}

fn has_text(node: Node<'_, '_>) -> bool {
    node.descendants().any(|one| one.is_text() && one.text().is_some_and(|text| !text.trim().is_empty()))
}

/// Cells as lines, each under its column's heading where the table has one: a mark in one column is never read as one in
/// the next.
fn under_each_other(cells: Vec<String>, headings: &[String]) -> String {
    let headings = if headings.len() == cells.len() { headings } else { &[] };
    let headed = |(place, cell): (usize, String)| match headings.get(place).filter(|words| !words.is_empty())
    {
        Some(heading) => format!("{heading}: {cell}"),
        None => cell,
    };
    let lines = cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(headed);
    lines.collect::<Vec<_>>().join("\n")
}

/// The first row of the table this row stands in, where all of it is headings. Asked of many rows, so it looks no further
/// than a table of headings is long (HAZ-041).
fn headings(row: Node<'_, '_>) -> Vec<String> {
    let is = |node: &Node<'_, '_>, name: &str| node.tag_name().name().eq_ignore_ascii_case(name);
    let table = row.ancestors().find(|up| is(up, "table"));
    let first = table.and_then(|table| table.descendants().take(LOOKED_AT_MAX).find(|one| is(one, "tr")));
    let first = first.filter(|first| first.range().len() <= HEAD_MAX);
    let cells: Vec<Node<'_, '_>> =
        first.map(|first| first.children().filter(Node::is_element).collect()).unwrap_or_default();
    let words = |cell: &Node<'_, '_>| {
        let text: String = cell.descendants().filter(Node::is_text).filter_map(|one| one.text()).collect();
        let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if text.len() > HEADING_MAX { String::new() } else { text }
    };
    let is_heading = |cell: &Node<'_, '_>| is(cell, "th") && cell.attribute("colspan").is_none();
    let is_head = first != Some(row) && cells.iter().all(is_heading);
    if is_head { cells.iter().map(words).collect() } else { Vec::new() }
}

impl Writer {
    fn node(&mut self, node: Node<'_, '_>, depth: u8) {
        if node.is_text() {
            return self.words(node.text().unwrap_or_default());
        }
        if !node.is_element() {
            return;
        }
        let name = node.tag_name().name().to_ascii_lowercase();
        match name.as_str() {
            name if FORBIDDEN.contains(&name) => self.left_out = true,
            _ if depth == 0 => self.flat(node),
            "br" => self.end_line(),
            "img" => {
                self.words(&node.attribute("alt").map(|alt| format!("[Image: {alt}]")).unwrap_or_default())
            }
            "pre" => self.preformatted(node, depth),
            "li" => self.list_item(node, depth),
            "tr" => self.row(node, depth),
            "sup" => self.raised(node, depth),
            name if BLOCKS.contains(&name) => self.block(node, depth),
            _ => self.children(node, depth),
        }
    }

    /// The words of what lies too deep, without its shape.
    fn flat(&mut self, node: Node<'_, '_>) {
        let mut waiting = vec![node];
        while let Some(next) = waiting.pop() {
            if next.is_text() {
                self.words(next.text().unwrap_or_default());
            } else if FORBIDDEN.contains(&next.tag_name().name().to_ascii_lowercase().as_str()) {
                self.left_out = true;
            } else {
                waiting.extend(next.children().rev());
            }
        }
    }

    fn children(&mut self, node: Node<'_, '_>, depth: u8) {
        let struck = !self.struck && is_struck(node) && has_text(node);
        self.struck |= struck;
        if struck {
            self.line.push_str(STRUCK);
        }
        node.children().for_each(|child| self.node(child, depth.saturating_sub(1)));
        if struck {
            self.line.push(']');
            self.struck = false;
        }
    }

    /// `10<sup>9</sup>` is not 109 (HAZ-014).
    fn raised(&mut self, node: Node<'_, '_>, depth: u8) {
        if self.line.ends_with(|c: char| c.is_alphanumeric() || c == ')') {
            self.line.push('^');
        }
        self.children(node, depth);
    }

    fn block(&mut self, node: Node<'_, '_>, depth: u8) {
        self.begin_line();
        self.children(node, depth);
        self.begin_line();
    }

    fn preformatted(&mut self, node: Node<'_, '_>, depth: u8) {
        self.begin_line();
        let before = std::mem::replace(&mut self.kept, true);
        self.children(node, depth);
        self.kept = before;
        self.begin_line();
    }

    /// `• ` in a list, its number in a numbered one.
    fn list_item(&mut self, node: Node<'_, '_>, depth: u8) {
        self.begin_line();
        let numbered = node.parent().is_some_and(|list| list.tag_name().name().eq_ignore_ascii_case("ol"));
        let place =
            node.prev_siblings().filter(|item| item.tag_name().name().eq_ignore_ascii_case("li")).count();
        self.line = if numbered { format!("{place}. ") } else { "• ".to_owned() };
        self.children(node, depth);
        self.begin_line();
    }

    /// One line with its cells apart; cells of several lines stand under each other, so that no line end is lost.
    fn row(&mut self, node: Node<'_, '_>, depth: u8) {
        self.begin_line();
        let mut cells = Vec::new();
        for cell in node.children().filter(Node::is_element) {
            let mut writer =
                Writer { kept: self.kept, struck: self.struck || is_struck(node), ..Writer::default() };
            writer.node_of_cell(cell, depth.saturating_sub(1));
            self.left_out |= writer.left_out;
            cells.push(writer.finish());
        }
        if cells.iter().all(String::is_empty) {
            return;
        }
        let several = cells.iter().any(|cell| cell.contains('\n'));
        let row = if several { under_each_other(cells, &headings(node)) } else { cells.join(CELLS) };
        let row = if !self.struck && is_struck(node) { format!("{STRUCK}{row}]") } else { row };
        self.lines.extend(row.split('\n').map(str::to_owned));
    }

    fn node_of_cell(&mut self, cell: Node<'_, '_>, depth: u8) {
        match cell.tag_name().name().to_ascii_lowercase().as_str() {
            "td" | "th" => self.children(cell, depth),
            _ => self.node(cell, depth),
        }
    }

    fn words(&mut self, text: &str) {
        if self.kept {
            let mut parts = text.split('\n');
            self.line.push_str(parts.next().unwrap_or_default());
            for part in parts {
                self.end_line();
                self.line.push_str(part);
            }
            return;
        }
        let blank = |c: char| c.is_ascii_whitespace();
        if text.starts_with(blank) {
            self.blank();
        }
        for (place, word) in text.split(blank).filter(|word| !word.is_empty()).enumerate() {
            if place > 0 {
                self.blank();
            }
            self.line.push_str(word);
        }
        if text.ends_with(blank) {
            self.blank();
        }
    }

    fn blank(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(if self.kept { line } else { line.trim_end().to_owned() });
    }

    fn begin_line(&mut self) {
        if self.line.trim().is_empty() {
            self.line.clear();
        } else {
            self.end_line();
        }
    }

    fn finish(mut self) -> String {
        self.begin_line();
        let text = self.lines.join("\n");
        text.trim_end().trim_start_matches(['\n', '\r']).to_owned()
    }
}

/// HTML's named characters as themselves: XML knows only five.
fn characters(div: &str) -> String {
    const NAMED: [(&str, &str); 38] = [
        ("&nbsp;", "\u{a0}"),
        ("&pound;", "£"),
        ("&deg;", "°"),
        ("&micro;", "µ"),
        ("&plusmn;", "±"),
        ("&frac12;", "½"),
        ("&frac14;", "¼"),
        ("&frac34;", "¾"),
        ("&sup2;", "²"),
        ("&sup3;", "³"),
        ("&times;", "×"),
        ("&divide;", "÷"),
        ("&ge;", "≥"),
        ("&le;", "≤"),
        ("&ne;", "≠"),
        ("&asymp;", "≈"),
        ("&ndash;", "–"),
        ("&mdash;", "—"),
        ("&lsquo;", "‘"),
        ("&rsquo;", "’"),
        ("&ldquo;", "“"),
        ("&rdquo;", "”"),
        ("&bull;", "•"),
        ("&middot;", "·"),
        ("&hellip;", "…"),
        ("&copy;", "©"),
        ("&reg;", "®"),
        ("&trade;", "™"),
        ("&euro;", "€"),
        ("&eacute;", "é"),
        ("&egrave;", "è"),
        ("&ouml;", "ö"),
        ("&uuml;", "ü"),
        ("&alpha;", "α"),
        ("&beta;", "β"),
        ("&gamma;", "γ"),
        ("&larr;", "←"),
        ("&rarr;", "→"),
    ];
    if !div.contains('&') {
        return div.to_owned();
    }
    NAMED.iter().fold(div.to_owned(), |text, (name, character)| text.replace(name, character))
}

#[cfg(test)]
mod tests;
