//! Documents in STU3: DocumentReference with `created` and the mandatory `indexed`, and the Binary it points
//! to.
//! Source: STU3 DocumentReference; sources, section 8.

use super::{meta, practitioner};
use crate::payload::{
    attachment::attachment,
    shelf::{Shelf, put_each},
    wire::concept_stu3,
};
use crate::people::facts::Document;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, documents, document);
}

fn document(shelf: &mut Shelf<'_>, key: &str, fact: &Document) -> Value {
    let id = shelf.id("DocumentReference", key);
    let author = practitioner(shelf, fact.author);
    let attachment = attachment(shelf, key, fact, "content");
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
