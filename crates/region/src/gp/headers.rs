//! Takes a request's headers, gives its trace id, bearer token and the form of answer it accepts; refuses each fault in
//! its own words.
//! Source: GP Connect 1.6.2 and 0.7.4, Foundations and Spine integration (Ssp- headers, media types).

use super::service::{Interaction, Service};
use crate::outcome::Problem;
use axum::http::{HeaderMap, header};

/// Headers that passed.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) trace_id: String,
    pub(super) token: String,
    /// How the answer is to be written.
    pub(super) accept: Form,
    /// How the body is written.
    pub(super) content: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Xml,
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
    let form = |name: &str, says: &str| media_type(headers, (name, says), interaction.service());
    let accept = form(header::ACCEPT.as_str(), "Accept")?;
    let content = if interaction.has_body() {
        form(header::CONTENT_TYPE.as_str(), "Content-Type")?
    } else {
        Form::Json
    };
    let authorization = required(headers, "Authorization")?;
    let token = authorization
        .strip_prefix("Bearer ")
        .ok_or_else(|| bad("Authorization header is not a Bearer token"))?;
    Ok(Checked { trace_id, token: token.to_owned(), accept, content })
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

/// The published form has no blank before `charset`; answers do. DSTU2 turned its names round and came in XML as well.
fn media_type(headers: &HeaderMap, (name, says): (&str, &str), service: Service) -> Result<Form, Problem> {
    let value = required(headers, name).map_err(|_| bad(&format!("{says} header is missing")))?;
    let value = value.to_ascii_lowercase();
    match (service, value.strip_suffix(";charset=utf-8").unwrap_or(&value)) {
        (Service::Html, "application/json+fhir") => Ok(Form::Json),
        (Service::Html, "application/xml+fhir") => Ok(Form::Xml),
        (Service::Structured | Service::Documents, "application/fhir+json") => Ok(Form::Json),
        _ => Err(Problem::new("UNSUPPORTED_MEDIA_TYPE", format!("{says} is not supported"))),
    }
}
