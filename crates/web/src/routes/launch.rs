//! Takes the one-use link a host sent the browser to, gives the session's address. Only a person's navigation or a press of
//! the button uses the link up; anything else is given the button. Source: access.md section 1 (B).

use super::{App, browser, still};
use crate::gateway::{Admitted, Browser};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::time::Instant;

pub(super) async fn link(app: App, handle: String, request: Request) -> Response {
    let navigation = browser::is_navigation(request.headers());
    let browser = browser::of(&request);
    if navigation { redeem(app, handle, browser).await } else { still::button(&app) }
}

pub(super) async fn button(app: App, handle: String, request: Request) -> Response {
    let browser = browser::of(&request);
    if browser::is_launch_press(&browser, &app.settings.gateway_origin) {
        redeem(app, handle, browser).await
    } else {
        still::not_for_machines(&app, StatusCode::FORBIDDEN)
    }
}

async fn redeem(app: App, handle: String, browser: Browser) -> Response {
    let arrived = Instant::now();
    let cookie = browser.cookie.is_some();
    let admitted = match app.gateway.redeem(handle, browser).await {
        Ok(admitted) => admitted,
        Err(refused) => return still::refused_for_now(&app, &refused, (cookie, arrived), still::HERE).await,
    };
    admitted_to(&app, &admitted)
}

/// To the session's address, with its cookie.
pub(super) fn admitted_to(app: &App, admitted: &Admitted) -> Response {
    away(app, &admitted.location, &admitted.set_cookie)
}

/// 303 with a cookie.
pub(crate) fn away(app: &App, location: &str, set_cookie: &str) -> Response {
    let mut response = still::page(StatusCode::SEE_OTHER, String::new(), None);
    let (Ok(location), Ok(set_cookie)) = (HeaderValue::from_str(location), HeaderValue::from_str(set_cookie))
    else {
        tracing::error!("an address or a cookie that is no header value");
        return still::not_for_machines(app, StatusCode::INTERNAL_SERVER_ERROR);
    };
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::SET_COOKIE, set_cookie);
    response
}
