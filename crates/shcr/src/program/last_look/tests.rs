//! Takes entries of openings in the order of record, gives the look that counts; views not shown whole are refused.

use super::*;
use audit::{How, Key, Millis, OpeningId, SourceLine};

const NOW: i64 = OPENED_MS + 10_000;

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
    let mut looks = Looks::new("now", Millis(NOW));
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

/// HAZ-006: not to have read far enough back is not to know that nobody looked.
#[test]
fn none_of_the_newest_is_not_never() {
    let known = |entries: &[Entry], read| {
        let mut looks = Looks::new("now", Millis(NOW));
        entries.iter().for_each(|entry| looks.add(entry));
        looks.known(read).last
    };
    let own = [open(1, "now"), close(1, "now", "complete", &[])];
    assert_eq!(known(&own, 2), LastLook::Never);
    assert_eq!(known(&own, NEWEST), LastLook::Unknown);
    let found = [open(1, "a"), close(1, "a", "complete", &[])];
    assert_eq!(known(&found, NEWEST), at(1));
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

/// A document is said to have been opened where the audit has that it was shown: by its name there, when last, within a year.
#[test]
fn a_document_that_was_shown_is_known_again_by_its_name_and_nothing_else_is() {
    let document = |n: u8, launch: &str, name: Option<&str>| {
        let mut entry = Entry { flags: vec![DOCUMENT.into()], ..close(n, launch, "complete", &[]) };
        entry.detail.extend(name.map(|name| (SHOWN.to_owned(), name.to_owned())));
        entry
    };
    let mut not_closed = Entry { flags: vec![DOCUMENT.into()], ..open(20, "a") };
    not_closed.detail.insert(SHOWN.into(), "never".into());
    let mut of_a_record = close(21, "a", "complete", &[]);
    of_a_record.detail.insert(SHOWN.into(), "record".into());
    let looked = last(&[
        document(9, "a", Some("long ago")),
        document(11, "a", Some("one")),
        document(13, "now", Some("one")),
        document(12, "now", Some("two")),
        document(14, "a", None),
        not_closed,
        of_a_record,
    ]);
    let opened: Vec<(&str, i64)> =
        looked.opened.iter().map(|(name, at)| (name.as_str(), at.as_millisecond())).collect();
    assert_eq!(opened, [("one", 13_500), ("two", 12_500)]);
    assert_eq!(looked.last, LastLook::Never, "a document is no look at the record");
}

/// HAZ-006: who did not answer then has not been looked at.
#[test]
fn a_source_that_did_not_answer_then_is_named() {
    let states = [("gp", "answered"), ("acute", "answered-empty"), ("mh", "did-not-answer(timed out)")];
    let looked = last(&[open(1, "a"), close(1, "a", "complete", &states)]);
    assert_eq!(looked.unheard, [SourceId::new("mh")]);
}
