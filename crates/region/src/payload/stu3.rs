//! What the trust with a Care Connect STU3 endpoint holds about a person. The differences from R4 are the
//! point: `context`,
//! `notGiven`, statuses as plain codes, ReferralRequest, `indexed`.
//! Source: Care Connect STU3 (CareConnect-*-1); sources, sections 8 and 9.

mod clinical;
mod contacts;
mod documents;
mod patient;
mod plans;

use super::shelf::Shelf;
use crate::people::{Person, partner::Partner};
use jiff::civil::Date;
use serde_json::{Value, json};

/// Patient first.
pub(super) fn resources(person: &Person, today: Date) -> Vec<Value> {
    let mut shelf = Shelf::new(person, Partner::Nelft, today);
    patient::put(&mut shelf);
    clinical::put(&mut shelf);
    contacts::put(&mut shelf);
    documents::put(&mut shelf);
    plans::put(&mut shelf);
    shelf.into_resources()
}

fn meta(profile: &str) -> Value {
    json!({ "profile": [format!("https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-{profile}-1")] })
}

fn extension(name: &str) -> String {
    format!("https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-{name}-1")
}

fn practitioner(shelf: &mut Shelf<'_>, name: &str) -> Value {
    let id = shelf.shared_id("Practitioner", name);
    let family = name.rsplit_once(' ').map_or(name, |(_, family)| family);
    let resource = json!({
        "resourceType": "Practitioner",
        "id": id,
        "meta": meta("Practitioner"),
        "identifier": shelf.business(&id),
        "name": [{ "text": name, "family": family }],
    });
    shelf.put(resource);
    json!({ "reference": format!("Practitioner/{id}"), "display": name })
}
