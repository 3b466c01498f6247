//! The warning inside a 200: what this practice has switched off or does not know. It wins over an empty List
//! (HAZ-006, HAZ-007).
//! Source: GP Connect 1.6.2; sources, section 1.5 (disabled area or unknown parameter).

use super::parameters::GpParameters;
use crate::payload::{shelf::Shelf, wire::coded};
use serde_json::{Value, json};

const SPINE: &str = "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1";

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &GpParameters) {
    let mut issues = Vec::new();
    if asked.problems.is_some() && shelf.person.story_facts.quirks.problems_disabled {
        issues.push(issue("includeProblems", "has been disabled"));
    }
    issues.extend(asked.unrecognised.iter().map(|name| issue(name, "is an unrecognised parameter")));
    if issues.is_empty() {
        return;
    }
    let resource = json!({
        "resourceType": "OperationOutcome",
        "id": shelf.id("OperationOutcome", ""),
        "meta": { "profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1"] },
        "issue": issues,
    });
    shelf.put(resource);
}

fn issue(parameter: &str, what: &str) -> Value {
    let mut details = coded(SPINE, "NOT_IMPLEMENTED", "Not implemented");
    if let Some(members) = details.as_object_mut() {
        members.insert("text".into(), json!(format!("{parameter} {what}")));
    }
    json!({ "severity": "warning", "code": "not-supported", "details": details, "diagnostics": parameter })
}
