//! Takes a host's signed launch as a form, gives its handle or an OAuth error as JSON; a form that cannot be read is refused.
//! Source: RFC 6749 section 5, RFC 7523; access.md section 1 (B).

use super::{App, browser};
use crate::gateway::{TokenAnswer, TokenRequest};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

pub(super) async fn token(app: App, request: Request) -> Response {
    let address = browser::of(&request).address;
    let answer = match Form::<TokenRequest>::from_request(request, &()).await {
        Ok(Form(form)) => app.gateway.token(form, address).await,
        Err(_) => unreadable(),
    };
    let mut response = Response::new(Body::from(answer.body.to_string()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if answer.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn unreadable() -> TokenAnswer {
    let body = json!({"error": "invalid_request", "error_description": "the form cannot be read"});
    TokenAnswer { status: 400, body }
}
