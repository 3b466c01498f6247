//! The listener of hosts' servers, which is encrypted and knows its callers by their certificates: takes the same requests as
//! the public one at the few addresses that belong here, and the audit's log to partners; gives nothing at any other.
//! Source: RFC 8705; access.md sections 1 (B, C) and 15; audit.md section 6.

use super::{Act, App, Method, Route, Settings, answer, headers, named, route};
use crate::gateway::Gateway;
use access::{Certificate, Channel};
use axum::Router;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::on;
use std::sync::Arc;

/// Who stands at the other end of an encrypted connection: put into each request by whoever listens.
#[derive(Debug, Clone)]
pub struct Caller {
    /// `None`: it showed none.
    pub certificate: Option<Certificate>,
}

/// Every URL of this listener.
const ROUTES: &[Route] = &[
    route(Method::Post, "/oauth2/token", Act::Token, [HOST, "signed assertion", "launch"]),
    route(Method::Post, "/launch/event", Act::HostEvent, [HOST, "-", "session end"]),
    route(Method::Get, "/audit/log/{shard}/{*part}", Act::Log, ["anyone with a certificate", "-", "-"]),
    route(Method::Get, "/audit/feed/{ods}", Act::Feed, ["that partner, by certificate", "-", "audit read"]),
    route(Method::Get, "/s/{sid}/fhir", Act::Searchset, [BEARER, "session", "open, disclosures, close"]),
];

const HOST: &str = "registered host, by certificate";
const BEARER: &str = "token bound to the host's certificate";

const LONGEST_BODY: usize = 64 * 1024;

/// The router of the back channel, built from its table.
pub fn router(gateway: Arc<dyn Gateway>, settings: Settings) -> Router {
    let app = App { gateway, settings: Arc::new(settings) };
    let mut router = Router::new();
    for row in ROUTES {
        let act = row.act;
        let handler = move |State(app): State<App>, params: RawPathParams, request: Request| async move {
            answer(act, app, named(&params), request).await
        };
        router = router.route(row.path, on(row.method.filter(), handler));
    }
    router
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(app.clone(), headers::on_every_answer))
        .with_state(app)
}

/// The way a request came.
pub(super) fn of(request: &Request) -> Channel {
    match request.extensions().get::<Caller>() {
        Some(caller) => Channel::Back(caller.certificate.clone()),
        None => Channel::Public,
    }
}

/// The table as text.
pub(super) fn table() -> String {
    let mut text = String::from("the back channel's listener\n");
    for row in ROUTES {
        text.push_str(&row.line());
    }
    text
}
