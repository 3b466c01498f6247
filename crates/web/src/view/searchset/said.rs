//! Takes what a page says beside its entries, gives the same sentences for programs: how each source answered, what is stale,
//! what the role does not see, and what of an answer stands on the page alone. Source: viewer.md section 4; HAZ-006 to HAZ-008,
//! HAZ-010, HAZ-011.

use super::super::{coverage, source_line, sources};
use super::entries::Entries;
use crate::outcome::{Issue, STATE};
use crate::page::{NeverShown, Page, SourceCard};
use crate::words;
use fhir::reply::Silence;
use fhir::{ReplyState, SourceId};
use record::Record;

/// Of the opening as a whole.
pub(super) fn opening(page: &Page, record: &Record, entries: &Entries) -> Vec<Issue> {
    let coverage = coverage::of(page, record);
    let mut issues = vec![if coverage.complete {
        Issue::information("informational", coverage.text)
    } else {
        Issue::warning("incomplete", coverage.text)
    }];
    issues.push(Issue::information("informational", words::title(&page.reference)));
    if !page.mismatch.is_empty() {
        issues.push(Issue::warning("business-rule", words::confirmed_difference(&page.mismatch)));
    }
    issues.extend(page.caveats.iter().map(|caveat| Issue::warning("incomplete", words::sentence(caveat))));
    issues.push(Issue::information("suppressed", words::STANDING_FOOTER));
    if !page.not_for_role.is_empty() {
        issues.push(Issue::information("suppressed", words::not_for_role(page.not_for_role.len())));
    }
    if page.never_shown == NeverShown::Constant || record.holds_restricted_back() {
        issues.push(Issue::information("suppressed", words::NEVER_SHOWN));
    }
    if entries.of_other_types > 0 {
        issues.push(Issue::information("informational", words::of_other_types(entries.of_other_types)));
    }
    if page.training {
        issues.push(Issue::warning("informational", words::TRAINING));
    }
    issues
}

/// Of one source.
pub(super) fn source(page: &Page, record: &Record, card: &SourceCard, entries: &Entries) -> Vec<Issue> {
    let named = |text: &str| format!("{}: {text}", card.partner);
    let mut issues = vec![state(record, &card.id).map_or_else(
        || missing(&ReplyState::DidNotAnswer(Silence::TimedOut), named(&sources::unheard(card))),
        |state| missing(state, named(&sources::said(page, record, card))),
    )];
    if let Some(feed) = record.note(&card.id).and_then(|note| source_line::feed(page, card, note)) {
        issues.push(match feed.stale {
            true => Issue::warning("incomplete", feed.words).coded(STATE, "stale"),
            false => Issue::information("informational", feed.words),
        });
    }
    let counts = entries.counts(&card.id);
    let about = |count: usize, words: fn(usize) -> String| (count > 0).then(|| named(&words(count)));
    let unread = record.count(&card.id).unread;
    issues.extend(
        (unread > 0).then(|| {
            Issue::warning("exception", words::unreadable(&card.short, Some(unread), &page.reference))
        }),
    );
    let in_error = about(record.count(&card.id).entered_in_error, words::entered_in_error);
    issues.extend(in_error.map(|text| Issue::information("informational", text)));
    let in_part = about(counts.in_part, words::given_in_part);
    issues.extend(in_part.map(|text| Issue::warning("suppressed", text)));
    let not_given = about(counts.not_given, words::not_given_in_r4);
    issues.extend(not_given.map(|text| Issue::warning("not-supported", text)));
    let converted = about(counts.converted, words::converted);
    issues.extend(converted.map(|text| Issue::information("informational", text)));
    let shortened = about(counts.shortened, words::shortened);
    issues.extend(shortened.map(|text| Issue::warning("incomplete", text)));
    if !counts.not_for_the_person.is_empty() {
        let ribbon = Issue::warning("business-rule", named(words::NOT_FOR_THE_PERSON));
        issues.push(ribbon.about(&counts.not_for_the_person));
    }
    issues
}

fn state<'a>(record: &'a Record, source: &SourceId) -> Option<&'a ReplyState> {
    record.note(source).map(|note| &note.state)
}

/// A state as a kind of issue: a source that failed never reads as one that has nothing (HAZ-006).
fn missing(state: &ReplyState, text: String) -> Issue {
    let issue = match state {
        ReplyState::Answered | ReplyState::AnsweredEmpty => Issue::information("informational", text),
        ReplyState::AnsweredWithWarnings => Issue::warning("incomplete", text),
        ReplyState::DidNotAnswer(Silence::TimedOut) => Issue::warning("timeout", text),
        ReplyState::DidNotAnswer(_) => Issue::warning("incomplete", text),
        ReplyState::Unreadable(_) => Issue::warning("exception", text),
        ReplyState::Withheld(_) | ReplyState::NotShared | ReplyState::NotAsked(_) => {
            Issue::warning("suppressed", text)
        }
    };
    issue.coded(STATE, state.name())
}
