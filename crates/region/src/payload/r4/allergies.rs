//! AllergyIntolerance, from entries that are confirmed, refuted or made in error.
//! Source: UKCore-AllergyIntolerance 2.5.0.

use super::meta;
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::{coded, concept},
};
use crate::people::facts::Allergy;
use serde_json::{Value, json};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, allergies, allergy);
}

fn allergy(shelf: &Shelf<'_>, key: &str, fact: &Allergy) -> Value {
    let id = shelf.id("AllergyIntolerance", key);
    let verification = fact.verification.unwrap_or("confirmed");
    // An entry made in error has no clinical status (invariant ait-2).
    let clinical = match (verification, fact.ended) {
        ("entered-in-error", _) => Value::Null,
        (_, Some(_)) => coded(CLINICAL, "resolved", "Resolved"),
        (_, None) => coded(CLINICAL, "active", "Active"),
    };
    json!({
        "resourceType": "AllergyIntolerance",
        "id": id,
        "meta": meta("AllergyIntolerance"),
        "identifier": shelf.business(&id),
        "clinicalStatus": clinical,
        "verificationStatus": { "coding": [{ "system": VERIFICATION, "code": verification }] },
        "type": "allergy",
        "category": ["medication"],
        "criticality": fact.critical.then_some("high"),
        "code": concept(fact.substance),
        "patient": shelf.subject(),
        "recordedDate": shelf.on(fact.recorded),
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "reaction": fact.reaction.map(|reaction| json!([{
            "manifestation": [concept(reaction)],
            "severity": fact.severity,
        }])),
    })
}
