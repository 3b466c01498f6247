//! Takes the `div` of a section, gives titles, prose and tables in their order, without a recursion that its depth could
//! exhaust. Refuses what is not well-formed, too deep or too large (HAZ-041).
//! Source: FHIR DSTU2 narrative; sources.md section 3 (shape of a section).

use super::markup::Markup;
use super::table::{Row, Table, rows_in};
use super::text::{Nature, Text, name, nature};
use roxmltree::{Document, Node, ParsingOptions};
use std::ops::Range;

/// Elements inside one another; published sections have nine.
const DEPTH_MAX: usize = 100;
/// Elements and texts of one section: some thousand rows.
const NODES_MAX: u32 = 300_000;

/// One section's `div`, in order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) parts: Vec<Part>,
    /// Rows that are not shown, where they stand.
    pub(super) hidden: Vec<Range<usize>>,
    /// Something outside a row was not shown for safety.
    pub(super) left_out: bool,
}

#[derive(Debug)]
pub(super) enum Part {
    /// `h1` to `h6`.
    Title(u8, String),
    Prose {
        /// The name of its class, where that is one of the banners'.
        banner: Option<Banner>,
        text: String,
    },
    Table {
        id: Option<String>,
        caption: Option<String>,
        headings: Vec<String>,
        rows: Vec<Row>,
    },
}

/// The classes of banners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Banner {
    Transfer,
    Exclusion,
    Other,
}

impl Outline {
    /// `None` where it cannot be read: nothing of it is guessed at.
    pub(super) fn read(markup: &Markup<'_>) -> Option<Self> {
        let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        let document = Document::parse_with_options(markup.text(), options).ok()?;
        let root = document.root_element();
        if is_too_deep(root) {
            return None;
        }
        let mut walk = Walk::default();
        walk.element(root, None);
        walk.flush(None);
        walk.outline.left_out |= walk.text.left_out;
        Some(walk.outline)
    }
}

fn is_too_deep(root: Node<'_, '_>) -> bool {
    let mut waiting = vec![(root, 1)];
    while let Some((node, depth)) = waiting.pop() {
        if depth > DEPTH_MAX {
            return true;
        }
        waiting.extend(node.children().filter(Node::is_element).map(|child| (child, depth + 1)));
    }
    false
}

#[derive(Default)]
struct Walk {
    outline: Outline,
    text: Text,
    /// Inside something struck through.
    struck: usize,
}

impl Walk {
    fn element(&mut self, node: Node<'_, '_>, banner: Option<Banner>) {
        let name = name(node);
        let own = node.attribute("class").and_then(class).or(banner);
        match (name.as_ref(), nature(&name)) {
            ("table", _) => self.table(node, banner),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", _) => self.title(node, &name, banner),
            (_, Nature::Foreign) => {
                self.outline.left_out = true;
                self.outline.hidden.extend(rows_in(node));
            }
            (_, Nature::Block) => {
                self.text.note_attributes(node);
                self.flush(banner);
                self.children(node, own);
                self.flush(own);
            }
            (_, Nature::Inline) if holds_blocks(node) => {
                self.text.note_attributes(node);
                self.children(node, own);
            }
            (_, nature) if holds_table(node) => {
                let struck = usize::from(nature == Nature::Struck);
                self.struck += struck;
                self.children(node, own);
                self.struck -= struck;
            }
            _ => self.text.node(node),
        }
    }

    fn children(&mut self, node: Node<'_, '_>, banner: Option<Banner>) {
        for child in node.children() {
            if child.is_element() {
                self.element(child, banner);
            } else {
                self.text.node(child);
            }
        }
    }

    fn flush(&mut self, banner: Option<Banner>) {
        let text = self.text.take();
        if !text.is_empty() {
            self.outline.parts.push(Part::Prose { banner, text });
        }
    }

    fn title(&mut self, node: Node<'_, '_>, name: &str, banner: Option<Banner>) {
        self.flush(banner);
        let level = name.bytes().last().map_or(6, |digit| digit.saturating_sub(b'0'));
        let mut text = Text::of(node);
        self.outline.left_out |= text.left_out;
        let words = text.take();
        if !words.is_empty() {
            self.outline.parts.push(Part::Title(level, words));
        }
        // A table is no title: its rows are not read, and that is said.
        if holds_table(node) {
            self.outline.left_out = true;
            self.outline.hidden.extend(rows_in(node));
        }
    }

    fn table(&mut self, node: Node<'_, '_>, banner: Option<Banner>) {
        self.flush(banner);
        let table = Table::of(node);
        self.outline.left_out |= table.left_out;
        self.outline.hidden.extend(table.hidden);
        let stray = table.stray.into_iter().map(|text| Part::Prose { banner: None, text });
        self.outline.parts.extend(stray);
        let Table { id, caption, headings, mut rows, .. } = table;
        for row in rows.iter_mut().filter(|_| self.struck > 0) {
            row.struck = true;
        }
        self.outline.parts.push(Part::Table { id, caption, headings, rows });
    }
}

fn class(names: &str) -> Option<Banner> {
    names.split_ascii_whitespace().find_map(|name| match name {
        "gptransfer-banner" => Some(Banner::Transfer),
        "exclusion-banner" => Some(Banner::Exclusion),
        "content-banner" | "date-banner" => Some(Banner::Other),
        _ => None,
    })
}

fn holds_table(node: Node<'_, '_>) -> bool {
    node.descendants().any(|one| one.is_element() && name(one) == "table")
}

fn holds_blocks(node: Node<'_, '_>) -> bool {
    node.descendants().any(|one| one.is_element() && nature(&name(one)) == Nature::Block)
}
