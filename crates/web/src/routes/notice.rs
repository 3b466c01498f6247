//! Takes what a host or an identity provider says to us, server to server, as a form with one signed token; gives nothing back
//! but that it was heard, or an OAuth error as JSON. A browser is refused before. Source: access.md section 4 (5, 6);
//! OpenID Connect Back-Channel Logout 1.0, sections 2.5 and 2.8.

use super::{App, back_channel, browser};
use crate::gateway::TokenAnswer;
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

#[derive(serde::Deserialize)]
struct Event {
    event: String,
}

#[derive(serde::Deserialize)]
struct Logout {
    logout_token: String,
}

/// 204 once the views are ended, also where there were none.
pub(super) async fn host_event(app: App, request: Request) -> Response {
    let (address, channel) = (browser::of(&request).address, back_channel::of(&request));
    told(match Form::<Event>::from_request(request, &()).await {
        Ok(Form(form)) => app.gateway.host_event(form.event, channel, address).await,
        Err(_) => unreadable(),
    })
}

/// 200, as the standard has it.
pub(super) async fn signed_out(app: App, request: Request) -> Response {
    let address = browser::of(&request).address;
    told(match Form::<Logout>::from_request(request, &()).await {
        Ok(Form(form)) => app.gateway.signed_out(form.logout_token, address).await,
        Err(_) => unreadable(),
    })
}

fn told(answer: TokenAnswer) -> Response {
    let body = if answer.body.is_null() { String::new() } else { answer.body.to_string() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn unreadable() -> TokenAnswer {
    let body = json!({"error": "invalid_request", "error_description": "the form cannot be read"});
    TokenAnswer { status: 400, body }
}
