//! Where the partner's own systems bring what they have, over HTTPS with a certificate of the partner's: a message at once, a
//! large extract in as many pieces as it takes. What waits here is sealed as it arrives. Refuses everything that is not a feed
//! of this node, and says in the answer what became of what was sent.
//! Source: RFC 9110; SOAP 1.1 for ITK messages.

/// Extracts that arrive piece by piece.
mod upload;

pub(crate) use upload::Uploads;

use crate::{
    command::Said,
    deliver::Delivered,
    intake::cda::answer,
    node::{Node, NodeFault},
    tls::Peer,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, patch, post},
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// What every route has.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) node: Node,
    pub(crate) uploads: Arc<Uploads>,
}

/// How long an ITK answer is good for.
const ANSWER_LIFE_S: i64 = 300;
/// Room around a message for what it travels in.
const BODY_MAX_BYTES: usize = crate::deliver::MESSAGE_MAX_BYTES + 1024 * 1024;

pub(crate) fn router(node: &Node) -> Router {
    let desk = Desk { node: node.clone(), uploads: Arc::default() };
    let waking = desk.clone();
    tokio::task::spawn_blocking(move || upload::go_on_with_whole(&waking));
    Router::new()
        .route("/feeds/{feed}/messages", post(message))
        .route("/feeds/{feed}/uploads", post(upload::begin))
        .route("/uploads/{id}", patch(upload::go_on).head(upload::reached).get(upload::state))
        .route("/status", get(status))
        .route("/viewed", get(viewed))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(desk)
}

async fn message(
    State(desk): State<Desk>,
    Path(feed): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_soap = headers.contains_key("SOAPAction")
        || (is_xml(&headers) && desk.node.feed(&feed).is_ok_and(|feed| feed.config.format == "cda-nhs111"));
    let (node, message) = (desk.node.clone(), body.clone());
    let delivered = tokio::task::spawn_blocking(move || node.deliver(&feed, &message)).await;
    let delivered = match delivered {
        Ok(Ok(delivered)) => delivered,
        Ok(Err(fault)) => return failed(&fault),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let refused = match &delivered {
        Err(unusable) => Some(unusable.to_string()),
        Ok(units) => units.iter().find_map(|unit| match unit {
            Delivered::Refused(why) => Some(why.to_string()),
            _ => None,
        }),
    };
    if is_soap {
        return soap(&desk.node, &body, refused.as_deref());
    }
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let units = delivered.as_deref().unwrap_or_default().iter().map(told).collect::<Vec<_>>();
    (status, Json(json!({ "units": units, "refused": refused }))).into_response()
}

fn told(unit: &Delivered) -> Value {
    match unit {
        Delivered::Taken => json!({ "outcome": "taken" }),
        Delivered::Repeated => json!({ "outcome": "repeated" }),
        Delivered::Held(why) => json!({ "outcome": "held", "reason": why.to_string() }),
        Delivered::Refused(why) => json!({ "outcome": "refused", "reason": why.to_string() }),
    }
}

fn is_xml(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.contains("xml")
}

fn soap(node: &Node, body: &[u8], refused: Option<&str>) -> Response {
    let now = node.now();
    let until = jiff::Timestamp::from_second(now.as_second() + ANSWER_LIFE_S).unwrap_or(now);
    let (created, expires) = (format!("{now:.0}"), format!("{until:.0}"));
    let message_id = uuid::Uuid::new_v4().to_string().to_ascii_uppercase();
    let own = answer::Answer { message_id: &message_id, created: &created, expires: &expires };
    let request = answer::request(body);
    let (status, text) = match refused {
        None => (StatusCode::OK, answer::taken(&request, &own)),
        Some(reason) => (StatusCode::INTERNAL_SERVER_ERROR, answer::refused(&request, &own, reason)),
    };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"))], text)
        .into_response()
}

/// In the operator's words for the partner's own people: it holds no content.
fn failed(fault: &NodeFault) -> Response {
    let status = match fault {
        NodeFault::Refused(_) => StatusCode::NOT_FOUND,
        NodeFault::Store(crate::sql::StoreFault::Full) => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    tracing::error!(%fault, "what was sent could not be taken now");
    (status, Json(json!({ "refused": fault.to_string() }))).into_response()
}

async fn status(State(desk): State<Desk>, ConnectInfo(peer): ConnectInfo<Peer>) -> Response {
    if !is_steward(&desk.node, &peer) {
        return not_a_steward();
    }
    let said = tokio::task::spawn_blocking(move || desk.node.status()).await;
    match said {
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(fault)) => failed(&fault),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The partner's own feed of disclosures: who was answered about whom, a line each, behind `after`.
async fn viewed(
    State(desk): State<Desk>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if !is_steward(&desk.node, &peer) {
        return not_a_steward();
    }
    let after = query.get("after").map(|after| after.parse::<u64>());
    let Ok(after) = after.transpose() else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "refused": "`after` is not a number" })))
            .into_response();
    };
    let by = format!("certificate {}", peer.fingerprint);
    let looked = tokio::task::spawn_blocking(move || desk.node.viewed(None, after, &by)).await;
    match looked {
        Ok(Ok(lines)) => {
            let lines = lines.iter().filter_map(|line| serde_json::to_string(line).ok());
            let text: String = lines.map(|line| line + "\n").collect();
            let kind = HeaderValue::from_static("application/x-ndjson");
            let no_store = HeaderValue::from_static("no-store");
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, no_store)], text).into_response()
        }
        Ok(Err(fault)) => failed(&fault),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A system that sends may not read who looked.
fn is_steward(node: &Node, peer: &Peer) -> bool {
    let stewards = node.config().intake.iter().flat_map(|intake| &intake.stewards);
    let folded = |print: &String| print.to_ascii_lowercase().replace(':', "");
    stewards.map(folded).any(|print| print == peer.fingerprint)
}

fn not_a_steward() -> Response {
    let said = json!({ "refused": "this certificate is not among `intake.stewards`" });
    (StatusCode::FORBIDDEN, Json(said)).into_response()
}

/// How far a load is, in a few words.
fn in_words(said: &Said) -> Value {
    match said {
        Said::Step(step) => json!(step),
        other => json!(other),
    }
}

#[cfg(test)]
mod tests;
