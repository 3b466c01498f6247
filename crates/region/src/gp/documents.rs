//! Takes a search for the person, a search for their documents and the read of one, gives STU3 searchsets and a Binary;
//! refuses what the specification does not allow. A document over five megabytes is listed and cannot be read.
//! Source: GP Connect 1.6.2, Access Document.

/// The parameters of the two searches.
mod search;

use super::{
    Surgery, capability, nobody,
    service::{Interaction, Service},
};
use crate::{
    faults::gate,
    outcome::{Dialect, Problem, fhir_json},
    payload,
    people::{DocumentsService, Person},
};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::get,
};
use serde_json::Value;
use std::sync::Arc;

type Pairs = Vec<(String, String)>;

pub(super) fn router(surgery: &Arc<Surgery>) -> Router {
    let base = Service::Documents.path(surgery.practice.ods);
    Router::new()
        .route(&format!("{base}/metadata"), get(metadata))
        .route(&format!("{base}/Patient"), get(patient))
        .route(&format!("{base}/Patient/{{id}}/DocumentReference"), get(document_references))
        .route(&format!("{base}/Binary/{{id}}"), get(binary))
        .with_state(Arc::clone(surgery))
        .layer(middleware::from_fn_with_state(surgery.gate(Service::Documents), gate::pass))
}

async fn metadata(State(surgery): State<Arc<Surgery>>, headers: HeaderMap) -> Response {
    let checked = surgery.checked(&headers, Interaction::DocumentsMetadata);
    respond(checked.map(|_| capability::documents(&surgery.practice)))
}

async fn patient(
    State(surgery): State<Arc<Surgery>>,
    headers: HeaderMap,
    Query(asked): Query<Pairs>,
) -> Response {
    respond(surgery.find_patient(&headers, &asked))
}

async fn document_references(
    State(surgery): State<Arc<Surgery>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<Pairs>,
) -> Response {
    respond(surgery.find_documents(&headers, &id, &asked))
}

async fn binary(State(surgery): State<Arc<Surgery>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    respond(surgery.read_document(&headers, &id))
}

fn respond(answer: Result<Value, Problem>) -> Response {
    match answer {
        Ok(resource) => fhir_json(StatusCode::OK, &resource),
        Err(problem) => problem.respond(Dialect::GpConnect),
    }
}

impl Surgery {
    /// Nobody found is an empty searchset, whatever the reason.
    pub(super) fn find_patient(&self, headers: &HeaderMap, asked: &Pairs) -> Result<Value, Problem> {
        let token = self.admitted(headers, Interaction::FindPatient)?;
        let number = search::nhs_number(asked)?;
        token.about(number.digits())?;
        let found = match self.answer_about(&number, Service::Documents) {
            Err(problem) if problem == nobody() => None,
            answer => Some(answer?),
        };
        Ok(payload::gp_patient(found, &self.root(Service::Documents), self.world.today))
    }

    pub(super) fn find_documents(
        &self,
        headers: &HeaderMap,
        id: &str,
        asked: &Pairs,
    ) -> Result<Value, Problem> {
        self.admitted(headers, Interaction::FindDocuments)?;
        let wanted = search::documents(asked)?;
        let person = self.patient(|person| payload::gp_patient_id(person) == id).ok_or_else(nobody)?;
        let person = self.answer_about(&person.nhs_number, Service::Documents)?;
        Ok(payload::gp_documents(person, &wanted, &self.root(Service::Documents), self.world.today))
    }

    /// An unknown one, one too large, and one of a person who may not be answered about are the same: not there.
    pub(super) fn read_document(&self, headers: &HeaderMap, id: &str) -> Result<Value, Problem> {
        self.admitted(headers, Interaction::ReadDocument)?;
        let not_here = || Problem::new("NO_RECORD_FOUND", "No document with this id can be given");
        let holds = |person: &Person| payload::gp_binary(person, id, self.world.today).is_some();
        let person = self.patient(holds).ok_or_else(not_here)?;
        let person = match self.answer_about(&person.nhs_number, Service::Documents) {
            Err(problem) if problem == nobody() => return Err(not_here()),
            answer => answer?,
        };
        payload::gp_binary(person, id, self.world.today).ok_or_else(not_here)
    }

    /// Who asks is checked before whether the service is switched on: as for the record.
    fn admitted(
        &self,
        headers: &HeaderMap,
        interaction: Interaction,
    ) -> Result<super::token::Token, Problem> {
        let (_, token) = self.checked(headers, interaction)?;
        match self.practice.documents {
            DocumentsService::On { .. } => Ok(token),
            _ => Err(Problem::new("ACCESS DENIED", "Access Document is not enabled here")),
        }
    }

    fn patient(&self, fits: impl Fn(&Person) -> bool) -> Option<&Person> {
        self.world.people.iter().filter(|person| person.practice == self.practice.ods).find(|one| fits(one))
    }
}

#[cfg(test)]
mod tests;
