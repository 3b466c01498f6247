//! Takes a request's headers, gives its trace id and bearer token; refuses each fault in its own words.
//! Source: GP Connect 1.6.2, Foundations and Spine integration (Ssp- headers).

use crate::outcome::Problem;
use axum::http::{HeaderMap, header};

/// What a route may be called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interaction {
    Structured,
    Metadata,
}

impl Interaction {
    fn id(self) -> &'static str {
        match self {
            Self::Structured => super::STRUCTURED,
            Self::Metadata => "urn:nhs:names:services:gpconnect:structured:fhir:rest:read:metadata-1",
        }
    }

    /// The scope a token must ask for.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::Structured => "patient/*.read",
            Self::Metadata => "organization/*.read",
        }
    }
}

/// Headers that passed.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) trace_id: String,
    pub(super) token: String,
}

pub(super) fn check(headers: &HeaderMap, asid: &str, interaction: Interaction) -> Result<Checked, Problem> {
    let trace_id = required(headers, "Ssp-TraceID")?;
    if uuid::Uuid::parse_str(&trace_id).is_err() {
        return Err(bad("Ssp-TraceID header is not a UUID"));
    }
    asid_header(headers, "Ssp-From")?;
    if asid_header(headers, "Ssp-To")? != asid {
        return Err(bad("Ssp-To header is not this provider's ASID"));
    }
    if required(headers, "Ssp-InteractionID")? != interaction.id() {
        return Err(bad("Ssp-InteractionID header does not match the path of the request"));
    }
    media_type(headers, header::ACCEPT.as_str(), "Accept")?;
    if interaction == Interaction::Structured {
        media_type(headers, header::CONTENT_TYPE.as_str(), "Content-Type")?;
    }
    let authorization = required(headers, "Authorization")?;
    let token = authorization
        .strip_prefix("Bearer ")
        .ok_or_else(|| bad("Authorization header is not a Bearer token"))?;
    Ok(Checked { trace_id, token: token.to_owned() })
}

fn bad(diagnostics: &str) -> Problem {
    Problem::new("BAD_REQUEST", diagnostics)
}

fn required(headers: &HeaderMap, name: &str) -> Result<String, Problem> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value.is_empty() { Err(bad(&format!("{name} header is missing"))) } else { Ok(value.to_owned()) }
}

fn asid_header(headers: &HeaderMap, name: &str) -> Result<String, Problem> {
    let asid = required(headers, name)?;
    if asid.len() == 12 && asid.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(asid)
    } else {
        Err(bad(&format!("{name} header is not an ASID of twelve digits")))
    }
}

/// The published form has no blank before `charset`; answers do.
fn media_type(headers: &HeaderMap, name: &str, says: &str) -> Result<(), Problem> {
    let value = required(headers, name).map_err(|_| bad(&format!("{says} header is missing")))?;
    match value.to_ascii_lowercase().as_str() {
        "application/fhir+json" | "application/fhir+json;charset=utf-8" => Ok(()),
        _ => Err(Problem::new("UNSUPPORTED_MEDIA_TYPE", format!("{says} is not supported"))),
    }
}
