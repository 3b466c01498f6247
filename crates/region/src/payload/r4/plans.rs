//! CarePlan with its Goals, Consent for decisions, QuestionnaireResponse for forms, Flag for alerts.
//! Source: UKCore-CarePlan 2.2.0, UKCore-Consent 2.4.0, UKCore-QuestionnaireResponse, UKCore-Flag 1.2.0.

use super::{meta, patient::span, practitioner};
use crate::payload::{
    shelf::{Shelf, put_each, reference},
    wire::{BREAK_GLASS_ONLY, activities, answers, coded, concept, period},
};
use crate::people::facts::{Alert, Decision, Form, Plan};
use serde_json::{Value, json};

const FLAG_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/flag-category";
const CONSENT_SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, plans, care_plan);
    put_each!(shelf, decisions, consent);
    put_each!(shelf, forms, form);
    put_each!(shelf, alerts, flag);
}

fn care_plan(shelf: &mut Shelf<'_>, key: &str, fact: &Plan) -> Value {
    let id = shelf.id("CarePlan", key);
    let author = practitioner(shelf, fact.author);
    let goals: Vec<Value> =
        fact.goals.iter().enumerate().map(|(at, words)| goal(shelf, &format!("{key} {at}"), words)).collect();
    json!({
        "resourceType": "CarePlan",
        "id": id,
        "meta": meta("CarePlan"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("active"),
        "intent": "plan",
        "category": [concept(fact.kind)],
        "title": fact.title,
        "description": fact.summary,
        "subject": shelf.subject(),
        // The end of the period is the day the plan is due for review.
        "period": period(shelf.on(fact.on), fact.review.and_then(|when| shelf.on(when))),
        "created": shelf.on(fact.on),
        "author": author,
        "contributor": [shelf.organization()],
        "goal": goals,
        "activity": activities(fact.lines),
    })
}

fn goal(shelf: &mut Shelf<'_>, key: &str, words: &str) -> Value {
    let id = shelf.id("Goal", key);
    let resource = json!({
        "resourceType": "Goal",
        "id": id,
        "identifier": shelf.business(&id),
        "lifecycleStatus": "active",
        "description": { "text": words },
        "subject": shelf.subject(),
    });
    shelf.put(resource);
    reference("Goal", &id)
}

fn consent(shelf: &Shelf<'_>, key: &str, fact: &Decision) -> Value {
    let id = shelf.id("Consent", key);
    let deny = matches!(fact.scope, "adr" | "patient-privacy");
    json!({
        "resourceType": "Consent",
        "id": id,
        "meta": meta("Consent"),
        "identifier": shelf.business(&id),
        "status": "active",
        "scope": coded(CONSENT_SCOPE, fact.scope, fact.kind.text),
        "category": [concept(fact.kind)],
        "patient": shelf.subject(),
        "dateTime": shelf.on(fact.on),
        "organization": [shelf.organization()],
        "policy": (fact.scope == "patient-privacy").then(|| json!([{ "uri": BREAK_GLASS_ONLY }])),
        "policyRule": { "text": fact.words },
        "provision": { "type": if deny { "deny" } else { "permit" } },
    })
}

fn form(shelf: &mut Shelf<'_>, key: &str, fact: &Form) -> Value {
    let id = shelf.id("QuestionnaireResponse", key);
    let author = practitioner(shelf, fact.author);
    let own = shelf.business(&id);
    json!({
        "resourceType": "QuestionnaireResponse",
        "id": id,
        "meta": meta("QuestionnaireResponse"),
        // In R4 this resource has one identifier, not a list.
        "identifier": own.get(0),
        "questionnaire": format!("https://{}.example.test/Questionnaire/form", shelf.partner.profile().slug),
        "_questionnaire": {
            "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/display", "valueString": fact.title }],
        },
        "status": "completed",
        "subject": shelf.subject(),
        "authored": shelf.on(fact.on),
        "author": author,
        "item": answers(fact.answers),
    })
}

fn flag(shelf: &Shelf<'_>, key: &str, fact: &Alert) -> Value {
    let id = shelf.id("Flag", key);
    json!({
        "resourceType": "Flag",
        "id": id,
        "meta": meta("Flag"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("active"),
        "category": [coded(FLAG_CATEGORY, fact.category, fact.category)],
        "code": concept(fact.what),
        "subject": shelf.subject(),
        "period": span(shelf, fact.since, fact.until),
        "author": shelf.organization(),
    })
}
