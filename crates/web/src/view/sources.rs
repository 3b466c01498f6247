//! Takes configuration and this opening's replies, gives one row per partner: what it is, how fresh, what it answered for
//! each category, what it shares and whom to ask. Source: viewer.md sections 4 and 7, Sources; HAZ-005 to HAZ-010.

use super::Key;
use super::frame::{Frame, drawn};
use super::source_line::{self, feed};
use crate::page::{Freshness, Page, SourceCard};
use crate::words;
use askama::Template;
use fhir::Category;
use record::Record;
use record::reconcile::SourceNote;

#[derive(Template)]
#[template(path = "sources.html", whitespace = "minimize")]
struct Sources<'a> {
    frame: Frame,
    lines: Vec<Line<'a>>,
    not_for_role: Option<String>,
}

struct Line<'a> {
    card: &'a SourceCard,
    asked: Option<&'a str>,
    freshness: String,
    stale: bool,
    /// State and the categories it holds for.
    states: Vec<(String, String)>,
    counts: Vec<String>,
    shares: String,
    shares_not: Option<String>,
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let count = page.sources.len();
    let asked = page.sources.iter().filter(|card| card.has_source()).count();
    let lines = page.sources.iter().map(|card| line(page, record, card)).collect();
    let hidden = page.not_for_role.len();
    drawn(&Sources {
        frame: Frame::of(page, Key::Sources, count, count).counted(words::partners(asked, count - asked)),
        lines,
        not_for_role: (hidden > 0).then(|| words::not_for_role(hidden)),
    })
}

fn line<'a>(page: &Page, record: &'a Record, card: &'a SourceCard) -> Line<'a> {
    let note = record.note(&card.id);
    let feed = note.and_then(|note| feed(page, card, note));
    let unshared: Vec<&str> =
        shareable().filter(|category| !card.shares.contains(category)).map(words::category_noun).collect();
    let shared: Vec<&str> = card.shares.iter().copied().map(words::category_noun).collect();
    Line {
        card,
        asked: note.and_then(|note| note.asked.as_deref()),
        stale: feed.as_ref().is_some_and(|feed| feed.stale),
        freshness: feed.map_or_else(|| freshness(card), |feed| feed.words),
        states: note
            .filter(|_| card.has_source())
            .map_or_else(|| vec![(unheard(card), String::new())], |note| states(page, record, card, note)),
        counts: counts(record, card),
        shares: match shared.as_slice() {
            [] if card.has_source() => "Shares nothing yet".to_owned(),
            [] => "Nothing to share".to_owned(),
            shared => format!("Shares {}", words::and(shared)),
        },
        shares_not: (!shared.is_empty() && !unshared.is_empty())
            .then(|| format!("Does not share {} yet", words::and(&unshared))),
    }
}

/// Restricted entries and personal details are no partner's to switch on here.
fn shareable() -> impl Iterator<Item = Category> {
    Category::ALL
        .into_iter()
        .filter(|category| !matches!(category, Category::Demographics | Category::Restricted))
}

pub(super) fn freshness(card: &SourceCard) -> String {
    match &card.freshness {
        Freshness::Live => "Live".to_owned(),
        Freshness::Periodic { cadence, agreed, .. } => {
            format!("{}, agreed {agreed}", words::sentence(cadence))
        }
        Freshness::None => "Not a source".to_owned(),
    }
}

pub(super) fn unheard(card: &SourceCard) -> String {
    if card.has_source() { "Had not answered when this was written" } else { words::NO_SOURCE }.to_owned()
}

/// How one source answered, in one sentence: its state, then every category that ended otherwise.
pub(super) fn said(page: &Page, record: &Record, card: &SourceCard) -> String {
    let states = record.note(&card.id).map(|note| states(page, record, card, note)).unwrap_or_default();
    let one = |(state, nouns): (String, String)| match nouns.as_str() {
        "" => state,
        nouns => format!("{nouns}: {state}"),
    };
    states.into_iter().map(one).collect::<Vec<_>>().join(". ")
}

/// The source's state, then the categories that differ from it, each state once.
fn states(page: &Page, record: &Record, card: &SourceCard, note: &SourceNote) -> Vec<(String, String)> {
    let at = note.answered_at.as_deref().unwrap_or_default();
    let shown = record.count(&card.id).shown;
    let seen: Vec<Category> = page.granted.iter().copied().collect();
    let warnings = source_line::named_warnings(record, &card.id, &seen);
    let warnings: Vec<&str> = warnings.iter().map(String::as_str).collect();
    let mut states = vec![(words::in_sources(&note.state, at, shown, &warnings), String::new())];
    let others = shareable().filter(|category| is_of_interest(page, card, *category));
    for category in others {
        let state = record
            .state_of(&card.id, category)
            .filter(|state| **state != note.state && !(state.is_answer() && note.state.is_answer()));
        let Some(state) = state else { continue };
        let text = words::in_sources(state, at, 0, &[]);
        let noun = words::category_noun(category);
        match states.iter_mut().skip(1).find(|(other, _)| *other == text) {
            Some((_, nouns)) => nouns.push_str(&format!(", {noun}")),
            None => states.push((text, words::sentence(noun))),
        }
    }
    states
}

/// States obey the same permit as entries (HAZ-050): a category the role does not see has the policy's word only.
fn is_of_interest(page: &Page, card: &SourceCard, category: Category) -> bool {
    card.shares.contains(&category) && page.granted.contains(&category)
}

fn counts(record: &Record, card: &SourceCard) -> Vec<String> {
    let (count, kept_back) = (record.count(&card.id), record.all_kept_back(&card.id).len());
    [
        (kept_back > 0).then(|| words::not_shown_by_choice(kept_back)),
        (count.duplicates > 0).then(|| format!("{} also held elsewhere", count.duplicates)),
        (count.unread > 0).then(|| format!("{} {} unreadable", count.unread, words::entry(count.unread))),
        (count.entered_in_error > 0).then(|| words::entered_in_error(count.entered_in_error)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
