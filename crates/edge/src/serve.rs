//! What the gateway asks: the FHIR R4 read interface, over mutual TLS. Takes a search that names one person, or a read of one
//! document of one person; refuses everything else, and every way from one person to the next. Who asked and what was given
//! is in the log before the answer leaves.
//! Source: FHIR R4 3.1.0 (http), 3.1.1 (search); UK Core R4; sources.md 7.

/// What may be asked for.
mod capability;
/// What a search asks.
mod search;
/// From everything about a person to one page.
mod page;
/// Who asks, as the request says.
mod asker;
/// What goes wrong, in FHIR.
mod outcome;
/// What was asked on one day, for whoever asked it.
mod access_log;

use crate::{journal, node::Node, sql::StoreFault};
use asker::Asker;
use audit::Kind;
use axum::{
    Form, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use fhir::{Json, NhsNumber};
use outcome::Problem;
use search::Asked;

type Pairs = Vec<(String, String)>;

/// The routes below the public base's path.
pub(crate) fn router(node: &Node) -> Router {
    let base = base_path(&node.config().serve.public_url);
    let fhir = Router::new()
        .route("/metadata", get(metadata))
        .route("/access-log", get(access_log::hand_over))
        .route("/{kind}", get(search_by_url))
        .route("/{kind}/_search", post(search_by_form))
        .route("/{kind}/{id}", get(read));
    let router = if base.is_empty() { fhir } else { Router::new().nest(&base, fhir) };
    router.route("/health", get(health)).fallback(not_here).with_state(node.clone())
}

/// `/fhir` of `https://edge.example/fhir`.
fn base_path(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

/// Up only with its key: without it nothing is answered (F31).
async fn health(State(node): State<Node>) -> (StatusCode, &'static str) {
    match node.0.vault.ring() {
        Ok(_) => (StatusCode::OK, "up\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "without its key\n"),
    }
}

async fn not_here() -> Response {
    Problem::NotSupported("this node does not support the interaction").into_response()
}

async fn metadata(State(node): State<Node>) -> Response {
    fhir_json(capability::statement(&node).to_string())
}

async fn search_by_url(
    State(node): State<Node>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Query(parameters): Query<Pairs>,
) -> Response {
    searched(node, &kind, headers, parameters).await.unwrap_or_else(IntoResponse::into_response)
}

async fn search_by_form(
    State(node): State<Node>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Query(mut parameters): Query<Pairs>,
    Form(form): Form<Pairs>,
) -> Response {
    parameters.extend(form);
    searched(node, &kind, headers, parameters).await.unwrap_or_else(IntoResponse::into_response)
}

async fn searched(
    node: Node,
    kind: &str,
    headers: HeaderMap,
    parameters: Pairs,
) -> Result<Response, Problem> {
    let types = capability::searchable(&node);
    let kind = types.iter().copied().find(|known| *known == kind);
    let kind = kind.ok_or(Problem::NotSupported("this node does not support the resource type"))?;
    let asked = Asked::read(kind, &headers, &parameters)?;
    let asker = Asker::of(&headers);
    let opening = asker.opening.clone();
    let found = blocking(&node, move |node| {
        let person = match &asked.person {
            search::Person::Number(number) => Some(number.clone()),
            search::Person::Id(id) => node.patient(id)?,
        };
        let Some(number) = person else { return Ok(Err(page::nobody(node, &asked))) };
        let openings = &node.0.openings;
        let everything = openings.answer(&opening, &number, node.now(), || node.everything(&number))?;
        Ok(Ok((number, page::of(node, &asked, &everything))))
    })
    .await?;
    let (number, page) = match found {
        // Nobody has that id: there is nothing to record of anybody.
        Err(page) => return Ok(fhir_json(page)),
        Ok((number, page)) => (number, page?),
    };
    record(&node, &asker, &number, kind, &format!("{} of {}", page.given, page.total)).await?;
    Ok(fhir_json(page.json))
}

async fn read(
    State(node): State<Node>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    read_one(node, kind, id, headers).await.unwrap_or_else(IntoResponse::into_response)
}

/// A document's entry or its content. Found through its person alone.
async fn read_one(node: Node, kind: String, id: String, headers: HeaderMap) -> Result<Response, Problem> {
    if !matches!(kind.as_str(), "DocumentReference" | "Binary") {
        return Err(Problem::NotSupported("only documents are read by their address"));
    }
    if !search::is_id(&id) {
        return Err(Problem::Invalid("the id is no FHIR id".to_owned()));
    }
    let asker = Asker::of(&headers);
    let (wanted, wanted_id) = (kind.clone(), id.clone());
    let found = blocking(&node, move |node| {
        let Some(number) = node.owner(&wanted, &wanted_id)? else { return Ok(None) };
        let everything = node.everything(&number)?;
        let is_it = |one: &crate::format::Shown| one.resource_type == wanted && one.id == wanted_id;
        Ok(everything.shown.into_iter().find(is_it).map(|one| (number, one.json)))
    })
    .await?;
    let (number, json) = found.ok_or(Problem::NotFound)?;
    record(&node, &asker, &number, &kind, "1 of 1").await?;
    if kind == "Binary" && !search::wants_fhir(&headers) {
        return Ok(file(&json));
    }
    Ok(fhir_json(json))
}

/// The file a Binary holds, as it is.
fn file(json: &str) -> Response {
    let object = Json::of(json).object().unwrap_or_default();
    let bytes = object.text("data").and_then(|data| BASE64.decode(data.as_bytes()).ok()).unwrap_or_default();
    let kind = object.text("contentType").and_then(|kind| HeaderValue::from_str(&kind).ok());
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NO_STORE)], Bytes::from(bytes)).into_response()
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

fn fhir_json(json: String) -> Response {
    let kind = HeaderValue::from_static("application/fhir+json; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NO_STORE)], json).into_response()
}

/// Durable before the answer leaves; without it there is no answer.
async fn record(
    node: &Node,
    asker: &Asker,
    number: &NhsNumber,
    kind: &str,
    given: &str,
) -> Result<(), Problem> {
    let detail = [
        ("opening", asker.opening.clone()),
        ("request", asker.request.clone()),
        ("asked", kind.to_owned()),
        ("given", given.to_owned()),
    ];
    let mut entry = journal::entry(Kind::Answer, node.now(), &detail);
    entry.whom = Some(journal::whom(number));
    entry.who = asker.who();
    node.0.journal.record(entry).await.map_err(|_| Problem::NotRecorded)
}

/// The store blocks; its threads may.
async fn blocking<T: Send + 'static>(
    node: &Node,
    work: impl FnOnce(&Node) -> Result<T, StoreFault> + Send + 'static,
) -> Result<T, Problem> {
    let node = node.clone();
    let done = tokio::task::spawn_blocking(move || work(&node)).await;
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(fault)) => {
            tracing::error!(%fault, "a question could not be answered");
            Err(Problem::Unavailable)
        }
        Err(_) => Err(Problem::Unavailable),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, json) = self.told();
        let mut response = fhir_json(json);
        *response.status_mut() = status;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

#[cfg(test)]
mod tests;
