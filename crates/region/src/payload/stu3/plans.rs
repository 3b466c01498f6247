//! Plans, decisions, forms and alerts in STU3.
//! Source: CareConnect-CarePlan-1, STU3 Consent, QuestionnaireResponse, CareConnect-Flag-1.

use super::{meta, practitioner};
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::{BREAK_GLASS_ONLY, activities, answers, coded, concept_stu3, period},
};
use crate::people::facts::{Alert, Decision, Form, Plan};
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, plans, care_plan);
    put_each!(shelf, decisions, consent);
    put_each!(shelf, forms, form);
    put_each!(shelf, alerts, flag);
}

fn care_plan(shelf: &mut Shelf<'_>, key: &str, fact: &Plan) -> Value {
    let id = shelf.id("CarePlan", key);
    let author = practitioner(shelf, fact.author);
    json!({
        "resourceType": "CarePlan",
        "id": id,
        "meta": meta("CarePlan"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("active"),
        "intent": "plan",
        "category": [concept_stu3(fact.kind)],
        "title": fact.title,
        "description": fact.summary,
        "subject": shelf.subject(),
        "period": period(shelf.on(fact.on), fact.review.and_then(|when| shelf.on(when))),
        "author": [author],
        "activity": activities(fact.lines),
        "note": fact.goals.iter().map(|goal| json!({ "text": format!("Goal: {goal}") })).collect::<Vec<_>>(),
    })
}

fn consent(shelf: &Shelf<'_>, key: &str, fact: &Decision) -> Value {
    let id = shelf.id("Consent", key);
    let deny = matches!(fact.scope, "adr" | "patient-privacy");
    let rule = if deny { "opt-out" } else { "opt-in" };
    json!({
        "resourceType": "Consent",
        "id": id,
        "identifier": shelf.business(&id).get(0),
        "status": "active",
        "category": [concept_stu3(fact.kind), { "text": fact.words }],
        "patient": shelf.subject(),
        "dateTime": shelf.on(fact.on),
        "organization": [shelf.organization()],
        "policyRule": match fact.scope {
            "patient-privacy" => BREAK_GLASS_ONLY.to_owned(),
            _ => format!("http://hl7.org/fhir/ConsentPolicy/{rule}"),
        },
        "except": [{ "type": if deny { "deny" } else { "permit" } }],
    })
}

fn form(shelf: &mut Shelf<'_>, key: &str, fact: &Form) -> Value {
    let id = shelf.id("QuestionnaireResponse", key);
    let author = practitioner(shelf, fact.author);
    json!({
        "resourceType": "QuestionnaireResponse",
        "id": id,
        "identifier": shelf.business(&id).get(0),
        "questionnaire": { "display": fact.title },
        "status": "completed",
        "subject": shelf.subject(),
        "authored": shelf.on(fact.on),
        "author": author,
        "item": answers(fact.answers),
    })
}

fn flag(shelf: &Shelf<'_>, key: &str, fact: &Alert) -> Value {
    let id = shelf.id("Flag", key);
    let category = coded("http://hl7.org/fhir/flag-category", fact.category, fact.category);
    json!({
        "resourceType": "Flag",
        "id": id,
        "meta": meta("Flag"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("active"),
        "category": category,
        "code": concept_stu3(fact.what),
        "subject": shelf.subject(),
        "period": period(shelf.on(fact.since), fact.until.and_then(|until| shelf.on(until))),
        "author": shelf.organization(),
    })
}
