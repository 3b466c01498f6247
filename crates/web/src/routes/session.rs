//! Takes requests under one session, gives the streamed record, its small acts and its state. The session names the person;
//! forms need the session's token, our own origin and the browser's word for it. Source: access.md section 4; viewer.md section 2.

use super::{App, browser, headers, still};
use crate::gateway::{Document, Left, Opened, Order, Refused, SessionState, Within};
use crate::page::Sought;
use crate::words;
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use tokio::time::Instant;

/// The form every act under a session sends.
#[derive(serde::Deserialize)]
struct Act {
    #[serde(default)]
    token: String,
    /// Of the form that asks for a reason.
    #[serde(default)]
    code: String,
    #[serde(default)]
    text: String,
}

/// A new opening: every source is asked again.
pub(super) async fn record(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    if let Err(response) = must_be_seen(&app, &request) {
        return *response;
    }
    let within = within(sid, &request);
    let cookie = within.browser.cookie.is_some();
    let opened = app.gateway.open(within, order(request.uri().query())).await;
    told(&app, opened, (cookie, arrived), still::HERE).await
}

async fn told(
    app: &App,
    opened: Result<Opened, Refused>,
    came: (bool, Instant),
    again: Option<&str>,
) -> Response {
    match opened {
        Ok(Opened::Record(document)) => streamed(document),
        Ok(Opened::Interruption { frame_ancestor, html, .. }) => {
            still::page(StatusCode::OK, html, frame_ancestor.as_deref())
        }
        Err(refused) => still::refused_for_now(app, &refused, came, again).await,
    }
}

/// The record that was looked through: what was looked for is in no address.
const RECORD: Option<&str> = Some("./");

/// What somebody looks for: in the body, so that it is in no address (HAZ-049).
#[derive(serde::Deserialize)]
struct Find {
    #[serde(default)]
    token: String,
    #[serde(default)]
    term: String,
}

/// A new opening that shows only what was looked for: for pages without script.
pub(super) async fn find(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    if let Err(response) = must_be_seen(&app, &request) {
        return *response;
    }
    let (within, Find { token, term }) = match own(&app, sid, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let Some(sought) = Sought::of(&term) else {
        return still::not_for_machines(&app, StatusCode::BAD_REQUEST);
    };
    let cookie = within.browser.cookie.is_some();
    let opened = app.gateway.find(within, token, sought).await;
    told(&app, opened, (cookie, arrived), RECORD).await
}

/// An opening is for a person's eyes, and whole.
pub(super) fn must_be_seen(app: &App, request: &Request) -> Result<(), Box<Response>> {
    if browser::is_unseen(request.headers()) {
        return Err(Box::new(still::not_for_machines(app, StatusCode::FORBIDDEN)));
    }
    if request.headers().contains_key(header::RANGE) {
        return Err(Box::new(still::not_for_machines(app, StatusCode::RANGE_NOT_SATISFIABLE)));
    }
    Ok(())
}

fn streamed(document: Document) -> Response {
    let body = Body::from_stream(document.body.map(Ok::<_, Infallible>));
    headers::html(StatusCode::OK, body, document.frame_ancestor.as_deref())
}

/// Any other query is nobody's: it is not read, so no person can come by it.
fn order(query: Option<&str>) -> Order {
    if query == Some("view=plain") { Order::Plain } else { Order::AsTheyLand }
}

/// The person was confirmed to be the right one: the record may be opened.
pub(super) async fn confirm(app: App, sid: String, request: Request) -> Response {
    let back = format!("/s/{sid}/");
    let (arrived, act) = (Instant::now(), own_form(&app, sid, request).await);
    let (within, token) = match act {
        Ok(act) => act,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.confirm_identity(within, token).await {
        Ok(()) => see_other(&app, &back),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// A reason was given: the record may be opened. What is no reason is sent back as a request no page of ours makes.
pub(super) async fn reason(app: App, sid: String, request: Request) -> Response {
    let back = format!("/s/{sid}/");
    let arrived = Instant::now();
    let (within, act): (Within, Act) = match own(&app, sid, request).await {
        Ok(act) => act,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.give_reason(within, act.token, (act.code, act.text)).await {
        Ok(true) => see_other(&app, &back),
        Ok(false) => still::not_for_machines(&app, StatusCode::BAD_REQUEST),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// 204, so that without script the browser stays on the page it has.
pub(super) async fn extend(app: App, sid: String, request: Request) -> Response {
    let (arrived, act) = (Instant::now(), own_form(&app, sid, request).await);
    let (within, token) = match act {
        Ok(act) => act,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.extend(within, token).await {
        Ok(()) => still::page(StatusCode::NO_CONTENT, String::new(), None),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// The opening whose record is printed.
#[derive(serde::Deserialize)]
struct Printed {
    #[serde(default)]
    token: String,
    #[serde(default)]
    opening: String,
}

/// 204 once it is recorded; then the browser may print.
pub(super) async fn print(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    let (within, Printed { token, opening }) = match own(&app, sid, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.print(within, token, opening).await {
        Ok(()) => still::page(StatusCode::NO_CONTENT, String::new(), None),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// Nothing stays in the browser. Inside a frame the session's own address says that the view has ended, since only there the
/// host's origin is known and the page can be read.
pub(super) async fn close(app: App, sid: String, request: Request) -> Response {
    let back = format!("/s/{sid}/");
    let (arrived, act) = (Instant::now(), own_form(&app, sid, request).await);
    let (within, token) = match act {
        Ok(act) => act,
        Err(response) => return response,
    };
    let (cookie, framed) = (within.browser.cookie.is_some(), within.browser.framed);
    let mut response = match app.gateway.close(within, token).await {
        Ok(()) if framed => see_other(&app, &back),
        Ok(()) => still::page(StatusCode::OK, crate::refusal::closed(&app.settings), None),
        Err(refused) => return still::refused(&app, &refused, cookie, arrived).await,
    };
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(header::HeaderName::from_static("clear-site-data"), clear);
    response
}

/// How long the view may still stand: seconds until it is idle, seconds until its end.
const LEFT: HeaderName = HeaderName::from_static("session-left");

/// 204 while the session lives, 410 with the words for the page once it has ended, 503 where that cannot be told. Asking is no activity and is not audited.
pub(super) async fn state(app: App, sid: String, request: Request) -> Response {
    match app.gateway.state(within(sid, &request)).await {
        SessionState::Live(Left { idle_s, absolute_s }) => {
            let mut response = still::page(StatusCode::NO_CONTENT, String::new(), None);
            let left = HeaderValue::from_str(&format!("{idle_s}, {absolute_s}"));
            response.headers_mut().extend(left.ok().map(|left| (LEFT, left)));
            response
        }
        SessionState::Unknown => still::page(StatusCode::SERVICE_UNAVAILABLE, String::new(), None),
        SessionState::Ended(ending) => {
            let words = ending.map_or(words::VIEW_ENDED, words::ended).to_owned();
            let mut response = still::page(StatusCode::GONE, words, None);
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, plain);
            response
        }
    }
}

/// Without script the browser comes here by itself. It opens nothing and keeps nothing alive.
pub(super) async fn put_away(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    let within = within(sid, &request);
    let cookie = within.browser.cookie.is_some();
    match app.gateway.put_away(within).await {
        Ok(shell) => still::page(StatusCode::OK, shell.html, shell.frame_ancestor.as_deref()),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

async fn own_form(app: &App, sid: String, request: Request) -> Result<(Within, String), Response> {
    let form: Result<(Within, Act), Response> = own(app, sid, request).await;
    form.map(|(within, act)| (within, act.token))
}

/// A form of a page of ours, sent from it.
pub(super) async fn own<T: DeserializeOwned>(
    app: &App,
    sid: String,
    request: Request,
) -> Result<(Within, T), Response> {
    let within = within(sid, &request);
    if !browser::is_own_form(&within.browser, &app.settings.gateway_origin) {
        return Err(still::not_for_machines(app, StatusCode::FORBIDDEN));
    }
    match Form::<T>::from_request(request, &()).await {
        Ok(Form(form)) => Ok((within, form)),
        Err(_) => Err(still::not_for_machines(app, StatusCode::BAD_REQUEST)),
    }
}

pub(super) fn within(sid: String, request: &Request) -> Within {
    Within { sid, browser: browser::of(request), bearer: None }
}

pub(crate) fn see_other(app: &App, to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return still::not_found(app);
    };
    let mut response = still::page(StatusCode::SEE_OTHER, String::new(), None);
    response.headers_mut().insert(header::LOCATION, location);
    response
}
