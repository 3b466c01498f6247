//! Takes a host's signed launch as a form, gives its handle or an OAuth error as JSON; a form that cannot be read is refused.
//! Source: RFC 6749 section 5, RFC 7523, RFC 8693, RFC 6585 section 4; access.md section 1 (B, C).

use super::{App, back_channel, browser};
use crate::gateway::{TokenAnswer, TokenRequest};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

pub(super) async fn token(app: App, request: Request) -> Response {
    let (address, channel) = (browser::of(&request).address, back_channel::of(&request));
    let answer = match Form::<TokenRequest>::from_request(request, &()).await {
        Ok(Form(form)) => app.gateway.token(TokenRequest { channel, ..form }, address).await,
        Err(_) => unreadable(),
    };
    let mut response = Response::new(Body::from(answer.body.to_string()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match answer.status {
        401 => drop(headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        // A host's allowance is by the second, so the next one has room again.
        429 => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"))),
        503 => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"))),
        _ => {}
    }
    response
}

fn unreadable() -> TokenAnswer {
    let body = json!({"error": "invalid_request", "error_description": "the form cannot be read"});
    TokenAnswer { status: 400, body }
}
