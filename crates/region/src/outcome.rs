//! Takes what is wrong with a request, gives the OperationOutcome the partner in question would send.
//! Source: GP Connect 1.6.2 error handling; PDS FHIR; FHIR R4 and STU3 OperationOutcome.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// A request refused: the Spine code decides status, issue type and display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    /// Names the part at fault, never its value.
    pub(crate) diagnostics: String,
}

/// How one family of partners writes its outcomes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect {
    GpConnect,
    Pds,
    Sds,
    R4,
    Stu3,
}

impl Problem {
    pub(crate) fn new(code: &'static str, diagnostics: impl Into<String>) -> Self {
        Self { code, diagnostics: diagnostics.into() }
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        classify(self.code).0
    }

    pub(crate) fn respond(&self, dialect: Dialect) -> Response {
        let (status, issue, display) = classify(self.code);
        let coding = dialect
            .system()
            .map(|system| json!({"coding": [{"system": system, "code": self.code, "display": display}]}));
        let mut line = json!({"severity": "error", "code": issue, "diagnostics": self.diagnostics});
        if let (Some(coding), Some(line)) = (coding, line.as_object_mut()) {
            line.insert("details".to_owned(), coding);
        }
        let mut outcome = json!({"resourceType": "OperationOutcome", "issue": [line]});
        if let (Dialect::GpConnect, Some(outcome)) = (dialect, outcome.as_object_mut()) {
            outcome.insert("meta".to_owned(), json!({"profile": [GP_CONNECT_PROFILE]}));
        }
        fhir_json(status, &outcome)
    }
}

const GP_CONNECT_PROFILE: &str = "https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1";

impl Dialect {
    /// The code system of Spine codes; plain FHIR servers use none.
    fn system(self) -> Option<&'static str> {
        match self {
            Self::GpConnect => Some("https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1"),
            Self::Pds => Some("https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"),
            Self::Sds => Some("https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1"),
            Self::R4 | Self::Stu3 => None,
        }
    }
}

/// Status, issue type and display by code.
fn classify(code: &str) -> (StatusCode, &'static str, &'static str) {
    match code {
        "INVALID_NHS_NUMBER" => (StatusCode::BAD_REQUEST, "value", "Invalid NHS number"),
        "INVALID_IDENTIFIER_SYSTEM" => (StatusCode::BAD_REQUEST, "value", "Invalid identifier system"),
        "INVALID_RESOURCE_ID" => (StatusCode::BAD_REQUEST, "value", "Resource Id is invalid"),
        "INVALID_RESOURCE" => {
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Submitted resource is not valid")
        }
        "INVALID_PARAMETER" => {
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Submitted parameter is not valid")
        }
        "MISSING_VALUE" => (StatusCode::BAD_REQUEST, "required", "Required value is missing"),
        "ACCESS DENIED" => (StatusCode::FORBIDDEN, "forbidden", "Access has been denied"),
        "NO_PATIENT_CONSENT" => {
            (StatusCode::FORBIDDEN, "forbidden", "Patient has not provided consent to share data")
        }
        "PATIENT_NOT_FOUND" => (StatusCode::NOT_FOUND, "not-found", "Patient record not found"),
        "RESOURCE_NOT_FOUND" => (StatusCode::NOT_FOUND, "not-found", "Resource not found"),
        "UNSUPPORTED_MEDIA_TYPE" => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "Unsupported media type")
        }
        "UNAUTHORISED" => (StatusCode::UNAUTHORIZED, "login", "Not authorised"),
        "NOT_SUPPORTED" => (StatusCode::NOT_FOUND, "not-supported", "Not supported"),
        "INTERNAL_SERVER_ERROR" => (StatusCode::INTERNAL_SERVER_ERROR, "processing", "Internal server error"),
        _ => (StatusCode::BAD_REQUEST, "invalid", "Bad request"),
    }
}

/// A resource as this region's partners send it, decimals with their noughts.
pub(crate) fn fhir_json(status: StatusCode, resource: &Value) -> Response {
    fhir_text(status, crate::payload::as_sent(resource))
}

/// JSON text that is already as it should be sent.
pub(crate) fn fhir_text(status: StatusCode, text: Vec<u8>) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/fhir+json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
