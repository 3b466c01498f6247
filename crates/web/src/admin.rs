//! Takes the program's own status, gives the operator's page, its JSON form and a health answer. No person is in any of it.
//! Its listener and origin are its own. Source: viewer.md section 7, Admin: Status.

/// What the agreement would show to whom.
pub mod simulator;

use crate::assets;
use crate::gateway::{EndSessions, Gateway, Reconcile, Reconciled};
use crate::view::drawn;
use askama::Template;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Serialize;
use std::sync::Arc;

/// How the program and its sources are doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    pub sources: Vec<SourceStatus>,
    /// The audit's head, or why it cannot be written. Starts with `ok` when it can.
    pub audit: String,
    /// How far the log is signed, and who has witnessed it.
    pub log: String,
    /// Whether urgent alerts were told out of band.
    pub alerts: String,
    /// The configuration's id.
    pub configuration: String,
    /// How often the agreement was swapped, from 1; and why its files as they stand are not in force.
    pub generation: u64,
    pub refused: Option<String>,
    /// Why certificates, keys or authorities as they stand in their files are not in use; the ones before go on.
    pub certificates_refused: Option<String>,
    /// Days until what is in use runs out, by the name of its file.
    pub certificates: Vec<CertificateEnd>,
    pub version: String,
    /// Openings since the start.
    pub openings: u64,
}

/// A file of certificates or authorities, and how many days its first one is good for; fewer than none where it has run out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CertificateEnd {
    pub file: String,
    pub days: i64,
}

/// Whoever renews one is told so many days before.
const SOON_DAYS: i64 = 30;

impl CertificateEnd {
    fn in_words(&self) -> String {
        let Self { file, days } = self;
        match days {
            ..0 => format!("{file} has run out"),
            0 => format!("{file} within a day"),
            1 => format!("{file} in 1 day"),
            _ => format!("{file} in {days} days"),
        }
    }
}

/// One source since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    pub id: String,
    pub short: String,
    pub partner: String,
    pub kind: String,
    /// A reply state's name; empty before the first question.
    pub last_state: String,
    pub answered: u64,
    pub failed: u64,
    /// `closed`, `open since 13:40`, `half-open`.
    pub breaker: String,
    /// How many questions at once it is asked now, and at most.
    pub at_once: AtOnce,
}

/// Questions at once at a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AtOnce {
    pub now: usize,
    pub most: usize,
}

impl From<(usize, usize)> for AtOnce {
    fn from((now, most): (usize, usize)) -> Self {
        Self { now, most }
    }
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
    /// The certificate that runs out first, in words.
    fn first_to_end(&self) -> Option<String> {
        self.certificates.iter().min_by_key(|one| one.days).map(CertificateEnd::in_words)
    }

    /// Every one that runs out soon, in words; empty where none does.
    fn soon_to_end(&self) -> String {
        let soon = self.certificates.iter().filter(|one| one.days <= SOON_DAYS);
        soon.map(CertificateEnd::in_words).collect::<Vec<_>>().join("; ")
    }

    /// Whether records can be opened: a source that is down does not change that, an audit that cannot be written does.
    pub fn is_healthy(&self) -> bool {
        self.audit.starts_with("ok")
    }
}

/// What a route of the operator's listener does.
#[derive(Clone, Copy)]
enum Act {
    Page,
    Json,
    Health,
    Metrics,
    Asset,
    Clear,
    Simulator,
    EndSessions,
    Reconcile,
}

/// A day of one source as a form carries it; what is larger is reconciled while no gateway runs.
const LONGEST_HAND_OVER: usize = 64 * 1024 * 1024;

/// Every URL of the operator's listener with what it leaves in the audit. None names a person.
const ROUTES: [(&str, Act, &str); 9] = [
    ("GET /", Act::Page, "-"),
    ("GET /status.json", Act::Json, "-"),
    ("GET /health", Act::Health, "-"),
    ("GET /metrics", Act::Metrics, "-"),
    ("GET /assets/{file}", Act::Asset, "-"),
    ("POST /clear", Act::Clear, "alert"),
    ("GET /simulator", Act::Simulator, "-"),
    ("POST /sessions/end", Act::EndSessions, "session end"),
    ("POST /reconcile", Act::Reconcile, "audit-read, incident, alert"),
];

/// The operator has looked into why a source was held, and lets it be asked again.
#[derive(serde::Deserialize)]
struct Clear {
    source: String,
    /// Who says so; recorded.
    by: String,
}

/// The operator's router, built from the table.
pub fn router(gateway: Arc<dyn Gateway>) -> Router {
    let add = |router: Router<Arc<dyn Gateway>>, (route, act, _): (&str, Act, &str)| {
        let path = route.split(' ').next_back().unwrap_or_default();
        match act {
            Act::Page => router.route(path, get(page)),
            Act::Json => router.route(path, get(json)),
            Act::Health => router.route(path, get(health)),
            Act::Metrics => router.route(path, get(metrics)),
            Act::Asset => router.route(path, get(asset)),
            Act::Clear => router.route(path, post(clear)),
            Act::Simulator => router.route(path, get(simulator::page)),
            Act::EndSessions => router.route(path, post(end_sessions)),
            Act::Reconcile => {
                router.route(path, post(reconcile).layer(DefaultBodyLimit::max(LONGEST_HAND_OVER)))
            }
        }
    };
    ROUTES.into_iter().fold(Router::new(), add).with_state(gateway)
}

/// The table as text, a block of its own in `routes.golden.txt`.
pub(crate) fn table() -> String {
    let lines = ROUTES.into_iter().map(|(route, _, audit)| format!("{route} | operator | - | {audit}\n"));
    std::iter::once("the operator's listener\n".to_owned()).chain(lines).collect()
}

async fn page(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    let status = gateway.status().await;
    let healthy = status.is_healthy();
    let html =
        drawn(&StatusPage { css: &assets::STYLE.path, icon: &assets::ICON.path, status: &status, healthy });
    let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'";
    ([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_SECURITY_POLICY, policy)], Html(html))
        .into_response()
}

async fn json(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(gateway.status().await)).into_response()
}

/// Recorded first. Only from this listener's own page: another site's form carries another origin.
async fn clear(
    State(gateway): State<Arc<dyn Gateway>>,
    headers: HeaderMap,
    Form(form): Form<Clear>,
) -> Response {
    if !is_from_here(&headers) || form.by.trim().is_empty() {
        return (StatusCode::BAD_REQUEST, "say who you are, on this page's own form\n").into_response();
    }
    match gateway.clear(form.source, form.by).await {
        true => Redirect::to("/").into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not cleared: it could not be recorded\n").into_response(),
    }
}

/// All of one professional's, or all of a host's, wherever they are open. Recorded with it.
async fn end_sessions(
    State(gateway): State<Arc<dyn Gateway>>,
    headers: HeaderMap,
    Form(form): Form<EndSessions>,
) -> Response {
    if !is_from_here(&headers) || !form.is_whole() {
        let wanted = "name the host, one professional or all of them, yourself and the reason\n";
        return (StatusCode::BAD_REQUEST, wanted).into_response();
    }
    match gateway.end_sessions(form).await {
        Some(ended) => format!("{ended} ended\n").into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "not ended: it could not be recorded\n").into_response(),
    }
}

/// A source's own log of a day, as it hands it over or as it came, held against ours.
async fn reconcile(
    State(gateway): State<Arc<dyn Gateway>>,
    headers: HeaderMap,
    Form(form): Form<Reconcile>,
) -> Response {
    if !is_from_here(&headers) {
        return (StatusCode::BAD_REQUEST, "refused: on this page's own form\n").into_response();
    }
    match gateway.reconcile(form).await {
        Reconciled::Clean(text) => text.into_response(),
        Reconciled::Differs(text) => (StatusCode::CONFLICT, text).into_response(),
        Reconciled::Incomplete(text) => (StatusCode::FAILED_DEPENDENCY, text).into_response(),
        Reconciled::Refused(why) => (StatusCode::BAD_REQUEST, format!("refused: {why}\n")).into_response(),
    }
}

/// Another site's form carries another origin.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    text(header::ORIGIN).strip_prefix("http://").is_some_and(|origin| origin == text(header::HOST))
}

/// 200 `ok`, or 503 when nothing can be opened.
async fn health(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    let healthy = gateway.status().await.is_healthy();
    let (status, text) =
        if healthy { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "audit\n") };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// Source: OpenMetrics 1.0, section 3.4.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

async fn metrics(State(gateway): State<Arc<dyn Gateway>>) -> Response {
    let headers = [(header::CONTENT_TYPE, OPEN_METRICS), (header::CACHE_CONTROL, "no-store")];
    (headers, gateway.metrics()).into_response()
}

async fn asset(axum::extract::Path(file): axum::extract::Path<String>) -> Response {
    assets::find(&format!("/assets/{file}")).map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |asset| ([(header::CONTENT_TYPE, asset.content_type)], asset.text.as_str()).into_response(),
    )
}

#[cfg(test)]
mod tests;
