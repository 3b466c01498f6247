//! Reads an OperationOutcome: the most severe issue and the Spine code that classifies it.
//! Source: FHIR R4 OperationOutcome; GP Connect 1.6.2 error handling (classify by code, never by issue type).

use crate::{coding::Concept, json::Object};

/// One issue, as sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issue {
    pub severity: String,
    /// The FHIR issue type.
    pub code: String,
    /// The first code of `details`: `PATIENT_NOT_FOUND`, `NO_PATIENT_CONSENT`, …
    pub spine_code: Option<String>,
    pub text: Option<String>,
    pub diagnostics: Option<String>,
}

/// The issues of an OperationOutcome in the order sent; `None` if the resource is something else.
pub fn issues(resource: &Object<'_>) -> Option<Vec<Issue>> {
    (resource.text("resourceType")? == "OperationOutcome")
        .then(|| resource.objects("issue").iter().map(issue).collect())
}

/// Whether any issue is an error: then the reply it came in failed, whatever its HTTP status (HAZ-038).
pub fn failed(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| matches!(issue.severity.as_str(), "fatal" | "error"))
}

fn issue(object: &Object<'_>) -> Issue {
    let owned = |key| object.text(key).map(|text| text.into_owned());
    let details = object.object("details").map(|details| Concept::read(&details)).unwrap_or_default();
    Issue {
        severity: owned("severity").unwrap_or_default(),
        code: owned("code").unwrap_or_default(),
        spine_code: details.codings.iter().find_map(|coding| coding.code.clone()),
        text: details.text.or_else(|| details.codings.into_iter().find_map(|coding| coding.display)),
        diagnostics: owned("diagnostics"),
    }
}
