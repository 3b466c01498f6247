//! Takes a request for what everybody may read of us, gives it as JSON. Source: RFC 8414 section 3; RFC 7517 section 5.

use super::App;
use crate::gateway::Published;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;

pub(super) fn published(app: &App, what: Published) -> Response {
    let mut response = Response::new(Body::from(app.gateway.published(what).to_string()));
    let content_type = match what {
        Published::Metadata => "application/json",
        Published::Keys => "application/jwk-set+json",
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    // A changed key is everybody's within minutes.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
