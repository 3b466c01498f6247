//! The national proxy between a consumer and a practice: checks the Ssp headers, forwards to the practice named in the
//! path, streams the answer back. Refuses targets that are no known practice's root.
//! Source: GP Connect 1.6.2, Spine Secure Proxy integration and its own errors.

use crate::{faults::gate, outcome::fhir_json, world::World};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::sync::Arc;

/// Where the proxy may forward to: a practice's service root and the ASID behind it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) root: String,
    pub(crate) asid: &'static str,
}

struct Proxy {
    targets: Vec<Target>,
    client: reqwest::Client,
}

/// Why the proxy does not forward, in its own words.
#[derive(Debug, PartialEq, Eq)]
struct Refused(StatusCode, String);

pub(crate) fn router(world: &Arc<World>, targets: Vec<Target>, client: reqwest::Client) -> Router {
    let gate = gate::Gate::new(world, "ssp");
    Router::new()
        .fallback(forward)
        .with_state(Arc::new(Proxy { targets, client }))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn forward(
    State(proxy): State<Arc<Proxy>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match proxy.checked(&uri, &headers) {
        Ok(url) => proxy.send(method, &url, headers, body).await.unwrap_or_else(Refused::respond),
        Err(refused) => refused.respond(),
    }
}

impl Proxy {
    /// The URL to forward to.
    fn checked(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, Refused> {
        for name in ["Ssp-TraceID", "Ssp-From", "Ssp-To", "Ssp-InteractionID", "Authorization"] {
            if headers.get(name).is_none_or(|value| value.is_empty()) {
                return Err(Refused(StatusCode::BAD_REQUEST, format!("MISSING_HEADER_{name}")));
            }
        }
        let url = uri.path().trim_start_matches('/').to_owned();
        let below =
            |target: &&Target| url.strip_prefix(&target.root).is_some_and(|rest| rest.starts_with('/'));
        let target = self.targets.iter().find(below).ok_or_else(|| varies(&url))?;
        let asid = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if asid("Ssp-From").len() != 12 {
            let says = format!("ASID_CHECK_FAILED_MESSAGESENDER_{}", asid("Ssp-From"));
            return Err(Refused(StatusCode::FORBIDDEN, says));
        }
        if asid("Ssp-To") != target.asid {
            let says = format!("PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_{}", asid("Ssp-To"));
            return Err(Refused(StatusCode::FORBIDDEN, says));
        }
        Ok(url)
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, Refused> {
        for hop in [header::HOST, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING] {
            headers.remove(hop);
        }
        let sent = self.client.request(method, url).headers(headers).body(body).send().await;
        let answer = sent.map_err(|_| {
            Refused(StatusCode::BAD_GATEWAY, format!("ERROR_COMMUNICATING_TO_ENDPOINT_URL_{url}"))
        })?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for hop in [header::CONNECTION, header::TRANSFER_ENCODING] {
            headers.remove(hop);
        }
        let mut response = (status, Body::from_stream(answer.bytes_stream())).into_response();
        *response.headers_mut() = headers;
        Ok(response)
    }
}

fn varies(url: &str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, format!("ENDPOINT_UNKNOWN_VARIES_FROM_TARGETURL_{url}"))
}

impl Refused {
    fn respond(self) -> Response {
        let Self(status, display) = self;
        let coding = json!({
            "system": "http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0",
            "code": status.as_str(),
            "display": display,
        });
        let issue = json!({"severity": "error", "code": "invalid", "details": {"coding": [coding]}});
        fhir_json(status, &json!({"resourceType": "OperationOutcome", "issue": [issue]}))
    }
}
