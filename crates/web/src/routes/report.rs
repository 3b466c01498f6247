//! Takes the form that reports a problem, gives the page that says what became of it. A form of ours, of this session.
//! Source: viewer.md sections 2 and 7.

use super::session::own;
use super::{App, still};
use crate::gateway::ReportForm;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::Instant;

pub(super) async fn report(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    let (within, form): (_, ReportForm) = match own(&app, sid, request).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let cookie = within.browser.cookie.is_some();
    match app.gateway.report(within, form).await {
        Ok(page) => {
            let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::OK);
            still::page(status, page.html, page.frame_ancestor.as_deref())
        }
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}
