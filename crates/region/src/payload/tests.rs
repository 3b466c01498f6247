//! What the partners send: every reference resolves, every resource is about the person, and each story is
//! there to be found.

mod gp;
mod gp_documents;
mod html;
mod pds;
mod rest;

use super::as_sent::decimal;
use super::*;
use crate::people::{people, when::When};
use fhir::NhsNumber;
use jiff::civil::date;
use serde_json::json;
use std::collections::BTreeSet;

fn today() -> Date {
    date(2026, 11, 22)
}

fn everybody() -> Vec<Person> {
    people(5, 60, today())
}

fn by_story(key: &str) -> Person {
    people(5, 0, today()).into_iter().find(|person| person.story_key == key).expect("a story of that kind")
}

fn partners() -> impl Iterator<Item = &'static str> {
    Partner::REST.into_iter().map(|partner| partner.profile().slug)
}

/// Everything a practice can be asked.
fn all_areas() -> GpParameters {
    GpParameters {
        allergies: Some(AllergyPart { resolved: true }),
        medication: Some(MedicationPart::default()),
        consultations: Some(ConsultationPart::default()),
        problems: Some(ProblemPart::default()),
        immunisations: Some(ImmunisationPart { not_given: true, status: true }),
        uncategorised: Some(PeriodPart::default()),
        investigations: Some(PeriodPart::default()),
        referrals: Some(PeriodPart::default()),
        diary: Some(DiaryPart::default()),
        unrecognised: Vec::new(),
    }
}

fn reply(bundle_id: &str) -> GpReply<'_> {
    GpReply { bundle_id, documents_root: "http://127.0.0.1:9/documents/fhir" }
}

fn gp_resources(person: &Person, asked: &GpParameters) -> Vec<Value> {
    let bundle = gp_connect(person, asked, reply("b"), today());
    bundle["entry"]
        .as_array()
        .cloned()
        .unwrap_or_default()
        .iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

/// Each reply of each source about a person, by source.
fn replies(person: &Person) -> Vec<(String, Vec<Value>)> {
    let rest = partners().map(|slug| (slug.to_owned(), resources(slug, person, today())));
    std::iter::once(("gp".to_owned(), gp_resources(person, &all_areas()))).chain(rest).collect()
}

fn of_type<'a>(resources: &'a [Value], kind: &str) -> Vec<&'a Value> {
    resources.iter().filter(|resource| resource["resourceType"] == kind).collect()
}

/// Every value under `key`, at any depth.
fn values_of<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            if name == key {
                found.push(value);
            }
            values_of(value, key, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| values_of(item, key, found)),
        _ => {}
    }
}

fn name_of(resource: &Value) -> String {
    format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap())
}

#[test]
fn the_same_seed_and_day_give_the_same_bytes() {
    let bytes = || -> Vec<u8> {
        let replies = everybody().iter().map(replies).collect::<Vec<_>>();
        serde_json::to_vec(&replies).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn every_reference_resolves_inside_its_reply_or_is_for_display() {
    for person in everybody() {
        for (source, resources) in replies(&person) {
            let here: BTreeSet<String> = resources.iter().map(name_of).collect();
            for resource in &resources {
                let mut references = Vec::new();
                values_of(resource, "reference", &mut references);
                for reference in references.into_iter().filter_map(Value::as_str) {
                    let resolved = match reference.strip_prefix('#') {
                        Some(id) => resource["contained"]
                            .as_array()
                            .is_some_and(|inside| inside.iter().any(|r| r["id"] == id)),
                        None => here.contains(reference),
                    };
                    assert!(resolved, "{source}: {} points to {reference}", name_of(resource));
                }
            }
        }
    }
}

#[test]
fn every_resource_is_about_the_person_asked_about() {
    for person in everybody() {
        for (source, resources) in replies(&person).into_iter().filter(|(_, resources)| !resources.is_empty())
        {
            let patients = of_type(&resources, "Patient");
            assert_eq!(patients.len(), 1, "{source}");
            let number = &patients[0]["identifier"][0];
            let is_old =
                person.story_facts.keyed_on_old.iter().any(|partner| partner.profile().slug == source);
            let known = person.superseded.first().filter(|_| is_old).unwrap_or(&person.nhs_number);
            assert_eq!(number["value"], known.digits(), "HAZ-004");
            assert!(number["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "01");
            let subject = name_of(patients[0]);
            for resource in &resources {
                let named = ["subject", "patient", "securityContext"].map(|key| &resource[key]["reference"]);
                let named: Vec<&Value> = named.into_iter().filter(|reference| !reference.is_null()).collect();
                assert!(
                    named.iter().all(|reference| **reference == subject.as_str()),
                    "HAZ-004: {}",
                    name_of(resource)
                );
                let kind = resource["resourceType"].as_str().unwrap();
                let without = [
                    "Patient",
                    "Organization",
                    "Practitioner",
                    "PractitionerRole",
                    "Location",
                    "Medication",
                    "OperationOutcome",
                    "Appointment",
                ];
                assert!(
                    !named.is_empty() || without.contains(&kind),
                    "HAZ-004: {} has no subject",
                    name_of(resource)
                );
            }
        }
    }
}

#[test]
fn no_id_stands_for_two_people() {
    let shared = ["Organization", "Practitioner", "PractitionerRole", "Location", "Medication"];
    let mut seen = BTreeSet::new();
    for person in everybody() {
        for (source, resources) in replies(&person) {
            for resource in
                resources.iter().filter(|r| !shared.contains(&r["resourceType"].as_str().unwrap()))
            {
                assert!(
                    seen.insert((source.clone(), name_of(resource))),
                    "HAZ-004: {source} {}",
                    name_of(resource)
                );
            }
        }
    }
}

#[test]
fn what_is_sent_is_json_the_product_reads_without_null_or_emptiness() {
    for person in everybody() {
        for (source, resources) in replies(&person) {
            for resource in resources {
                let bytes = as_sent(&resource);
                assert!(fhir::json::check(&bytes).is_ok(), "{source}");
                let text = String::from_utf8(bytes).unwrap();
                for hollow in [":null", "[]", "{}"] {
                    assert!(!text.contains(hollow), "{source}: {hollow} in {}", name_of(&resource));
                }
            }
        }
    }
}

#[test]
fn nothing_that_looks_like_an_nhs_number_is_anybody_else() {
    for person in everybody() {
        let text = serde_json::to_string(&replies(&person)).unwrap();
        for digits in text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 10) {
            assert!(NhsNumber::parse(digits).is_err() || digits.starts_with("999"), "{digits}");
        }
    }
}

#[test]
fn decimals_keep_their_noughts() {
    let amounts = serde_json::json!({
        "a": decimal(10.0, 2), "b": decimal(5.0, 1), "c": 3, "d": decimal(0.125, 0), "e": decimal(38.0, 0),
        "f": decimal(4.75, 1), "g": "4.7", "h": "", "i": "a \"word\"",
    });
    let expected = r#"{"a":10.00,"b":5.0,"c":3,"d":0.125,"e":38,"f":4.75,"g":"4.7","h":"","i":"a \"word\""}"#;
    assert_eq!(String::from_utf8(as_sent(&amounts)).unwrap(), expected, "HAZ-039");
}

#[test]
fn no_mark_leaves_and_nothing_but_digits_is_ever_bare() {
    for hostile in [
        "\u{e000}1,\"x\":2",
        "\u{e000}",
        "\u{e000}01",
        "\u{e000}1e9",
        "\u{e000}1.",
        "a\u{e000}5",
        "\u{e000}-",
    ] {
        let text = String::from_utf8(as_sent(&serde_json::json!({ "a": hostile }))).unwrap();
        let read: Value = serde_json::from_str(&text).expect("still JSON");
        assert_eq!(read["a"], hostile.replace('\u{e000}', ""), "HAZ-039");
    }
    for person in everybody() {
        for (source, resources) in replies(&person) {
            let text = String::from_utf8(resources.iter().flat_map(as_sent).collect()).unwrap();
            assert!(!text.contains('\u{e000}'), "HAZ-039 {source}");
        }
    }
}

#[test]
fn digits_are_those_a_laboratory_prints() {
    let doreen = resources("acute", &by_story("falls"), today());
    let text = String::from_utf8(doreen.iter().flat_map(as_sent).collect()).unwrap();
    for amount in [r#""value":31"#, r#""value":5.0"#, r#""value":5.5"#, r#""value":10.00"#, r#""value":28"#] {
        let ended = [",", "}"].iter().any(|end| text.contains(&format!("{amount}{end}")));
        assert!(ended, "HAZ-039 {amount}");
    }
}

#[test]
fn an_unknown_partner_and_a_partner_who_does_not_know_the_person_give_nothing() {
    let percy = by_story("sparse");
    assert!(partners().all(|slug| resources(slug, &percy, today()).is_empty()));
    assert!(resources("gp", &by_story("falls"), today()).is_empty());
    assert!(resources("nowhere", &by_story("falls"), today()).is_empty());
}

#[test]
fn pds_says_the_current_number_and_no_place_of_a_restricted_person() {
    let grace = by_story("restricted");
    let patient = pds_patient(&grace, today());
    assert_eq!(patient["meta"]["security"][0]["code"], "R");
    for place in ["address", "telecom", "generalPractitioner"] {
        assert!(patient.get(place).is_none(), "HAZ-023: {place}");
    }
    let at_the_trust = resources("acute", &grace, today());
    assert!(at_the_trust[0].get("address").is_some(), "HAZ-023: the trust holds what may not be shown");

    let ivor = by_story("superseded");
    assert_eq!(ivor.superseded.len(), 2);
    let patient = pds_patient(&ivor, today());
    assert_eq!(patient["id"], ivor.nhs_number.digits(), "HAZ-005");
    assert_eq!(patient["generalPractitioner"][0]["identifier"]["value"], ivor.practice);

    let hilda = by_story("deceased");
    let patient = pds_patient(&hilda, today());
    assert_eq!(patient["deceasedDateTime"], "2026-11-13T00:00:00+00:00");
    assert_eq!(When::Day(9).text(today()).as_deref(), Some("2026-11-13"));
}
