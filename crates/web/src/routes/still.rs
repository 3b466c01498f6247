//! Takes nothing of a person, gives help, assets, refusals and the one page for every address that has none.
//! Source: viewer.md section 2; access.md section 2.

use super::{App, headers};
use crate::assets::{self, Asset};
use crate::gateway::Refused;
use crate::refusal;
use crate::view::drawn;
use access::Refusal;
use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::time::{Duration, Instant, sleep_until};

/// "Not found", "invalidated" and "restricted" must not be told apart by how long they take (HAZ-050).
const NO_SHARED_RECORD_AT: Duration = Duration::from_millis(1_500);

#[derive(Template)]
#[template(path = "launch_button.html", whitespace = "minimize")]
struct Button<'a> {
    css: &'a str,
    icon: &'a str,
    training: bool,
}

pub(crate) fn page(status: StatusCode, html: String, frame_ancestor: Option<&str>) -> Response {
    headers::html(status, Body::from(html), frame_ancestor)
}

pub(crate) fn not_found(app: &App) -> Response {
    page(StatusCode::NOT_FOUND, refusal::not_found(&app.settings), None)
}

pub(crate) fn not_for_machines(app: &App, status: StatusCode) -> Response {
    page(status, refusal::not_for_machines(&app.settings), None)
}

/// The page of a refusal. `arrived` is when the request came.
pub(super) async fn refused(app: &App, refused: &Refused, cookie: bool, arrived: Instant) -> Response {
    refused_for_now(app, refused, (cookie, arrived), None).await
}

/// The same where nothing was used up: `again` is the address, seen from this one, that a press asks for once more.
pub(super) async fn refused_for_now(
    app: &App,
    refused: &Refused,
    (cookie, arrived): (bool, Instant),
    again: Option<&str>,
) -> Response {
    let (status, html) = refusal::page(refused, &app.settings, cookie, again);
    until_uniform(refused, arrived).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = page(status, html, refused.frame_ancestor.as_deref());
    told_to_wait(refused, &mut response);
    response
}

/// When a refusal of that kind is told. `arrived` is when the request came.
pub(super) async fn until_uniform(refused: &Refused, arrived: Instant) {
    if refused.refusal == Refusal::NoSharedRecord {
        sleep_until(arrived + NO_SHARED_RECORD_AT).await;
    }
}

pub(super) fn told_to_wait(refused: &Refused, response: &mut Response) {
    if refused.refusal == Refusal::Busy {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after(&refused.reference));
    }
}

/// 1 to 5 s, spread by the reference, so that the refused do not all come back at once.
pub(super) fn retry_after(reference: &str) -> HeaderValue {
    let spread =
        reference.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) % 5;
    HeaderValue::from(1 + spread)
}

/// The same address.
pub(super) const HERE: Option<&str> = Some("");

pub(super) fn button(app: &App) -> Response {
    let html = drawn(&Button {
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        training: app.settings.training,
    });
    page(StatusCode::OK, html, None)
}

pub(crate) fn asset(app: &App, file: &str) -> Response {
    assets::find(&format!("/assets/{file}")).map_or_else(|| not_found(app), served)
}

pub(super) fn icon() -> Response {
    served(&assets::ICON)
}

fn served(asset: &'static Asset) -> Response {
    let mut response = Response::new(Body::from(asset.text.as_str()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

/// A page by another name is no page.
pub(super) fn help(app: &App, slug: &str) -> Response {
    crate::help::help(slug, &app.settings)
        .map_or_else(|| not_found(app), |html| page(StatusCode::OK, html, None))
}
