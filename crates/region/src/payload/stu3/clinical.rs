//! Allergies, medicines, problems, measures and vaccines in STU3.
//! Source: CareConnect-AllergyIntolerance-1, -MedicationStatement-1, -Medication-1, -Condition-1,
//! -Observation-1, -Immunization-1.

use super::{extension, meta};
use crate::payload::{
    shelf::{Shelf, put_each, reference},
    wire::{amount, coded, concept_stu3, period, pressure},
};
use crate::people::facts::{Allergy, Measure, Medicine, Problem, Reading, Vaccine};
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, allergies, allergy);
    put_each!(shelf, medicines, medication_statement);
    put_each!(shelf, problems, condition);
    put_each!(shelf, measures, observation);
    put_each!(shelf, vaccines, immunization);
}

fn allergy(shelf: &Shelf<'_>, key: &str, fact: &Allergy) -> Value {
    let id = shelf.id("AllergyIntolerance", key);
    let reaction = |term| json!([{ "manifestation": [concept_stu3(term)], "severity": fact.severity }]);
    json!({
        "resourceType": "AllergyIntolerance",
        "id": id,
        "meta": meta("AllergyIntolerance"),
        "identifier": shelf.business(&id),
        "clinicalStatus": if fact.ended.is_some() { "resolved" } else { "active" },
        "verificationStatus": fact.verification.unwrap_or("confirmed"),
        "category": ["medication"],
        "code": concept_stu3(fact.substance),
        "patient": shelf.subject(),
        "assertedDate": shelf.on(fact.recorded),
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "reaction": fact.reaction.map(reaction),
    })
}

fn medication_statement(shelf: &mut Shelf<'_>, key: &str, fact: &Medicine) -> Value {
    let product = shelf.shared_id("Medication", fact.name.text);
    let medication = json!({
        "resourceType": "Medication",
        "id": product,
        "meta": meta("Medication"),
        "code": concept_stu3(fact.name),
    });
    shelf.put(medication);
    let id = shelf.id("MedicationStatement", key);
    let end = fact.stopped.and_then(|(when, _)| shelf.on(when));
    json!({
        "resourceType": "MedicationStatement",
        "id": id,
        "meta": meta("MedicationStatement"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or(if fact.stopped.is_some() { "stopped" } else { "active" }),
        "medicationReference": reference("Medication", &product),
        "effectivePeriod": period(shelf.on(fact.started), end),
        "dateAsserted": shelf.on(fact.started),
        "subject": shelf.subject(),
        "taken": "unk",
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "dosage": [{ "text": fact.dose }],
    })
}

fn condition(shelf: &Shelf<'_>, key: &str, fact: &Problem) -> Value {
    let id = shelf.id("Condition", key);
    json!({
        "resourceType": "Condition",
        "id": id,
        "meta": meta("Condition"),
        "identifier": shelf.business(&id),
        "clinicalStatus": if fact.until.is_some() { "resolved" } else { "active" },
        "verificationStatus": fact.verification.unwrap_or("confirmed"),
        "category": [coded("http://hl7.org/fhir/condition-category", "problem-list-item", "Problem List Item")],
        "code": concept_stu3(fact.name),
        "subject": shelf.subject(),
        "onsetDateTime": shelf.on(fact.since),
        "abatementDateTime": fact.until.and_then(|when| shelf.on(when)),
        "assertedDate": shelf.on(fact.since),
        "note": fact.note.map(|note| json!([{ "text": note }])),
    })
}

fn observation(shelf: &Shelf<'_>, key: &str, fact: &Measure) -> Value {
    let id = shelf.id("Observation", key);
    let (quantity, words, component) = match fact.reading {
        Reading::Amount(value, unit) => (amount(value, unit), None, Value::Null),
        Reading::Words(words) => (Value::Null, Some(words), Value::Null),
        Reading::Pressure(systolic, diastolic) => (Value::Null, None, pressure(systolic, diastolic)),
        Reading::Nothing => (Value::Null, None, Value::Null),
    };
    json!({
        "resourceType": "Observation",
        "id": id,
        "meta": meta("Observation"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("final"),
        "code": concept_stu3(fact.what),
        "subject": shelf.subject(),
        "effectiveDateTime": shelf.on(fact.on),
        "performer": [shelf.organization()],
        "valueQuantity": quantity,
        "valueString": words,
        "comment": fact.note,
        "component": component,
    })
}

fn immunization(shelf: &Shelf<'_>, key: &str, fact: &Vaccine) -> Value {
    let id = shelf.id("Immunization", key);
    json!({
        "resourceType": "Immunization",
        "id": id,
        "meta": meta("Immunization"),
        "extension": [{ "url": extension("VaccinationProcedure"), "valueCodeableConcept": concept_stu3(fact.name) }],
        "identifier": shelf.business(&id),
        "status": "completed",
        "notGiven": fact.refused,
        "vaccineCode": coded("http://hl7.org/fhir/v3/NullFlavor", "UNK", "unknown"),
        "patient": shelf.subject(),
        "date": shelf.on(fact.on),
        "primarySource": true,
        "lotNumber": fact.batch,
        "site": fact.site.map(|site| json!({ "text": site })),
    })
}
