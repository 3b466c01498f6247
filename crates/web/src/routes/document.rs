//! Takes requests for one document of a session, gives the page round it, and its content as a document of its own origin that
//! can do nothing. Refuses what nobody would see. Source: viewer.md sections 2 and 7; CSP Level 3, sandbox; HAZ-020, HAZ-021.

use super::{App, headers, session, still};
use crate::gateway::{As, Content, ContentKind, LettersForm};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::time::Instant;

/// The page round a document.
pub(super) async fn shell(app: App, (sid, handle): (String, String), request: Request) -> Response {
    let arrived = Instant::now();
    if let Err(response) = session::must_be_seen(&app, &request) {
        return *response;
    }
    let within = session::within(sid, &request);
    let cookie = within.browser.cookie.is_some();
    match app.gateway.document(within, handle).await {
        Ok(shell) => still::page(StatusCode::OK, shell.html, shell.frame_ancestor.as_deref()),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// The page round one document of a list. The list travels in the body, so that no person or document is in an address and
/// nothing of it is kept.
pub(super) async fn letter(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    if let Err(response) = session::must_be_seen(&app, &request) {
        return *response;
    }
    let (within, form): (_, LettersForm) = match session::own(&app, sid, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.letter(within, form).await {
        Ok(shell) => still::page(StatusCode::OK, shell.html, shell.frame_ancestor.as_deref()),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// The document itself, or why it is not shown: 200 either way, since how a source answered is said in the page.
pub(super) async fn content(
    app: App,
    (sid, handle): (String, String),
    shown_as: As,
    request: Request,
) -> Response {
    let arrived = Instant::now();
    if let Err(response) = session::must_be_seen(&app, &request) {
        return *response;
    }
    let within = session::within(sid, &request);
    let cookie = within.browser.cookie.is_some();
    match app.gateway.content(within, handle, shown_as).await {
        Ok(content) => sent(content),
        Err(refused) => {
            let came = (cookie, arrived);
            let mut response = still::refused_for_now(&app, &refused, came, still::HERE).await;
            let policy = headers::policy_in_our_frame(refused.frame_ancestor.as_deref());
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
    }
}

fn sent(content: Content) -> Response {
    // The name is for a browser that keeps the file, and has nobody in it.
    let (media_type, disposition) = match content.kind {
        ContentKind::Page => ("text/html; charset=utf-8", "inline"),
        ContentKind::Pdf => ("application/pdf", "inline; filename=\"document.pdf\""),
    };
    let mut response = Response::new(Body::from(content.body));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    head.insert(header::CONTENT_SECURITY_POLICY, headers::content_policy(content.frame_ancestor.as_deref()));
    // A sandboxed document with an opener policy is a network error (HTML, "obtain an opener policy").
    head.insert(headers::OPENER_POLICY, HeaderValue::from_static("unsafe-none"));
    head.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}
