//! Takes all that a professional typed of one person, gives the one record that is exactly so, or nobody. Two are nobody: which
//! of them is meant is not for a list to say. The details stand in the address, so it is never logged (HAZ-049).
//! Source: NHS England PDS FHIR API (R4), search for a patient.

use super::{Pds, Wanted, traced, verdict};
use crate::{
    document,
    fault::Fault,
    guard::Visit,
    wire::{Answer, Bounds},
};
use access::person::Trace;
use fhir::{Json, NhsNumber, Object};
use jiff::Timestamp;

/// What is looked for; every field is needed.
#[derive(Clone, Copy)]
pub struct Demographics<'a> {
    pub family: &'a str,
    pub given: &'a str,
    /// `male`, `female`, `other` or `unknown`.
    pub gender: &'a str,
    /// `1935-08-14`.
    pub birth_date: &'a str,
    pub postcode: &'a str,
}

impl Pds {
    /// Looks for one person within the bounds. Cancel-safe.
    pub(crate) async fn find(
        &self,
        sought: &Demographics<'_>,
        (request_id, now): (&str, Timestamp),
        bounds: &Bounds,
    ) -> Trace {
        let Ok(ticket) = self.guard.enter(Visit::default()).await else {
            return Trace::DidNotAnswer;
        };
        if !self.turns.take(bounds.limits.pds_wait).await {
            tracing::warn!(request_id, "the rate agreed with PDS is used up: nobody was looked for");
            return Trace::DidNotAnswer;
        }
        let answer = self.search(sought, (request_id, now), bounds).await;
        let (found, verdict) = match &answer {
            Ok(answer) => (found(answer, now), verdict(answer)),
            Err(fault) => (Trace::DidNotAnswer, fault.verdict()),
        };
        ticket.end(verdict);
        found
    }

    async fn search(
        &self,
        sought: &Demographics<'_>,
        (request_id, now): (&str, Timestamp),
        bounds: &Bounds,
    ) -> Result<Answer, Fault> {
        let base = self.base.as_str().trim_end_matches('/');
        let born = format!("eq{}", sought.birth_date);
        // Two at most: the second is enough to know that it is not one.
        let query = [
            ("family", sought.family),
            ("given", sought.given),
            ("gender", sought.gender),
            ("birthdate", &born),
            ("address-postalcode", sought.postcode),
            ("_exact-match", "true"),
            ("_max-results", "2"),
        ];
        let address = format!("{base}/personal-demographics/FHIR/R4/Patient");
        let request = self.client.get(address).query(&query).header("Accept", "application/fhir+json");
        let request = request.header("X-Request-ID", uuid::Uuid::new_v4().to_string());
        let request = request.header("X-Correlation-ID", request_id);
        self.credentials.fetch(request, now, bounds).await
    }
}

/// Only a searchset says that there is nobody; too many is a sentence in a 200, and one of them is nobody's.
fn found(answer: &Answer, now: Timestamp) -> Trace {
    let text = document::checked(answer).ok().filter(|_| answer.status == 200);
    let Some(said) = text.and_then(|text| Json::of(text).object()) else {
        return Trace::DidNotAnswer;
    };
    match said.text("resourceType").as_deref() {
        Some("OperationOutcome") if too_many(&said) => Trace::NotFound,
        Some("Bundle") => {
            let entries = said.objects("entry");
            match entries.as_slice() {
                [] => Trace::NotFound,
                [one] => one
                    .object("resource")
                    .and_then(|patient| person(&patient, now))
                    .map_or(Trace::DidNotAnswer, Trace::Found),
                _ => Trace::NotFound,
            }
        }
        _ => Trace::DidNotAnswer,
    }
}

fn too_many(outcome: &Object<'_>) -> bool {
    let details = outcome.objects("issue").into_iter().filter_map(|issue| issue.object("details"));
    let codings = details.flat_map(|details| details.objects("coding"));
    codings.into_iter().any(|coding| coding.text("code").as_deref() == Some("TOO_MANY_MATCHES"))
}

fn person(patient: &Object<'_>, now: Timestamp) -> Option<access::person::Traced> {
    let number = NhsNumber::parse(&patient.text("id")?).ok()?;
    traced(patient, &Wanted { number: &number, request_id: "", now })
}

#[cfg(test)]
mod tests;
