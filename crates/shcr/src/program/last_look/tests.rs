//! Takes entries of openings in the order of record, gives the look that counts; views not shown whole are refused.

use super::*;
use audit::{How, Key, Millis, OpeningId, SourceLine};

fn opening(n: u8) -> OpeningId {
    OpeningId::from_bytes([0, 0, 0, 0, 0, n, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

fn how(launch: &str) -> How {
    How {
        route: "signed".into(),
        host: "a-host".into(),
        assurance: 2,
        host_session: None,
        auth_time: None,
        jti_hash: Some(launch.into()),
        device: None,
        address: None,
    }
}

fn open(n: u8, launch: &str) -> Entry {
    let entry = Entry::new(Kind::Open, Key::open(&opening(n)), Millis(i64::from(n) * 1_000));
    Entry { opening: Some(opening(n)), how: Some(how(launch)), ..entry }
}

fn close(n: u8, launch: &str, cause: &str, states: &[(&str, &str)]) -> Entry {
    let line = |(source, state): &(&str, &str)| SourceLine {
        source: (*source).into(),
        state: Some((*state).into()),
        ..SourceLine::default()
    };
    let entry = Entry::new(Kind::Close, Key::close(&opening(n)), Millis(i64::from(n) * 1_000 + 500));
    Entry {
        opening: Some(opening(n)),
        how: Some(how(launch)),
        cause: Some(cause.into()),
        sources: states.iter().map(line).collect(),
        ..entry
    }
}

fn last(entries: &[Entry]) -> Looked {
    let mut looks = Looks::new("now");
    entries.iter().for_each(|entry| looks.add(entry));
    looks.last
}

fn at(n: i64) -> LastLook {
    LastLook::At(jiff::Timestamp::from_second(n).unwrap())
}

#[test]
fn the_last_look_is_when_the_newest_whole_view_was_opened() {
    let all = [open(1, "a"), close(1, "a", "complete", &[]), open(2, "b"), close(2, "b", "complete", &[])];
    assert_eq!(last(&all).last, at(2));
    assert_eq!(last(&[]).last, LastLook::Never);
}

/// A view that was cut off, refused or left was not seen whole: what it held counts as new again.
#[test]
fn a_view_that_was_not_shown_whole_is_no_look() {
    for cause in ["client-gone", "objection", "idle"] {
        let all = [open(1, "a"), close(1, "a", "complete", &[]), open(2, "b"), close(2, "b", cause, &[])];
        assert_eq!(last(&all).last, at(1), "{cause}");
    }
    assert_eq!(last(&[open(1, "a")]).last, LastLook::Never, "never closed");
}

/// Whoever opens again under one launch has not looked before.
#[test]
fn opening_again_within_a_view_is_no_earlier_look() {
    let all =
        [open(1, "a"), close(1, "a", "complete", &[]), open(2, "now"), close(2, "now", "complete", &[])];
    assert_eq!(last(&all).last, at(1));
}

#[test]
fn a_document_a_search_and_a_searchset_are_no_look_at_the_record() {
    for flag in LESS {
        let less = |entry: Entry| Entry { flags: vec![flag.into()], ..entry };
        assert_eq!(
            last(&[less(open(1, "a")), less(close(1, "a", "complete", &[]))]).last,
            LastLook::Never,
            "{flag}"
        );
    }
}

/// HAZ-006: who did not answer then has not been looked at.
#[test]
fn a_source_that_did_not_answer_then_is_named() {
    let states = [("gp", "answered"), ("acute", "answered-empty"), ("mh", "did-not-answer(timed out)")];
    let looked = last(&[open(1, "a"), close(1, "a", "complete", &states)]);
    assert_eq!(looked.unheard, [SourceId::new("mh")]);
}
