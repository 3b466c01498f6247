//! Takes the record, gives how many sources answered and every one that did not, by name and state; then what is stale or
//! came with a warning. Partners without a source are not counted: no record could ever be complete (decision 0007).
//! Source: viewer.md sections 3.4 and 5; HAZ-006, HAZ-007, HAZ-008, HAZ-012, HAZ-033.

use super::{granted, row, source_line};
use crate::page::{Page, SourceCard};
use crate::words;
use fhir::reply::Silence;
use fhir::{ReplyState, SourceId};
use record::{Record, Section};

/// The final word on who answered.
pub(crate) struct Coverage {
    /// Every source answered everything it was asked, and in time.
    pub(crate) complete: bool,
    pub(crate) text: String,
    /// Of that what always stands in sight: how many answered, who did not, whole or in part.
    pub(crate) first: String,
    /// The others of its sentences.
    pub(crate) rest: String,
    /// Where all of it is more than the room that is kept for it: how many notes are shown by one press.
    pub(crate) folded: Option<usize>,
    /// How many answered alone, for every printed sheet.
    pub(crate) counted: String,
    /// Feeds older than agreed.
    pub(crate) stale: Vec<String>,
    /// Late sources with what they brought: `MH, late: 1 allergy entry.`, and the number of their block.
    pub(crate) late: Vec<Brought>,
    /// A source failed, whole or in part, that may answer the next time.
    pub(crate) again: bool,
}

/// What came late of one source.
pub(crate) struct Brought {
    pub(crate) words: String,
    /// The number of its block.
    pub(crate) ordinal: String,
    /// Allergies or plans are among it: a reader must not miss them.
    pub(crate) named: bool,
}

/// Characters that fit the room kept for the end mark, so that nothing below it moves as it comes (HAZ-032).
const ROOM_CHARS: usize = 200;

pub(crate) fn of(page: &Page, record: &Record) -> Coverage {
    let sources: Vec<&SourceCard> = page.sources.iter().filter(|card| card.has_source()).collect();
    let answered: Vec<&SourceCard> =
        sources.iter().copied().filter(|card| final_state(record, card).is_answer()).collect();
    let late: Vec<&SourceCard> = answered
        .iter()
        .copied()
        .filter(|card| record.note(&card.id).is_some_and(|note| !note.missed.is_empty()))
        .collect();
    let parts = parts_missing(page, record, &answered);
    let all = answered.len() == sources.len() && parts.is_empty();
    let has_failed = |card: &&SourceCard| {
        let parts = card.shares.iter().filter_map(|category| record.state_of(&card.id, *category));
        std::iter::once(&final_state(record, card)).chain(parts).any(source_line::has_failed)
    };
    let again = sources.iter().any(has_failed);
    let counted = counted(sources.len(), &answered, &late, all);
    let missing = others(record, &sources).into_iter().chain(parts);
    let first: Vec<String> = std::iter::once(counted.clone()).chain(missing).collect();
    let kept_back = answered.iter().filter_map(|card| kept_back(record, card));
    let rest: Vec<String> = warned(page, record, &answered).into_iter().chain(kept_back).collect();
    let stale = stale(page, record, &answered);
    let is_whole = all && late.is_empty();
    let late: Vec<Brought> = late.into_iter().map(|card| brought(page, record, &card.id)).collect();
    let further = late.iter().filter(|one| !one.named).map(|one| &one.words);
    let further: Vec<usize> =
        rest.iter().chain(&stale).chain(further).map(|words| words.chars().count()).collect();
    let named = late.iter().filter(|one| one.named).map(|one| &one.words);
    let shown: usize = first.iter().chain(named).map(|words| words.chars().count()).sum();
    let is_long = shown + further.iter().sum::<usize>() > ROOM_CHARS;
    Coverage {
        complete: is_whole,
        text: first.iter().chain(&rest).map(String::as_str).collect::<Vec<_>>().join(" "),
        first: first.join(" "),
        rest: rest.join(" "),
        folded: (is_long && further.len() > 1).then_some(further.len()),
        counted,
        stale,
        again,
        late,
    }
}

/// `Not complete: 9 of 10 sources answered, 1 of them late (IC24).`
fn counted(total: usize, answered: &[&SourceCard], late: &[&SourceCard], all: bool) -> String {
    let mut text = if all {
        format!("All {total} sources answered")
    } else {
        format!("Not complete: {} of {total} sources answered", answered.len())
    };
    if !late.is_empty() {
        text.push_str(&format!(", {} of them late ({})", late.len(), words::and(&names(late))));
    }
    text.push('.');
    text
}

fn names<'a>(cards: &[&'a SourceCard]) -> Vec<&'a str> {
    cards.iter().map(|card| card.short.as_str()).collect()
}

/// A way of not answering and its words.
type Kind = (fn(&ReplyState) -> bool, &'static str);

/// Who did not answer, each kind in one sentence.
fn others(record: &Record, sources: &[&SourceCard]) -> Vec<String> {
    const KINDS: [Kind; 5] = [
        (|state| matches!(state, ReplyState::DidNotAnswer(_)), "did not answer"),
        (|state| matches!(state, ReplyState::Unreadable(_)), "sent an answer we could not show"),
        (|state| matches!(state, ReplyState::Withheld(_)), "held back"),
        (|state| matches!(state, ReplyState::NotShared), "not shared"),
        (|state| matches!(state, ReplyState::NotAsked(_)), "not asked"),
    ];
    let of = |is_kind: fn(&ReplyState) -> bool| -> Vec<&str> {
        let kind = sources.iter().filter(|card| is_kind(&final_state(record, card)));
        kind.map(|card| card.short.as_str()).collect()
    };
    let kinds = KINDS.into_iter().map(|(is_kind, words)| (of(is_kind), words));
    kinds.filter(|(names, _)| !names.is_empty()).map(|(names, words)| said(&names, words)).collect()
}

/// A source still silent when the page ends did not answer.
pub(super) fn final_state(record: &Record, card: &SourceCard) -> ReplyState {
    let note = record.note(&card.id);
    note.map_or(ReplyState::DidNotAnswer(Silence::TimedOut), |note| note.state.clone())
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

/// A source that answered, but not about everything it was asked: `GP did not answer about results.` (HAZ-006), `GP
/// holds back some entries about problems.` (HAZ-010), `GP does not share problems yet.` (HAZ-007)
pub(super) fn parts_missing(page: &Page, record: &Record, answered: &[&SourceCard]) -> Vec<String> {
    let nouns = |card: &SourceCard, is_wanted: fn(&ReplyState) -> bool| -> Vec<&str> {
        let seen = card.shares.iter().filter(|category| page.granted.contains(category));
        let wanted = seen.filter(|category| record.state_of(&card.id, **category).is_some_and(is_wanted));
        wanted.map(|category| words::category_noun(*category)).collect()
    };
    let of = |card: &&SourceCard| {
        let silent =
            nouns(card, |state| matches!(state, ReplyState::DidNotAnswer(_) | ReplyState::Unreadable(_)));
        let withheld = nouns(card, |state| matches!(state, ReplyState::Withheld(_)));
        let unshared = nouns(card, |state| matches!(state, ReplyState::NotShared));
        let silent = (!silent.is_empty()).then(|| words::partly(&card.short, &silent));
        let withheld = (!withheld.is_empty()).then(|| words::keeps_back(&card.short, &withheld));
        let unshared =
            (!unshared.is_empty()).then(|| words::not_shared(&[&card.short], &words::and(&unshared)));
        [silent, withheld, unshared].into_iter().flatten()
    };
    answered.iter().flat_map(of).collect()
}

/// A source whose feed is older than agreed is named for that, once, and not again for its own warning of the same.
fn warned(page: &Page, record: &Record, answered: &[&SourceCard]) -> Option<String> {
    let is_stale = |card: &SourceCard| feed(page, record, card).is_some_and(|feed| feed.stale);
    let warned: Vec<&SourceCard> = answered
        .iter()
        .copied()
        .filter(|card| final_state(record, card) == ReplyState::AnsweredWithWarnings && !is_stale(card))
        .collect();
    (!warned.is_empty()).then(|| format!("{} answered with a warning.", words::and(&names(&warned))))
}

/// A partner's choice leaves the answer whole, as a category that it does not share does; how much is missing is said.
fn kept_back(record: &Record, card: &SourceCard) -> Option<String> {
    let entries = record.all_kept_back(&card.id).len();
    (entries > 0).then(|| words::kept_back(&card.short, entries))
}

fn stale(page: &Page, record: &Record, answered: &[&SourceCard]) -> Vec<String> {
    let feeds = answered.iter().filter_map(|card| feed(page, record, card));
    feeds.filter(|feed| feed.stale).map(|feed| feed.words).collect()
}

fn feed(page: &Page, record: &Record, card: &SourceCard) -> Option<source_line::Feed> {
    source_line::feed(page, card, record.note(&card.id)?)
}

/// One line of a source, whatever came late of it. Allergies and plans are named where their list was written without it, because a late
/// one must not be missed; one that stands in its place is not called late.
fn brought(page: &Page, record: &Record, source: &SourceId) -> Brought {
    let missed = record.note(source).map_or(&[][..], |note| &note.missed);
    let of = |section: Section| {
        if !missed.contains(&section) {
            return 0;
        }
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
    Brought {
        words: format!("{}, late: {what}.", row::short(page, source)),
        ordinal: format!("{:02}", super::ordinal(page, source)),
        named: !named.is_empty(),
    }
}
