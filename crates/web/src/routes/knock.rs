//! Launches that come through the browser: takes a posted form, a code or an encrypted address, gives the one-use link that
//! the program made of it, by 303; what came in the address is in no later one. Only a navigation knocks: nothing that a page
//! fetches, frames in passing or loads ahead. Source: access.md section 1 (C, D, E); W3C Fetch Metadata Request Headers.

use super::{App, browser, still};
use crate::gateway::Knock;
use access::Refusal;
use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use std::borrow::Cow;
use tokio::time::Instant;

#[derive(serde::Deserialize)]
struct Posted {
    assertion: String,
}

/// `POST /launch/form`
pub(super) async fn form(app: App, request: Request) -> Response {
    // A script's post is the program's to refuse, because it is to be recorded.
    let (navigates, by) = (browser::is_navigation(request.headers()), browser::of(&request));
    match Form::<Posted>::from_request(request, &()).await {
        Ok(Form(Posted { assertion })) => knocked(app, Knock::Form { assertion, navigates }, by).await,
        Err(_) => incomplete(&app).await,
    }
}

/// `GET /launch/code/{host}?code`
pub(super) async fn code(app: App, host: String, request: Request) -> Response {
    if !browser::is_navigation(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    let by = browser::of(&request);
    match only(request.uri().query().unwrap_or_default(), "code") {
        Some(code) => knocked(app, Knock::Code { host, code }, by).await,
        None => incomplete(&app).await,
    }
}

/// `GET /launch/url/{host}?…`: old engines that say nothing of themselves are let through, since such hosts are theirs.
pub(super) async fn address(app: App, host: String, request: Request) -> Response {
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    let by = browser::of(&request);
    let query = request.uri().query().unwrap_or_default().to_owned();
    knocked(app, Knock::Legacy { host, query }, by).await
}

async fn knocked(app: App, knock: Knock, by: crate::gateway::Browser) -> Response {
    let (arrived, cookie) = (Instant::now(), by.cookie.is_some());
    let link = match app.gateway.knock(knock, by).await {
        Ok(link) => link,
        Err(refused) => return still::refused(&app, &refused, cookie, arrived).await,
    };
    let Ok(location) = HeaderValue::from_str(&link) else {
        return still::not_for_machines(&app, StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = still::page(StatusCode::SEE_OTHER, String::new(), None);
    response.headers_mut().insert(header::LOCATION, location);
    response
}

async fn incomplete(app: &App) -> Response {
    let refused = crate::gateway::Refused {
        refusal: Refusal::LaunchIncomplete,
        reference: String::new(),
        frame_ancestor: None,
    };
    still::refused(app, &refused, false, Instant::now()).await
}

/// The parameter of that name, where it stands exactly once. Others a host may add (`iss`, `state`) decide nothing.
fn only(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let value = values.next()?;
    if values.next().is_some() { None } else { percent_decoded(value) }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&bytes)).filter(|text| matches!(text, Cow::Borrowed(_))).map(Cow::into_owned)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
