//! The locator's refusals: its own codes, words and the name of the parameter at fault, never its value.
//! Source: NRL consumer API, error responses; sources, section 6.

use crate::outcome::fhir_json;
use axum::{http::StatusCode, response::Response};
use serde_json::json;

const CODES: &str = "https://fhir.nhs.uk/ValueSet/Spine-ErrorOrWarningCode-1";

/// Why a request is not answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// FHIR issue type.
    issue: &'static str,
    pub(super) code: &'static str,
    display: &'static str,
    pub(super) diagnostics: String,
    expression: Option<String>,
}

impl Refusal {
    fn bad(code: &'static str, display: &'static str, diagnostics: String) -> Self {
        let (status, issue, expression) = (StatusCode::BAD_REQUEST, "invalid", None);
        Self { status, issue, code, display, diagnostics, expression }
    }

    fn at(self, parameter: &str) -> Self {
        Self { expression: Some(parameter.to_owned()), ..self }
    }

    pub(super) fn header(name: &str) -> Self {
        let says = format!("The {name} header is missing or invalid");
        Self::bad("MISSING_OR_INVALID_HEADER", "There is a required header missing or invalid", says)
    }

    /// `says` stands after the parameter's name.
    pub(super) fn parameter(name: &str, says: &str) -> Self {
        let says = format!("Invalid query parameter ({name}: {says})");
        Self::bad("INVALID_PARAMETER", "Invalid parameter", says).at(name)
    }

    pub(super) fn nhs_number() -> Self {
        let says = "A valid NHS number is required to search for document references".to_owned();
        Self::bad("INVALID_NHS_NUMBER", "Invalid NHS number", says).at("subject:identifier")
    }

    pub(super) fn identifier() -> Self {
        let says = "Invalid NHS number provided in the query parameters".to_owned();
        Self::bad("INVALID_IDENTIFIER_VALUE", "Invalid identifier value", says).at("subject:identifier")
    }

    pub(super) fn code_system() -> Self {
        let says =
            "Invalid type (The provided type system does not match the allowed types for this organisation)";
        let refusal = Self::bad("INVALID_CODE_SYSTEM", "Invalid code system", says.to_owned()).at("type");
        Self { issue: "code-invalid", ..refusal }
    }

    pub(super) fn access(status: StatusCode, says: &str) -> Self {
        let display = "Access has been denied to process this request";
        let refusal = Self::bad("ACCESS DENIED", display, says.to_owned());
        Self { status, issue: "forbidden", ..refusal }
    }

    pub(super) fn not_found() -> Self {
        let says = "The requested DocumentReference could not be found".to_owned();
        let refusal = Self::bad("NO_RECORD_FOUND", "No record found", says);
        Self { status: StatusCode::NOT_FOUND, issue: "not-found", ..refusal }
    }

    pub(super) fn respond(self) -> Response {
        let coding = json!([{"system": CODES, "code": self.code, "display": self.display}]);
        let mut issue = json!({
            "severity": "error",
            "code": self.issue,
            "details": {"coding": coding},
            "diagnostics": self.diagnostics,
        });
        if let (Some(expression), Some(members)) = (self.expression, issue.as_object_mut()) {
            members.insert("expression".to_owned(), json!([expression]));
        }
        fhir_json(self.status, &json!({"resourceType": "OperationOutcome", "issue": [issue]}))
    }
}
