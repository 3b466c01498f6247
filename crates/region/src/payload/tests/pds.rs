//! What PDS says of people it does not have plainly.

use super::*;

fn of(story_key: &str) -> Value {
    pds_patient(&by_story(story_key), today())
}

#[test]
fn a_number_in_doubt_says_so() {
    let una = of("unverified");
    let status = &una["identifier"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"];
    assert_eq!(status, "05", "HAZ-005");
}

#[test]
fn a_very_restricted_person_has_no_place_and_no_practice() {
    let victor = of("very-restricted");
    assert_eq!(victor["meta"]["security"][0]["code"], "V");
    for place in ["address", "telecom", "generalPractitioner"] {
        assert!(victor.get(place).is_none(), "HAZ-023: {place}");
    }
}

#[test]
fn a_death_somebody_reported_is_informal_and_a_registered_one_formal() {
    let code = |patient: &Value| {
        patient["extension"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"].clone()
    };
    assert_eq!((code(&of("deceased-informal")), code(&of("deceased"))), (json!("1"), json!("2")));
}

#[test]
fn a_minimal_entry_has_no_name_and_no_practice() {
    let moira = of("pds-minimal");
    assert!(moira.get("name").is_none() && moira.get("generalPractitioner").is_none());
    assert!(moira.get("birthDate").is_some());
}

#[test]
fn who_left_a_practice_has_a_registration_that_ended_and_a_reason() {
    let leo = of("left-practice");
    assert_eq!(leo["generalPractitioner"][0]["identifier"]["period"]["end"], "2026-09-23");
    let mut codes = Vec::new();
    values_of(&leo["extension"], "code", &mut codes);
    assert!(codes.contains(&&json!("SCT")));
}
