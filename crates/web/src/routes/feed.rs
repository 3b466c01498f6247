//! Takes a partner's code and how far it has read, gives its next rows of the audit as lines of JSON to whoever shows that
//! partner's certificate on the back channel, and to nobody else. Source: audit.md section 11.

use super::{App, back_channel, browser};
use crate::gateway::Feed;
use access::Channel;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// 400 for another question, 401 without a certificate, 403 with another's or for no partner, 503 where the reading cannot be
/// recorded or the store does not answer.
pub(super) async fn feed(app: App, partner: String, request: Request) -> Response {
    let Channel::Back(Some(certificate)) = back_channel::of(&request) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Ok(after) = after(request.uri().query()) else { return StatusCode::BAD_REQUEST.into_response() };
    let caller = (certificate, browser::of(&request).address);
    match app.gateway.feed(partner, after, caller).await {
        Feed::Lines(lines) => served(lines),
        Feed::NotYours => StatusCode::FORBIDDEN.into_response(),
        Feed::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// `after=<index>` or nothing.
fn after(query: Option<&str>) -> Result<Option<u64>, ()> {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Ok(None) };
    let digits = query.strip_prefix("after=").ok_or(())?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().map(Some).map_err(|_| ()) } else { Err(()) }
}

fn served(lines: String) -> Response {
    let mut response = Response::new(Body::from(lines));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn a_feed_is_asked_for_behind_one_whole_index_and_in_no_other_words() {
        for (query, expected) in [
            (None, Ok(None)),
            (Some(""), Ok(None)),
            (Some("after=0"), Ok(Some(0))),
            (Some("after=18446744073709551615"), Ok(Some(u64::MAX))),
            (Some("after="), Err(())),
            (Some("after=-1"), Err(())),
            (Some("after=+1"), Err(())),
            (Some("after=18446744073709551616"), Err(())),
            (Some("after=1&after=2"), Err(())),
            (Some("before=1"), Err(())),
        ] {
            assert_eq!(after(query), expected, "{query:?}");
        }
    }
}
