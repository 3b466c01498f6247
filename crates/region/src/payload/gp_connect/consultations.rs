//! Consultations: an Encounter and the tree of Lists that keeps the order of the practice's screen (HAZ-016).
//! A consultation of status `unknown` is a draft.
//! Source: GP Connect 1.6.2, consultation structure; sources, section 1.5.

use super::{
    care_connect, documents, lists, meta,
    observation::{self, comment_note},
    parameters::ConsultationPart,
    patient::practitioner,
    problems,
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{coded, concept_stu3},
};
use crate::people::facts::{Heading, Visit};
use serde_json::{Value, json};

const CONSULTATION: (&str, &str) = ("325851000000107", "Consultation");
const TOPIC: (&str, &str) = ("25851000000105", "Topic (EHR)");
const CATEGORY: (&str, &str) = ("24781000000107", "Category (EHR)");

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &ConsultationPart, documents_root: &str) {
    let visits = shelf.person.story_facts.visits.iter().enumerate();
    let mut wanted: Vec<(usize, &Visit)> = visits
        .filter(|(_, fact)| shelf.holds(fact.at) && asked.period.holds(fact.on.range(shelf.today)))
        .collect();
    wanted.sort_by_key(|(_, fact)| std::cmp::Reverse(fact.on.text(shelf.today)));
    let most = asked.most_recent.and_then(|most| usize::try_from(most).ok()).unwrap_or(wanted.len());
    let mut brought = Brought::default();
    let mut entries = Vec::new();
    for (at, fact) in wanted.into_iter().take(most) {
        entries.push(consultation(shelf, &at.to_string(), fact, &mut brought));
    }
    let documents = if entries.is_empty() { Vec::new() } else { documents::put(shelf, documents_root) };
    lists::put(shelf, &lists::CONSULTATIONS, entries);
    lists::put_secondary(shelf, "consultations-problems-contained-in-consultations", brought.problems);
    lists::put_secondary(shelf, "consultations-uncategorised-data-contained-in-consultations", brought.notes);
    lists::put_secondary(shelf, "consultations-documents-contained-in-consultations", documents);
}

/// What consultations brought along, for the secondary Lists.
#[derive(Default)]
struct Brought {
    problems: Vec<Value>,
    notes: Vec<Value>,
}

fn consultation(shelf: &mut Shelf<'_>, key: &str, fact: &Visit, brought: &mut Brought) -> Value {
    let encounter = encounter(shelf, key, fact);
    let problems = problems::linked(shelf, fact.problems);
    let mut headings: Vec<Value> = Vec::new();
    for (at, heading) in fact.headings.iter().enumerate() {
        headings.push(category(shelf, (key, at), (&encounter, fact), heading, brought));
    }
    let related = |problem: &Value| {
        json!({
            "url": care_connect("RelatedProblemHeader"),
            "extension": [{ "url": "target", "valueReference": problem }],
        })
    };
    let topic = lists::Part {
        code: TOPIC,
        title: fact.reason,
        key: format!("{key} topic"),
        encounter: &encounter,
        date: shelf.instant(fact.on),
        extension: problems.iter().map(related).collect(),
        entries: headings,
    };
    let topic = lists::put_part(shelf, topic);
    let whole = lists::Part {
        code: CONSULTATION,
        title: fact.what.text,
        key: format!("{key} consultation"),
        encounter: &encounter,
        date: shelf.instant(fact.on),
        extension: Value::Null,
        entries: vec![topic],
    };
    lists::put_part(shelf, whole);
    for problem in problems {
        if !brought.problems.contains(&problem) {
            brought.problems.push(problem);
        }
    }
    reference("Encounter", &encounter)
}

/// A heading of the consultation with its text.
fn category(
    shelf: &mut Shelf<'_>,
    (key, at): (&str, usize),
    (encounter, fact): (&str, &Visit),
    (title, words): &Heading,
    brought: &mut Brought,
) -> Value {
    let note = json!({
        "code": comment_note(),
        "context": reference("Encounter", encounter),
        "comment": words,
    });
    let note = observation::put(shelf, ("Observation note", &format!("{key} {at}")), fact.on, note);
    brought.notes.push(note.clone());
    let part = lists::Part {
        code: CATEGORY,
        title,
        key: format!("{key} heading {at}"),
        encounter,
        date: shelf.instant(fact.on),
        extension: Value::Null,
        entries: vec![note],
    };
    lists::put_part(shelf, part)
}

/// Puts the Encounter in and gives its id.
fn encounter(shelf: &mut Shelf<'_>, key: &str, fact: &Visit) -> String {
    let id = shelf.id("Encounter", key);
    let clinician = practitioner(shelf, fact.clinician);
    let participant = |system: &str, code: &str, display: &str| {
        json!({
            "type": [coded(system, code, display)],
            "individual": clinician,
        })
    };
    let resource = json!({
        "resourceType": "Encounter",
        "id": id,
        "meta": meta("Encounter"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("finished"),
        "type": [concept_stu3(fact.what)],
        "subject": shelf.subject(),
        "participant": [
            participant("https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-ParticipantType-1", "REC", "recorder"),
            participant("http://hl7.org/fhir/v3/ParticipationType", "PPRF", "primary performer"),
        ],
        "period": { "start": shelf.on(fact.on), "end": fact.until.and_then(|end| shelf.on(end)) },
        "serviceProvider": shelf.organization(),
    });
    shelf.put(resource);
    id
}
