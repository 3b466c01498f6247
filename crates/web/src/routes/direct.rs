//! Takes a professional through direct access: to sign in, back, to find one person, to say why, into a session. The person is
//! typed in the body of one form; no answer before the record says more of them. Source: access.md section 1 (F).

use super::{App, browser, launch, smart::Asked, still};
use crate::{
    gateway::{
        Browser,
        provider::{Opening, Outcome, Step, Stopped},
    },
    view,
};
use access::{
    Refusal,
    launch::direct::{FindForm, OpenForm},
};
use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::Response;
use serde::de::DeserializeOwned;

/// A form, and what proves that it comes from a page of ours.
#[derive(serde::Deserialize)]
struct Sent<T> {
    #[serde(default)]
    token: String,
    #[serde(flatten)]
    form: T,
}

pub(super) async fn begin(app: App, request: Request) -> Response {
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    match app.gateway.direct_begin(browser::of(&request)).await {
        Ok(away) => launch::away(&app, &away.location, &away.set_cookie),
        Err(stopped) => stop(&app, &stopped),
    }
}

pub(super) async fn back(app: App, request: Request) -> Response {
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    let callback = Asked::of(&request).callback();
    match app.gateway.direct_finish(callback, browser::of(&request)).await {
        Ok(away) => launch::away(&app, &away.location, &away.set_cookie),
        Err(stopped) => stop(&app, &stopped),
    }
}

pub(super) async fn desk(app: App, request: Request) -> Response {
    match app.gateway.direct_desk(browser::of(&request)).await {
        Ok(step) => show(&app, &step),
        Err(stopped) => stop(&app, &stopped),
    }
}

pub(super) async fn find(app: App, request: Request) -> Response {
    let (browser, token, form) = match own_form::<FindForm>(&app, request).await {
        Ok(form) => form,
        Err(response) => return *response,
    };
    match app.gateway.direct_find(browser, token, form).await {
        Ok(step) => show(&app, &step),
        Err(stopped) => stop(&app, &stopped),
    }
}

pub(super) async fn open(app: App, request: Request) -> Response {
    let (browser, token, form) = match own_form::<OpenForm>(&app, request).await {
        Ok(form) => form,
        Err(response) => return *response,
    };
    match app.gateway.direct_open(browser, token, form).await {
        Ok(Opening::Admitted(admitted)) => launch::admitted_to(&app, &admitted),
        Ok(Opening::Unstated(page)) => {
            still::page(StatusCode::BAD_REQUEST, view::direct::reason(&page, &app.settings), None)
        }
        Err(stopped) => stop(&app, &stopped),
    }
}

fn show(app: &App, step: &Step) -> Response {
    match step {
        Step::Reason(page) => still::page(StatusCode::OK, view::direct::reason(page, &app.settings), None),
        Step::Find(page) => {
            let status = match page.outcome {
                Outcome::None if page.faults.is_empty() => StatusCode::OK,
                Outcome::None => StatusCode::BAD_REQUEST,
                Outcome::Nobody => StatusCode::NOT_FOUND,
                Outcome::Unanswered => StatusCode::BAD_GATEWAY,
                Outcome::Paused => StatusCode::TOO_MANY_REQUESTS,
            };
            still::page(status, view::direct::find(page, &app.settings), None)
        }
    }
}

/// Where direct access is off, there is no page at all.
fn stop(app: &App, stopped: &Stopped) -> Response {
    let status = match stopped {
        Stopped::Off => return still::not_found(app),
        Stopped::SignedOut => 403,
        Stopped::Refused(refused) if refused.refusal == Refusal::ViewEnded => 403,
        Stopped::Refused(refused) => refused.refusal.status(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    still::page(status, view::direct::stopped(stopped, &app.settings), None)
}

type Own<T> = (Browser, String, T);

async fn own_form<T: DeserializeOwned>(app: &App, request: Request) -> Result<Own<T>, Box<Response>> {
    let refuse = |status| Box::new(still::not_for_machines(app, status));
    let browser = browser::of(&request);
    if !browser::is_own_form(&browser, &app.settings.gateway_origin) {
        return Err(refuse(StatusCode::FORBIDDEN));
    }
    match Form::<Sent<T>>::from_request(request, &()).await {
        Ok(Form(Sent { token, form })) => Ok((browser, token, form)),
        Err(_) => Err(refuse(StatusCode::BAD_REQUEST)),
    }
}
