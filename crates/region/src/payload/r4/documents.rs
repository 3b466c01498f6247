//! DocumentReference with the document it points to as a Binary of the same server.
//! Source: UKCore-DocumentReference; IHE MHD (ITI-67, ITI-68).

use super::{meta, practitioner};
use crate::payload::{
    attachment::attachment,
    shelf::{Shelf, put_each},
    wire::concept,
};
use crate::people::facts::Document;
use serde_json::{Value, json};

const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, documents, document);
}

fn document(shelf: &mut Shelf<'_>, key: &str, fact: &Document) -> Value {
    let id = shelf.id("DocumentReference", key);
    let author = practitioner(shelf, fact.author);
    let attachment = attachment(shelf, key, fact, "data");
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
