//! The newer national route: takes an NHS number and who asks, does demographics, directory and proxy itself, and gives
//! the practice's structured record; where one of these hops fails, it says which.
//! Source: Clinical Data Gateway API 0.1.0; sources, section 1.8.

/// What goes to the practice in the asker's name.
mod request;
/// Demographics, directory and proxy, one after the other.
mod hops;

use crate::{
    faults::gate,
    outcome::{Dialect, Problem, typed},
    world::World,
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::Response,
    routing::post,
};
use fhir::NhsNumber;
use serde_json::Value;
use std::sync::Arc;

pub(crate) use hops::Hops;

/// Accepted as a professional's NHS CIS2 token. Everything behind it is invented, and so is it.
pub(crate) const TOKEN: &str = "demo-cis2-token";

/// A request that passed.
struct Asked {
    nhs_number: NhsNumber,
    trace_id: String,
    ods_from: String,
}

pub(crate) fn router(world: &Arc<World>, hops: Hops) -> Router {
    let gate = gate::Gate::speaking(world, "gateway", Dialect::Gateway);
    Router::new()
        .route("/patient/$gpc.getstructuredrecord", post(structured_record))
        .with_state(Arc::new(hops))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn structured_record(State(hops): State<Arc<Hops>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = match checked(&headers, &body) {
        Ok(asked) => hops.record(&asked).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(bundle) => typed(StatusCode::OK, "application/fhir+json", bundle),
        Err(problem) => problem.respond(Dialect::Gateway),
    }
}

fn bad(diagnostics: impl Into<String>) -> Problem {
    Problem::new("GATEWAY_BAD_REQUEST", diagnostics)
}

fn checked(headers: &HeaderMap, body: &[u8]) -> Result<Asked, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if text(header::AUTHORIZATION.as_str()).strip_prefix("Bearer ") != Some(TOKEN) {
        return Err(Problem::new("UNAUTHORISED", "Missing or invalid bearer token"));
    }
    let required = |name: &str| match text(name) {
        "" => Err(bad(format!("Missing or empty required header \"{name}\""))),
        value => Ok(value.to_owned()),
    };
    let (ods_from, trace_id) = (required("Ods-from")?, required("Ssp-TraceID")?);
    if text(header::CONTENT_TYPE.as_str()).split(';').next() != Some("application/fhir+json") {
        let says = "Content-Type is not application/fhir+json";
        return Err(bad(says).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(Asked { nhs_number: nhs_number(body)?, trace_id, ods_from })
}

/// One parameter, and nothing beside it.
fn nhs_number(body: &[u8]) -> Result<NhsNumber, Problem> {
    let invalid = || bad("Invalid JSON body sent in request");
    let body: Value = serde_json::from_slice(body).map_err(|_| invalid())?;
    let parameters = body.get("parameter").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [parameter] = parameters else {
        return Err(bad("The body takes patientNHSNumber and nothing else"));
    };
    let text = |pointer: &str| parameter.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let right = body.get("resourceType").is_some_and(|kind| kind == "Parameters")
        && text("/name") == "patientNHSNumber"
        && text("/valueIdentifier/system") == fhir::nhs_number::SYSTEM;
    if !right {
        return Err(bad("The body takes patientNHSNumber and nothing else"));
    }
    let digits = text("/valueIdentifier/value");
    let number = NhsNumber::parse(digits).ok().filter(|number| number.digits() == digits);
    number.ok_or_else(|| bad("patientNHSNumber is not a valid NHS number"))
}

#[cfg(test)]
mod tests;
