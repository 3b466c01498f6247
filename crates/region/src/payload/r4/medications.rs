//! MedicationRequest for what this partner prescribed, MedicationStatement for what it was told, Medication
//! for the product.
//! Source: UKCore-MedicationRequest 2.5.0, UKCore-MedicationStatement 2.5.0, UKCore-Medication 2.3.0.

use super::{meta, with};
use crate::payload::{
    shelf::Shelf,
    wire::{amount, coded, concept, period, supplied},
};
use crate::people::{
    facts::{Medicine, Supply},
    partner::Partner,
};
use serde_json::{Value, json};

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/medicationrequest-category";
const STATEMENT_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/medication-statement-category";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    for (at, fact) in shelf.person.story_facts.medicines.iter().enumerate() {
        if !shelf.holds(fact.at) {
            continue;
        }
        let prescribed = match (shelf.partner, fact.supply) {
            (_, Supply::Discharge | Supply::Inpatient | Supply::Acute) => true,
            (partner, Supply::Repeat) => partner != Partner::Acute,
            (_, Supply::Elsewhere) => false,
        };
        let resource = if prescribed {
            request(shelf, &at.to_string(), fact)
        } else {
            statement(shelf, &at.to_string(), fact)
        };
        shelf.put(resource);
    }
}

fn request(shelf: &mut Shelf<'_>, key: &str, fact: &Medicine) -> Value {
    let id = shelf.id("MedicationRequest", key);
    let status = fact.status.unwrap_or(match (fact.stopped, fact.supply) {
        (Some(_), Supply::Inpatient) => "completed",
        (Some(_), _) => "stopped",
        (None, _) => "active",
    });
    let (category, display) = match fact.supply {
        Supply::Inpatient => ("inpatient", "Inpatient"),
        Supply::Discharge => ("discharge", "Discharge"),
        _ => ("community", "Community"),
    };
    let request = json!({
        "resourceType": "MedicationRequest",
        "id": id,
        "meta": meta("MedicationRequest"),
        "extension": [stopped(shelf, fact)],
        "identifier": shelf.business(&id),
        "status": status,
        "statusReason": fact.stopped.map(|(_, why)| json!({ "text": why })),
        "intent": "order",
        "category": [coded(CATEGORY, category, display)],
        "subject": shelf.subject(),
        "authoredOn": shelf.on(fact.started),
        "requester": shelf.organization(),
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "dosageInstruction": [dosage(fact)],
        "dispenseRequest": {
            "validityPeriod": period(shelf.day(fact.started), fact.stopped.and_then(|(when, _)| shelf.day(when))),
            "quantity": supplied(fact.quantity),
        },
        "substitution": { "allowedBoolean": false },
    });
    with(request, product(shelf, fact))
}

/// R4 has a place for the reason and none for the day: the day goes in the extension that practices use.
fn stopped(shelf: &Shelf<'_>, fact: &Medicine) -> Value {
    let Some((when, why)) = fact.stopped.filter(|_| fact.supply != Supply::Inpatient) else {
        return Value::Null;
    };
    json!({
        "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-MedicationStatusReason-1",
        "extension": [
            { "url": "statusReason", "valueCodeableConcept": { "text": why } },
            { "url": "statusChangeDate", "valueDateTime": shelf.day(when) },
        ],
    })
}

/// The acute trust keeps products apart; everybody else writes the name into the request.
fn product(shelf: &mut Shelf<'_>, fact: &Medicine) -> Value {
    if shelf.partner != Partner::Acute {
        return json!({ "medicationCodeableConcept": concept(fact.name) });
    }
    let id = shelf.shared_id("Medication", fact.name.text);
    let medication = json!({
        "resourceType": "Medication",
        "id": id,
        "meta": meta("Medication"),
        "code": concept(fact.name),
    });
    shelf.put(medication);
    json!({ "medicationReference": { "reference": format!("Medication/{id}") } })
}

fn statement(shelf: &Shelf<'_>, key: &str, fact: &Medicine) -> Value {
    let id = shelf.id("MedicationStatement", key);
    json!({
        "resourceType": "MedicationStatement",
        "id": id,
        "meta": meta("MedicationStatement"),
        "contained": [{ "resourceType": "Medication", "id": "product", "code": concept(fact.name) }],
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or(if fact.stopped.is_some() { "stopped" } else { "active" }),
        "statusReason": fact.stopped.map(|(_, why)| json!([{ "text": why }])),
        "category": coded(STATEMENT_CATEGORY, "patientspecified", "Patient Specified"),
        "medicationReference": { "reference": "#product" },
        "subject": shelf.subject(),
        "effectivePeriod": period(shelf.on(fact.started), fact.stopped.and_then(|(when, _)| shelf.on(when))),
        "dateAsserted": shelf.on(fact.started),
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "dosage": [dosage(fact)],
    })
}

fn dosage(fact: &Medicine) -> Value {
    let timing = |times: u8| json!({ "repeat": { "frequency": times, "period": 1, "periodUnit": "d" } });
    let dose = |(value, unit, _): (f64, &str, u8)| json!([{ "doseQuantity": amount(value, unit) }]);
    json!({
        "text": fact.dose,
        "timing": fact.structured.map(|(_, _, times)| timing(times)),
        "doseAndRate": fact.structured.map(dose),
    })
}
