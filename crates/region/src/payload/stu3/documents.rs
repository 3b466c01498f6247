//! Documents in STU3: DocumentReference with `created` and the mandatory `indexed`, and the Binary it points
//! to.
//! Source: STU3 DocumentReference; sources, section 8.

use super::{meta, practitioner};
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::concept_stu3,
};
use crate::people::facts::Document;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

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
    json!({
        "resourceType": "DocumentReference",
        "id": id,
        "meta": meta("DocumentReference"),
        "identifier": shelf.business(&id),
        "status": if fact.superseded { "superseded" } else { "current" },
        "type": concept_stu3(fact.kind),
        "subject": shelf.subject(),
        "created": shelf.on(fact.on),
        "indexed": shelf.instant(fact.on),
        "author": [author],
        "custodian": shelf.organization(),
        "description": fact.title,
        "content": [{ "attachment": attachment }],
    })
}

fn attached(shelf: &mut Shelf<'_>, key: &str, fact: &Document, body: &str) -> Value {
    let id = shelf.id("Binary", key);
    let binary = json!({
        "resourceType": "Binary",
        "id": id,
        "contentType": "text/plain",
        "securityContext": shelf.subject(),
        // STU3 calls it content; R4 calls it data.
        "content": STANDARD.encode(body),
    });
    shelf.put(binary);
    json!({ "contentType": "text/plain", "url": format!("Binary/{id}"), "size": body.len(), "title": fact.title })
}
