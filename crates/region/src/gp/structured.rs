//! Takes the structured-record operation, gives the STU3 Bundle or the refusal the specification names.
//! Source: GP Connect 1.6.2, Access Record: Structured.

use super::{
    Surgery, capability, headers, not_here, parameters,
    service::{Interaction, Service},
    token,
};
use crate::{
    faults::gate,
    outcome::{Dialect, Problem, fhir_json, fhir_text},
    payload,
    people::partner::Partner,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::{get, post},
};
use std::sync::Arc;

pub(super) fn router(surgery: &Arc<Surgery>) -> Router {
    let base = Service::Structured.path(surgery.practice.ods);
    Router::new()
        .route(&format!("{base}/metadata"), get(metadata))
        .route(&format!("{base}/Patient/{{operation}}"), post(operation))
        .with_state(Arc::clone(surgery))
        .layer(middleware::from_fn_with_state(surgery.gate(Service::Structured), gate::pass))
}

async fn operation(
    State(surgery): State<Arc<Surgery>>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if operation != "$gpc.getstructuredrecord" {
        return not_here();
    }
    match surgery.structured_record(&headers, &body) {
        Ok(bundle) => fhir_text(StatusCode::OK, bundle),
        Err(problem) => problem.respond(Dialect::GpConnect),
    }
}

async fn metadata(State(surgery): State<Arc<Surgery>>, headers: HeaderMap) -> Response {
    match surgery.checked(&headers, Interaction::StructuredMetadata) {
        Ok(_) => fhir_json(StatusCode::OK, &capability::structured(&surgery.practice)),
        Err(problem) => problem.respond(Dialect::GpConnect),
    }
}

impl Surgery {
    /// Headers and token of a request to one of the STU3 services.
    pub(super) fn checked(
        &self,
        headers: &HeaderMap,
        interaction: Interaction,
    ) -> Result<(headers::Checked, token::Token), Problem> {
        let service = interaction.service();
        let checked = headers::check(headers, self.asid(service), interaction)?;
        let audience = match service {
            Service::Html => token::dstu2::AUDIENCE.to_owned(),
            Service::Structured | Service::Documents => self.root(service),
        };
        let now = crate::clock::now().as_second();
        let token = token::check(&checked.token, &token::Expected { audience: &audience, interaction, now })?;
        Ok((checked, token))
    }

    /// In the order a provider checks: who asks, what they ask, whether it may be answered.
    pub(super) fn structured_record(&self, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Problem> {
        let (checked, token) = self.checked(headers, Interaction::Structured)?;
        if !self.practice.structured {
            return Err(Problem::new("ACCESS DENIED", "Access Record: Structured is not enabled here"));
        }
        let asked = parameters::read(body, self.world.today)?;
        token.about(asked.nhs_number.digits())?;
        self.bundle(&asked, &checked.trace_id)
    }

    fn bundle(&self, asked: &parameters::Asked, trace_id: &str) -> Result<Vec<u8>, Problem> {
        let person = self.answer_about(&asked.nhs_number, Service::Structured)?;
        let person = self.world.wishes.applied(person, Partner::Gp);
        if let Some(published) = self.world.corpus.gp_record(&person.nhs_number) {
            return Ok(published.into_bytes());
        }
        let documents_root = self.root(Service::Documents);
        let reply = payload::GpReply { bundle_id: trace_id, documents_root: &documents_root };
        Ok(payload::as_sent(&payload::gp_connect(&person, &asked.areas, reply, self.world.today)))
    }
}
