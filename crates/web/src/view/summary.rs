//! Takes the record so far, gives the first lines of what a reader looks for first, each with a way to the whole.
//! Filters nothing silently: every part says how many of how many it shows. Source: viewer.md sections 5 and 8; HAZ-027, HAZ-051.

use super::frame::{Frame, drawn};
use super::row::{self, Row};
use super::{Key, contacts, granted, is_granted, list, medicines, source_line};
use crate::page::Page;
use crate::words;
use askama::Template;
use record::reconcile::Group;
use record::{Record, Section};

/// What the summary rests on, in the order of its panels.
pub(super) const SECTIONS: [Section; 5] =
    [Section::Alerts, Section::Plans, Section::Frailty, Section::Contacts, Section::Medicines];

const ROWS: usize = 5;

#[derive(Template)]
#[template(path = "summary.html", whitespace = "minimize")]
struct Summary<'a> {
    frame: Frame,
    panels: Vec<Panel<'a>>,
}

/// A few rows and how many there are.
struct Panel<'a> {
    heading: &'static str,
    area: &'static str,
    rows: Vec<Row<'a>>,
    /// In place of rows, or beside them.
    words: Option<String>,
    all: String,
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let mut panels = Vec::new();
    for section in SECTIONS {
        panels.extend(panels_of(page, record, section));
    }
    let frame = Frame { end: "End of summary".to_owned(), ..Frame::of(page, Key::Summary, 0, 0) };
    drawn(&Summary { frame, panels })
}

fn panels_of<'a>(page: &'a Page, record: &'a Record, section: Section) -> Vec<Panel<'a>> {
    if !is_granted(page, section) {
        let words = Some(words::section_not_asked(section));
        return vec![Panel { words, ..Panel::empty(section, words::section_name(section)) }];
    }
    match section {
        Section::Contacts => vec![
            panel(page, record, section, "Upcoming", contacts::is_ahead),
            panel(page, record, section, "Newest contacts", |group| !contacts::is_ahead(group)),
        ],
        Section::Medicines => vec![differences(page, record)],
        _ => vec![panel(page, record, section, words::section_name(section), |group| !list::is_past(group))],
    }
}

fn panel<'a>(
    page: &'a Page,
    record: &'a Record,
    section: Section,
    heading: &'static str,
    wanted: fn(&Group<'_>) -> bool,
) -> Panel<'a> {
    let groups: Vec<Group<'a>> = record.section(section).into_iter().filter(wanted).collect();
    let facts = list::facts_of(section);
    let shown: Vec<&Group<'a>> = groups.iter().take(ROWS).collect();
    let rows: Vec<Row<'a>> = shown.iter().flat_map(|group| row::rows(page, group, facts)).collect();
    let words = (rows.is_empty())
        .then(|| nothing(page, record, section, heading))
        .or_else(|| outstanding(page, record, section));
    let all = format!("{heading}: {} of {} shown", shown.len(), groups.len());
    Panel { rows, words, all, ..Panel::empty(section, heading) }
}

fn nothing(page: &Page, record: &Record, section: Section, heading: &str) -> String {
    let noun = match heading {
        "Upcoming" => "upcoming appointments",
        _ if section == Section::Contacts => "past contacts",
        _ => words::section_noun(section),
    };
    source_line::nothing_at_all(page, record, Key::Section(section), &granted(page, section), noun)
}

/// Rows with a source missing: said here too, since this is what is read first (HAZ-006).
fn outstanding(page: &Page, record: &Record, section: Section) -> Option<String> {
    let noun = words::section_noun(section);
    let lines = source_line::lines(page, record, Key::Section(section), &granted(page, section), noun);
    let missing: Vec<String> =
        lines.into_iter().filter(|line| line.is_missing()).map(|line| line.text).collect();
    (!missing.is_empty()).then(|| missing.join(" "))
}

fn differences<'a>(page: &'a Page, record: &'a Record) -> Panel<'a> {
    let matrix = record.medicines();
    let rows: Vec<_> = matrix.current.iter().chain(&matrix.unmatched).collect();
    let differing: Vec<&str> =
        rows.iter().filter(|row| row.difference.is_difference()).map(|row| row.name.as_str()).collect();
    let mut said = Vec::new();
    if rows.is_empty() && matrix.past.is_empty() {
        said.push(nothing(page, record, Section::Medicines, "Medicines"));
    } else {
        said.push(format!("{}.", medicines::count(rows.len(), differing.len())));
        said.extend((!differing.is_empty()).then(|| format!("Differ: {}.", words::and(&differing))));
        said.extend(outstanding(page, record, Section::Medicines));
    }
    Panel { words: Some(said.join(" ")), ..Panel::empty(Section::Medicines, "Medicines") }
}

impl Panel<'_> {
    fn empty(section: Section, heading: &'static str) -> Self {
        let area = Key::Section(section).area();
        let all = format!("All {}", words::section_name(section).to_lowercase());
        Self { heading, area, rows: Vec::new(), words: None, all }
    }
}
