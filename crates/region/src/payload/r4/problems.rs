//! Condition and Procedure.
//! Source: UKCore-Condition 2.6.0, UKCore-Procedure 2.5.0.

use super::meta;
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::{coded, concept},
};
use crate::people::facts::{Problem, Procedure};
use serde_json::{Value, json};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, problems, condition);
    put_each!(shelf, procedures, procedure);
}

fn condition(shelf: &Shelf<'_>, key: &str, fact: &Problem) -> Value {
    let id = shelf.id("Condition", key);
    let verification = fact.verification.unwrap_or("confirmed");
    let clinical = match (verification, fact.until) {
        ("entered-in-error", _) => Value::Null,
        (_, Some(_)) => coded(CLINICAL, "resolved", "Resolved"),
        (_, None) => coded(CLINICAL, "active", "Active"),
    };
    json!({
        "resourceType": "Condition",
        "id": id,
        "meta": meta("Condition"),
        "identifier": shelf.business(&id),
        "clinicalStatus": clinical,
        "verificationStatus": { "coding": [{ "system": VERIFICATION, "code": verification }] },
        "category": [coded(CATEGORY, "problem-list-item", "Problem List Item")],
        "code": concept(fact.name),
        "subject": shelf.subject(),
        "onsetDateTime": shelf.on(fact.since),
        "abatementDateTime": fact.until.and_then(|when| shelf.on(when)),
        "recordedDate": shelf.on(fact.since),
        "note": fact.note.map(|note| json!([{ "text": note }])),
    })
}

fn procedure(shelf: &Shelf<'_>, key: &str, fact: &Procedure) -> Value {
    let id = shelf.id("Procedure", key);
    json!({
        "resourceType": "Procedure",
        "id": id,
        "meta": meta("Procedure"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("completed"),
        "code": concept(fact.name),
        "subject": shelf.subject(),
        "performedDateTime": shelf.on(fact.on),
        "note": fact.note.map(|note| json!([{ "text": note }])),
    })
}
