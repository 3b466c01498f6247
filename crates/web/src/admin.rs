//! Takes the program's own status, gives the operator's page, its JSON form and a health answer. No person is in any of it.
//! Its listener and origin are its own. Source: viewer.md section 7, Admin: Status.

use crate::assets;
use crate::gateway::Gateway;
use crate::view::drawn;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;

/// How the program and its sources are doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    pub sources: Vec<SourceStatus>,
    /// The audit's head, or why it cannot be written. Starts with `ok` when it can.
    pub audit: String,
    /// The configuration's id.
    pub configuration: String,
    pub version: String,
    /// Openings since the start.
    pub openings: u64,
}

/// One source since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    pub short: String,
    pub partner: String,
    pub kind: String,
    /// A reply state's name; empty before the first question.
    pub last_state: String,
    pub answered: u64,
    pub failed: u64,
    /// `closed`, `open since 13:40`, `half-open`.
    pub breaker: String,
}

#[derive(Template)]
#[template(path = "status.html", whitespace = "minimize")]
struct StatusPage<'a> {
    css: &'a str,
    icon: &'a str,
    status: &'a Status,
    healthy: bool,
}

impl Status {
    /// Whether records can be opened: a source that is down does not change that, an audit that cannot be written does.
    pub fn is_healthy(&self) -> bool {
        self.audit.starts_with("ok")
    }
}

/// The operator's router: `/`, `/status.json`, `/health`.
pub fn router(gateway: Arc<dyn Gateway>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/status.json", get(json))
        .route("/health", get(health))
        .route("/assets/{file}", get(asset))
        .with_state(gateway)
}

async fn page(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    let status = gateway.status().await;
    let healthy = status.is_healthy();
    let html =
        drawn(&StatusPage { css: &assets::STYLE.path, icon: &assets::ICON.path, status: &status, healthy });
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'";
    ([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_SECURITY_POLICY, policy)], Html(html))
        .into_response()
}

async fn json(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(gateway.status().await)).into_response()
}

/// 200 `ok`, or 503 when nothing can be opened.
async fn health(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    let healthy = gateway.status().await.is_healthy();
    let (status, text) =
        if healthy { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "audit\n") };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn asset(axum::extract::Path(file): axum::extract::Path<String>) -> Response {
    assets::find(&format!("/assets/{file}")).map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |asset| ([(header::CONTENT_TYPE, asset.content_type)], asset.text.as_str()).into_response(),
    )
}

#[cfg(test)]
mod tests;
