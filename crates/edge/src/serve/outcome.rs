//! What goes wrong, as an OperationOutcome. Says no more than the asker may know.
//! Source: FHIR R4 OperationOutcome, 3.1.0.1.5 (status codes).

use axum::http::StatusCode;
use serde_json::json;

pub(super) enum Problem {
    NotSupported(&'static str),
    /// The request itself; names the parameter.
    Invalid(String),
    NotFound,
    /// What a page led to has been replaced since.
    Gone,
    /// The store or the key is not there.
    Unavailable,
    /// It could not be recorded, so it is not answered.
    NotRecorded,
}

impl Problem {
    pub(super) fn told(&self) -> (StatusCode, String) {
        let (status, code, text) = match self {
            Problem::NotSupported(text) => (StatusCode::NOT_FOUND, "not-supported", (*text).to_owned()),
            Problem::Invalid(text) => (StatusCode::BAD_REQUEST, "invalid", text.clone()),
            Problem::NotFound => (StatusCode::NOT_FOUND, "not-found", "there is no such resource".to_owned()),
            Problem::Gone => (
                StatusCode::GONE,
                "expired",
                "what this page belongs to has been replaced: search again".to_owned(),
            ),
            Problem::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "transient", "the node cannot answer now".to_owned())
            }
            Problem::NotRecorded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "transient",
                "the access could not be recorded, so nothing is answered".to_owned(),
            ),
        };
        let outcome = json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": code, "diagnostics": text }],
        });
        (status, outcome.to_string())
    }
}
