//! One section of a practice's record as its own screen shows it: XHTML inside a DSTU2 Composition, with the person, the
//! practice, its staff and its system. The same facts as the structured record, and no codes.
//! Source: GP Connect 0.7.4, Access Record: HTML; sources, section 3.

/// The ten sections.
pub(super) mod section;
/// The tables of each section, as facts.
mod tables;
/// The tables of medication.
mod medicines;
/// Facts as XHTML.
mod xhtml;
/// Banners.
mod banners;
/// The person and the others, as DSTU2 had them.
mod people;
/// DSTU2 resources as XML.
pub(super) mod xml;

use super::{gp_connect::parameters::Period, shelf::Shelf, wire::prune};
use crate::people::{HtmlSystem, Person, partner::Partner};
use jiff::civil::Date;
use section::RecordSection;
use serde_json::{Value, json};

/// What was asked of which kind of system.
#[derive(Debug, Clone, Copy)]
pub struct CareRecord {
    pub section: RecordSection,
    pub period: Option<Period>,
    pub system: HtmlSystem,
    /// The record is a published one that this view has nothing of.
    pub published: bool,
}

pub(super) fn bundle(person: &Person, record: &CareRecord, today: Date) -> Value {
    let shelf = Shelf::new(person, Partner::Gp, today);
    let div = xhtml::page(&shelf, record);
    let composition = composition(&shelf, record, &div);
    let resources = std::iter::once(composition).chain(people::all(&shelf, record.system));
    let entry = |resource: Value| json!({ "resource": resource });
    prune(json!({
        "resourceType": "Bundle",
        "id": shelf.id("Bundle", record.section.code()),
        "meta": { "profile": ["http://fhir.nhs.net/StructureDefinition/gpconnect-searchset-bundle-1"] },
        "type": "searchset",
        "entry": resources.map(entry).collect::<Vec<_>>(),
    }))
}

fn composition(shelf: &Shelf<'_>, record: &CareRecord, div: &str) -> Value {
    let (code, title) = (record.section.code(), record.section.title());
    let coding = json!([{
        "system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1",
        "code": code,
        "display": title,
    }]);
    let kind = "record extract (record artifact)";
    json!({
        "resourceType": "Composition",
        "id": shelf.id("Composition", code),
        "meta": { "profile": ["http://fhir.nhs.net/StructureDefinition/gpconnect-carerecord-composition-1"] },
        "date": crate::people::when::When::Time(0, 9, 0).text(shelf.today),
        "type": {
            "coding": [{ "system": "http://snomed.info/sct", "code": "425173008", "display": kind }],
            "text": kind,
        },
        "title": "Patient Care Record",
        "status": "final",
        "subject": shelf.subject(),
        "author": [people::device_reference(shelf)],
        "custodian": shelf.organization(),
        "section": [{
            "title": title,
            "code": { "coding": coding, "text": title },
            "text": { "status": "generated", "div": div },
        }],
    })
}
