//! DocumentReferences as metadata and the documents behind them, which another service gives. No `url` means that the
//! file is too large to send; one marked confidential is left out without a word.
//! Source: GP Connect 1.6.2, DocumentReference and Binary; sources, section 2.

use super::{
    meta,
    parameters::Period,
    patient::{self, practitioner},
};
use crate::payload::{
    papers,
    shelf::{Shelf, reference},
    wire::{ODS, concept_stu3, identifier, prune},
};
use crate::people::{
    Person,
    facts::{Document, Flaw},
    partner::Partner,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use serde_json::{Value, json};

/// Which documents a search wants: those that fit everything said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedDocuments {
    pub created: Period,
    /// ODS code of the organisation that sent them.
    pub author: Option<String>,
    /// Part of the description, in lower case.
    pub description: Option<String>,
}

/// What a practice holds and gives, by its place in the story.
fn given<'a>(shelf: &Shelf<'a>) -> Vec<(String, &'a Document)> {
    let all = shelf.person.story_facts.documents.iter().enumerate();
    let ours =
        all.filter(|(_, fact)| shelf.holds(fact.at) && !fact.confidential && fact.flaw != Flaw::Missing);
    ours.map(|(at, fact)| (at.to_string(), fact)).collect()
}

/// All of them as metadata in a structured reply.
pub(super) fn put(shelf: &mut Shelf<'_>, root: &str) -> Vec<Value> {
    let mut references = Vec::new();
    for (key, fact) in given(shelf) {
        let resource = document(shelf, &key, fact, root);
        references.push(reference("DocumentReference", &shelf.id("DocumentReference", &key)));
        shelf.put(resource);
    }
    references
}

/// A searchset of the person, what was wanted, and everybody it names.
pub(in crate::payload) fn searchset(
    person: &Person,
    wanted: &WantedDocuments,
    root: &str,
    today: Date,
) -> Value {
    let mut shelf = Shelf::new(person, Partner::Gp, today);
    patient::put(&mut shelf);
    for (key, fact) in given(&shelf) {
        if fits(&shelf, fact, wanted) {
            let resource = document(&mut shelf, &key, fact, root);
            shelf.put(resource);
        }
    }
    bundle(shelf.into_resources(), root)
}

/// The person alone, or nobody.
pub(in crate::payload) fn patient_searchset(person: Option<&Person>, root: &str, today: Date) -> Value {
    let resources = person.map(|person| {
        let mut shelf = Shelf::new(person, Partner::Gp, today);
        patient::put(&mut shelf);
        shelf.into_resources()
    });
    let mut resources = resources.unwrap_or_default();
    resources.retain(|resource| resource.get("resourceType").is_some_and(|kind| kind == "Patient"));
    bundle(resources, root)
}

fn bundle(resources: Vec<Value>, root: &str) -> Value {
    let entry = |resource: Value| {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
        json!({ "fullUrl": format!("{root}/{}/{}", text("resourceType"), text("id")), "resource": resource })
    };
    prune(json!({
        "resourceType": "Bundle",
        "meta": { "profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-Searchset-Bundle-1"] },
        "type": "searchset",
        "entry": resources.into_iter().map(entry).collect::<Vec<_>>(),
    }))
}

fn fits(shelf: &Shelf<'_>, fact: &Document, wanted: &WantedDocuments) -> bool {
    let sender = fact.sent_by.map_or(shelf.ods(), |partner| partner.profile().ods);
    wanted.created.holds(fact.on.range(shelf.today))
        && wanted.author.as_deref().is_none_or(|ods| ods == sender)
        && wanted.description.as_deref().is_none_or(|part| fact.title.to_lowercase().contains(part))
}

fn document(shelf: &mut Shelf<'_>, key: &str, fact: &Document, root: &str) -> Value {
    let id = shelf.id("DocumentReference", key);
    let writer = practitioner(shelf, fact.author);
    let sender = sender(shelf, fact.sent_by);
    let attachment = match papers::paper(fact) {
        Some(paper) => json!({
            "contentType": paper.content_type,
            "url": format!("{root}/Binary/{}", binary_id(shelf, key)),
            "size": paper.size,
            "hash": paper.hash,
        }),
        None => json!({
            "contentType": "image/tiff",
            "title": "File size 18551238 bytes greater than maximum allowable (5MB)",
            "size": 18_551_238,
        }),
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
        "author": [writer, sender],
        "custodian": shelf.organization(),
        "description": fact.title,
        "content": [{ "attachment": attachment }],
    })
}

/// The organisation a document came from; the practice itself where it was written there.
fn sender(shelf: &mut Shelf<'_>, sent_by: Option<Partner>) -> Value {
    let Some(partner) = sent_by else { return shelf.organization() };
    let (profile, id) = (partner.profile(), shelf.shared_id("Organization", partner.profile().ods));
    shelf.put(json!({
        "resourceType": "Organization",
        "id": id,
        "meta": meta("Organization"),
        "identifier": identifier(ODS, profile.ods),
        "name": profile.name,
        "telecom": [{ "system": "phone", "value": profile.telephone, "use": "work" }],
    }));
    reference("Organization", &id)
}

fn binary_id(shelf: &Shelf<'_>, key: &str) -> String {
    shelf.id("Binary", key)
}

/// `None`: there is no such document, it is too large, or it is not given.
pub(in crate::payload) fn binary(person: &Person, id: &str, today: Date) -> Option<Value> {
    let shelf = Shelf::new(person, Partner::Gp, today);
    let mut all = given(&shelf).into_iter();
    let (_, fact) = all.find(|(key, _)| binary_id(&shelf, key) == id)?;
    if fact.flaw == Flaw::Deleted {
        return None;
    }
    let paper = papers::paper(fact)?;
    Some(json!({
        "resourceType": "Binary",
        "id": id,
        "contentType": paper.content_type,
        "content": STANDARD.encode(paper.bytes),
    }))
}
