//! A GP practice's systems: the structured record and the documents (STU3) and the HTML view (DSTU2), each at its own
//! root. Every header, claim and parameter is checked, each with its own diagnostics.
//! Source: GP Connect 1.6.2, Access Record: Structured and Access Document; GP Connect 0.7.4, Access Record: HTML.

/// The services a practice may offer, and how each is reached.
pub(crate) mod service;
/// The headers the proxy and the provider ask for.
mod headers;
/// The unsigned token.
mod token;
/// The structured record's Parameters, part by part.
mod parameters;
/// The dates and periods inside them.
mod dates;
/// The statements of what each service can do.
mod capability;
/// The structured record.
mod structured;
/// The HTML view.
mod html;
/// The documents.
mod documents;

use crate::{
    faults::Fault,
    outcome::Problem,
    people::{Person, Practice},
    world::World,
};
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use fhir::NhsNumber;
use jiff::ToSpan;
use service::Service;
use std::sync::Arc;

/// A deceased person's record is answered this long after death.
const DAYS_AFTER_DEATH: i64 = 28;

/// One practice's systems.
pub(crate) struct Surgery {
    world: Arc<World>,
    practice: Practice,
    /// `http://127.0.0.1:<port>`.
    origin: String,
}

/// A service that is not there has no address either.
pub(crate) fn router(world: &Arc<World>, practice: Practice, origin: &str) -> Router {
    let surgery = Arc::new(Surgery { world: Arc::clone(world), practice, origin: origin.to_owned() });
    let mut router = structured::router(&surgery);
    if practice.html.is_some() {
        router = router.merge(html::router(&surgery));
    }
    if Service::Documents.asid(&practice).is_some() {
        router = router.merge(documents::router(&surgery));
    }
    router
}

impl Surgery {
    /// The service root as SDS gives it: what stands before `/metadata` and is the audience of STU3 tokens.
    fn root(&self, service: Service) -> String {
        format!("{}{}", self.origin, service.path(self.practice.ods))
    }

    /// The ASID a request to this service must name.
    fn asid(&self, service: Service) -> &'static str {
        service.asid(&self.practice).unwrap_or(self.practice.asid)
    }

    /// The middleware before one service: noted as the practice, with faults of its own.
    fn gate(&self, service: Service) -> Arc<crate::faults::gate::Gate> {
        let name = format!("gp:{}", self.practice.ods);
        let own = format!("{name}:{}", service.name());
        crate::faults::gate::Gate::of_service(&self.world, (&name, &own), service.dialect())
    }

    /// The registered person with this number now, or why there is no answer.
    fn answer_about(&self, number: &NhsNumber, service: Service) -> Result<&Person, Problem> {
        let person = self.world.person(number).ok_or_else(nobody)?;
        self.may_be_answered(person, number, service)?;
        match self.world.faults.of(&format!("gp:{}:{}", self.practice.ods, service.name())) {
            Fault::WrongPerson => Ok(self.somebody_else(person)),
            _ => Ok(person),
        }
    }

    /// An S-flagged person is as unknown as one who never was (HAZ-023).
    fn may_be_answered(&self, person: &Person, number: &NhsNumber, service: Service) -> Result<(), Problem> {
        let national = &person.story_facts.national;
        if national.sensitive {
            return Err(nobody());
        }
        if person.practice != self.practice.ods && service == Service::Html {
            let says = "This practice is not the patient's registered practice";
            return Err(Problem::new("NON_AUTHORITATIVE", says));
        }
        let registered = person.practice == self.practice.ods && person.nhs_number == *number;
        let known = national.status.is_none() && national.left.is_none();
        if !registered || !known || self.long_deceased(person) {
            return Err(nobody());
        }
        if person.gp_refuses {
            return Err(Problem::new("NO_PATIENT_CONSENT", "Patient has dissented to sharing"));
        }
        Ok(())
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

fn nobody() -> Problem {
    Problem::new("PATIENT_NOT_FOUND", "No patient details found for this NHS number")
}

/// Any other path below a root: there is nothing, and the specification names no code for it.
fn not_here() -> Response {
    let mut response = StatusCode::NOT_FOUND.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
