//! What partners declare is what they hold.

use super::partner::PARTNERS;
use crate::{payload, people};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn every_resource_about_a_person_is_of_a_type_its_partner_declares() {
    let today = crate::clock::today();
    let everybody = people::people(1, 60, today);
    let mut undeclared = BTreeSet::new();
    for partner in PARTNERS.iter().filter(|partner| !partner.behind_a_node) {
        for resource in everybody.iter().flat_map(|person| payload::resources(partner.name, person, today)) {
            let kind = resource["resourceType"].as_str().unwrap().to_owned();
            if is_about_somebody(&resource) && partner.kind(&kind).is_none() {
                undeclared.insert((partner.name, kind));
            }
        }
    }
    assert!(undeclared.is_empty(), "held and never served: {undeclared:?}");
}

/// Specimens and goals are reached by including them with what refers to them.
fn is_about_somebody(resource: &Value) -> bool {
    ["subject", "patient"].iter().any(|key| resource.get(key).is_some())
        && !["Specimen", "Goal"].contains(&resource["resourceType"].as_str().unwrap())
}

#[test]
fn every_type_a_partner_declares_is_a_type_this_server_knows() {
    for partner in &PARTNERS {
        for name in partner.kinds {
            assert!(partner.kind(name).is_some(), "{}: {name}", partner.name);
        }
    }
}

#[test]
fn partners_are_told_apart_by_name_and_code_as_the_people_know_them() {
    let names: BTreeSet<&str> = PARTNERS.iter().map(|partner| partner.name).collect();
    assert_eq!(names.len(), PARTNERS.len());
    for partner in &PARTNERS {
        let profile = people::partner::Partner::parse(partner.name).unwrap().profile();
        assert_eq!(profile.ods, partner.ods);
    }
}
