//! Takes a source that answered after sections of it were written, gives its entries of those sections in a place of their
//! own below them; nothing shown moves. Source: viewer.md section 3.4; HAZ-012, HAZ-032.

use super::frame::drawn;
use super::list::{self, Block};
use super::row::{self, Row};
use super::source_line::{self, Said};
use super::{Key, ordinal};
use crate::page::Page;
use crate::words;
use askama::Template;
use fhir::SourceId;
use record::reconcile::Group;
use record::{Item, Record, Section};

/// Stands for what a sentence is about while sentences are compared; no text of a source has it.
const ABOUT: &str = "\0";

#[derive(Template)]
#[template(path = "late.html", whitespace = "minimize")]
struct Late<'a> {
    ordinal: String,
    place: usize,
    short: &'a str,
    heading: String,
    blocks: Vec<Block<'a>>,
    entries: usize,
    /// Sections it came too late for and holds nothing of, and what it did not say of them: "late" alone could mean anything.
    nothing: Option<String>,
}

/// The late block of one source: its entries of the sections it missed. Empty if it ended without an answer:
/// what the sections say of it stays true.
pub fn late(page: &Page, record: &Record, source: &SourceId, missed: &[Section]) -> String {
    let Some(note) = record.note(source).filter(|note| note.state.is_answer()) else { return String::new() };
    let ordinal = ordinal(page, source);
    let blocks: Vec<Block<'_>> =
        missed.iter().filter_map(|section| block(page, record, source, *section)).collect();
    let entries = blocks.iter().map(|block| block.rows.len()).sum();
    let short = row::short(page, source);
    let at = note.answered_at.as_deref().unwrap_or_default();
    drawn(&Late {
        ordinal: format!("{ordinal:02}"),
        place: Key::PLACES + ordinal,
        short,
        heading: words::late_heading(short, at, entries),
        nothing: nothing(page, record, source, missed),
        blocks,
        entries,
    })
}

fn block<'a>(page: &'a Page, record: &'a Record, source: &SourceId, section: Section) -> Option<Block<'a>> {
    let groups = record.section(section);
    let rows: Vec<Row<'a>> = groups.iter().flat_map(|group| rows(page, group, source, section)).collect();
    let heading = format!("{} ({})", words::section_name(section), rows.len());
    (!rows.is_empty()).then_some(Block { heading, rows })
}

/// This source's entries of a group, each with what the record already held of it.
fn rows<'a>(page: &'a Page, group: &Group<'a>, source: &SourceId, section: Section) -> Vec<Row<'a>> {
    let (mine, others): (Vec<&'a Item>, Vec<&'a Item>) =
        group.items.iter().partition(|item| item.source == *source);
    let facts = list::facts_of(section);
    let also = row::also(page, &others);
    mine.iter()
        .filter_map(|item| Row::of(page, &[item], facts))
        .map(|row| Row { also: also.clone(), conflict: group.conflict.clone(), ..row })
        .collect()
}

/// `No plans or wishes recorded by Acute. Results and contacts: Acute did not answer.` What is said of several sections is said once.
fn nothing(page: &Page, record: &Record, source: &SourceId, missed: &[Section]) -> Option<String> {
    let card = page.sources.iter().find(|card| card.id == *source)?;
    let holds = |section: &Section| {
        record.section(*section).iter().any(|group| group.items.iter().any(|item| item.source == *source))
    };
    let has_said_all =
        |section: &Section| Said::of(record, card, &source_line::shared(page, card, *section)) == Said::All;
    let nouns: Vec<&str> = missed
        .iter()
        .filter(|section| !holds(section) && has_said_all(section))
        .map(|section| words::section_noun(*section))
        .collect();
    let none = (!nouns.is_empty()).then(|| words::nothing_recorded(&nouns.join(", "), &[&card.short]));
    let mut left: Vec<(String, Vec<&str>)> = Vec::new();
    for section in missed {
        let lines = source_line::of_source(page, record, card, *section).into_iter();
        for line in lines.filter(|line| line.is_left_unsaid() || line.is_stale()) {
            let noun = words::section_noun(*section);
            let about = line.text.replace(noun, ABOUT);
            match left.iter_mut().find(|(text, _)| *text == about) {
                Some((_, nouns)) => nouns.push(noun),
                None => left.push((about, vec![noun])),
            }
        }
    }
    let left = left.into_iter().map(|(text, nouns)| {
        let noun = words::and(&nouns);
        source_line::naming(&noun, card, text.replace(ABOUT, &noun))
    });
    let said: Vec<String> = none.into_iter().chain(left).collect();
    (!said.is_empty()).then(|| said.join(" "))
}
