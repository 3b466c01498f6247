//! PO-16, PO-17: how near a contact is, from what a source said, at the edge of each threshold and where dates are coarse. AU37.

use super::*;
use fhir::{
    Level, Reply, ReplyState,
    reply::{Format, Payload},
};

const TODAY: &str = "2026-11-29";
const DAYS: (u32, u32) = (30, 90);

/// Encounters as a server gives them: status, class, start, end.
fn marked(encounters: &[(&str, &str, &str, Option<&str>)], days: (u32, u32)) -> &'static [&'static str] {
    let entries: Vec<String> = encounters
        .iter()
        .enumerate()
        .map(|(n, (status, class, start, end))| {
            let end = end.map(|end| format!(r#","end":"{end}""#)).unwrap_or_default();
            format!(
                r#"{{"resource":{{"resourceType":"Encounter","id":"e{n}","status":"{status}","class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{class}"}},"subject":{{"reference":"Patient/p"}},"period":{{"start":"{start}"{end}}}}}}}"#
            )
        })
        .collect();
    let text = format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#, entries.join(","));
    let source = SourceId::new("own");
    let payload = Payload { format: Format::R4, category: Some(Category::Encounters), text: text.into() };
    let reply = Reply { payloads: vec![payload], ..Reply::of(source.clone(), ReplyState::Answered) };
    let released = record::release(&source, record::normalise(&reply), &|_| Level::Full, Some(TODAY));
    assert_eq!(released.items.len(), encounters.len());
    let today = FhirDate::parse(TODAY).first_day().unwrap();
    marks(released.items.iter(), today, days)
}

fn seen_on(day: &str) -> &'static [&'static str] {
    marked(&[("finished", "AMB", day, Some(day))], DAYS)
}

const NEAR: &[&str] = &[];
const NONE: &[&str] = &[NO_RECENT_CONTACT];
const LONG: &[&str] = &[NO_RECENT_CONTACT, LONG_AFTER_CONTACT];

#[test]
fn au37_po_16_thirty_days_before_or_after_are_near_and_thirty_one_are_not() {
    assert_eq!(seen_on("2026-10-30"), NEAR);
    assert_eq!(seen_on("2026-10-29"), NONE);
    assert_eq!(seen_on("2026-12-29"), NEAR, "an appointment to come");
    assert_eq!(seen_on("2026-12-30"), NONE);
    assert_eq!(marked(&[], DAYS), NONE, "never");
    assert_eq!(
        marked(&[("finished", "AMB", "2026-11-10", Some("2026-11-10"))], (15, 45)),
        NONE,
        "half, in direct sessions"
    );
}

#[test]
fn au37_po_17_more_than_ninety_days_after_the_last_contact() {
    assert_eq!(seen_on("2026-08-31"), NONE);
    assert_eq!(seen_on("2026-08-30"), LONG);
    let old = ("finished", "AMB", "2020-01-01", Some("2020-01-01"));
    assert_eq!(
        marked(&[old, ("planned", "AMB", "2026-12-10", None)], DAYS),
        NEAR,
        "there is a reason to look"
    );
    assert_eq!(marked(&[old, ("finished", "AMB", "2026-10-01", None)], DAYS), NONE, "the last one counts");
}

#[test]
fn a_stay_lasts_until_it_ended_and_a_cancelled_appointment_is_no_contact() {
    assert_eq!(marked(&[("finished", "IMP", "2026-01-01", Some("2026-11-20"))], DAYS), NEAR);
    assert_eq!(marked(&[("in-progress", "IMP", "2026-01-01", None)], DAYS), NEAR);
    assert_eq!(marked(&[("cancelled", "AMB", "2026-11-20", None)], DAYS), NONE);
}

#[test]
fn a_date_without_its_day_is_read_in_favour_of_the_professional() {
    assert_eq!(seen_on("2026-10"), NEAR);
    assert_eq!(seen_on("2026"), NEAR);
    assert_eq!(seen_on("2026-08"), NONE);
    assert_eq!(seen_on("2025"), LONG);
}
