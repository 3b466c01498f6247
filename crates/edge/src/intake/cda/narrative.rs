//! Takes the text of a CDA section, gives the same words in a few harmless elements: every tag written is a word of our own
//! list, every attribute a number of ours, all else is escaped text (HAZ-041). Nothing is left out: the words of an unknown
//! element stay and the element is counted, a picture is named in its place (HAZ-021). It is XHTML and HTML alike.
//! Source: HL7 CDA R2, 4.3.5 (narrative block); ITK NHS 111.

use roxmltree::Node;
use std::fmt::Write;

/// Where a picture stood.
pub(crate) const PICTURE: &str = "[picture not shown]";
const SPAN_MAX: u16 = 1000;

/// One section's text.
#[derive(Default, Clone, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) html: String,
    /// Elements nobody knows, and pictures: their words are there, their look is not.
    pub(crate) altered: usize,
}

/// `text`: the `text` element of a section.
pub(crate) fn render(text: Node<'_, '_>) -> Rendered {
    let mut rendered = Rendered::default();
    rendered.children(text);
    rendered
}

/// Words only: blank where an element began or ended, one blank for many.
pub(crate) fn words(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text).filter_map(|text| text.text());
    let parts: Vec<&str> = texts.flat_map(str::split_whitespace).collect();
    parts.join(" ")
}

/// Text that may stand in markup, in an attribute too.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl Rendered {
    fn children(&mut self, node: Node<'_, '_>) {
        for child in node.children() {
            if child.is_text() {
                self.html.push_str(&escape(child.text().unwrap_or_default()));
            } else if child.is_element() {
                self.element(child);
            }
        }
    }

    fn element(&mut self, node: Node<'_, '_>) {
        match node.tag_name().name() {
            "br" => self.instead(node, "<br/>"),
            "content" => self.inside(node, content(node)),
            "paragraph" => self.inside(node, if has_block(node) { "div" } else { "p" }),
            "list" => self.list(node),
            "item" => self.inside(node, "li"),
            "table" => self.table(node),
            name @ ("thead" | "tbody" | "tfoot" | "tr" | "sub" | "sup" | "caption") => {
                self.inside(node, name)
            }
            name @ ("th" | "td") => self.cell(node, name),
            // They say how wide a column is drawn, and have no words.
            "colgroup" | "col" if words(node).is_empty() => {}
            "footnote" => self.bracketed(node, "[Footnote: "),
            "footnoteRef" => self.instead(node, "[see the footnote]"),
            "linkHtml" => self.link(node),
            "renderMultiMedia" => {
                self.altered += 1;
                self.instead(node, PICTURE);
            }
            _ => {
                self.altered += 1;
                self.html.push(' ');
                self.children(node);
                self.html.push(' ');
            }
        }
    }

    fn inside(&mut self, node: Node<'_, '_>, tag: &str) {
        let _ = write!(self.html, "<{tag}>");
        self.children(node);
        let _ = write!(self.html, "</{tag}>");
    }

    /// For what should have no words inside; those it has stay.
    fn instead(&mut self, node: Node<'_, '_>, mark: &str) {
        self.html.push_str(mark);
        self.children(node);
    }

    fn bracketed(&mut self, node: Node<'_, '_>, begins: &str) {
        self.html.push_str(begins);
        self.children(node);
        self.html.push(']');
    }

    /// The caption stands before the list; whatever else is no item stands in an item of its own.
    fn list(&mut self, node: Node<'_, '_>) {
        let is_caption = |child: &Node<'_, '_>| child.tag_name().name() == "caption";
        for caption in node.children().filter(is_caption) {
            self.inside(caption, "p");
        }
        let tag = if node.attribute("listType") == Some("ordered") { "ol" } else { "ul" };
        let _ = write!(self.html, "<{tag}>");
        for child in node.children().filter(|child| !is_caption(child)) {
            match child.tag_name().name() {
                "item" => self.inside(child, "li"),
                _ if child.is_element() => {
                    self.html.push_str("<li>");
                    self.element(child);
                    self.html.push_str("</li>");
                }
                _ => self.loose(child, "li"),
            }
        }
        let _ = write!(self.html, "</{tag}>");
    }

    /// Text between items or rows, where none belongs.
    fn loose(&mut self, node: Node<'_, '_>, tag: &str) {
        let text = node.text().filter(|text| node.is_text() && !text.trim().is_empty());
        if let Some(text) = text {
            self.altered += 1;
            let _ = write!(self.html, "<{tag}>{}</{tag}>", escape(text));
        }
    }

    fn table(&mut self, node: Node<'_, '_>) {
        self.inside(node, "table");
    }

    fn cell(&mut self, node: Node<'_, '_>, tag: &str) {
        let _ = write!(self.html, "<{tag}");
        for name in ["colspan", "rowspan"] {
            let value = node.attribute(name).and_then(|value| value.trim().parse::<u16>().ok());
            if let Some(value) = value.filter(|value| (1..=SPAN_MAX).contains(value)) {
                let _ = write!(self.html, " {name}=\"{value}\"");
            }
        }
        self.html.push('>');
        self.children(node);
        let _ = write!(self.html, "</{tag}>");
    }

    /// Its words, and where it leads as words: nothing to press.
    fn link(&mut self, node: Node<'_, '_>) {
        self.children(node);
        let leads =
            node.attribute("href").map(str::trim).filter(|href| !href.is_empty() && !href.starts_with('#'));
        if let Some(href) = leads.filter(|href| words(node) != **href) {
            let _ = write!(self.html, " ({})", escape(href));
        }
    }
}

/// What is struck out must not read as standing.
fn content(node: Node<'_, '_>) -> &'static str {
    let styles = node.attribute("styleCode").unwrap_or_default().to_ascii_lowercase();
    let is_struck = node.attribute("revised") == Some("delete") || styles.contains("strike");
    match () {
        () if is_struck => "del",
        () if has_block(node) => "div",
        () if styles.contains("bold") => "b",
        () if styles.contains("italic") => "i",
        () if styles.contains("underline") => "u",
        () => "span",
    }
}

fn has_block(node: Node<'_, '_>) -> bool {
    let block = |one: &Node<'_, '_>| matches!(one.tag_name().name(), "paragraph" | "list" | "table");
    node.descendants().skip(1).any(|one| block(&one))
}
