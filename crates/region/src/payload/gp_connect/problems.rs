//! Problems: each Condition with its significance and what was linked to it.
//! Source: CareConnect-GPC-ProblemHeader-Condition-1; sources, section 1.6.

use super::{
    care_connect, lists, medications, meta,
    parameters::{ProblemPart, ProblemStatus},
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{coded, concept_stu3},
};
use crate::people::facts::Problem;
use serde_json::{Value, json};

const CATEGORY: &str = "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1";

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &ProblemPart) {
    let (mut entries, mut related) = (Vec::new(), Vec::new());
    for (at, fact) in shelf.person.story_facts.problems.iter().enumerate() {
        if is_here(shelf, fact) && meets(fact, asked) {
            entries.push(header(shelf, &at.to_string(), fact));
            related.extend(medications::linked(shelf, fact.medicines));
        }
    }
    lists::put(shelf, &lists::PROBLEMS, entries);
    lists::put_secondary(shelf, "problems-medications-related-to-problems", related);
}

/// The problems with these names, for the consultations about them. A practice that switched problems off
/// says so
/// in the place of each.
pub(super) fn linked(shelf: &mut Shelf<'_>, names: &[&str]) -> Vec<Value> {
    let mut references = Vec::new();
    for (at, fact) in shelf.person.story_facts.problems.iter().enumerate() {
        if !shelf.holds(fact.at) || !names.contains(&fact.name.text) {
            continue;
        }
        references.push(if shelf.person.story_facts.quirks.problems_disabled {
            json!({ "display": "Problem items have been disabled" })
        } else {
            header(shelf, &at.to_string(), fact)
        });
    }
    references
}

fn is_here(shelf: &Shelf<'_>, fact: &Problem) -> bool {
    shelf.holds(fact.at) && !shelf.person.story_facts.quirks.problems_disabled
}

fn meets(fact: &Problem, asked: &ProblemPart) -> bool {
    match asked.filter {
        None => true,
        Some(ProblemStatus::Active) => fact.until.is_none(),
        Some(ProblemStatus::Inactive) => fact.until.is_some(),
    }
}

fn header(shelf: &mut Shelf<'_>, key: &str, fact: &Problem) -> Value {
    let id = shelf.id("Condition", key);
    let asserter = practitioner(shelf, USUAL_GP);
    let significance = if fact.major { "major" } else { "minor" };
    let mut extensions =
        vec![json!({ "url": care_connect("ProblemSignificance"), "valueCode": significance })];
    for medicine in medications::linked(shelf, fact.medicines) {
        extensions.push(json!({ "url": care_connect("RelatedClinicalContent"), "valueReference": medicine }));
    }
    let resource = json!({
        "resourceType": "Condition",
        "id": id,
        "meta": meta("ProblemHeader-Condition"),
        "extension": extensions,
        "identifier": shelf.business(&id),
        "clinicalStatus": if fact.until.is_some() { "inactive" } else { "active" },
        "category": [coded(CATEGORY, "problem-list-item", "Problem List Item")],
        "code": concept_stu3(fact.name),
        "subject": shelf.subject(),
        "onsetDateTime": shelf.on(fact.since),
        "abatementDateTime": fact.until.and_then(|when| shelf.on(when)),
        "assertedDate": shelf.on(fact.since),
        "asserter": asserter,
        "note": fact.note.map(|note| json!([{ "text": note }])),
    });
    shelf.put(resource);
    reference("Condition", &id)
}
