//! A practice's reply: a collection Bundle without full URLs or versions, the person and the practice first,
//! then the areas asked,
//! each under its List, with what they link to.
//! Source: GP Connect 1.6.2; sources, sections 1.4 to 1.6.

/// What was asked.
pub(super) mod parameters;

mod allergies;
mod consultations;
mod diary;
mod documents;
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

use super::{
    shelf::Shelf,
    wire::{coded, prune},
};
use crate::people::{Person, partner::Partner};
use jiff::civil::Date;
use parameters::GpParameters;
use serde_json::{Value, json};

pub(super) fn bundle(person: &Person, asked: &GpParameters, bundle_id: &str, today: Date) -> Value {
    let mut shelf = Shelf::new(person, Partner::Gp, today);
    patient::put(&mut shelf);
    areas(&mut shelf, asked);
    outcome::put(&mut shelf, asked);
    let entries: Vec<Value> =
        shelf.into_resources().into_iter().map(|resource| json!({ "resource": resource })).collect();
    prune(json!({
        "resourceType": "Bundle",
        "id": bundle_id,
        "meta": {
            "profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1"],
        },
        "type": "collection",
        "entry": entries,
    }))
}

fn areas(shelf: &mut Shelf<'_>, asked: &GpParameters) {
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
        consultations::put(shelf, part);
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
