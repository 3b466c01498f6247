//! The national proxy between a consumer and a provider: checks the Ssp headers, forwards to the provider named in the
//! path, streams the answer back. Refuses targets that are no known root, and interactions not registered for them.
//! Source: GP Connect 1.6.2, Spine Secure Proxy integration and its own errors.

use crate::{
    faults::gate,
    outcome::{Dialect, Problem},
    world::World,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Where the proxy may forward to: a service root, the ASID behind it and what it is registered for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) root: String,
    pub(crate) asid: &'static str,
    pub(crate) interactions: Vec<&'static str>,
}

struct Proxy {
    targets: Vec<Target>,
    client: reqwest::Client,
}

/// Why the proxy does not forward, in its own words.
#[derive(Debug, PartialEq, Eq)]
struct Refused(StatusCode, String);

pub(crate) fn router(world: &Arc<World>, targets: Vec<Target>, client: reqwest::Client) -> Router {
    let gate = gate::Gate::speaking(world, "ssp", Dialect::Ssp);
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
    match proxy.checked(&method, &uri, &headers) {
        Ok(url) => proxy.send(method, &url, headers, body).await.unwrap_or_else(Refused::respond),
        Err(refused) => refused.respond(),
    }
}

impl Proxy {
    /// The URL to forward to.
    fn checked(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<String, Refused> {
        if *method != Method::GET && *method != Method::POST {
            return Err(Refused(StatusCode::METHOD_NOT_ALLOWED, format!("{method} method not allowed")));
        }
        for name in ["Ssp-TraceID", "Ssp-From", "Ssp-To", "Ssp-InteractionID", "Authorization"] {
            if headers.get(name).is_none_or(|value| value.is_empty()) {
                return Err(Refused(StatusCode::BAD_REQUEST, format!("MISSING_HEADER_{name}")));
            }
        }
        let url = plain(uri.path().trim_start_matches('/'));
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        let below =
            |target: &&Target| url.strip_prefix(&target.root).is_some_and(|rest| rest.starts_with('/'));
        let target = self.targets.iter().find(below).ok_or_else(|| varies(&url))?;
        let asid = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if asid("Ssp-From").len() != 12 {
            let says = format!("ASID_CHECK_FAILED_MESSAGESENDER_{}", asid("Ssp-From"));
            return Err(Refused(StatusCode::FORBIDDEN, says));
        }
        if asid("Ssp-To") != target.asid || !target.interactions.contains(&asid("Ssp-InteractionID")) {
            let says = format!("PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_{}", asid("Ssp-To"));
            return Err(Refused(StatusCode::FORBIDDEN, says));
        }
        Ok(url + &query)
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

/// A locator's pointers write the target URL as one percent-encoded segment; practices' consumers write it plainly.
fn plain(path: &str) -> String {
    let encoded = path.starts_with("http%3A%2F%2F") || path.starts_with("https%3A%2F%2F");
    if !encoded {
        return path.to_owned();
    }
    let mut pieces = path.split('%');
    let mut url = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte.filter(u8::is_ascii), piece.get(2..)) {
            (Some(byte), Some(rest)) => {
                url.push(char::from(byte));
                url.push_str(rest);
            }
            // Not an escape: left as it stands, which leads to no target.
            _ => {
                url.push('%');
                url.push_str(piece);
            }
        }
    }
    url
}

fn varies(url: &str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, format!("ENDPOINT_UNKNOWN_VARIES_FROM_TARGETURL_{url}"))
}

impl Refused {
    fn respond(self) -> Response {
        let Self(status, display) = self;
        Problem::new("BAD_REQUEST", display).with_status(status).respond(Dialect::Ssp)
    }
}
