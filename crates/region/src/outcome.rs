//! Takes what is wrong with a request, gives the OperationOutcome the partner in question would send.
//! Source: GP Connect 1.6.2 and 0.7.4 error handling; Spine Secure Proxy; PDS FHIR; SDS FHIR; FHIR DSTU2, STU3 and R4
//! OperationOutcome.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Every error code, with its status, issue type and display.
mod codes;

pub use codes::Code;

/// A request refused: the code decides status, issue type and display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    /// Names the part at fault, never its value.
    pub(crate) diagnostics: String,
    /// Where the rule at hand wants another status than the code's.
    status: Option<StatusCode>,
}

/// How one family of partners writes its outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    GpConnect,
    /// The HTML view, DSTU2.
    GpConnectHtml,
    /// The proxy's own errors.
    Ssp,
    /// The national gateway, which names the hop that failed.
    Gateway,
    Pds,
    Sds,
    /// The locator of records.
    Nrl,
    R4,
    Stu3,
}

impl Problem {
    pub(crate) fn new(code: &'static str, diagnostics: impl Into<String>) -> Self {
        Self { code, diagnostics: diagnostics.into(), status: None }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status: Some(status), ..self }
    }

    /// As a fault says it: the code alone.
    pub(crate) fn of(code: Code) -> Self {
        Self::new(code.as_str(), code.display())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| codes::of(self.code).status())
    }

    pub(crate) fn respond(&self, dialect: Dialect) -> Response {
        let outcome = self.outcome(dialect);
        let mut response = match dialect {
            Dialect::GpConnectHtml => dstu2_json(self.status(), &outcome),
            _ => fhir_json(self.status(), &outcome),
        };
        if self.status() == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    pub(crate) fn outcome(&self, dialect: Dialect) -> Value {
        let code = codes::of(self.code);
        let mut line = json!({"severity": dialect.severity(self.status()), "code": code.issue(), "diagnostics": self.diagnostics});
        if let (Some(coding), Some(line)) = (self.coding(dialect), line.as_object_mut()) {
            line.insert("details".to_owned(), json!({"coding": [coding]}));
        }
        let mut outcome = json!({"resourceType": "OperationOutcome", "issue": [line]});
        if let (Some(profile), Some(outcome)) = (dialect.profile(), outcome.as_object_mut()) {
            outcome.insert("meta".to_owned(), json!({"profile": [profile]}));
        }
        outcome
    }

    fn coding(&self, dialect: Dialect) -> Option<Value> {
        let system = dialect.system(self.status())?;
        // The proxy's code is the status as text; what went wrong stands beside it.
        Some(match dialect {
            Dialect::Ssp => {
                json!({"system": system, "code": self.status().as_str(), "display": self.diagnostics})
            }
            _ => json!({"system": system, "code": self.code, "display": codes::of(self.code).display()}),
        })
    }
}

impl Dialect {
    fn profile(self) -> Option<&'static str> {
        match self {
            Self::GpConnect => {
                Some("https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1")
            }
            Self::GpConnectHtml => {
                Some("http://fhir.nhs.net/StructureDefinition/gpconnect-operationoutcome-1")
            }
            _ => None,
        }
    }

    /// The code system of the codes; plain FHIR servers use none.
    fn system(self, status: StatusCode) -> Option<&'static str> {
        match self {
            Self::GpConnect | Self::Sds => {
                Some("https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1")
            }
            Self::GpConnectHtml => Some("http://fhir.nhs.net/ValueSet/gpconnect-error-or-warning-code-1"),
            Self::Pds => Some("https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"),
            Self::Ssp if status == StatusCode::METHOD_NOT_ALLOWED => {
                Some("https://fhir.nhs.uk/StructureDefinition/spine-operationoutcome-1")
            }
            Self::Ssp => Some("http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0"),
            Self::Nrl => Some("https://fhir.nhs.uk/ValueSet/Spine-ErrorOrWarningCode-1"),
            Self::Gateway | Self::R4 | Self::Stu3 => None,
        }
    }

    fn severity(self, status: StatusCode) -> &'static str {
        if self == Self::Ssp && status == StatusCode::METHOD_NOT_ALLOWED { "fatal" } else { "error" }
    }
}

/// A resource as this region's partners send it, decimals with their noughts.
pub(crate) fn fhir_json(status: StatusCode, resource: &Value) -> Response {
    fhir_text(status, crate::payload::as_sent(resource))
}

/// JSON text that is already as it should be sent.
pub(crate) fn fhir_text(status: StatusCode, text: Vec<u8>) -> Response {
    typed(status, "application/fhir+json; charset=utf-8", text)
}

/// DSTU2 had its own media type.
pub(crate) fn dstu2_json(status: StatusCode, resource: &Value) -> Response {
    typed(status, "application/json+fhir; charset=utf-8", crate::payload::as_sent(resource))
}

pub(crate) fn typed(status: StatusCode, media_type: &'static str, text: Vec<u8>) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
