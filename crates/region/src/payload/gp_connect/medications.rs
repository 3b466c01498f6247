//! A course is a statement with its plan; issues hang on the plan and are never medicines of their own
//! (HAZ-013).
//! Source: GP Connect 1.6.2, MedicationStatement, MedicationRequest, Medication; sources, section 1.6.

use super::{
    code, extension, lists, meta,
    parameters::MedicationPart,
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{concept_stu3, identifier, period, supplied},
};
use crate::people::{
    facts::{Medicine, Supply},
    when::When,
};
use jiff::civil::Date;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &MedicationPart) {
    let mut entries = Vec::new();
    for (at, fact) in shelf.person.story_facts.medicines.iter().enumerate() {
        let wanted = asked.search_from.is_none_or(|from| reaches(fact, from, shelf.today));
        if shelf.holds(fact.at) && wanted {
            entries.push(course(shelf, &at.to_string(), fact, asked.issues));
        }
    }
    lists::put(shelf, &lists::MEDICATIONS, entries);
}

/// The courses with these names, for what links to them.
pub(super) fn linked(shelf: &mut Shelf<'_>, names: &[&str]) -> Vec<Value> {
    let mut references = Vec::new();
    for (at, fact) in shelf.person.story_facts.medicines.iter().enumerate() {
        if shelf.holds(fact.at) && names.contains(&fact.name.text) {
            references.push(course(shelf, &at.to_string(), fact, true));
        }
    }
    references
}

/// An acute course without an end counts on its first day only; a repeat from its first day on.
fn reaches(fact: &Medicine, from: Date, today: Date) -> bool {
    let last_day = match (fact.stopped, fact.supply) {
        (Some((when, _)), _) => when.range(today),
        (None, Supply::Acute) => fact.started.range(today),
        (None, _) => None,
    };
    last_day.is_none_or(|(_, last)| last >= from)
}

/// Puts statement, product, plan and issues in; gives a reference to the statement.
fn course(shelf: &mut Shelf<'_>, key: &str, fact: &Medicine, issues: bool) -> Value {
    let product = product(shelf, fact);
    let plan = shelf.id("MedicationRequest", key);
    let request = plan_request(shelf, &plan, fact, &product);
    shelf.put(request);
    let statement = statement(shelf, key, fact, (&plan, &product));
    let id = statement.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    shelf.put(statement);
    if issues {
        for (number, days) in fact.issued.iter().enumerate() {
            let issue = issue(shelf, &format!("{key} issue {number}"), (fact, *days), (&plan, &product));
            shelf.put(issue);
        }
    }
    reference("MedicationStatement", &id)
}

fn product(shelf: &mut Shelf<'_>, fact: &Medicine) -> Value {
    let id = shelf.shared_id("Medication", fact.name.text);
    let resource = json!({
        "resourceType": "Medication",
        "id": id,
        "meta": meta("Medication"),
        "code": concept_stu3(fact.name),
    });
    shelf.put(resource);
    reference("Medication", &id)
}

fn status(fact: &Medicine) -> &'static str {
    fact.status.unwrap_or(match (fact.stopped, fact.supply, fact.started) {
        (Some(_), ..) => "stopped",
        (None, Supply::Acute, When::Day(days) | When::Time(days, ..)) if days > 14 => "completed",
        (None, ..) => "active",
    })
}

/// The authorisation: from its start to its stop, or a week for an acute course.
fn authorised(shelf: &Shelf<'_>, fact: &Medicine) -> Value {
    let end = match (fact.stopped, fact.supply) {
        (Some((when, _)), _) => Some(when),
        (None, Supply::Acute) => Some(fact.started.later(7)),
        (None, _) => None,
    };
    period(shelf.day(fact.started), end.and_then(|when| shelf.day(when)))
}

fn statement(shelf: &Shelf<'_>, key: &str, fact: &Medicine, (plan, product): (&str, &Value)) -> Value {
    let id = shelf.id("MedicationStatement", key);
    let agency = match fact.supply {
        Supply::Elsewhere | Supply::Discharge | Supply::Inpatient => code(
            "PrescribingAgency",
            "prescribed-by-another-organisation",
            "Prescribed by another organisation",
        ),
        _ => code("PrescribingAgency", "prescribed-at-gp-practice", "Prescribed at GP practice"),
    };
    let last_issue = fact.issued.first().map(|days| {
        json!({ "url": extension("MedicationStatementLastIssueDate"), "valueDateTime": shelf.on(When::Day(*days)) })
    });
    json!({
        "resourceType": "MedicationStatement",
        "id": id,
        "meta": meta("MedicationStatement"),
        "extension": [
            { "url": extension("PrescribingAgency"), "valueCodeableConcept": agency },
            last_issue,
        ],
        "identifier": shelf.business(&id),
        "basedOn": [reference("MedicationRequest", plan)],
        "status": status(fact),
        "medicationReference": product,
        "effectivePeriod": authorised(shelf, fact),
        "dateAsserted": shelf.on(fact.started),
        "subject": shelf.subject(),
        "taken": "unk",
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "dosage": [{ "text": fact.dose }],
    })
}

fn plan_request(shelf: &mut Shelf<'_>, id: &str, fact: &Medicine, product: &Value) -> Value {
    let requester = practitioner(shelf, USUAL_GP);
    let stopped = fact.stopped.map(|(when, why)| {
        json!({
            "url": extension("MedicationStatusReason"),
            "extension": [
                { "url": "statusReason", "valueCodeableConcept": { "text": why } },
                { "url": "statusChangeDate", "valueDateTime": shelf.on(when) },
            ],
        })
    });
    let repeats = (fact.supply == Supply::Repeat).then(|| {
        json!({
            "url": extension("MedicationRepeatInformation"),
            "extension": [
                { "url": "numberOfRepeatPrescriptionsAllowed", "valueUnsignedInt": 12 },
                { "url": "numberOfRepeatPrescriptionsIssued", "valueUnsignedInt": fact.issued.len() },
            ],
        })
    });
    json!({
        "resourceType": "MedicationRequest",
        "id": id,
        "meta": meta("MedicationRequest"),
        "extension": [repeats, stopped, prescription_type(fact)],
        "identifier": shelf.business(id),
        "status": status(fact),
        "intent": "plan",
        "medicationReference": product,
        "subject": shelf.subject(),
        "authoredOn": shelf.on(fact.started),
        "requester": { "agent": requester },
        "recorder": requester,
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "dosageInstruction": [{ "text": fact.dose }],
        "dispenseRequest": { "validityPeriod": authorised(shelf, fact), "quantity": supplied(fact.quantity) },
    })
}

fn issue(
    shelf: &mut Shelf<'_>,
    key: &str,
    (fact, days): (&Medicine, i32),
    (plan, product): (&str, &Value),
) -> Value {
    let id = shelf.id("MedicationRequest", key);
    let requester = practitioner(shelf, USUAL_GP);
    let day = When::Day(days);
    let prescription = id.get(..18).unwrap_or_default();
    json!({
        "resourceType": "MedicationRequest",
        "id": id,
        "meta": meta("MedicationRequest"),
        "extension": [prescription_type(fact)],
        "identifier": shelf.business(&id),
        "basedOn": [reference("MedicationRequest", plan)],
        "groupIdentifier": identifier("https://fhir.nhs.uk/Id/prescription-order-number", prescription).get(0),
        "status": "completed",
        "intent": "order",
        "medicationReference": product,
        "subject": shelf.subject(),
        "authoredOn": shelf.on(day),
        "requester": { "agent": requester },
        "recorder": requester,
        "dosageInstruction": [{ "text": fact.dose }],
        "dispenseRequest": {
            "validityPeriod": period(shelf.day(day), shelf.day(day.later(28))),
            "quantity": supplied(fact.quantity),
        },
    })
}

fn prescription_type(fact: &Medicine) -> Value {
    let (code_value, display) = match fact.supply {
        Supply::Repeat => ("repeat", "Repeat"),
        Supply::Acute => ("acute", "Acute"),
        // Prescribed elsewhere: the type is not known here.
        _ => return Value::Null,
    };
    json!({
        "url": extension("PrescriptionType"),
        "valueCodeableConcept": code("PrescriptionType", code_value, display),
    })
}
