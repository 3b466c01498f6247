//! Takes every answer, gives it the headers that keep it out of caches, frames, referrers and other origins' hands.
//! Source: viewer.md section 10; access.md section 4 (7); HAZ-002, HAZ-049.

use super::{App, browser, still};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

const FIXED: [(HeaderName, &str); 6] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
    (HeaderName::from_static("permissions-policy"), NO_FEATURES),
];

pub(super) const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const NO_FEATURES: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), \
    encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
    local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), \
    screen-wake-lock=(), serial=(), storage-access=(), usb=(), xr-spatial-tracking=()";

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'; frame-ancestors ";

/// Runs round every route, unknown paths among them. HEAD of a record or a link is refused: nobody would see what it opened.
pub(crate) async fn on_every_answer(State(app): State<App>, request: Request, next: Next) -> Response {
    let framed = browser::is_framed(request.headers());
    let path = request.uri().path();
    let acts = ["/s/", "/launch/", "/direct"].iter().any(|beginning| path.starts_with(beginning));
    let unseen_head = request.method() == Method::HEAD && acts;
    let mut response = if unseen_head { method_not_allowed(&app) } else { next.run(request).await };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers().get(header::ALLOW).cloned();
        response = method_not_allowed(&app);
        response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
    }
    complete(response.headers_mut(), framed);
    response
}

fn method_not_allowed(app: &App) -> Response {
    still::page(StatusCode::METHOD_NOT_ALLOWED, crate::refusal::not_for_machines(&app.settings), None)
}

fn complete(headers: &mut HeaderMap, framed: bool) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store, private"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy(None));
    if !framed {
        // A framed document has no browsing context group of its own to guard; a sandboxed one says so itself.
        headers.entry(OPENER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    }
}

/// `frame-ancestors` holds one host or nobody, never a list. An origin that is no header value lets nobody frame the page.
pub(super) fn policy(frame_ancestor: Option<&str>) -> HeaderValue {
    let ancestor = frame_ancestor.filter(|origin| is_origin(origin)).unwrap_or("'none'");
    HeaderValue::from_str(&format!("{POLICY}{ancestor}"))
        .unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The content of a document: no script, no form, no request, an origin of its own. It stands in our own frame, which may
/// stand in the host's: both must be named, since every ancestor is looked at.
pub(super) fn content_policy(frame_ancestor: Option<&str>) -> HeaderValue {
    let host = frame_ancestor.filter(|origin| is_origin(origin)).unwrap_or_default();
    let policy = format!("{} frame-ancestors 'self' {host}", *crate::view::CONTENT_POLICY);
    HeaderValue::from_str(policy.trim_end())
        .unwrap_or(HeaderValue::from_static("sandbox; default-src 'none'"))
}

/// A refusal in place of a document's content: a page like any other, that may stand in our own frame too.
pub(super) fn policy_in_our_frame(frame_ancestor: Option<&str>) -> HeaderValue {
    let host = frame_ancestor.filter(|origin| is_origin(origin)).unwrap_or_default();
    HeaderValue::from_str(format!("{POLICY}'self' {host}").trim_end())
        .unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Anything that could add a word or a directive is no origin.
fn is_origin(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '[' | ']');
    (text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)
}

pub(super) fn html(status: StatusCode, body: Body, frame_ancestor: Option<&str>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(frame_ancestor));
    response
}
