//! Takes the requests of emergency access and of a reason asked for, gives their pages and, once they are taken, the way back to
//! the record. Forms need the session's token and our own origin. Source: access.md sections 4 (8), 8 and 10; HAZ-048.

use super::session::{must_be_seen, own, see_other, within};
use super::{App, still};
use crate::gateway::{Answer, BreakGlassForm, Sent, StaffReasonForm, StillPage};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::Instant;

/// The only query that is read.
const OVER_OBJECTION: &str = "objection";

#[derive(serde::Deserialize)]
struct End {
    #[serde(default)]
    token: String,
}

/// What would open, named before anything does.
pub(super) async fn ask(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    if let Err(response) = must_be_seen(&app, &request) {
        return *response;
    }
    let over_objection = request.uri().query() == Some(OVER_OBJECTION);
    let within = within(sid, &request);
    let cookie = within.browser.cookie.is_some();
    match app.gateway.break_glass(within, over_objection).await {
        Ok(page) => shown(page),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

pub(super) async fn begin(app: App, sid: String, request: Request) -> Response {
    let back = format!("/s/{sid}/");
    match own::<BreakGlassForm>(&app, sid, request).await {
        Ok((within, form)) => {
            let cookie = within.browser.cookie.is_some();
            answered(&app, (back, cookie), app.gateway.begin_break_glass(within, form)).await
        }
        Err(response) => response,
    }
}

pub(super) async fn staff_reason(app: App, sid: String, request: Request) -> Response {
    let back = format!("/s/{sid}/");
    match own::<StaffReasonForm>(&app, sid, request).await {
        Ok((within, form)) => {
            let cookie = within.browser.cookie.is_some();
            answered(&app, (back, cookie), app.gateway.give_staff_reason(within, form)).await
        }
        Err(response) => response,
    }
}

pub(super) async fn end(app: App, sid: String, request: Request) -> Response {
    let (back, arrived) = (format!("/s/{sid}/"), Instant::now());
    let (within, form) = match own::<End>(&app, sid, request).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.end_break_glass(within, form.token).await {
        Ok(()) => see_other(&app, &back),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

async fn answered(app: &App, (back, cookie): (String, bool), answer: Answer<Sent>) -> Response {
    let arrived = Instant::now();
    match answer.await {
        Ok(Sent::Taken) => see_other(app, &back),
        Ok(Sent::Again(page)) => shown(page),
        Err(refused) => still::refused(app, &refused, cookie, arrived).await,
    }
}

fn shown(page: StillPage) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    still::page(status, page.html, page.frame_ancestor.as_deref())
}
