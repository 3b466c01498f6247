//! Takes hand-made entries, gives what they say of when they came, and how that lies to a moment; odd dates refused.

use super::*;
use crate::item::{Contact, Medicine, Original, Provenance, Section, Status, When};
use fhir::coding::Concept;
use fhir::reply::Format;
use fhir::{Category, SourceId};
use std::sync::Arc;

const NOW: &str = "2026-11-22T14:02:00Z";

fn item(facts: Facts, when: When, stored: Option<&str>) -> Item {
    let document: Arc<str> = Arc::from("{}");
    Item {
        source: SourceId::new("acute"),
        category: Category::Results,
        section: Section::Results,
        what: Concept { text: Some("An entry".into()), codings: Vec::new() },
        status: Status { code: "final".into(), standing: Standing::Current },
        when,
        facts,
        notes: Vec::new(),
        details: Vec::new(),
        labels: Vec::new(),
        provenance: Provenance { last_updated: stored.map(str::to_owned), ..Provenance::default() },
        original: Original::of(&document, &document, Format::R4),
        parts: Vec::new(),
        caveats: Vec::new(),
    }
}

fn date(text: &str) -> FhirDate {
    FhirDate::parse(text)
}

fn dated(from: &str, recorded: Option<&str>) -> When {
    When { from: Some(date(from)), to: None, recorded: recorded.map(date) }
}

fn arrived(item: &Item) -> Arrival {
    of(item, NOW.parse().unwrap())
}

fn falls(text: &str, moment: &str, slack_h: i64) -> Falls {
    Since { moment: moment.parse().unwrap(), slack: SignedDuration::from_hours(slack_h) }.falls(&date(text))
}

/// shows: R60
#[test]
fn the_time_a_source_stored_an_entry_comes_before_every_other_date() {
    let when = dated("2026-11-12", Some("2026-11-13"));
    let stored = item(Facts::Plain, when.clone(), Some("2026-11-20T02:10:00Z"));
    assert_eq!(arrived(&stored), Arrival::Received(date("2026-11-20T02:10:00Z")));
    assert_eq!(arrived(&item(Facts::Plain, when, None)), Arrival::Recorded(date("2026-11-13")));
    assert_eq!(
        arrived(&item(Facts::Plain, dated("2026-11-12", None), None)),
        Arrival::Dated(date("2026-11-12"))
    );
    assert_eq!(arrived(&item(Facts::Plain, When::default(), None)), Arrival::Unknown);
}

#[test]
fn a_time_that_cannot_be_read_is_no_arrival() {
    for odd in ["yesterday", "2026-13-40T00:00:00Z", "", "20/11/2026"] {
        let item = item(Facts::Plain, dated("2026-11-12", None), Some(odd));
        assert_eq!(arrived(&item), Arrival::Dated(date("2026-11-12")), "`{odd}`");
    }
}

#[test]
fn what_is_to_come_has_not_arrived_by_its_own_date() {
    assert_eq!(arrived(&item(Facts::Plain, dated("2026-12-24", None), None)), Arrival::Unknown);
    let booked = dated("2026-12-24", Some("2026-11-21"));
    assert_eq!(arrived(&item(Facts::Plain, booked, None)), Arrival::Recorded(date("2026-11-21")));
}

#[test]
fn of_an_entry_shown_in_part_the_time_it_was_stored_tells_nothing() {
    let mut part = item(Facts::Plain, When::default(), Some("2026-11-20T02:10:00Z"));
    part.original = Original::none();
    assert_eq!(arrived(&part), Arrival::Unknown, "HAZ-050");
}

/// A medicine stopped is news by the day it was stopped, whenever it was first recorded.
#[test]
fn a_stop_counts_where_the_record_shows_it() {
    let stopped = |day: &str| {
        let facts = Facts::Medicine(Medicine { stopped: Some(date(day)), ..Medicine::default() });
        item(facts, dated("2019-04-01", Some("2019-04-01")), None)
    };
    assert_eq!(arrived(&stopped("2026-11-19")), Arrival::Dated(date("2026-11-19")));
    assert_eq!(arrived(&stopped("2026-12-19")), Arrival::Recorded(date("2019-04-01")), "not yet");
    let stay = Facts::Contact(Contact::default());
    let when = When { from: Some(date("2026-11-01")), to: Some(date("2026-11-19")), recorded: None };
    assert_eq!(arrived(&item(stay, when, None)), Arrival::Dated(date("2026-11-19")));
}

#[test]
fn a_day_without_a_time_is_perhaps_new_on_the_day_somebody_looked() {
    let looked = "2026-11-08T09:12:00Z";
    assert_eq!(falls("2026-11-08T09:12:01Z", looked, 0), Falls::After);
    assert_eq!(falls("2026-11-08T09:11:59Z", looked, 0), Falls::Before);
    assert_eq!(falls("2026-11-08", looked, 0), Falls::Perhaps);
    assert_eq!(falls("2026-11-08T23:00:00", looked, 0), Falls::Perhaps, "a time without a zone");
    assert_eq!(falls("2026-11-09", looked, 0), Falls::After);
    assert_eq!(falls("2026-11-07", looked, 0), Falls::Before);
}

#[test]
fn a_month_that_holds_the_moment_is_unclear_and_never_new() {
    let looked = "2026-11-08T09:12:00Z";
    assert_eq!(falls("2026-11", looked, 0), Falls::Unclear);
    assert_eq!(falls("2026", looked, 0), Falls::Unclear);
    assert_eq!(falls("2026-10", looked, 0), Falls::Before);
    assert_eq!(falls("2026-12", looked, 0), Falls::After);
    assert_eq!(falls("soon", looked, 0), Falls::Unclear);
}

/// HAZ-008: what its source had before somebody looked may have come with a later extract.
#[test]
fn an_extract_may_bring_later_what_its_source_had_before() {
    let looked = "2026-11-08T09:12:00Z";
    assert_eq!(falls("2026-11-08T08:00:00Z", looked, 26), Falls::Perhaps);
    assert_eq!(falls("2026-11-07", looked, 26), Falls::Perhaps);
    assert_eq!(falls("2026-11-06", looked, 26), Falls::Before);
    assert_eq!(falls("2026-11-06T23:00:00Z", looked, 26), Falls::Before);
}
