//! Takes the record so far, gives one panel of the summary: the first lines of what a reader looks for first, and the way to
//! the whole. Each is written as soon as its own sources have answered, in the role's order. Filters nothing silently: every
//! panel says how many of how many it shows. Source: viewer.md sections 3.1, 5, 6 and 8; HAZ-027, HAZ-051.

use super::frame::{Frame, drawn};
use super::row::{self, Row};
use super::{Key, care, contacts, frailty, is_granted, list, medicines, news, problems, source_line};
use crate::page::Page;
use crate::words;
use askama::Template;
use record::reconcile::Group;
use record::{Record, Section};

/// The one or two facts that stand beside a name here.
mod gist;
/// What is compared rather than listed: medicines, results.
mod compared;

/// One panel of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    Plans,
    Frailty,
    New,
    Alerts,
    Contacts,
    Appointments,
    Medicines,
    Problems,
    Results,
    Documents,
    Care,
    People,
}

/// Rows of a panel; a conflict counts as one, and is never cut in two.
const ROWS: usize = 5;

#[derive(Template)]
#[template(path = "panel.html", whitespace = "minimize")]
struct Drawn<'a> {
    frame: Frame,
    dated: bool,
    rows: Vec<Row<'a>>,
    /// In place of rows.
    words: Option<String>,
    /// The way to the chapter, where there is something in it.
    all: Option<String>,
    chapter: &'static str,
}

/// What a panel holds, before it is drawn.
struct Lines<'a> {
    rows: Vec<Row<'a>>,
    shown: usize,
    of: usize,
    count: Option<String>,
}

impl Panel {
    pub const ALL: [Panel; 12] = [
        Panel::Plans,
        Panel::Frailty,
        Panel::New,
        Panel::Contacts,
        Panel::Medicines,
        Panel::Alerts,
        Panel::Problems,
        Panel::Results,
        Panel::Appointments,
        Panel::Documents,
        Panel::Care,
        Panel::People,
    ];

    /// By its name in configuration: `plans`, `appointments`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| format!("{panel:?}").eq_ignore_ascii_case(name))
    }

    /// The section of the record it is the beginning of; what is new is of every section.
    pub fn section(self) -> Option<Section> {
        Some(match self {
            Panel::New => return None,
            Panel::Plans => Section::Plans,
            Panel::Frailty => Section::Frailty,
            Panel::Alerts => Section::Alerts,
            Panel::Contacts | Panel::Appointments => Section::Contacts,
            Panel::Medicines => Section::Medicines,
            Panel::Problems => Section::Problems,
            Panel::Results => Section::Results,
            Panel::Documents => Section::Documents,
            Panel::Care => Section::Care,
            Panel::People => Section::People,
        })
    }

    /// The name of its slot; never one of a chapter.
    pub(super) fn area(self) -> &'static str {
        match self {
            Panel::Plans => "p-pla",
            Panel::Frailty => "p-fra",
            Panel::New => "p-new",
            Panel::Alerts => "p-ale",
            Panel::Contacts => "p-con",
            Panel::Appointments => "p-app",
            Panel::Medicines => "p-med",
            Panel::Problems => "p-pro",
            Panel::Results => "p-res",
            Panel::Documents => "p-doc",
            Panel::Care => "p-car",
            Panel::People => "p-peo",
        }
    }

    pub(crate) fn heading(self) -> &'static str {
        match self {
            Panel::Contacts => "Recent contacts",
            Panel::Appointments => "Appointments and waits",
            Panel::Medicines => "Medicines that differ",
            Panel::Problems => "Active problems",
            Panel::Results => "Latest results",
            Panel::Documents => "Latest documents",
            other => other.section().map_or_else(|| Key::New.name(), words::section_name),
        }
    }

    /// Usually as high as two others.
    fn is_tall(self) -> bool {
        self == Panel::Plans
    }

    /// What `No … recorded` speaks of.
    fn noun(self) -> &'static str {
        match self {
            Panel::Contacts => "past contacts",
            Panel::Appointments => "appointments or waits",
            other => other.section().map_or("entries", words::section_noun),
        }
    }
}

/// Its classes where the page is wide enough for two columns: the next panel goes where there is room first, the left before
/// the right, so that the order is the role's.
pub(super) fn beside(order: &[Panel], panel: Panel) -> String {
    let (mut left, mut right) = (super::FIRST_PLACE, super::FIRST_PLACE);
    for next in order {
        let is_right = right < left;
        let end = if is_right { &mut right } else { &mut left };
        let row = *end;
        *end += if next.is_tall() { 2 } else { 1 };
        if *next == panel {
            let side = if is_right { " right" } else { "" };
            let tall = if panel.is_tall() { " tall" } else { "" };
            return format!(" panel pair-{row:02}{side}{tall}");
        }
    }
    " panel".to_owned()
}

pub(super) fn draw(page: &Page, record: &Record, panel: Panel) -> String {
    let frame = Frame::of(page, Key::Panel(panel), 0, 0);
    let Some(section) = panel.section() else { return news(page, record, frame) };
    if !is_granted(page, section) && record.section(section).is_empty() {
        let frame = Frame { end: end(panel, 0, 0), ..frame };
        let words = Some(words::section_not_asked(section));
        return drawn(&Drawn { frame, dated: false, rows: Vec::new(), words, all: None, chapter: "" });
    }
    let lines = lines(page, record, panel, section);
    let chapter = record.section(section).len();
    let words = match (lines.rows.is_empty(), chapter) {
        (false, _) => None,
        (true, 0) => Some(source_line::nothing_at_all(page, record, section, panel.noun())),
        (true, _) => Some(none_here(page, record, panel, section)),
    };
    let frame = Frame {
        count: lines.count,
        // Rows with a source missing, or with a part of one not shared: said here too, since this is what is read first
        // (HAZ-006, HAZ-007). Where there are no rows the words in their place say it.
        lines: if words.is_none() { unsaid(page, record, section) } else { Vec::new() },
        end: end(panel, lines.shown, lines.of),
        ..frame
    };
    let all = (chapter > 0).then(|| words::all_of(section, chapter));
    let dated = panel != Panel::Medicines;
    drawn(&Drawn { frame, dated, rows: lines.rows, words, all, chapter: Key::Section(section).area() })
}

/// The first lines of what came since this professional last looked.
fn news(page: &Page, record: &Record, frame: Frame) -> String {
    let first = news::first(page, record, ROWS);
    let frame = Frame {
        count: Some(words::new_entries(first.of, &first.period)),
        lines: first.unsaid,
        end: end(Panel::New, first.rows.len(), first.of),
        ..frame
    };
    let all = Some(words::ALL_NEW.to_owned());
    drawn(&Drawn {
        frame,
        dated: true,
        rows: first.rows,
        words: first.nothing,
        all,
        chapter: Key::New.area(),
    })
}

fn end(panel: Panel, shown: usize, of: usize) -> String {
    match of {
        0 => format!("End of {}", panel.heading().to_lowercase()),
        of => words::end(panel.heading(), shown, of),
    }
}

fn lines<'a>(page: &'a Page, record: &'a Record, panel: Panel, section: Section) -> Lines<'a> {
    let today = fhir::date::london(page.opened_at).date();
    match panel {
        Panel::Medicines => compared::medicines(page, record),
        Panel::Results => compared::results(page, record),
        Panel::Contacts => listed(page, record, (panel, section), &|group| contacts::has_begun(group, today)),
        Panel::Appointments => {
            listed(page, record, (panel, section), &|group| contacts::is_to_come(group, today))
        }
        Panel::Problems => listed(page, record, (panel, section), &problems::is_active),
        _ => listed(page, record, (panel, section), &|group| !list::is_past(group)),
    }
}

fn listed<'a>(
    page: &'a Page,
    record: &'a Record,
    (panel, section): (Panel, Section),
    wanted: &dyn Fn(&Group<'_>) -> bool,
) -> Lines<'a> {
    let mut groups: Vec<Group<'a>> = record.section(section).into_iter().filter(wanted).collect();
    match panel {
        Panel::Frailty => groups.sort_by_key(|group| !frailty::chapter::is_score(group)),
        Panel::Care => groups.sort_by_key(|group| !care::is_arranged(group)),
        _ => {}
    }
    let shown: Vec<&Group<'a>> = groups.iter().take(ROWS).collect();
    let rows = shown.iter().flat_map(|group| row::rows(page, group, gist::of(panel))).collect();
    let count = (!groups.is_empty()).then(|| groups.len().to_string());
    Lines { rows, shown: shown.len(), of: groups.len(), count }
}

/// The chapter has entries, and none of them belongs here. What ended or was withdrawn is something recorded: never told as
/// nothing (HAZ-026).
fn none_here(page: &Page, record: &Record, panel: Panel, section: Section) -> String {
    let said = match panel {
        Panel::Contacts | Panel::Appointments => {
            return source_line::nothing_at_all(page, record, section, panel.noun());
        }
        Panel::Medicines => medicines::none_differ(record),
        Panel::Results => words::NO_SERIES.to_owned(),
        _ => words::none_current(words::section_noun(section)),
    };
    let others = unsaid(page, record, section).into_iter().map(|line| line.text);
    std::iter::once(said).chain(others).collect::<Vec<_>>().join(" ")
}

fn unsaid(page: &Page, record: &Record, section: Section) -> Vec<source_line::Line> {
    let lines = source_line::lines(page, record, section).into_iter();
    lines.filter(source_line::Line::is_left_unsaid).collect()
}
