//! Takes elements of a section, gives their text and nothing else: a source's markup never reaches the page. Text of
//! elements outside the narrative subset is left out, and that is said (HAZ-021, HAZ-041).
//! Source: FHIR DSTU2 narrative, XHTML subset; sources.md section 3.

use roxmltree::Node;
use std::borrow::Cow;

/// What an element does to the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Inline,
    /// Stands on lines of its own.
    Block,
    Break,
    /// A cell of a table inside a cell.
    Cell,
    /// Blanks and line breaks are part of the text.
    Preformatted,
    /// `10<sup>9</sup>` is not 109.
    Raised,
    Quoted,
    /// Struck through: shown, and said.
    Struck,
    Picture,
    /// Outside the subset: not shown, and said.
    Foreign,
}

/// In lower case, as XHTML has it.
pub(super) fn name<'a>(node: Node<'a, '_>) -> Cow<'a, str> {
    let name = node.tag_name().name();
    if name.bytes().any(|b| b.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

pub(super) fn nature(name: &str) -> Nature {
    match name {
        "a" | "abbr" | "acronym" | "b" | "bdo" | "big" | "cite" | "code" | "dfn" | "em" | "i" | "kbd"
        | "samp" | "small" | "span" | "strong" | "sub" | "tt" | "var" | "col" | "colgroup" => Nature::Inline,
        // Old ways to draw, with nothing active in them: their text is part of the record.
        "font" | "u" | "ins" | "mark" | "nobr" | "wbr" => Nature::Inline,
        "br" => Nature::Break,
        "td" | "th" => Nature::Cell,
        "pre" => Nature::Preformatted,
        "sup" => Nature::Raised,
        "q" => Nature::Quoted,
        "s" | "strike" | "del" => Nature::Struck,
        "img" => Nature::Picture,
        "address" | "blockquote" | "body" | "caption" | "center" | "dd" | "div" | "dl" | "dt" | "h1"
        | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" | "html" | "li" | "ol" | "p" | "section" | "table"
        | "tbody" | "tfoot" | "thead" | "tr" | "ul" => Nature::Block,
        _ => Nature::Foreign,
    }
}

/// Text as it is gathered, and what a reader must know about it.
#[derive(Debug, Default)]
pub(super) struct Text {
    words: String,
    /// Something was not shown for safety.
    pub(super) left_out: bool,
    pub(super) struck: bool,
    preformatted: usize,
    /// Nothing but a line break since the last word.
    fresh: bool,
}

impl Text {
    /// All of an element. The caller has made sure that it is not too deep.
    pub(super) fn of(node: Node<'_, '_>) -> Self {
        let mut text = Self { fresh: true, ..Self::default() };
        text.children(node);
        text
    }

    /// What was gathered, without blanks at its ends; a new text begins.
    pub(super) fn take(&mut self) -> String {
        self.fresh = true;
        std::mem::take(&mut self.words).trim_matches(is_blank).to_owned()
    }

    pub(super) fn node(&mut self, node: Node<'_, '_>) {
        if node.is_text() {
            self.push(node.text().unwrap_or_default());
        } else if node.is_element() {
            self.element(node);
        }
    }

    /// Attributes that act or lead elsewhere are left out with what they do.
    pub(super) fn note_attributes(&mut self, node: Node<'_, '_>) {
        self.left_out |= node.attributes().any(|attribute| is_active(attribute.name(), attribute.value()));
        let drawn = node.attribute("style").unwrap_or_default();
        self.struck |= drawn.contains("line-through");
    }

    pub(super) fn line_break(&mut self) {
        if self.preformatted == 0 {
            let kept = self.words.trim_end_matches(is_blank).len();
            if self.words.get(kept..).is_some_and(|blank| blank.contains(['\n', '\r'])) && !self.fresh {
                self.words.truncate(kept);
            }
        }
        self.words.push('\n');
        self.fresh = true;
    }

    fn children(&mut self, node: Node<'_, '_>) {
        for child in node.children() {
            self.node(child);
        }
    }

    fn element(&mut self, node: Node<'_, '_>) {
        self.note_attributes(node);
        match nature(&name(node)) {
            Nature::Foreign => self.left_out = true,
            Nature::Inline => self.children(node),
            Nature::Break => self.line_break(),
            Nature::Block => self.block(node),
            Nature::Preformatted => {
                self.preformatted += 1;
                self.block(node);
                self.preformatted -= 1;
            }
            Nature::Cell => {
                if !self.fresh {
                    self.words.push_str(" | ");
                    self.fresh = true;
                }
                self.children(node);
            }
            Nature::Raised => self.raised(node),
            Nature::Quoted => {
                self.push("“");
                self.children(node);
                self.push("”");
            }
            Nature::Struck => {
                self.struck = true;
                self.children(node);
            }
            Nature::Picture => {
                self.left_out = true;
                self.push(node.attribute("alt").unwrap_or_default());
            }
        }
    }

    fn block(&mut self, node: Node<'_, '_>) {
        if !self.fresh {
            self.line_break();
        }
        self.children(node);
        if !self.fresh {
            self.line_break();
        }
    }

    fn raised(&mut self, node: Node<'_, '_>) {
        if self.words.ends_with(|c: char| c.is_alphanumeric() || c == ')') {
            self.push("^");
        }
        self.children(node);
    }

    /// Blanks inside a line stay as sent; the indent that only lays out the markup goes.
    fn push(&mut self, sent: &str) {
        let blank = sent.len() - sent.trim_start_matches(is_blank).len();
        let lays_out = sent.get(..blank).is_some_and(|blank| blank.contains(['\n', '\r']));
        let kept =
            if self.fresh && lays_out && self.preformatted == 0 { sent.get(blank..) } else { Some(sent) };
        let kept = kept.unwrap_or_default();
        self.words.push_str(kept);
        self.fresh &= kept.chars().all(is_blank);
    }
}

/// Blanks of XML. A no-break space is a character like any other.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Lower case with single blanks, without quotation marks and without what ends a sentence: for comparing, never for show.
pub(super) fn folded(words: &str) -> String {
    let lower = words.to_lowercase().replace(['\'', '‘', '’', '"', '“', '”'], "");
    let parts: Vec<&str> = lower.split(|c: char| c.is_whitespace() || c == '\u{a0}').collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ").trim_end_matches(['.', ':']).to_owned()
}

fn is_active(attribute: &str, value: &str) -> bool {
    let attribute = attribute.to_ascii_lowercase();
    match attribute.as_str() {
        "href" | "src" | "action" | "background" | "cite" | "data" | "longdesc" | "poster" => {
            !value.starts_with('#')
        }
        "style" => value.contains("url(") || value.contains("expression("),
        _ => attribute.starts_with("on"),
    }
}
