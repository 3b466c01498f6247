//! Allergies under their List; ended ones live inside the List of ended allergies.
//! Source: GP Connect 1.6.2, AllergyIntolerance; sources, section 1.6.

use super::{
    extension, lists, meta,
    parameters::AllergyPart,
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{coded, concept_stu3},
};
use crate::people::facts::Allergy;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &AllergyPart) {
    let (mut current, mut ended, mut inside) = (Vec::new(), Vec::new(), Vec::new());
    for (at, fact) in shelf.person.story_facts.allergies.iter().enumerate() {
        if !shelf.holds(fact.at) {
            continue;
        }
        let resource = allergy(shelf, &at.to_string(), fact);
        let id = resource.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if fact.ended.is_some() {
            ended.push(json!({ "reference": format!("#{id}") }));
            inside.push(resource);
        } else {
            current.push(reference("AllergyIntolerance", &id));
            shelf.put(resource);
        }
    }
    lists::put(shelf, &lists::ALLERGIES, current);
    if asked.resolved {
        lists::put_with(shelf, &lists::ENDED_ALLERGIES, ended, inside);
    }
}

fn allergy(shelf: &mut Shelf<'_>, key: &str, fact: &Allergy) -> Value {
    let id = shelf.id("AllergyIntolerance", key);
    let recorder = practitioner(shelf, USUAL_GP);
    let ended = fact.ended.map(|(when, reason)| {
        json!([{
            "url": extension("AllergyIntoleranceEnd"),
            "extension": [
                { "url": "endDate", "valueDateTime": shelf.on(when) },
                { "url": "reasonEnded", "valueString": reason },
            ],
        }])
    });
    json!({
        "resourceType": "AllergyIntolerance",
        "id": id,
        "meta": meta("AllergyIntolerance"),
        "extension": ended,
        "identifier": shelf.business(&id),
        "clinicalStatus": if fact.ended.is_some() { "resolved" } else { "active" },
        "verificationStatus": "unconfirmed",
        "category": ["medication"],
        "criticality": fact.critical.then_some("high"),
        "code": concept_stu3(fact.substance),
        "patient": shelf.subject(),
        "assertedDate": shelf.on(fact.recorded),
        "recorder": recorder,
        "note": fact.note.map(|note| json!([{ "text": note }])),
        "reaction": reaction(fact),
    })
}

/// A severity alone still needs a manifestation: NI says that none was given.
fn reaction(fact: &Allergy) -> Value {
    let manifestation = match (fact.reaction, fact.severity) {
        (Some(term), _) => concept_stu3(term),
        (None, Some(_)) => coded("http://hl7.org/fhir/v3/NullFlavor", "NI", "NoInformation"),
        (None, None) => return Value::Null,
    };
    json!([{ "manifestation": [manifestation], "severity": fact.severity }])
}
