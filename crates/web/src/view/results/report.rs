//! Takes reports, gives those that say something in words with their text in sight, laid out as sent and with their status;
//! those whose every value stands by panel already, folded away. Source: viewer.md section 7, Results; HAZ-014, HAZ-019.

use super::super::list::Block;
use super::super::row::{self, Fact, Row};
use super::super::text::Verbatim;
use super::{headed, measured};
use crate::page::Page;
use record::Item;
use record::item::{Facts, Measurement};
use record::reconcile::series::is_point;
use record::reconcile::{Group, measurements};

/// A text of more lines opens in place.
const LINES_IN_SIGHT: usize = 12;

pub(super) struct Reports<'a> {
    pub(super) told: Vec<Told<'a>>,
    /// Nothing in them but values that stand above.
    pub(super) valued: Option<Block<'a>>,
}

/// A report with its words.
pub(super) struct Told<'a> {
    pub(super) row: Row<'a>,
    pub(super) texts: Vec<Text<'a>>,
}

pub(super) struct Text<'a> {
    pub(super) by: Option<&'a str>,
    pub(super) text: Verbatim<'a>,
    /// One line of words, without a layout to keep.
    pub(super) is_line: bool,
    /// How many lines open, where there are too many to stand in sight.
    pub(super) folded: Option<usize>,
}

impl<'a> Reports<'a> {
    pub(super) fn of(page: &'a Page, groups: &[&Group<'a>]) -> Self {
        let (told, valued): (Vec<&Group<'a>>, Vec<_>) =
            groups.iter().partition(|group| group.items.iter().any(|item| is_told(item)));
        let valued = valued.iter().flat_map(|group| row::rows(page, group, super::facts)).collect();
        Self {
            told: told.iter().flat_map(|group| Told::of(page, group)).collect(),
            valued: headed("Reports whose values stand above", valued),
        }
    }
}

/// It says something that is no number of a series.
fn is_told(item: &Item) -> bool {
    let is_valued = matches!(&item.facts, Facts::Report { conclusion: None, .. });
    let has_file = item.details.iter().any(|detail| detail.label.starts_with("Attached"));
    !is_valued
        || has_file
        || !item.notes.is_empty()
        || measurements(item).iter().any(|one| !is_point(item, one))
}

impl<'a> Told<'a> {
    /// One for the group, its copies in the details; one for each of its entries where they differ (HAZ-026).
    fn of(page: &'a Page, group: &Group<'a>) -> Vec<Self> {
        let rows = row::rows(page, group, facts).into_iter();
        let told = rows.zip(&group.items).map(|(mut row, item)| {
            // Its words stand in sight: the details need not say them again.
            if let Some(first) = row.more.first_mut() {
                first.notes = &[];
            }
            let notes = item.notes.iter().map(|note| Text::of(note.by.as_deref(), &note.text));
            Self { row, texts: laid_out(item).chain(notes).collect() }
        });
        told.collect()
    }
}

impl<'a> Text<'a> {
    fn of(by: Option<&'a str>, text: &'a str) -> Self {
        let lines = text.lines().count();
        Self {
            by,
            text: Verbatim(text),
            is_line: lines < 2,
            folded: (lines > LINES_IN_SIGHT).then_some(lines),
        }
    }
}

/// What the laboratory wrote under a test over several lines keeps its layout; the test names it.
fn laid_out(item: &Item) -> impl Iterator<Item = Text<'_>> {
    measurements(item).iter().flat_map(|one| {
        let texts = one.comments.iter().filter(|text| has_layout(text));
        texts.map(|text| Text::of(one.name.words().filter(|name| *name != item.words()), text))
    })
}

fn has_layout(text: &str) -> bool {
    text.trim_end().contains('\n')
}

/// What stands in no series, and how much does; the status always, since words without one read as final.
fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Report { results, conclusion } = &item.facts else { return super::facts(item) };
    let (placed, left): (Vec<&Measurement>, Vec<_>) = results.iter().partition(|one| is_point(item, one));
    let in_line = |fact: &Fact<'_>| !has_layout(&fact.value);
    let mut facts: Vec<Fact<'_>> = left.into_iter().flat_map(measured).filter(in_line).collect();
    if !placed.is_empty() {
        facts.push(Fact::new("Values by panel above", placed.len().to_string()));
    }
    facts.extend(Fact::maybe("Conclusion", conclusion.as_deref()));
    let code = Some(item.status.code.as_str()).filter(|_| row::status(item).is_none());
    facts.extend(Fact::maybe("Status", code));
    facts
}
