//! Takes the path of a part of the audit's log, gives its bytes to whoever shows a certificate on the back channel. No leaf
//! names anybody, so every partner may read every leaf. Source: C2SP tlog-tiles, "APIs"; audit.md section 6.

use super::{App, back_channel};
use crate::gateway::LogPart;
use access::Channel;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// 401 without a certificate, 404 where there is no such part, 503 where the store does not say.
pub(super) async fn part(app: App, (shard, path): (String, String), request: Request) -> Response {
    if !matches!(back_channel::of(&request), Channel::Back(Some(_))) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match app.gateway.log_part(shard, path).await {
        Some(LogPart::Checkpoint(note)) => served(note.into(), "text/plain; charset=utf-8", "no-store"),
        Some(LogPart::Tile(bytes)) => served(bytes.into(), "application/octet-stream", FOR_EVER),
        Some(LogPart::Unavailable) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn served(body: Body, content_type: &'static str, cached: &'static str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    response
}
