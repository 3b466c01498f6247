//! DocumentReferences as metadata; the files are another capability. No `url` means that the file is too
//! large to send.
//! Source: GP Connect 1.6.2, DocumentReference; sources, section 2.

use super::{meta, patient::practitioner};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::concept_stu3,
};
use crate::people::facts::Document;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) -> Vec<Value> {
    let mut references = Vec::new();
    for (at, fact) in shelf.person.story_facts.documents.iter().enumerate() {
        if shelf.holds(fact.at) {
            let resource = document(shelf, &at.to_string(), fact);
            references.push(reference("DocumentReference", &shelf.id("DocumentReference", &at.to_string())));
            shelf.put(resource);
        }
    }
    references
}

fn document(shelf: &mut Shelf<'_>, key: &str, fact: &Document) -> Value {
    let id = shelf.id("DocumentReference", key);
    let author = practitioner(shelf, fact.author);
    let attachment = match fact.body {
        Some(body) => json!({
            "contentType": "text/plain",
            "url": format!(
                "https://{}.example-gp-system.test/STU3/1/gpconnect/documents/fhir/Binary/{id}",
                shelf.ods().to_ascii_lowercase()
            ),
            "size": body.len(),
        }),
        None => json!({ "title": "File size 18551238 bytes greater than maximum allowable (5MB)" }),
    };
    let mut meta = meta("DocumentReference");
    if let (true, Some(members)) = (fact.not_for_patient, meta.as_object_mut()) {
        members.insert(
            "security".into(),
            json!([{ "system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT" }]),
        );
    }
    json!({
        "resourceType": "DocumentReference",
        "id": id,
        "meta": meta,
        "identifier": shelf.business(&id),
        "status": "current",
        "type": concept_stu3(fact.kind),
        "subject": shelf.subject(),
        "created": shelf.day(fact.on),
        "indexed": shelf.instant(fact.on),
        "author": [author],
        "custodian": shelf.organization(),
        "description": fact.title,
        "content": [{ "attachment": attachment }],
    })
}
