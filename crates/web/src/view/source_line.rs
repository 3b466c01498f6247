//! Takes a section and what its sources answered, gives the sentences under its heading: every source that could hold
//! something of it is named with its state for that section's categories, whatever its state as a whole.
//! Source: viewer.md sections 3.4, 4 and 5; HAZ-006 to HAZ-009, HAZ-050.

use super::text::Wrapped;
use super::{Key, granted, ordinal};
use crate::page::{Freshness, Page, SourceCard};
use crate::words;
use fhir::date::{self, FhirDate, Precision};
use fhir::{Category, ReplyState, SourceId};
use record::reconcile::SourceNote;
use record::{Record, Section};

/// One sentence about one source.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) standing: Standing,
    pub(crate) late: Option<Tail>,
    /// Asking again may be answered.
    pub(crate) again: bool,
}

/// Takes the place of the sentence when the source's late block stands.
pub(crate) struct Tail {
    pub(crate) ordinal: String,
    pub(crate) text: String,
}

/// In the order the sentences stand: what a reader lacks comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Silent, unreadable, outstanding.
    Missing,
    Withheld,
    /// A feed older than agreed, and what a source itself warns of.
    Stale,
    Answer,
    /// Not shared, or not asked, by a source that takes part in this section.
    Declined,
    /// Takes no part in it: known before asking.
    Apart,
}

/// Every source's sentences for the categories of a section this role sees: who did not answer first, who shares none of
/// them last. A partner without a source has nothing to share and is not named.
pub(crate) fn lines(page: &Page, record: &Record, section: Section) -> Vec<Line> {
    let (wanted, noun) = (granted(page, section), words::section_noun(section));
    let mut contributors = contributors(page, section);
    contributors.extend(unexpected(page, record, section, &contributors));
    let mut lines: Vec<Line> =
        contributors.iter().flat_map(|card| of_source(page, record, card, section)).collect();
    let apart: Vec<&str> = page
        .sources
        .iter()
        .filter(|card| card.has_source() && !contributors.iter().any(|other| other.id == card.id))
        .map(|card| card.short.as_str())
        .collect();
    let strangers: Vec<&str> = contributors
        .iter()
        .filter(|card| does_not_know(record, &card.id))
        .map(|card| card.short.as_str())
        .collect();
    if !strangers.is_empty() {
        lines.push(Line::of(words::no_record_of(&strangers), Standing::Answer));
    }
    if !apart.is_empty() {
        lines.push(Line::of(words::not_shared(&apart, noun), Standing::Apart));
    }
    lines.extend(not_for_role(page, section));
    if contributors.iter().any(|card| wanted.iter().any(|category| record.is_reduced(&card.id, *category))) {
        lines.push(Line::of(words::HELD_BACK_BY_ROLE.to_owned(), Standing::Apart));
    }
    lines.sort_by_key(|line| line.standing);
    lines
}

fn contributors(page: &Page, section: Section) -> Vec<&SourceCard> {
    let mut contributors = Key::Section(section).contributors(page);
    contributors.retain(|card| card.has_source());
    contributors
}

/// Sources that hold something of the section though nothing they share says so: never told not to share it.
fn unexpected<'a>(
    page: &'a Page,
    record: &Record,
    section: Section,
    known: &[&SourceCard],
) -> Vec<&'a SourceCard> {
    let groups = record.section(section);
    let holds =
        |card: &&SourceCard| groups.iter().flat_map(|group| &group.items).any(|item| item.source == card.id);
    page.sources.iter().filter(|card| !known.iter().any(|other| other.id == card.id)).filter(holds).collect()
}

/// The part of a section that the role does not see, from policy and never from data (HAZ-011).
fn not_for_role(page: &Page, section: Section) -> Option<Line> {
    let all = crate::page::categories(section).iter();
    let hidden: Vec<&str> = all
        .filter(|category| !page.granted.contains(category))
        .map(|category| words::category_noun(*category))
        .collect();
    (!hidden.is_empty()).then(|| Line::of(words::not_asked_for(&words::and(&hidden)), Standing::Apart))
}

/// What an empty section says in place of rows: who answered that there is nothing, and who takes part and did not say.
/// Who takes no part stands in the line above it; where there is none, see [`nothing_at_all`].
pub(crate) fn nothing(page: &Page, record: &Record, section: Section) -> String {
    let others = lines(page, record, section).into_iter();
    let missing = others.filter(|line| line.is_left_unsaid() || line.is_stale()).map(|line| line.text);
    joined(who_recorded_no(page, record, section, words::section_noun(section)), missing)
}

/// The same with who takes no part, for places without a line of sources above. `noun` is a part of what the section holds.
pub(crate) fn nothing_at_all(page: &Page, record: &Record, section: Section, noun: &str) -> String {
    let others = lines(page, record, section).into_iter();
    let others = others.filter(|line| line.standing != Standing::Answer).map(|line| line.text);
    joined(who_recorded_no(page, record, section, noun), others)
}

fn joined(first: String, others: impl Iterator<Item = String>) -> String {
    std::iter::once(first).chain(others).collect::<Vec<_>>().join(" ")
}

/// Only who answered about all it shares of this section can have recorded nothing (HAZ-006, HAZ-007).
fn who_recorded_no(page: &Page, record: &Record, section: Section, noun: &str) -> String {
    let said = |card: &&SourceCard| Said::of(record, card, &shared(page, card, section));
    let contributors = contributors(page, section);
    let whole: Vec<&str> =
        contributors.iter().filter(|card| said(card) == Said::All).map(|card| card.short.as_str()).collect();
    if whole.is_empty() && contributors.iter().any(|card| said(card) == Said::Part) {
        return words::answered_in_part(noun);
    }
    words::nothing_recorded(noun, &whole)
}

/// How much of what it shares of a section a source has answered, in a form we could read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    All,
    Part,
    Nothing,
}

impl Said {
    /// Each category by its own state: a source that answered may have one switched off, failed or withheld, or warn of it.
    pub(crate) fn of(record: &Record, card: &SourceCard, shared: &[Category]) -> Self {
        let is_answered =
            |category: &&Category| record.state_of(&card.id, **category).is_some_and(ReplyState::is_answer);
        let answered = shared.iter().filter(is_answered).count();
        let is_short =
            |category| record.is_warned_of(&card.id, category) || record.is_cut_short_of(&card.id, category);
        let is_warned = shared.iter().any(|category| is_short(*category));
        let keeps_back = record.all_kept_back(&card.id).iter().any(|(_, of)| shared.contains(of));
        match answered {
            0 => Said::Nothing,
            n if n == shared.len() && !is_warned && !keeps_back && unread(record, card, shared) == 0 => {
                Said::All
            }
            _ => Said::Part,
        }
    }
}

/// The categories of the section that this role sees and this source shares.
pub(crate) fn shared(page: &Page, card: &SourceCard, section: Section) -> Vec<Category> {
    granted(page, section).into_iter().filter(|category| card.shares.contains(category)).collect()
}

fn unread(record: &Record, card: &SourceCard, shared: &[Category]) -> usize {
    record.unread().iter().filter(|u| u.source == card.id && shared.contains(&u.category)).count()
}

/// One source's sentences about one section.
pub(crate) fn of_source(page: &Page, record: &Record, card: &SourceCard, section: Section) -> Vec<Line> {
    let Some(note) = record.note(&card.id) else { return vec![pending(page, record, card)] };
    let shared = shared(page, card, section);
    let shared = if shared.is_empty() { granted(page, section) } else { shared };
    let mut lines = Vec::new();
    let states: Vec<(Category, &ReplyState)> = shared
        .iter()
        .filter_map(|category| Some((*category, record.state_of(&card.id, *category)?)))
        .collect();
    if states.iter().any(|(_, state)| state.is_answer()) {
        lines.extend(answered(page, record, card, note, &shared));
    }
    lines.extend(not_answered(page, card, &states, words::section_noun(section)));
    let kept_back = record.kept_back(&card.id, section);
    if kept_back > 0 {
        lines.push(Line::of(words::kept_back(&card.short, kept_back), Standing::Withheld));
    }
    let unread = unread(record, card, &shared);
    if unread > 0 {
        lines
            .push(Line::of(words::unreadable(&card.short, Some(unread), &page.reference), Standing::Missing));
    }
    lines
}

fn pending(page: &Page, record: &Record, card: &SourceCard) -> Line {
    let tail =
        Tail { ordinal: format!("{:02}", ordinal(page, &card.id)), text: words::answered_late(&card.short) };
    Line {
        text: words::outstanding(&card.short, &last_heard(page, record)),
        standing: Standing::Missing,
        late: Some(tail),
        again: false,
    }
}

/// The last moment this record knows of: what was outstanding then had not answered then, whatever came after.
fn last_heard(page: &Page, record: &Record) -> String {
    let heard = page.sources.iter().filter_map(|card| record.note(&card.id)?.answered_at.clone());
    heard.max().unwrap_or_else(|| date::clock_seconds(page.opened_at))
}

fn answered(
    page: &Page,
    record: &Record,
    card: &SourceCard,
    note: &SourceNote,
    shared: &[Category],
) -> Vec<Line> {
    let at = minute(note);
    let stranger = does_not_know(record, &card.id);
    let mut warnings = warnings(record, &card.id, shared);
    if stranger {
        warnings.clear();
    }
    let answer = |text: String| Line::of(text, Standing::Answer);
    let mut lines: Vec<Line> = feed(page, card, note).map(Line::feed).into_iter().collect();
    if !warnings.is_empty() {
        let is_warned = shared.iter().any(|category| record.is_warned_of(&card.id, *category));
        let standing = if is_warned { Standing::Stale } else { Standing::Answer };
        lines.push(Line::of(words::with_warnings(&card.short, &at, &warnings), standing));
    } else if stranger {
        // Said once for all of them; only a feed that is out of date still matters for each.
        lines.retain(|line| line.standing == Standing::Stale);
    } else if lines.is_empty() {
        lines.push(answer(words::in_section(&card.short, "", &ReplyState::Answered, &at, &page.reference)));
    }
    lines
}

/// One sentence per way of not answering, naming the categories where only some of them are concerned.
fn not_answered(page: &Page, card: &SourceCard, states: &[(Category, &ReplyState)], noun: &str) -> Vec<Line> {
    let silent: Vec<_> = states.iter().filter(|(_, state)| !state.is_answer()).collect();
    let mut told: Vec<&ReplyState> = Vec::new();
    let mut lines = Vec::new();
    for (_, state) in &silent {
        if told.contains(state) {
            continue;
        }
        told.push(state);
        let of: Vec<&str> =
            silent.iter().filter(|(_, s)| s == state).map(|(c, _)| words::category_noun(*c)).collect();
        let partly = of.len() < states.len();
        let noun = if partly { words::and(&of) } else { noun.to_owned() };
        let text = words::in_section(&card.short, &noun, state, "", &page.reference);
        let text = if partly && !text.contains(&noun) { about(&noun, &text) } else { text };
        let standing = match state {
            ReplyState::NotShared | ReplyState::NotAsked(_) => Standing::Declined,
            ReplyState::Withheld(_) => Standing::Withheld,
            _ => Standing::Missing,
        };
        lines.push(Line { again: has_failed(state), ..Line::of(text, standing) });
    }
    lines
}

/// It may answer the next time: neither a decision nor a person stands in the way.
pub(crate) fn has_failed(state: &ReplyState) -> bool {
    matches!(state, ReplyState::DidNotAnswer(_) | ReplyState::Unreadable(_))
}

/// The same away from its section, where it must say itself what it is about.
pub(crate) fn naming(noun: &str, card: &SourceCard, text: String) -> String {
    let is_named = text.contains(noun) || !text.starts_with(&card.short);
    if is_named { text } else { about(noun, &text) }
}

/// `Consultations: GP did not answer.`
fn about(noun: &str, text: &str) -> String {
    format!("{}: {text}", words::sentence(noun))
}

/// One source that has not answered, of everything it shares.
pub(crate) fn as_a_whole(page: &Page, record: &Record, card: &SourceCard) -> Line {
    let Some(note) = record.note(&card.id) else { return pending(page, record, card) };
    let standing = match note.state {
        ReplyState::NotShared | ReplyState::NotAsked(_) => Standing::Declined,
        ReplyState::Withheld(_) => Standing::Withheld,
        _ => Standing::Missing,
    };
    Line::of(words::in_section(&card.short, "anything", &note.state, "", &page.reference), standing)
}

/// How fresh a periodic feed is.
pub(crate) struct Feed {
    pub(crate) words: String,
    pub(crate) stale: bool,
}

/// `None` for live sources. A feed that does not say when it was received is taken for stale (HAZ-008).
pub(crate) fn feed(page: &Page, card: &SourceCard, note: &SourceNote) -> Option<Feed> {
    let Freshness::Periodic { cadence, agreed, stale_after_s } = &card.freshness else { return None };
    let received = note.as_at.as_deref().map(FhirDate::parse);
    let Some((at, shown)) =
        received.as_ref().and_then(|at| instant(at).map(|instant| (instant, at.display())))
    else {
        return Some(Feed { words: words::undated(&card.short, cadence), stale: true });
    };
    let stale = page.opened_at.duration_since(at).as_secs() > *stale_after_s;
    let words = if stale {
        words::stale(&card.short, cadence, &shown, agreed)
    } else {
        words::periodic(&card.short, cadence, &today(page, at).unwrap_or(shown))
    };
    Some(Feed { words, stale })
}

/// `02:10 today`, where the opening falls on the same day here.
fn today(page: &Page, at: jiff::Timestamp) -> Option<String> {
    let is_today = date::london(at).date() == date::london(page.opened_at).date();
    is_today.then(|| words::today(&date::clock(at)))
}

fn instant(at: &FhirDate) -> Option<jiff::Timestamp> {
    match at.precision() {
        Precision::Instant(at) => Some(at),
        _ => None,
    }
}

/// Whether the source said that it holds no record of this person.
fn does_not_know(record: &Record, source: &SourceId) -> bool {
    record.warnings(source).iter().any(|warning| warning.code == "person-not-known")
}

/// The words of a source's warnings that touch one of these categories or all; codes kept for operators have no words.
pub(crate) fn warnings<'a>(record: &'a Record, source: &SourceId, of: &[Category]) -> Vec<&'a str> {
    let touches = |category: Option<Category>| category.is_none_or(|category| of.contains(&category));
    let mut words: Vec<&str> = Vec::new();
    for warning in record.warnings(source).iter().filter(|w| touches(w.category)) {
        let text = warning.text.trim();
        if !text.is_empty() && warning.code != "trace-id" && !words.contains(&text) {
            words.push(text);
        }
    }
    words
}

/// The same away from their sections, each with what it is about: `results, contacts: showing 2 of 9` (HAZ-017).
pub(crate) fn named_warnings(record: &Record, source: &SourceId, of: &[Category]) -> Vec<String> {
    let about = |text: &str| {
        let own = record.warnings(source).iter().filter(|warning| warning.text.trim() == text);
        let mut nouns: Vec<&str> = Vec::new();
        for category in own.filter_map(|warning| warning.category).filter(|category| of.contains(category)) {
            let noun = words::category_noun(category);
            if !nouns.contains(&noun) {
                nouns.push(noun);
            }
        }
        nouns.join(", ")
    };
    let named = |text: &str| match about(text) {
        nouns if nouns.is_empty() => text.to_owned(),
        nouns => format!("{nouns}: {text}"),
    };
    warnings(record, source, of).into_iter().map(named).collect()
}

/// `14:02` of `14:02:01`.
fn minute(note: &SourceNote) -> String {
    let at = note.answered_at.as_deref().unwrap_or_default();
    at.get(..5).unwrap_or(at).to_owned()
}

impl Line {
    fn of(text: String, standing: Standing) -> Self {
        Self { text, standing, late: None, again: false }
    }

    pub(crate) fn missing(text: String) -> Self {
        Self::of(text, Standing::Missing)
    }

    pub(crate) fn feed(feed: Feed) -> Self {
        Self::of(feed.words, if feed.stale { Standing::Stale } else { Standing::Answer })
    }

    pub(crate) fn text(&self) -> Wrapped<'_> {
        Wrapped(&self.text)
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.standing, Standing::Missing | Standing::Withheld)
    }

    /// A source that takes part has not said all: no list of this section is whole, and none is empty (HAZ-006, HAZ-007).
    pub(crate) fn is_left_unsaid(&self) -> bool {
        self.is_missing() || self.standing == Standing::Declined
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.standing == Standing::Stale
    }

    pub(crate) fn is_apart(&self) -> bool {
        self.standing == Standing::Apart
    }
}
