//! A GP practice's system: takes the structured-record operation, gives the STU3 Bundle or the refusal the
//! specification names. Every header, claim and parameter is checked, each with its own diagnostics.
//! Source: GP Connect 1.6.2, Access Record: Structured.

/// The headers the proxy and the provider ask for.
mod headers;
/// The unsigned token.
mod token;
/// The operation's Parameters, part by part.
mod parameters;
/// The dates and periods inside them.
mod dates;
/// The statement of what this practice can do.
mod capability;

use crate::{
    faults::{Fault, gate},
    outcome::{Dialect, Problem, fhir_json, fhir_text},
    payload,
    people::{Person, Practice},
    world::World,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fhir::NhsNumber;
use headers::Interaction;
use jiff::ToSpan;
use std::sync::Arc;

/// The interaction a practice is registered for at SDS.
pub(crate) const STRUCTURED: &str =
    "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";

/// A deceased person's record is answered this long after death.
const DAYS_AFTER_DEATH: i64 = 28;

/// One practice's server.
pub(crate) struct Surgery {
    world: Arc<World>,
    practice: Practice,
    /// The service root as SDS gives it: the audience of every token.
    root: String,
}

/// The path below the server's origin under which a practice's service stands.
pub(crate) fn root_path(ods: &str) -> String {
    format!("/{ods}/STU3/1/gpconnect/structured/fhir")
}

pub(crate) fn router(world: &Arc<World>, practice: Practice, origin: &str) -> Router {
    let root = format!("{origin}{}", root_path(practice.ods));
    let gate = gate::Gate::new(world, &format!("gp:{}", practice.ods));
    let base = root_path(practice.ods);
    Router::new()
        .route(&format!("{base}/metadata"), get(metadata))
        .route(&format!("{base}/Patient/{{operation}}"), post(operation))
        .with_state(Arc::new(Surgery { world: Arc::clone(world), practice, root }))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn operation(
    State(surgery): State<Arc<Surgery>>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if operation != "$gpc.getstructuredrecord" {
        return StatusCode::NOT_FOUND.into_response();
    }
    match surgery.structured_record(&headers, &body) {
        Ok(bundle) => fhir_text(StatusCode::OK, bundle),
        Err(problem) => problem.respond(Dialect::GpConnect),
    }
}

async fn metadata(State(surgery): State<Arc<Surgery>>, headers: HeaderMap) -> Response {
    let checked = headers::check(&headers, surgery.practice.asid, Interaction::Metadata)
        .and_then(|checked| token::check(&checked.token, &surgery.expected(Interaction::Metadata)));
    match checked {
        Ok(_) => fhir_json(StatusCode::OK, &capability::statement(&surgery.practice)),
        Err(problem) => problem.respond(Dialect::GpConnect),
    }
}

impl Surgery {
    fn expected(&self, interaction: Interaction) -> token::Expected<'_> {
        token::Expected { root: &self.root, scope: interaction.scope(), now: crate::clock::now().as_second() }
    }

    /// In the order a provider checks: who asks, what they ask, whether it may be answered.
    fn structured_record(&self, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Problem> {
        let checked = headers::check(headers, self.practice.asid, Interaction::Structured)?;
        let token = token::check(&checked.token, &self.expected(Interaction::Structured))?;
        if !self.practice.structured {
            return Err(Problem::new("ACCESS DENIED", "Access Record: Structured is not enabled here"));
        }
        let asked = parameters::read(body, self.world.today)?;
        if token.nhs_number.is_some_and(|number| number != asked.nhs_number.digits()) {
            return Err(Problem::new(
                "BAD_REQUEST",
                "NHS number in the JWT differs from the patientNHSNumber parameter",
            ));
        }
        self.bundle(&asked, &checked.trace_id)
    }

    fn bundle(&self, asked: &parameters::Asked, trace_id: &str) -> Result<Vec<u8>, Problem> {
        let person = self.answer_about(&asked.nhs_number)?;
        if let Some(published) = self.world.corpus.gp_record(&person.nhs_number) {
            return Ok(published.into_bytes());
        }
        Ok(payload::as_sent(&payload::gp_connect(person, &asked.areas, trace_id, self.world.today)))
    }

    /// The registered person with this number now, or why there is no answer.
    fn answer_about(&self, number: &NhsNumber) -> Result<&Person, Problem> {
        let not_found = || Problem::new("PATIENT_NOT_FOUND", "No patient details found for this NHS number");
        let person = self.world.person(number).ok_or_else(not_found)?;
        let registered = person.practice == self.practice.ods && person.nhs_number == *number;
        if !registered || self.long_deceased(person) {
            return Err(not_found());
        }
        if person.gp_refuses {
            return Err(Problem::new("NO_PATIENT_CONSENT", "Patient has dissented to sharing"));
        }
        match self.world.faults.of(&format!("gp:{}", self.practice.ods)) {
            Fault::WrongPerson => Ok(self.somebody_else(person)),
            _ => Ok(person),
        }
    }

    fn somebody_else<'a>(&'a self, person: &'a Person) -> &'a Person {
        let other = |candidate: &&Person| {
            candidate.practice == person.practice && candidate.nhs_number != person.nhs_number
        };
        self.world.people.iter().find(other).unwrap_or(person)
    }

    fn long_deceased(&self, person: &Person) -> bool {
        let limit = person.deceased.and_then(|day| day.checked_add(DAYS_AFTER_DEATH.days()).ok());
        limit.is_some_and(|limit| limit < self.world.today)
    }
}

#[cfg(test)]
mod tests;
