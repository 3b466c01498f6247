//! Takes the record, gives how many of the agreement's sources answered and every one that did not, by name and state.
//! Source: viewer.md sections 3.4 and 5; HAZ-006, HAZ-007, HAZ-012, HAZ-033.

use super::{granted, row};
use crate::page::{Freshness, Page, SourceCard};
use crate::words;
use fhir::{ReplyState, SourceId};
use record::{Record, Section};

/// The final word on who answered.
pub(crate) struct Coverage {
    pub(crate) complete: bool,
    pub(crate) text: String,
    /// Late sources with what they brought: `MH, late: 1 allergy entry.`, and the number of their block.
    pub(crate) late: Vec<(String, String)>,
}

pub(crate) fn of(page: &Page, record: &Record) -> Coverage {
    let state = |card: &SourceCard| record.note(&card.id).map(|note| note.state.clone());
    let answered: Vec<&SourceCard> =
        page.sources.iter().filter(|card| state(card).is_some_and(|state| state.is_answer())).collect();
    let late: Vec<&SourceCard> =
        answered.iter().copied().filter(|card| record.note(&card.id).is_some_and(|note| note.late)).collect();
    let complete = answered.len() == page.sources.len();
    let total = page.sources.len();
    let mut text = if complete {
        format!("All {total} sources answered")
    } else {
        format!("Not complete: {} of {total} sources answered", answered.len())
    };
    if !late.is_empty() {
        let names: Vec<&str> = late.iter().map(|card| card.short.as_str()).collect();
        text.push_str(&format!(", {} of them late ({})", late.len(), words::and(&names)));
    }
    text.push('.');
    for sentence in others(page, record) {
        text.push(' ');
        text.push_str(&sentence);
    }
    Coverage { complete, text, late: late.into_iter().map(|card| brought(page, record, &card.id)).collect() }
}

/// A way of not answering and its words.
type Kind = (fn(&ReplyState) -> bool, &'static str);

/// Who did not answer, each kind in one sentence.
fn others(page: &Page, record: &Record) -> Vec<String> {
    const KINDS: [Kind; 5] = [
        (|state| matches!(state, ReplyState::DidNotAnswer(_)), "did not answer"),
        (|state| matches!(state, ReplyState::Unreadable(_)), "sent an answer we could not show"),
        (|state| matches!(state, ReplyState::Withheld(_)), "held back"),
        (|state| matches!(state, ReplyState::NotShared), "not shared"),
        (|state| matches!(state, ReplyState::NotAsked(_)), "not asked"),
    ];
    KINDS
        .into_iter()
        .filter_map(|(is_kind, words)| {
            let names: Vec<&str> = page
                .sources
                .iter()
                .filter(|card| is_kind(&final_state(record, card)))
                .map(|card| card.short.as_str())
                .collect();
            (!names.is_empty()).then(|| said(&names, words))
        })
        .collect()
}

/// A source still silent when the page ends did not answer; a partner without a source does not share.
fn final_state(record: &Record, card: &SourceCard) -> ReplyState {
    match record.note(&card.id) {
        Some(note) => note.state.clone(),
        None if card.freshness == Freshness::None => ReplyState::NotShared,
        None => ReplyState::DidNotAnswer(fhir::reply::Silence::TimedOut),
    }
}

fn said(names: &[&str], kind: &str) -> String {
    let (one, who) = (names.len() == 1, words::and(names));
    match kind {
        "not shared" => format!("{who} {} not share yet.", if one { "does" } else { "do" }),
        "not asked" => format!("{who} {} not asked.", if one { "was" } else { "were" }),
        "held back" => format!("{who} {} not shown.", if one { "is" } else { "are" }),
        kind => format!("{who} {kind}."),
    }
}

/// Allergies and plans are named, because a late one must not be missed.
fn brought(page: &Page, record: &Record, source: &SourceId) -> (String, String) {
    let of = |section: Section| {
        let groups = if granted(page, section).is_empty() { Vec::new() } else { record.section(section) };
        groups.iter().flat_map(|group| &group.items).filter(|item| item.source == *source).count()
    };
    let named = [(of(Section::Allergies), "allergy"), (of(Section::Plans), "plan")];
    let named: Vec<String> = named
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what} {}", words::entry(count)))
        .collect();
    let what = if named.is_empty() { "see below".to_owned() } else { named.join(", ") };
    (format!("{}, late: {what}.", row::short(page, source)), format!("{:02}", super::ordinal(page, source)))
}
