//! The national demographics service: takes an NHS number, gives the Patient who holds it now. More than five questions a
//! second are too many, where the fault `budget` says so.
//! Source: Personal Demographics Service FHIR API (R4), retrieve patient.

/// Questions in the second that runs.
mod budget;
/// Somebody without their number.
mod search;

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
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::Response,
    routing::get,
};
use budget::Budget;
use fhir::NhsNumber;
use serde_json::Value;
use std::sync::Arc;

/// Given back as they came.
const ECHOED: [&str; 2] = ["X-Request-ID", "X-Correlation-ID"];

struct Service {
    world: Arc<World>,
    budget: Budget,
}

pub(crate) fn router(world: &Arc<World>) -> Router {
    let gate = gate::Gate::speaking(world, "pds", Dialect::Pds);
    let service = Service { world: Arc::clone(world), budget: Budget::default() };
    Router::new()
        .route("/personal-demographics/FHIR/R4/Patient", get(search::search))
        .route("/personal-demographics/FHIR/R4/Patient/{number}", get(patient))
        .with_state(Arc::new(service))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn patient(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    answered(service.find(&number, &headers).map(|patient| tagged(&patient)), &headers)
}

/// An answer or a refusal, with what is given back as it came.
fn answered(answer: Result<Response, Problem>, headers: &HeaderMap) -> Response {
    let mut response = answer.unwrap_or_else(|problem| problem.respond(Dialect::Pds));
    for name in ECHOED {
        if let (Some(value), Ok(name)) = (headers.get(name), name.parse::<HeaderName>()) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

impl Service {
    /// Within the budget, and with an id of its own.
    fn admit(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let fault = self.world.faults.of("pds");
        if fault == Fault::Budget && !self.budget.allows(crate::clock::now()) {
            return Err(Problem::new("TOO_MANY_REQUESTS", "more than 5 requests in a second"));
        }
        let request_id = headers.get("X-Request-ID").and_then(|id| id.to_str().ok());
        let Some(request_id) = request_id else {
            return Err(Problem::new("MISSING_VALUE", "Missing value - 'X-Request-ID' in header"));
        };
        if uuid::Uuid::parse_str(request_id).is_err() {
            return Err(Problem::new(
                "INVALID_VALUE",
                "Invalid value - 'X-Request-ID' in header is not a UUID",
            ));
        }
        Ok(())
    }

    fn find(&self, number: &str, headers: &HeaderMap) -> Result<Value, Problem> {
        self.admit(headers)?;
        let fault = self.world.faults.of("pds");
        let parsed = NhsNumber::parse(number).ok().filter(|parsed| parsed.digits() == number);
        let asked =
            parsed.ok_or_else(|| Problem::new("INVALID_RESOURCE_ID", "the id is not an NHS number"))?;
        let not_found = || Problem::new("RESOURCE_NOT_FOUND", "no record was found for this NHS number");
        let person = self.world.person(&asked).ok_or_else(not_found)?;
        if person.story_facts.national.invalidated {
            return Err(Problem::new("INVALIDATED_RESOURCE", "the record has been marked as invalid"));
        }
        let person = if fault == Fault::WrongPerson { somebody_else(&self.world, person) } else { person };
        Ok(payload::pds_patient(person, self.world.today))
    }
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
