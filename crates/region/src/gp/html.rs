//! Takes the care-record operation, gives one section of the record as XHTML in a DSTU2 Bundle, in JSON or in XML as
//! the asker accepts; refuses in the dialect of its time.
//! Source: GP Connect 0.7.4, Access Record: HTML.

/// The body of the operation, in JSON or XML.
mod parameters;

use super::{
    Surgery, capability,
    headers::Form,
    not_here,
    service::{Interaction, Service},
};
use crate::{
    faults::gate,
    outcome::{Dialect, Problem, dstu2_json, typed},
    payload::{self, CareRecord},
    people::HtmlSystem,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::Response,
    routing::{get, post},
};
use serde_json::Value;
use std::sync::Arc;

pub(super) fn router(surgery: &Arc<Surgery>) -> Router {
    let base = Service::Html.path(surgery.practice.ods);
    Router::new()
        .route(&format!("{base}/metadata"), get(metadata))
        .route(&format!("{base}/Patient/{{operation}}"), post(operation))
        .with_state(Arc::clone(surgery))
        .layer(middleware::from_fn_with_state(surgery.gate(Service::Html), gate::pass))
}

async fn operation(
    State(surgery): State<Arc<Surgery>>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if operation != "$gpc.getcarerecord" {
        return not_here();
    }
    match surgery.care_record(&headers, &body) {
        Ok((bundle, form)) => written(StatusCode::OK, &bundle, form),
        Err(problem) => refused(&problem, &headers),
    }
}

/// In JSON whatever is accepted.
async fn metadata(State(surgery): State<Arc<Surgery>>, headers: HeaderMap) -> Response {
    match surgery.checked(&headers, Interaction::HtmlMetadata) {
        Ok(_) => dstu2_json(StatusCode::OK, &capability::html(&surgery.practice)),
        Err(problem) => refused(&problem, &headers),
    }
}

fn written(status: StatusCode, resource: &Value, form: Form) -> Response {
    match form {
        Form::Json => dstu2_json(status, resource),
        Form::Xml => {
            typed(status, "application/xml+fhir; charset=utf-8", payload::dstu2_xml(resource).into_bytes())
        }
    }
}

/// Errors come in the form the asker accepts, where it accepts one of the two.
fn refused(problem: &Problem, headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form =
        if accept.to_ascii_lowercase().starts_with("application/xml+fhir") { Form::Xml } else { Form::Json };
    written(problem.status(), &problem.outcome(Dialect::GpConnectHtml), form)
}

impl Surgery {
    /// In the order a provider checks: who asks, what they ask, whether it may be answered.
    pub(super) fn care_record(&self, headers: &HeaderMap, body: &[u8]) -> Result<(Value, Form), Problem> {
        let (checked, token) = self.checked(headers, Interaction::Html)?;
        let asked = parameters::read(body, checked.content)?;
        token.about(asked.nhs_number.digits())?;
        let person = self.answer_about(&asked.nhs_number, Service::Html)?;
        let record = CareRecord {
            section: asked.section,
            period: asked.period,
            system: self.practice.html.unwrap_or(HtmlSystem::Current),
            // What was published for these people is structured; this view of it does not exist.
            published: self.world.corpus.gp_record(&person.nhs_number).is_some(),
        };
        Ok((payload::care_record(person, &record, self.world.today), checked.accept))
    }
}

#[cfg(test)]
mod tests;
