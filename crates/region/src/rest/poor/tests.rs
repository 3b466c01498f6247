//! Each expectation it breaks, so that it goes on breaking it.

use super::*;
use crate::people::people;

fn doreen(kind: &str) -> Value {
    let today = crate::clock::today();
    let doreen = people(1, 0, today).into_iter().find(|person| person.story_key == "falls").unwrap();
    spoil::of_kind(kind, &payload::resources(slug(), &doreen, today))
}

fn entries(bundle: &Value) -> &[Value] {
    bundle["entry"].as_array().unwrap()
}

#[test]
fn totals_are_wrong_the_first_comes_twice_and_what_comes_along_is_not_marked() {
    let bundle = doreen("MedicationRequest");
    let matches: Vec<&Value> =
        entries(&bundle).iter().filter(|entry| entry["search"]["mode"] == "match").collect();
    assert_eq!(bundle["total"], matches.len() - 1 + 3, "HAZ-017");
    assert_eq!(matches[0]["resource"]["id"], matches[1]["resource"]["id"]);
    let along = entries(&bundle).iter().filter(|entry| entry.get("search").is_none());
    assert!(
        along.clone().count() > 0
            && along.clone().all(|one| one["resource"]["resourceType"] != "MedicationRequest")
    );
}

#[test]
fn every_second_resource_says_not_whom_it_is_about() {
    let bundle = doreen("AllergyIntolerance");
    let named = |entry: &&Value| entry["resource"].get("patient").is_some();
    let matches = entries(&bundle).iter().filter(|entry| entry["search"]["mode"] == "match");
    let (with, without): (Vec<_>, Vec<_>) = matches.partition(named);
    assert!(!with.is_empty() && !without.is_empty(), "HAZ-004");
}

#[test]
fn ids_codes_dates_profiles_and_identifiers_are_all_wrong() {
    let condition = doreen("Condition")["entry"][0]["resource"].clone();
    assert!(condition["id"].as_str().unwrap().contains(' '));
    assert!(condition["code"]["coding"][0].get("system").is_none());
    assert_eq!(condition["meta"]["profile"][0], spoil::CLAIMED);
    assert!(condition.get("identifier").is_none());
    let encounter = doreen("Encounter")["entry"][0]["resource"].clone();
    assert_eq!(encounter["period"]["start"].as_str().unwrap().len(), 19, "no zone");
    let patient = doreen("Patient")["entry"][0]["resource"].clone();
    assert!(patient["identifier"][0].get("extension").is_none(), "HAZ-004: nobody verified the number");
}

#[test]
fn one_entry_is_of_no_known_type_and_one_is_no_resource() {
    let bundle = doreen("Observation");
    assert!(entries(&bundle).iter().any(|entry| entry["resource"]["resourceType"] == "PatientMood"));
    assert!(entries(&bundle).iter().any(|entry| entry["resource"].is_string()));
}
