//! Takes a type and an id, gives that one resource; a Binary as the file it holds or as FHIR, as the asker's Accept says.
//! What was never here is not found, what was deleted is gone, and both are said in FHIR.
//! Source: FHIR R4 sections 3.1.0.2 (read), 2.36 (Binary); IHE MHD ITI-68.

use super::{System, about, held::Resource};
use crate::outcome::{Problem, fhir_text};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::sync::Arc;

pub(super) async fn read(
    State(system): State<Arc<System>>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = if kind == "Binary" { system.file(&id, &headers) } else { system.resource(&kind, &id) };
    answer.unwrap_or_else(|problem| problem.respond(system.partner.dialect()))
}

impl System {
    fn resource(&self, kind: &str, id: &str) -> Result<Response, Problem> {
        self.partner
            .kind(kind)
            .ok_or_else(|| Problem::new("NOT_SUPPORTED", "this server does not support the resource type"))?;
        self.found(kind, id, |resource| Ok(whole(resource)))
    }

    fn file(&self, id: &str, headers: &HeaderMap) -> Result<Response, Problem> {
        self.found("Binary", id, |resource| {
            let text = |name: &str| resource.value.get(name).and_then(Value::as_str);
            let bytes = text("data").or(text("content"));
            let bytes = bytes.ok_or_else(|| Problem::new("GONE", "the document has been deleted"))?;
            if wants_fhir(headers) {
                return Ok(whole(resource));
            }
            let bytes = STANDARD.decode(bytes).unwrap_or_default();
            let kind = text("contentType").and_then(|kind| HeaderValue::from_str(kind).ok());
            let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
            let no_store = HeaderValue::from_static("no-store");
            Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, no_store)], bytes).into_response())
        })
    }

    fn found(
        &self,
        kind: &str,
        id: &str,
        answer: impl FnOnce(&Resource) -> Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let held = self.store.by_reference(&format!("{kind}/{id}"));
        let resource = held.as_ref().and_then(|(held, place)| held.resources.get(*place));
        let none = || Problem::new("RESOURCE_NOT_FOUND", "there is no such resource");
        let subject = held.as_ref().and_then(|(held, _)| held.subject());
        answer(resource.ok_or_else(none)?).map(|response| about(response, subject))
    }
}

fn whole(resource: &Resource) -> Response {
    fhir_text(StatusCode::OK, resource.text.get().as_bytes().to_vec())
}

/// The file itself, unless FHIR is asked for by name.
fn wants_fhir(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types =
        accepted.flat_map(|value| value.split(',')).map(|one| one.split(';').next().unwrap_or(one));
    types.any(|one| ["application/fhir+json", "application/json+fhir"].contains(&one.trim()))
}
