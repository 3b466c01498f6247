//! Takes all messages of one person, oldest first, gives resources: stays, allergies, diagnoses and procedures from ADT, reports
//! and results from ORU, documents from MDM. What came late, twice or out of order makes no difference, since nothing is
//! remembered between messages but their order. Source: sources.md 10; FHIR R4, UK Core; HAZ-019, HAZ-043.

use super::event::{Kind, Told};
use crate::format::{About, PATIENT, Shown};
use json::Object;

/// R4 JSON.
mod json;
/// Coded parts, people, places, numbers.
mod terms;
/// ADT: stays, diagnoses, procedures.
mod encounters;
/// One stay while its messages are read.
mod visit;
/// AL1.
mod allergies;
/// ORU: which report is current, and what became of the earlier one.
mod reports;
/// One report as a resource.
mod report;
/// OBX: one result.
mod observation;
/// OBX lines that make one text, and those that stand alone.
mod blocks;
/// MDM.
mod documents;
/// Files inside a message.
mod files;

/// Everything to be served, in a stable order.
pub(super) fn show(told: &[Told<'_>], about: &About<'_>) -> Vec<Shown> {
    let mut desk = Desk { about, shown: Vec::new() };
    let visits = encounters::show(told, &mut desk);
    allergies::show(told, &mut desk);
    reports::show(told, &visits, &mut desk);
    documents::show(told, &visits, &mut desk);
    desk.shown
}

/// Where resources are made ready.
pub(super) struct Desk<'a, 'b> {
    about: &'a About<'b>,
    shown: Vec<Shown>,
}

/// How one resource is served.
pub(super) struct Served<'s> {
    pub(super) kind: &'static str,
    pub(super) id: &'s str,
    pub(super) dataset: &'static str,
    pub(super) unit: Option<String>,
}

impl Desk<'_, '_> {
    fn id(&self, name: &str) -> String {
        (self.about.id)(name)
    }

    fn put(&mut self, served: Served<'_>, resource: &Object) {
        self.shown.push(Shown {
            resource_type: served.kind.to_owned(),
            id: served.id.to_owned(),
            json: resource.json(),
            dataset: served.dataset,
            unit: served.unit,
            is_context: served.kind == "Binary",
        });
    }

    /// The partner, where a resource names an organisation.
    fn partner(&self) -> Object {
        const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
        let identifier = Object::new().with("system", ODS).with("value", self.about.ods);
        Object::new().with("identifier", identifier).with("display", self.about.partner)
    }
}

/// The beginning of every resource.
fn resource(kind: &'static str, id: &str) -> Object {
    Object::new().with("resourceType", kind).with("id", id)
}

fn patient() -> Object {
    Object::new().with("reference", PATIENT)
}

fn reference(kind: &str, id: &str) -> Object {
    Object::new().with("reference", format!("{kind}/{id}"))
}

/// Whether a message deletes what the feed's patient administration has said of the person.
fn deletes_person(told: &Told<'_>) -> bool {
    told.kind == Kind::Person && told.event == "A29"
}

#[cfg(test)]
mod tests;
