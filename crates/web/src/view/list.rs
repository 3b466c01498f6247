//! Takes a section that is a list, gives its rows under their headings, or the words for an empty list.
//! Source: viewer.md sections 5 and 7; HAZ-006, HAZ-019.

use super::frame::{Frame, drawn};
use super::row::{self, FactsOf, Row};
use super::{
    Key, alerts, care, contacts, documents, frailty, immunisations, people, plans, problems, source_line,
};
use crate::page::Page;
use crate::words;
use askama::Template;
use record::reconcile::Group;
use record::{Record, Section};

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct List<'a> {
    frame: Frame,
    blocks: Vec<Block<'a>>,
    /// In place of rows.
    empty: Option<String>,
    notices: Vec<String>,
}

/// Rows under a heading with their count.
pub(crate) struct Block<'a> {
    pub(crate) heading: String,
    pub(crate) rows: Vec<Row<'a>>,
}

/// A heading and the groups under it, before they are drawn.
pub(crate) type Sorted<'g, 'a> = Vec<(String, Vec<&'g Group<'a>>)>;

pub(crate) fn draw(page: &Page, record: &Record, section: Section) -> String {
    let key = Key::Section(section);
    let groups = record.section(section);
    let count = groups.len();
    let blocks = blocks(page, &groups, section);
    let frame = Frame::of(page, key, drawn_entries(&blocks), entries(&groups)).told(page, record, section);
    let frame = if count > 0 { frame.counted(count.to_string()) } else { frame };
    let empty = (count == 0).then(|| source_line::nothing(page, record, section));
    drawn(&List { frame, blocks, empty, notices: notices(record, section) })
}

/// The rows of every heading that has some.
pub(crate) fn blocks<'a>(page: &'a Page, groups: &[Group<'a>], section: Section) -> Vec<Block<'a>> {
    let facts = facts_of(section);
    let sorted = sorted(groups, section);
    sorted
        .into_iter()
        .filter(|(_, groups)| !groups.is_empty())
        .map(|(heading, groups)| Block {
            heading: format!("{heading} ({})", groups.len()),
            rows: groups.into_iter().flat_map(|group| row::rows(page, group, facts)).collect(),
        })
        .collect()
}

pub(crate) fn facts_of(section: Section) -> FactsOf {
    match section {
        Section::Plans => plans::facts,
        Section::Frailty => frailty::facts,
        Section::Alerts => alerts::facts,
        Section::Problems => problems::facts,
        Section::Immunisations => immunisations::facts,
        Section::Contacts => contacts::facts,
        Section::Documents => documents::facts,
        Section::Care => care::facts,
        Section::People => people::facts,
        Section::Allergies => super::allergies::facts_in_a_list,
        Section::Medicines => super::medicines::facts_in_a_list,
        Section::Results => super::results::facts,
    }
}

fn sorted<'g, 'a>(groups: &'g [Group<'a>], section: Section) -> Sorted<'g, 'a> {
    match section {
        Section::Problems => problems::sorted(groups),
        Section::Contacts => contacts::sorted(groups),
        Section::Plans | Section::Frailty | Section::Alerts | Section::Care => standing_sorted(groups),
        _ => vec![(words::section_name(section).to_owned(), groups.iter().collect())],
    }
}

/// What is current apart from what is not: an ended plan or alert must not read as one in force (HAZ-026).
fn standing_sorted<'g, 'a>(groups: &'g [Group<'a>]) -> Sorted<'g, 'a> {
    let (past, current) = groups.iter().partition(|group| is_past(group));
    vec![("Current".to_owned(), current), ("Past or withdrawn".to_owned(), past)]
}

/// A group is past when every entry of it is.
pub(crate) fn is_past(group: &Group<'_>) -> bool {
    group.items.iter().all(|item| is_over(item))
}

pub(crate) fn is_over(item: &record::Item) -> bool {
    use record::item::Standing::{Negated, Past};
    matches!(item.status.standing, Past | Negated)
}

pub(crate) fn entries(groups: &[Group<'_>]) -> usize {
    groups.iter().map(|group| group.items.len()).sum()
}

/// Entries that stand in rows, those folded under "also held by" among them.
fn drawn_entries(blocks: &[Block<'_>]) -> usize {
    blocks.iter().flat_map(|block| &block.rows).map(|row| row.more.len()).sum()
}

pub(crate) fn notices(record: &Record, section: Section) -> Vec<String> {
    match record.entered_in_error(section) {
        0 => Vec::new(),
        n => vec![words::entered_in_error(n)],
    }
}
