//! Takes what must be said to a program in place of an answer or beside it, gives it as an OperationOutcome: the page's own words,
//! and a code for what kind of thing they say. Source: FHIR R4 OperationOutcome; HAZ-006.

use serde::Serialize;

/// Names of the ways a source's answer can end, as the audit has them.
pub(crate) const STATE: &str = "urn:shcr:reply-state";
/// Names of the ways a request can be refused.
pub(crate) const REFUSAL: &str = "urn:shcr:refusal";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    issue: Vec<Issue>,
}

/// One thing said.
#[derive(Debug, Serialize)]
pub(crate) struct Issue {
    severity: &'static str,
    /// Of IssueType.
    code: &'static str,
    details: Details,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expression: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Details {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coding: Vec<Coding>,
    text: String,
}

#[derive(Debug, Serialize)]
struct Coding {
    system: &'static str,
    code: String,
}

impl Outcome {
    /// `id` stands only where FHIR takes it as one.
    pub(crate) fn of(id: &str, issue: Vec<Issue>) -> Self {
        let id = Some(id.to_owned()).filter(|id| is_id(id));
        Self { resource_type: "OperationOutcome", id, issue }
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Issue {
    fn of(severity: &'static str, code: &'static str, text: impl Into<String>) -> Self {
        let details = Details { coding: Vec::new(), text: text.into() };
        Self { severity, code, details, expression: Vec::new() }
    }

    /// Worth knowing; nothing is missing for it.
    pub(crate) fn information(code: &'static str, text: impl Into<String>) -> Self {
        Self::of("information", code, text)
    }

    /// Something is missing, or not as it seems. What a search says of itself is never an error (FHIR R4 3.1.1).
    pub(crate) fn warning(code: &'static str, text: impl Into<String>) -> Self {
        Self::of("warning", code, text)
    }

    /// There is no answer.
    pub(crate) fn error(code: &'static str, text: impl Into<String>) -> Self {
        Self::of("error", code, text)
    }

    pub(crate) fn coded(mut self, system: &'static str, code: &str) -> Self {
        self.details.coding.push(Coding { system, code: code.to_owned() });
        self
    }

    /// Entries of the Bundle it is about, from 0.
    pub(crate) fn about(mut self, entries: &[usize]) -> Self {
        self.expression = entries.iter().map(|entry| format!("Bundle.entry[{entry}].resource")).collect();
        self
    }
}

/// An `id` as R4 has it.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}
