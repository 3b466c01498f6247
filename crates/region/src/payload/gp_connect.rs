//! A practice's reply: a collection Bundle without full URLs or versions, the person and the practice first,
//! then the areas asked,
//! each under its List, with what they link to.
//! Source: GP Connect 1.6.2; sources, sections 1.4 to 1.6.

/// What was asked.
pub(super) mod parameters;

mod allergies;
mod consultations;
mod diary;
pub(super) mod documents;
mod immunisations;
mod investigations;
mod lists;
mod medications;
mod observation;
mod outcome;
mod patient;
mod problems;
mod referrals;
mod uncategorised;

pub(super) use patient::USUAL_GP;

use super::{
    shelf::Shelf,
    wire::{coded, prune},
};
use crate::people::{Person, partner::Partner};
use jiff::civil::Date;
use parameters::GpParameters;
use serde_json::{Value, json};

/// What a reply needs to know of its place.
#[derive(Debug, Clone, Copy)]
pub struct GpReply<'a> {
    /// The trace id of the request.
    pub bundle_id: &'a str,
    /// The service root under which the practice's documents can be read.
    pub documents_root: &'a str,
}

pub(super) fn bundle(person: &Person, asked: &GpParameters, reply: GpReply<'_>, today: Date) -> Value {
    let mut shelf = Shelf::new(person, Partner::Gp, today);
    patient::put(&mut shelf);
    areas(&mut shelf, asked, reply.documents_root);
    outcome::put(&mut shelf, asked);
    let entries: Vec<Value> =
        shelf.into_resources().into_iter().map(|resource| json!({ "resource": resource })).collect();
    prune(json!({
        "resourceType": "Bundle",
        "id": reply.bundle_id,
        "meta": {
            "profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1"],
        },
        "type": "collection",
        "entry": entries,
    }))
}

/// The id every service of the practice knows the person by. No day matters to it.
pub(super) fn patient_id(person: &Person) -> String {
    Shelf::new(person, Partner::Gp, person.birth_date).patient_id()
}

fn areas(shelf: &mut Shelf<'_>, asked: &GpParameters, documents_root: &str) {
    if let Some(part) = &asked.allergies {
        allergies::put(shelf, part);
    }
    if let Some(part) = &asked.medication {
        medications::put(shelf, part);
    }
    if let Some(part) = &asked.problems {
        problems::put(shelf, part);
    }
    if let Some(part) = &asked.consultations {
        consultations::put(shelf, part, documents_root);
    }
    if let Some(part) = &asked.immunisations {
        immunisations::put(shelf, part);
    }
    if let Some(part) = &asked.uncategorised {
        uncategorised::put(shelf, part);
    }
    if let Some(part) = &asked.investigations {
        investigations::put(shelf, part);
    }
    if let Some(part) = &asked.referrals {
        referrals::put(shelf, part);
    }
    if let Some(part) = &asked.diary {
        diary::put(shelf, part);
    }
}

fn meta(profile: &str) -> Value {
    json!({ "profile": [format!("https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-{profile}-1")] })
}

/// An extension of the programme's own.
fn extension(name: &str) -> String {
    format!("https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-{name}-1")
}

/// An extension taken over from Care Connect.
fn care_connect(name: &str) -> String {
    format!("https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-{name}-1")
}

fn code(name: &str, code: &str, display: &str) -> Value {
    coded(&format!("https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-{name}-1"), code, display)
}
