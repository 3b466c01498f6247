//! DocumentReference with the document it points to as a Binary of the same server.
//! Source: UKCore-DocumentReference; IHE MHD (ITI-67, ITI-68).

use super::{meta, practitioner};
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::concept,
};
use crate::people::facts::Document;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, documents, document);
}

fn document(shelf: &mut Shelf<'_>, key: &str, fact: &Document) -> Value {
    let id = shelf.id("DocumentReference", key);
    let author = practitioner(shelf, fact.author);
    let attachment = match fact.body {
        Some(body) => attached(shelf, key, fact, body),
        None => json!({ "title": "File size 18551238 bytes greater than maximum allowable (5MB)" }),
    };
    let label =
        fact.not_for_patient.then(|| json!([{ "coding": [{ "system": CONFIDENTIALITY, "code": "NOPAT" }] }]));
    json!({
        "resourceType": "DocumentReference",
        "id": id,
        "meta": meta("DocumentReference"),
        "identifier": shelf.business(&id),
        "status": if fact.superseded { "superseded" } else { "current" },
        "docStatus": "final",
        "type": concept(fact.kind),
        "subject": shelf.subject(),
        "date": shelf.instant(fact.on),
        "author": [author],
        "custodian": shelf.organization(),
        "description": fact.title,
        "securityLabel": label,
        "content": [{ "attachment": attachment }],
    })
}

/// The document itself is a Binary beside the reference.
fn attached(shelf: &mut Shelf<'_>, key: &str, fact: &Document, body: &str) -> Value {
    let id = shelf.id("Binary", key);
    let binary = json!({
        "resourceType": "Binary",
        "id": id,
        "contentType": "text/plain",
        "securityContext": shelf.subject(),
        "data": STANDARD.encode(body),
    });
    shelf.put(binary);
    json!({
        "contentType": "text/plain",
        "url": format!("Binary/{id}"),
        "size": body.len(),
        "title": fact.title,
        "creation": shelf.on(fact.on),
    })
}
