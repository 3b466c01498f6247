//! Takes HTTP requests, gives pages, streams and refusals; every URL stands in one table and nothing else answers.
//! No route takes a person: a session names the person. Source: access.md sections 1 (B), 4 and 15; viewer.md section 2; HAZ-002.

use crate::gateway::Gateway;
use axum::Router;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request, State};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// What a request says about its browser, and which requests no person made.
mod browser;
/// The token endpoint.
mod token;
/// The link a host sends the browser to.
mod launch;
/// Everything under one session.
mod session;
/// One document of a session.
mod document;
/// Pages without a person.
mod still;
/// Headers of every answer.
mod headers;

/// What the public routes need to know of the deployment.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `https://record.example.nhs.uk`: the only origin a form may come from.
    pub gateway_origin: String,
    pub training: bool,
    /// Where a person reads how and why information is shared; empty where there is no such page.
    pub sharing_notice: String,
    /// Whom to ask, on refusals and on the help page.
    pub contacts: Vec<Contact>,
}

/// An organisation and how to reach it.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    pub name: String,
    pub contact: String,
}

/// One line of the table of routes.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    act: Act,
    who: &'static str,
    person: &'static str,
    audit: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// What a route does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Token,
    LaunchLink,
    LaunchButton,
    Record,
    Document,
    Content,
    Confirm,
    Reason,
    Extend,
    Close,
    State,
    Help,
    Asset,
    Icon,
}

const fn route(method: Method, path: &'static str, act: Act, notes: [&'static str; 3]) -> Route {
    let [who, person, audit] = notes;
    Route { method, path, act, who, person, audit }
}

use Method::{Get, Post};
const NOBODY: [&str; 3] = ["anyone", "-", "-"];
const SESSION: &str = "cookie and sid";

/// Every URL: method, path, who may call it, where the person comes from, what the audit keeps.
pub(crate) const ROUTES: &[Route] = &[
    route(Post, "/oauth2/token", Act::Token, ["registered host", "signed assertion", "launch"]),
    route(Get, "/launch/{handle}", Act::LaunchLink, ["holder of the handle", "stored launch", "open"]),
    route(Post, "/launch/{handle}", Act::LaunchButton, ["holder of the handle", "stored launch", "open"]),
    route(Get, "/s/{sid}/", Act::Record, [SESSION, "session", "open, disclosures, close"]),
    route(Get, "/s/{sid}/d/{handle}", Act::Document, [SESSION, "session", "-"]),
    route(Get, "/s/{sid}/b/{handle}", Act::Content, [SESSION, "session", "open, disclosure, close"]),
    route(Post, "/s/{sid}/confirm", Act::Confirm, [SESSION, "session", "identity confirmed"]),
    route(Post, "/s/{sid}/reason", Act::Reason, [SESSION, "session", "reason given"]),
    route(Post, "/s/{sid}/extend", Act::Extend, [SESSION, "session", "-"]),
    route(Post, "/s/{sid}/close", Act::Close, [SESSION, "session", "session end"]),
    route(Get, "/s/{sid}/state", Act::State, [SESSION, "session", "-"]),
    route(Get, "/help", Act::Help, NOBODY),
    route(Get, "/assets/{file}", Act::Asset, NOBODY),
    route(Get, "/favicon.ico", Act::Icon, NOBODY),
    route(Get, "/favicon", Act::Icon, NOBODY),
];

/// No form of ours is longer.
const LONGEST_BODY: usize = 64 * 1024;

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) settings: Arc<Settings>,
}

/// The public router, built from the table. Request bodies are limited to 64 KiB.
pub fn router(gateway: Arc<dyn Gateway>, settings: Settings) -> Router {
    let app = App { gateway, settings: Arc::new(settings) };
    let mut router = Router::new();
    for row in ROUTES {
        let act = row.act;
        let handler = move |State(app): State<App>, params: RawPathParams, request: Request| async move {
            let mut values = params.iter().map(|(_, value)| value.to_owned());
            let named = [values.next().unwrap_or_default(), values.next().unwrap_or_default()];
            answer(act, app, named, request).await
        };
        router = router.route(row.path, on(row.method.filter(), handler));
    }
    router
        .fallback(|State(app): State<App>| async move { still::not_found(&app) })
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(app.clone(), headers::on_every_answer))
        .with_state(app)
}

/// The table as text, the operator's after the public one, kept under test in `routes.golden.txt`.
pub fn table() -> String {
    let mut text = String::from("method path | who | person from | audit\n");
    for row in ROUTES {
        let line =
            format!("{} {} | {} | {} | {}\n", row.method.name(), row.path, row.who, row.person, row.audit);
        text.push_str(&line);
    }
    text.push('\n');
    text.push_str(&crate::admin::table());
    text
}

/// `named` are the path's own parts, in order.
async fn answer(
    act: Act,
    app: App,
    [named, handle]: [String; 2],
    request: Request,
) -> axum::response::Response {
    match act {
        Act::Token => token::token(app, request).await,
        Act::LaunchLink => launch::link(app, named, request).await,
        Act::LaunchButton => launch::button(app, named, request).await,
        Act::Record => session::record(app, named, request).await,
        Act::Document => document::shell(app, (named, handle), request).await,
        Act::Content => document::content(app, (named, handle), request).await,
        Act::Confirm => session::confirm(app, named, request).await,
        Act::Reason => session::reason(app, named, request).await,
        Act::Extend => session::extend(app, named, request).await,
        Act::Close => session::close(app, named, request).await,
        Act::State => session::state(app, named, request).await,
        Act::Help => still::help(&app),
        Act::Asset => still::asset(&app, &named),
        Act::Icon => still::icon(),
    }
}

impl Method {
    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

#[cfg(test)]
mod tests;
