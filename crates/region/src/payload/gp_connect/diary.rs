//! The practice's diary: intentions, whatever their codes say; past ones stay.
//! Source: CareConnect-GPC-ProcedureRequest-1; sources, section 1.6.

use super::{
    lists, meta,
    parameters::{DiaryPart, Period},
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::concept_stu3,
};
use crate::people::facts::DiaryEntry;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &DiaryPart) {
    let wanted = Period { start: None, end: asked.until };
    let mut entries = Vec::new();
    for (at, fact) in shelf.person.story_facts.diary.iter().enumerate() {
        if wanted.holds(fact.due.range(shelf.today)) {
            let key = format!("diary {at}");
            let resource = entry(shelf, &key, fact);
            entries.push(reference("ProcedureRequest", &shelf.id("ProcedureRequest", &key)));
            shelf.put(resource);
        }
    }
    lists::put(shelf, &lists::DIARY, entries);
}

fn entry(shelf: &mut Shelf<'_>, key: &str, fact: &DiaryEntry) -> Value {
    let id = shelf.id("ProcedureRequest", key);
    let agent = practitioner(shelf, USUAL_GP);
    json!({
        "resourceType": "ProcedureRequest",
        "id": id,
        "meta": meta("ProcedureRequest"),
        "identifier": shelf.business(&id),
        "status": "active",
        "intent": "plan",
        "code": concept_stu3(fact.what),
        "subject": shelf.subject(),
        "occurrenceDateTime": shelf.on(fact.due),
        "authoredOn": shelf.on(fact.entered),
        "requester": { "agent": agent },
        "note": fact.note.map(|note| json!([{ "text": note }])),
    })
}
