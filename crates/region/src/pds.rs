//! The national demographics service: takes an NHS number, gives the Patient who holds it now.
//! Source: Personal Demographics Service FHIR API (R4), retrieve patient.

use crate::{
    faults::{Fault, gate},
    outcome::{Dialect, Problem, fhir_json},
    payload,
    people::Person,
    world::World,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::Response,
    routing::get,
};
use fhir::NhsNumber;
use serde_json::Value;
use std::sync::Arc;

pub(crate) fn router(world: &Arc<World>) -> Router {
    let gate = gate::Gate::new(world, "pds");
    Router::new()
        .route("/personal-demographics/FHIR/R4/Patient/{number}", get(patient))
        .with_state(Arc::clone(world))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn patient(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&world, &number, &headers) {
        Ok(patient) => tagged(&patient),
        Err(problem) => problem.respond(Dialect::Pds),
    }
}

fn find(world: &World, number: &str, headers: &HeaderMap) -> Result<Value, Problem> {
    let request_id = headers.get("X-Request-ID").and_then(|id| id.to_str().ok());
    if request_id.is_none_or(|id| uuid::Uuid::parse_str(id).is_err()) {
        return Err(Problem::new("MISSING_VALUE", "X-Request-ID header must be a UUID"));
    }
    let parsed = NhsNumber::parse(number).ok().filter(|parsed| parsed.digits() == number);
    let asked = parsed.ok_or_else(|| Problem::new("INVALID_RESOURCE_ID", "the id is not an NHS number"))?;
    let not_found = || Problem::new("RESOURCE_NOT_FOUND", "no record was found for this NHS number");
    let person = world.person(&asked).ok_or_else(not_found)?;
    if world.faults.of("pds") == Fault::WrongPerson {
        let other = somebody_else(world, person);
        return Ok(payload::pds_patient(other, &other.nhs_number));
    }
    Ok(payload::pds_patient(person, &asked))
}

fn somebody_else<'a>(world: &'a World, person: &'a Person) -> &'a Person {
    world.people.iter().find(|other| other.nhs_number != person.nhs_number).unwrap_or(person)
}

fn tagged(patient: &Value) -> Response {
    let version = patient.pointer("/meta/versionId").and_then(Value::as_str).unwrap_or("1");
    let mut response = fhir_json(StatusCode::OK, patient);
    if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
