//! Takes the record so far, gives the first lines of what a reader looks for first, each with a way to the whole.
//! Filters nothing silently: every part says how many of how many it shows. Source: viewer.md sections 5 and 8; HAZ-027, HAZ-051.

use super::frame::{Frame, drawn};
use super::row::{self, Row};
use super::{Key, contacts, is_granted, list, medicines, source_line};
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
    /// The way to the chapter, where there is something in it.
    all: Option<String>,
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
    let today = fhir::date::london(page.opened_at).date();
    match section {
        Section::Contacts => vec![
            panel(page, record, (section, "Upcoming"), &|group| contacts::is_to_come(group, today)),
            panel(page, record, (section, "Newest contacts"), &|group| contacts::has_begun(group, today)),
        ],
        Section::Medicines => vec![differences(page, record)],
        _ => {
            let heading = words::section_name(section);
            vec![panel(page, record, (section, heading), &|group| !list::is_past(group))]
        }
    }
}

fn panel<'a>(
    page: &'a Page,
    record: &'a Record,
    (section, heading): (Section, &'static str),
    wanted: &dyn Fn(&Group<'_>) -> bool,
) -> Panel<'a> {
    let groups: Vec<Group<'a>> = record.section(section);
    let chapter = groups.len();
    let groups: Vec<Group<'a>> = groups.into_iter().filter(wanted).collect();
    let facts = list::facts_of(section);
    let shown: Vec<&Group<'a>> = groups.iter().take(ROWS).collect();
    let rows: Vec<Row<'a>> = shown.iter().flat_map(|group| row::rows(page, group, facts)).collect();
    let words = match (rows.is_empty(), chapter) {
        (false, _) => outstanding(page, record, section),
        (true, n) if n > 0 && section != Section::Contacts => Some(none_current(page, record, section)),
        (true, _) => Some(nothing(page, record, section, heading)),
    };
    let empty = Panel::empty(section, heading);
    let all = match (groups.len(), chapter) {
        (0, 0) => None,
        (0, _) => Some(whole(section)),
        (n, _) => Some(format!("{heading}: {} of {n} shown", shown.len())),
    };
    Panel { rows, words, all, ..empty }
}

fn nothing(page: &Page, record: &Record, section: Section, heading: &str) -> String {
    let noun = match heading {
        "Upcoming" => "upcoming appointments",
        _ if section == Section::Contacts => "past contacts",
        _ => words::section_noun(section),
    };
    source_line::nothing_at_all(page, record, section, noun)
}

/// What ended or was withdrawn is something recorded: never told as nothing (HAZ-026).
fn none_current(page: &Page, record: &Record, section: Section) -> String {
    let said = words::none_current(words::section_noun(section));
    [Some(said), outstanding(page, record, section)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Rows with a source missing, or with a part of one not shared: said here too, since this is what is read first (HAZ-006,
/// HAZ-007).
fn outstanding(page: &Page, record: &Record, section: Section) -> Option<String> {
    let lines = source_line::lines(page, record, section).into_iter();
    let unsaid: Vec<String> = lines.filter(|line| line.is_left_unsaid()).map(|line| line.text).collect();
    (!unsaid.is_empty()).then(|| unsaid.join(" "))
}

fn differences<'a>(page: &'a Page, record: &'a Record) -> Panel<'a> {
    let matrix = record.medicines();
    let rows: Vec<_> = matrix.current.iter().chain(&matrix.unmatched).collect();
    let differing: Vec<&str> =
        rows.iter().filter(|row| row.difference.is_difference()).map(|row| row.name.as_str()).collect();
    let mut said = Vec::new();
    let is_empty = record.section(Section::Medicines).is_empty();
    if is_empty {
        said.push(nothing(page, record, Section::Medicines, "Medicines"));
    } else {
        said.push(format!("{}.", medicines::count(rows.len(), differing.len())));
        said.extend((!differing.is_empty()).then(|| format!("Differ: {}.", words::and(&differing))));
        said.extend(outstanding(page, record, Section::Medicines));
    }
    let all = (!is_empty).then(|| whole(Section::Medicines));
    Panel { words: Some(said.join(" ")), all, ..Panel::empty(Section::Medicines, "Medicines") }
}

impl Panel<'_> {
    fn empty(section: Section, heading: &'static str) -> Self {
        Self { heading, area: Key::Section(section).area(), rows: Vec::new(), words: None, all: None }
    }
}

fn whole(section: Section) -> String {
    format!("All {}", words::section_name(section).to_lowercase())
}
