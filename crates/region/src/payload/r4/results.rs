//! DiagnosticReport with its Observations and Specimen; vital signs and other measures as Observations of
//! their own.
//! Source: UKCore-DiagnosticReport 2.7.0, UKCore-Observation-Lab 2.0.1, UKCore-Observation-VitalSigns 1.1.1.

use super::meta;
use crate::payload::{
    shelf::{Shelf, put_each, reference},
    wire::{LABORATORY_REPORT, amount, coded, concept, measured, pressure, reference_range, snomed},
};
use crate::people::facts::{Measure, Reading, Report, Value as Measured};
use serde_json::{Value, json};

const SECTION: &str = "http://terminology.hl7.org/CodeSystem/v2-0074";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    for (at, fact) in shelf.person.story_facts.reports.iter().enumerate() {
        if shelf.holds(fact.at) {
            report(shelf, &at.to_string(), fact);
        }
    }
    put_each!(shelf, measures, measure);
}

fn report(shelf: &mut Shelf<'_>, key: &str, fact: &Report) {
    let id = shelf.id("DiagnosticReport", key);
    let specimen = if fact.imaging { Value::Null } else { specimen(shelf, key, fact) };
    let mut results = Vec::new();
    for (at, value) in fact.values.iter().enumerate() {
        let result = result(shelf, &format!("{key} {at}"), fact, value);
        results.push(reference("Observation", result.get("id").and_then(Value::as_str).unwrap_or_default()));
        shelf.put(result);
    }
    let mut identifiers = vec![shelf.business(&id).get(0).cloned()];
    if !fact.imaging {
        identifiers.push(Some(json!({ "system": LABORATORY_REPORT, "value": shelf.laboratory_number(key) })));
    }
    let (section, section_name) = if fact.imaging { ("RAD", "Radiology") } else { ("LAB", "Laboratory") };
    let resource = json!({
        "resourceType": "DiagnosticReport",
        "id": id,
        "meta": meta("DiagnosticReport"),
        "identifier": identifiers,
        "status": fact.status.unwrap_or("final"),
        "category": [coded(SECTION, section, section_name)],
        "code": concept(fact.panel),
        "subject": shelf.subject(),
        "effectiveDateTime": shelf.on(fact.on),
        "issued": shelf.instant(fact.on),
        "performer": [shelf.organization()],
        "specimen": [specimen],
        "result": results,
        "conclusion": fact.text,
    });
    shelf.put(resource);
}

fn specimen(shelf: &mut Shelf<'_>, key: &str, fact: &Report) -> Value {
    let id = shelf.id("Specimen", key);
    let resource = json!({
        "resourceType": "Specimen",
        "id": id,
        "meta": meta("Specimen"),
        "identifier": shelf.business(&id),
        "type": if fact.values.is_empty() { json!({ "text": "Urine" }) } else { snomed("119297000", "Blood specimen") },
        "subject": shelf.subject(),
        "receivedTime": shelf.on(fact.on),
    });
    shelf.put(resource);
    reference("Specimen", &id)
}

fn result(shelf: &Shelf<'_>, key: &str, report: &Report, fact: &Measured) -> Value {
    let id = shelf.id("Observation result", key);
    json!({
        "resourceType": "Observation",
        "id": id,
        "meta": meta("Observation-Lab"),
        "identifier": shelf.business(&id),
        "status": report.status.unwrap_or("final"),
        "category": [coded(CATEGORY, "laboratory", "Laboratory")],
        "code": concept(fact.test),
        "subject": shelf.subject(),
        "effectiveDateTime": shelf.on(report.on),
        "issued": shelf.instant(report.on),
        "performer": [shelf.organization()],
        "valueQuantity": measured(fact),
        "interpretation": fact.flag.map(|flag| json!([{ "coding": [{ "system": INTERPRETATION, "code": flag }] }])),
        "referenceRange": reference_range(fact),
        "note": fact.comment.map(|comment| json!([{ "text": comment }])),
    })
}

fn measure(shelf: &Shelf<'_>, key: &str, fact: &Measure) -> Value {
    let id = shelf.id("Observation", key);
    let vital = matches!(fact.reading, Reading::Amount(_, unit) if unit != "{score}")
        || matches!(fact.reading, Reading::Pressure(..));
    let (category, display) = if vital { ("vital-signs", "Vital Signs") } else { ("survey", "Survey") };
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
        "category": [coded(CATEGORY, category, display)],
        "code": concept(fact.what),
        "subject": shelf.subject(),
        "effectiveDateTime": shelf.on(fact.on),
        "performer": [shelf.organization()],
        "valueQuantity": quantity,
        "valueString": words,
        "component": component,
        "note": fact.note.map(|note| json!([{ "text": note }])),
    })
}
