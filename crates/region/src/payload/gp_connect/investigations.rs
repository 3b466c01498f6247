//! What came to the practice from a laboratory: report, test group, results and the remark made on filing it.
//! The laboratory's own number ties it to the trust's copy.
//! Source: GP Connect 1.6.2, investigations; sources, section 1.6.

use super::{
    lists, meta,
    observation::{self, comment_note},
    parameters::PeriodPart,
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{LABORATORY_REPORT, coded, concept_stu3, measured, reference_range, snomed},
};
use crate::people::facts::{Report, Value as Measured};
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &PeriodPart) {
    let mut entries = Vec::new();
    for (at, fact) in shelf.person.story_facts.reports.iter().enumerate() {
        if shelf.holds(fact.at) && asked.period.holds(fact.on.range(shelf.today)) {
            entries.push(report(shelf, &at.to_string(), fact));
        }
    }
    lists::put(shelf, &lists::INVESTIGATIONS, entries);
}

fn report(shelf: &mut Shelf<'_>, key: &str, fact: &Report) -> Value {
    let id = shelf.id("DiagnosticReport", key);
    let request = request(shelf, key, fact);
    let specimen = specimen(shelf, key, fact);
    let group = group(shelf, key, fact);
    let filing = json!({
        "status": "unknown",
        "code": comment_note(),
        "comment": "Filed. No action needed until the next review.",
    });
    let filing = observation::put(shelf, ("Observation filing", key), fact.on.later(1), filing);
    let own = shelf.business(&id);
    let resource = json!({
        "resourceType": "DiagnosticReport",
        "id": id,
        "meta": meta("DiagnosticReport"),
        "identifier": [
            own.get(0),
            { "system": LABORATORY_REPORT, "value": shelf.laboratory_number(key) },
        ],
        "basedOn": [request],
        "status": "unknown",
        "category": coded("http://hl7.org/fhir/v2/0074", "PAT", "Pathology (gross & histopath, not surgical)"),
        "code": snomed("721981007", "Diagnostic studies report"),
        "subject": shelf.subject(),
        "issued": shelf.instant(fact.on),
        "performer": [{ "actor": shelf.organization() }],
        "specimen": [specimen],
        "result": [group, filing],
    });
    shelf.put(resource);
    reference("DiagnosticReport", &id)
}

/// The panel; its results point back to it.
fn group(shelf: &mut Shelf<'_>, key: &str, fact: &Report) -> Value {
    let id = shelf.id("Observation group", key);
    let mut members = Vec::new();
    for (at, value) in fact.values.iter().enumerate() {
        let result = result(&id, value);
        let target = observation::put(shelf, ("Observation result", &format!("{key} {at}")), fact.on, result);
        members.push(json!({ "type": "has-member", "target": target }));
    }
    let own = json!({ "code": concept_stu3(fact.panel), "comment": fact.text, "related": members });
    observation::put(shelf, ("Observation group", key), fact.on, own)
}

fn result(group: &str, fact: &Measured) -> Value {
    let interpretation = fact.flag.map(|flag| coded("http://hl7.org/fhir/v2/0078", flag, flag));
    json!({
        "code": concept_stu3(fact.test),
        "valueQuantity": measured(fact),
        "interpretation": interpretation,
        "referenceRange": reference_range(fact),
        "comment": fact.comment,
        "related": [{ "type": "derived-from", "target": reference("Observation", group) }],
    })
}

/// Made up from the report, as practices' systems do.
fn request(shelf: &mut Shelf<'_>, key: &str, fact: &Report) -> Value {
    let id = shelf.id("ProcedureRequest", key);
    let requester = practitioner(shelf, USUAL_GP);
    let resource = json!({
        "resourceType": "ProcedureRequest",
        "id": id,
        "meta": meta("ProcedureRequest"),
        "identifier": shelf.business(&id),
        "status": "active",
        "intent": "order",
        "code": concept_stu3(fact.panel),
        "subject": shelf.subject(),
        "authoredOn": shelf.on(fact.on),
        "requester": { "agent": requester },
    });
    shelf.put(resource);
    reference("ProcedureRequest", &id)
}

fn specimen(shelf: &mut Shelf<'_>, key: &str, fact: &Report) -> Value {
    let id = shelf.id("Specimen", key);
    let kind = if fact.values.is_empty() { "Urine" } else { "Blood" };
    let resource = json!({
        "resourceType": "Specimen",
        "id": id,
        "meta": meta("Specimen"),
        "identifier": shelf.business(&id),
        "type": { "text": kind },
        "subject": shelf.subject(),
        "receivedTime": shelf.on(fact.on),
    });
    shelf.put(resource);
    reference("Specimen", &id)
}
