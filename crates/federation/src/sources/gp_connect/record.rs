//! Takes the Bundle a practice answered with, gives what the reply's state rests on: whose it is, which Lists came,
//! which areas are switched off. The items themselves are read by the normaliser.
//! Source: GP Connect Access Record: Structured 1.6.2, the returned Bundle.

use super::exchange::{self, Asked, Condemned, Seen};
use crate::subject::{OnePatient, demographics};
use fhir::{
    Object,
    bundle::Bundle,
    coding::{Concept, SNOMED_CT},
    outcome,
    reply::Warning,
};
use std::collections::BTreeSet;

/// The reply does not name the request it answers: kept, never shown.
pub(super) const TRACE_ID: &str = "trace-id";

/// What the Bundle says about itself.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) practice_name: Option<String>,
    pub(super) warnings: Vec<Warning>,
    /// SNOMED CT codes of the Lists that came.
    pub(super) lists: BTreeSet<String>,
    /// Parameters the practice has switched off or does not know.
    pub(super) switched_off: BTreeSet<String>,
    /// Whether any List carries a warning code.
    pub(super) lists_warn: bool,
    pub(super) has_items: bool,
    /// Every entry could be read.
    pub(super) is_whole: bool,
}

/// Resources that describe who and where, not the person's care.
const FRAME: [&str; 9] = [
    "Patient",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Location",
    "HealthcareService",
    "List",
    "OperationOutcome",
    "Device",
];

pub(super) fn inspect(bundle: &Bundle<'_>, asked: &Asked) -> Seen<Facts> {
    let Some(patient) = bundle.of_type("Patient").next() else {
        return Seen::NotARecord;
    };
    let mut warnings = match exchange::same(demographics::compare(&patient.resource, &asked.person)) {
        Ok(warnings) => warnings,
        Err(condemned) => return Seen::Condemned(condemned),
    };
    if !OnePatient::new(&asked.person, patient, &asked.root).is_all(bundle) {
        return Seen::Condemned(Condemned::WrongPerson);
    }
    if bundle.id.as_deref() != Some(asked.trace_id.as_str()) {
        // Practices SHALL echo it and mostly do not: kept for the record, never shown.
        warnings.push(Warning { code: TRACE_ID.to_owned(), category: None, text: String::new() });
    }
    let lists: Vec<Object<'_>> = bundle.of_type("List").map(|entry| entry.resource.clone()).collect();
    Seen::Record(Facts {
        practice_name: practice_name(bundle, &patient.resource),
        warnings,
        lists: lists.iter().filter_map(list_code).collect(),
        switched_off: switched_off(bundle),
        lists_warn: lists.iter().any(warns),
        has_items: has_items(bundle, &lists),
        is_whole: bundle.unreadable == 0,
    })
}

fn has_items(bundle: &Bundle<'_>, lists: &[Object<'_>]) -> bool {
    let is_item = |kind: &str| !FRAME.contains(&kind);
    bundle.entries.iter().any(|entry| is_item(&entry.resource_type))
        || bundle.unreadable > 0
        // Ended allergies lie inside their List.
        || lists.iter().any(|list| !list.objects("contained").is_empty())
}

fn list_code(list: &Object<'_>) -> Option<String> {
    let code = Concept::read(&list.object("code")?);
    code.code_in(SNOMED_CT).map(str::to_owned)
}

fn warns(list: &Object<'_>) -> bool {
    let extensions = list.objects("extension");
    extensions.iter().any(|e| e.text("url").is_some_and(|url| url.contains("ListWarningCode")))
}

/// An area that is off is not shared, whatever empty List comes beside it (HAZ-006).
pub(super) fn switched_off(bundle: &Bundle<'_>) -> BTreeSet<String> {
    let outcomes = bundle.of_type("OperationOutcome");
    let issues = outcomes.filter_map(|entry| outcome::issues(&entry.resource)).flatten();
    let off = issues.filter(|issue| issue.spine_code.as_deref() == Some("NOT_IMPLEMENTED"));
    off.filter_map(|issue| {
        // The parameter's name; a part is written `includeX.partY`. The words begin with it too.
        let name = issue.diagnostics.or(issue.text)?;
        name.split(['.', ' ']).next().map(str::to_owned)
    })
    .collect()
}

/// The managing organisation's name, else that of the only organisation.
fn practice_name(bundle: &Bundle<'_>, patient: &Object<'_>) -> Option<String> {
    let managing = patient.object("managingOrganization");
    let reference = managing.as_ref().and_then(|managing| managing.text("reference"));
    let organisation = reference.and_then(|reference| bundle.resolve(&reference));
    let organisation = organisation.filter(|entry| entry.resource_type == "Organization");
    let organisation = organisation.or_else(|| {
        let mut all = bundle.of_type("Organization");
        all.next().filter(|_| all.next().is_none())
    });
    organisation?.resource.text("name").map(|name| name.into_owned())
}

#[cfg(test)]
mod tests;
