//! Laws of the record: order of arrival and repetition change nothing, nothing is lost, and no absence reads as a negative.

/// What a clinician meets: plans, alerts, documents and scores of several partners.
mod met;

use super::{AllergyLabel, Group, Record, SECTIONS};
use crate::item::{Item, Section};
use crate::normalise::tests::{payload, reply};
use crate::{Released, SourceNote, normalise, release};
use fhir::reply::{Format, Payload, Silence};
use fhir::{Category, Level, Reply, ReplyState, SourceId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn note(source: &str, state: ReplyState) -> SourceNote {
    SourceNote {
        source: SourceId::new(source),
        state,
        by_category: BTreeMap::new(),
        asked: None,
        as_at: None,
        answered_at: None,
        elapsed_ms: 1,
        missed: Vec::new(),
    }
}

/// One source's answer with these resources, in full.
pub(crate) fn answer(source: &str, resources: &[String]) -> (SourceNote, Released) {
    let entries: Vec<String> =
        resources.iter().map(|resource| format!(r#"{{"resource":{resource}}}"#)).collect();
    let text = format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#, entries.join(","));
    let payloads: Vec<Payload> = vec![payload(Format::R4, None, text.as_bytes())];
    let reply = Reply { source: SourceId::new(source), ..reply(payloads) };
    let released = release(&reply.source, normalise(&reply), &|_| Level::Full, None);
    (note(source, ReplyState::Answered), released)
}

fn silence(source: &str) -> (SourceNote, Released) {
    let state = ReplyState::DidNotAnswer(Silence::TimedOut);
    (note(source, state), Released::nothing(SourceId::new(source)))
}

pub(crate) fn record(answers: &[(SourceNote, Released)]) -> Record {
    let mut record = Record::new(answers.iter().map(|(note, _)| note.source.clone()).collect());
    for (note, released) in answers {
        record.add(note.clone(), released.clone());
    }
    record
}

/// Everything a page could show of a record, as text.
fn shown(record: &Record) -> String {
    let mut lines = Vec::new();
    let item = |item: &Item| format!("{}:{}", item.source, item.original.as_sent());
    for section in SECTIONS {
        for group in record.section(section) {
            lines.push(format!(
                "{section:?} {:?} {:?}",
                group.conflict,
                group.items.iter().map(|i| item(i)).collect::<Vec<_>>()
            ));
        }
    }
    let row = record.allergy_row(&["a", "b", "c"].map(SourceId::new));
    lines.push(format!("{:?} {:?} {:?}", row.label, row.silent, row.by_source));
    let matrix = record.medicines();
    for line in matrix.current.iter().chain(&matrix.past).chain(&matrix.unmatched) {
        let cells: Vec<Vec<String>> =
            line.cells.iter().map(|cell| cell.iter().map(|i| item(i)).collect()).collect();
        lines.push(format!("{} {:?} {cells:?}", line.name, line.difference));
    }
    for series in record.result_series() {
        lines.push(format!("{} {:?} {} {}", series.name, series.unit, series.source, series.points.len()));
    }
    lines.join("\n")
}

fn resource() -> impl Strategy<Value = String> {
    let date =
        prop_oneof!["20[12][0-9]", "20[12][0-9]-0[1-9]", "20[12][0-9]-0[1-9]-1[0-9]", Just("19".to_owned())];
    let status = prop_oneof![
        Just("active"),
        Just("stopped"),
        Just("entered-in-error"),
        Just("unknown"),
        Just("final")
    ];
    let name = prop_oneof![
        Just("Amlodipine 5mg tablets"),
        Just("amlodipine"),
        Just("Penicillin"),
        Just("No known allergy"),
        Just("ReSPECT")
    ];
    let code = prop_oneof![Just("716186003"), Just("319775004"), Just("1")];
    let kind = prop_oneof![
        Just("AllergyIntolerance"),
        Just("MedicationRequest"),
        Just("Condition"),
        Just("Observation"),
        Just("CarePlan"),
        Just("Immunization"),
        Just("Encounter"),
        Just("DocumentReference"),
        Just("Flag"),
    ];
    (kind, name, code, status, date, 0u8..4, 0u8..3).prop_map(|(kind, name, code, status, date, id, unit)| {
        let concept = format!(r#"{{"text":"{name}","coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}}"#);
        format!(
            r#"{{"resourceType":"{kind}","id":"{id}","status":"{status}","clinicalStatus":{{"coding":[{{"code":"{status}"}}]}},
            "identifier":[{{"system":"urn:x","value":"{id}"}}],"code":{concept},"medicationCodeableConcept":{concept},
            "title":"{name}","vaccineCode":{concept},"effectiveDateTime":"{date}","onsetDateTime":"{date}","occurrenceDateTime":"{date}",
            "authoredOn":"{date}","period":{{"start":"{date}"}},"valueQuantity":{{"value":{id}.0,"unit":"u{unit}"}}}}"#
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// HAZ-016, HAZ-032: who answers first, or twice, changes nothing.
    #[test]
    fn reconciling_is_independent_of_order_and_idempotent(
        a in prop::collection::vec(resource(), 0..8),
        b in prop::collection::vec(resource(), 0..8),
        c in prop::collection::vec(resource(), 0..8),
        order in Just(vec![0usize, 1, 2]).prop_shuffle(),
    ) {
        let answers = [answer("a", &a), answer("b", &b), answer("c", &c)];
        let straight = record(&answers);
        let mut other = Record::new(["a", "b", "c"].map(SourceId::new).to_vec());
        for place in order.iter().chain(&order) {
            let (note, released) = answers[*place].clone();
            other.add(note, released);
        }
        prop_assert_eq!(shown(&straight), shown(&other), "HAZ-016");
    }

    /// HAZ-013, HAZ-040: grouping hides nothing and doubles nothing; ungrouping gives every original back.
    #[test]
    fn every_item_stands_in_exactly_one_group_and_every_medicine_in_one_row(
        a in prop::collection::vec(resource(), 0..12),
        b in prop::collection::vec(resource(), 0..12),
    ) {
        let record = record(&[answer("a", &a), answer("b", &b)]);
        let all: Vec<*const Item> = ["a", "b"].iter().flat_map(|s| record.items_of(&SourceId::new(s))).map(std::ptr::from_ref).collect();
        let grouped: Vec<*const Item> =
            SECTIONS.iter().flat_map(|s| record.section(*s)).flat_map(|g| g.items).map(std::ptr::from_ref).collect();
        let in_error: usize = SECTIONS.iter().map(|s| record.entered_in_error(*s)).sum();
        prop_assert_eq!(all.len(), grouped.len() + in_error, "HAZ-040");
        prop_assert_eq!(grouped.iter().collect::<BTreeSet<_>>().len(), grouped.len(), "HAZ-040");
        let matrix = record.medicines();
        let rows = matrix.current.iter().chain(&matrix.past).chain(&matrix.unmatched);
        let in_rows = rows.flat_map(|row| &row.cells).flatten().count();
        let medicines: usize = record.section(Section::Medicines).iter().map(|group| group.items.len()).sum();
        prop_assert_eq!(in_rows, medicines, "HAZ-013");
    }

    // shows: R6
    /// HAZ-015: one timeline over all sources, newest first; a month or a year after the days of it; what cannot be read last, as it was sent.
    #[test]
    fn contacts_of_all_sources_stand_in_one_order_newest_first(
        a in prop::collection::vec(resource(), 0..12),
        b in prop::collection::vec(resource(), 0..12),
        c in prop::collection::vec(resource(), 0..12),
    ) {
        let record = record(&[answer("a", &a), answer("b", &b), answer("c", &c)]);
        for section in [Section::Contacts, Section::Results, Section::Documents, Section::Immunisations] {
            let first = |group: &Group<'_>| {
                let sent = group.items.first()?.when.shown()?.as_sent().to_owned();
                (sent.len() >= 4).then(|| (format!("{sent}{}", "-01-01".get(sent.len() - 4..).unwrap_or_default()), sent.len()))
            };
            let dates: Vec<_> = record.section(section).iter().map(first).collect();
            prop_assert!(dates.is_sorted_by(|a, b| a >= b), "{section:?}: {dates:?}");
        }
    }
}

fn allergy(code: &str, status: &str) -> Vec<String> {
    vec![format!(
        r#"{{"resourceType":"AllergyIntolerance","id":"1","clinicalStatus":{{"coding":[{{"code":"{status}"}}]}},
        "code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}}}}"#
    )]
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Active,
    Ended,
    NoKnown,
    NoKnownOfAKind,
    Empty,
    Silent,
    Unreadable,
}

fn source(name: &str, says: Says) -> (SourceNote, Released) {
    let mut answer = match says {
        Says::Active => answer(name, &allergy("91936005", "active")),
        Says::Ended => answer(name, &allergy("294505008", "resolved")),
        Says::NoKnown => answer(name, &allergy("716186003", "active")),
        Says::NoKnownOfAKind => answer(name, &allergy("409137002", "active")),
        Says::Empty => answer(name, &[]),
        Says::Silent => silence(name),
        Says::Unreadable => answer(name, &[r#"{"resourceType":"AllergyList","id":"1"}"#.to_owned()]),
    };
    for unread in &mut answer.1.unread {
        unread.category = Category::Allergies;
    }
    answer
}

/// HAZ-006, HAZ-012: active, ended, no-known, empty, silent × 3 sources.
#[test]
fn haz_012_no_known_allergies_is_said_only_when_coded_uncontradicted_and_everybody_answered() {
    use Says::*;
    let all = [Active, Ended, NoKnown, NoKnownOfAKind, Empty, Silent, Unreadable];
    let sources = ["a", "b", "c"].map(SourceId::new);
    for a in all {
        for b in all {
            for c in all {
                let says = [a, b, c];
                let row = record(&[source("a", a), source("b", b), source("c", c)]);
                let row = row.allergy_row(&sources);
                let any = |what: Says| says.contains(&what);
                let expected = if any(Active) {
                    AllergyLabel::Known
                } else if any(Silent) || any(Unreadable) {
                    AllergyLabel::Unavailable
                } else if any(NoKnown) && !any(Ended) {
                    AllergyLabel::NoKnown
                } else {
                    AllergyLabel::NotRecorded
                };
                assert_eq!(row.label, expected, "HAZ-006 HAZ-012 {says:?}");
                let silent = says.iter().filter(|says| matches!(says, Silent | Unreadable)).count();
                assert_eq!(row.silent.len(), silent, "HAZ-006 {says:?}: every silent source is named");
                assert_eq!(
                    row.disagrees,
                    any(Active) && (any(NoKnown) || any(NoKnownOfAKind)),
                    "HAZ-012 {says:?}"
                );
            }
        }
    }
}

#[test]
fn haz_006_a_pending_or_unshared_source_keeps_the_negative_from_heading_the_record() {
    let sources = ["a", "b"].map(SourceId::new);
    let mut record = Record::new(sources.to_vec());
    let (note, released) = source("a", Says::NoKnown);
    record.add(note, released);
    assert_eq!(record.allergy_row(&sources).label, AllergyLabel::Unavailable, "HAZ-006 pending");
    let (note, mut released) = source("b", Says::Empty);
    released.not_shared.push(Category::Allergies);
    record.add(note, released);
    assert_eq!(record.allergy_row(&sources).label, AllergyLabel::Unavailable, "HAZ-006 not shared");
    assert_eq!(record.state_of(&sources[1], Category::Allergies), Some(&ReplyState::NotShared), "HAZ-007");
}

#[test]
fn haz_006_an_answer_takes_the_place_of_an_earlier_silence_and_never_the_reverse() {
    let (late, nothing) = (source("a", Says::Active), silence("a"));
    for order in [[late.clone(), nothing.clone()], [nothing, late]] {
        let mut record = Record::new(vec![SourceId::new("a")]);
        for (note, released) in order {
            record.add(note, released);
        }
        assert_eq!(record.section(Section::Allergies).len(), 1, "HAZ-006");
    }
}

fn weight(id: u8, value: &str, unit: &str, code: &str, on: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","effectiveDateTime":"{on}",
        "code":{{"text":"HbA1c","coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}},
        "valueQuantity":{{"value":{value},"unit":"{unit}"}}}}"#
    )
}

#[test]
fn haz_015_series_never_cross_units_codes_or_sources() {
    let acute = [
        weight(1, "58", "mmol/mol", "999791000000106", "2024-11-04"),
        weight(2, "7.5", "%", "999791000000106", "2023-01-01"),
        weight(3, "48", "mmol/mol", "999791000000106", "2026-11-12"),
        weight(4, "50", "mmol/mol", "1003671000000109", "2026-11-12"),
    ];
    let gp = [weight(1, "49", "mmol/mol", "999791000000106", "2026-01-01")];
    let record = record(&[answer("acute", &acute), answer("gp", &gp)]);
    let series = record.result_series();
    assert_eq!(series.iter().map(|s| s.points.len()).sum::<usize>(), 5, "HAZ-015 nothing is left out");
    assert_eq!(series.len(), 4, "HAZ-015");
    let long = series.iter().find(|s| s.points.len() == 2).expect("the joined one");
    let number = |point: Option<super::Point<'_>>| point.and_then(|p| p.measurement.number.clone());
    assert_eq!(number(long.latest()).as_deref(), Some("48"), "HAZ-016");
    assert_eq!(number(long.previous()).as_deref(), Some("58"), "HAZ-016");
}

#[test]
fn haz_005_one_laboratory_report_at_two_sources_is_one_group() {
    let report = |id: &str| {
        format!(
            r#"{{"resourceType":"DiagnosticReport","id":"{id}","status":"final","code":{{"text":"CRP"}},
            "identifier":[{{"system":"urn:oid:2.16.840.1.113883.2.1.4.5.5","value":"L-77"}}]}}"#
        )
    };
    let record = record(&[answer("acute", &[report("x")]), answer("gp", &[report("y")])]);
    let groups = record.section(Section::Results);
    assert_eq!((groups.len(), groups[0].items.len()), (1, 2), "HAZ-005");
    assert_eq!(record.count(&SourceId::new("gp")).duplicates, 1);
}
