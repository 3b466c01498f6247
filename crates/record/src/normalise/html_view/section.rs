//! Takes one section's `div`, gives its subsections: title, rows under their headings, and what the prose says.
//! Source: sources.md section 3 (h1 title, banners, then per subsection h2, banners, one table).

use super::date;
use super::kind::{Code, Kind, Place};
use super::markup::Markup;
use super::outline::{Outline, Part};
use super::row::Cells;
use super::sentence::{self, Said};
use super::table::Row;
use std::sync::Arc;

/// The label of a lesser heading under which a row stands.
pub(super) const HEADING: &str = "Heading";
/// The longest heading that is repeated under its rows.
const HEADING_MAX: usize = 200;

/// One section, read.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The first stands before any subsection title.
    pub(super) subsections: Vec<Subsection>,
    /// As sent: rows that are not shown for safety.
    pub(super) hidden: Vec<String>,
    pub(super) left_out: bool,
}

#[derive(Debug)]
pub(super) struct Subsection {
    pub(super) title: Option<String>,
    pub(super) kind: Kind,
    pub(super) entries: Vec<Entry>,
    pub(super) said: Vec<(Said, String)>,
    /// Tables that came without a row.
    pub(super) bare_tables: usize,
    pub(super) tables: usize,
}

/// One row.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) cells: Cells,
    pub(super) as_sent: String,
    pub(super) left_out: bool,
    pub(super) struck: bool,
    /// A sentence in place of rows, sent as a row.
    pub(super) is_sentence: bool,
}

impl Section {
    /// `None` where the markup cannot be read.
    pub(super) fn read(div: &str, code: Code) -> Option<Self> {
        let markup = Markup::of(div);
        let outline = Outline::read(&markup)?;
        let hidden = outline.hidden.iter().map(|place| markup.as_sent(place).to_owned()).collect();
        let section = Self { subsections: Vec::new(), hidden, left_out: outline.left_out };
        let mut reading = Reading { section, code, markup: &markup, heading: None };
        reading.begin(None);
        for part in outline.parts {
            reading.part(part);
        }
        reading.settle();
        Some(reading.section)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.subsections.iter().flat_map(|subsection| &subsection.entries)
    }

    /// Whether tables stand under titles of their own.
    pub(super) fn is_divided(&self) -> bool {
        self.subsections.len() > 1
    }
}

impl Subsection {
    /// Whether rows, or a sentence in place of the table, say how it stands.
    pub(super) fn is_accounted_for(&self) -> bool {
        let accounts = |said: Said| matches!(said, Said::Nothing | Said::NotShared | Said::Denied);
        !self.entries.is_empty() || self.said.iter().any(|(said, _)| accounts(*said))
    }
}

impl Entry {
    pub(super) fn is_blank(&self) -> bool {
        self.said().next().is_none()
    }

    /// Whether it only marks an entry that the practice holds back: a date, whose entry, and that there is something.
    pub(super) fn is_held_back(&self) -> bool {
        let frames = |(label, text): &&(String, String)| {
            date::read(text).is_readable()
                || (self.kind == Kind::Encounters && label.eq_ignore_ascii_case("title"))
        };
        let mut words = self.said().filter(|cell| !frames(cell)).peekable();
        words.peek().is_some() && words.all(|(_, text)| sentence::is_held_back(text))
    }

    /// Cells that say something, with their headings.
    pub(super) fn said(&self) -> impl Iterator<Item = &(String, String)> {
        self.cells.0.iter().filter(|(label, text)| !text.is_empty() && label != HEADING)
    }
}

struct Reading<'r> {
    section: Section,
    code: Code,
    markup: &'r Markup<'r>,
    /// A lesser heading, and whether a row has stood under it.
    heading: Option<(String, bool)>,
}

impl Reading<'_> {
    fn part(&mut self, part: Part) {
        match part {
            Part::Title(1, words) if Code::by_title(&words).is_some() => self.settle(),
            Part::Title(1, words) => self.say(Said::Banner, words),
            Part::Title(2, words) => {
                self.settle();
                self.begin(Some(words));
            }
            Part::Title(_, words) if words.len() > HEADING_MAX => self.say(Said::Other, words),
            Part::Title(_, words) => {
                self.settle();
                self.heading = Some((words, false));
            }
            Part::Prose { banner, text } => self.prose(sentence::said(&text, banner), text),
            Part::Table { id, caption, headings, rows } => self.table(id, caption, &headings, rows),
        }
    }

    fn begin(&mut self, title: Option<String>) {
        let place = Place { code: self.code, id: None, title: title.as_deref(), headings: &[] };
        let kind = Kind::of(&place);
        let (entries, said) = (Vec::new(), Vec::new());
        self.section.subsections.push(Subsection { title, kind, entries, said, bare_tables: 0, tables: 0 });
    }

    /// A lesser heading under which nothing came is text of its own.
    fn settle(&mut self) {
        if let Some((words, false)) = self.heading.take() {
            self.say(Said::Other, words);
        }
    }

    fn prose(&mut self, said: Said, text: String) {
        let before = self.section.subsections.last_mut().and_then(|subsection| subsection.said.last_mut());
        match (said, before) {
            (Said::Continued, Some((Said::NotShared | Said::Denied, words))) => {
                words.push(' ');
                words.push_str(&text);
            }
            (said, _) => self.say(said, text),
        }
    }

    fn say(&mut self, said: Said, text: String) {
        if let Some(subsection) = self.section.subsections.last_mut() {
            subsection.said.push((said, text));
        }
    }

    fn table(&mut self, id: Option<String>, caption: Option<String>, headings: &[String], rows: Vec<Row>) {
        let Some(subsection) = self.section.subsections.last_mut() else { return };
        let title = subsection.title.clone().or_else(|| caption.clone());
        let place = Place { code: self.code, id: id.as_deref(), title: title.as_deref(), headings };
        let kind = Kind::of(&place);
        subsection.kind = kind;
        subsection.tables += 1;
        subsection.bare_tables += usize::from(rows.is_empty());
        if let Some(caption) = caption.filter(|caption| Kind::by_title(caption).is_none()) {
            subsection.said.push((sentence::said(&caption, None), caption));
        }
        for row in rows {
            self.row(kind, headings, row);
        }
    }

    /// Whether a row says in words what a sentence in place of the table would say; then it is said.
    fn sentence(&mut self, text: &str) -> bool {
        let said = sentence::said(text, None);
        let is_one = matches!(said, Said::Nothing | Said::NotShared | Said::Denied);
        if is_one {
            self.say(said, text.to_owned());
        }
        is_one
    }

    fn row(&mut self, kind: Kind, headings: &[String], row: Row) {
        let is_sole = row.cells.len() == 1;
        let is_sentence = is_sole && row.cells.iter().any(|(_, text)| self.sentence(text));
        let label =
            |column| if is_sole && headings.len() > 1 { "Text".to_owned() } else { label(headings, column) };
        let cell = |(column, text): &(usize, Arc<str>)| (label(*column), text.as_ref().to_owned());
        let mut cells: Vec<(String, String)> = row.cells.iter().map(cell).collect();
        if let Some((words, used)) = &mut self.heading {
            *used = true;
            cells.push((HEADING.to_owned(), words.clone()));
        }
        let as_sent = self.markup.as_sent(&row.place).to_owned();
        let Row { left_out, struck, .. } = row;
        let entry = Entry { kind, cells: Cells(cells), as_sent, left_out, struck, is_sentence };
        if let Some(subsection) = self.section.subsections.last_mut() {
            subsection.entries.push(entry);
        }
    }
}

/// A column's own heading; without one, its number as a reader counts.
fn label(headings: &[String], column: usize) -> String {
    let own = headings.get(column).filter(|heading| !heading.is_empty());
    own.cloned().unwrap_or_else(|| format!("Column {}", column + 1))
}
