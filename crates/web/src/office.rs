//! The privacy officers' pages: who looked at whose record, from where, why, and what they were shown. Takes a signed-in officer and
//! a reason, gives pages; a listener and an origin of their own, no person in any address. Complete without script.
//! Source: audit.md sections 11 and 12; viewer.md section 7, Admin.

/// What the pages are made of.
pub mod values;
/// The pages.
mod pages;
/// The report on one person as a file.
pub mod csv;

use crate::gateway::{Browser, Gateway, provider::Away};
use crate::routes::{App, Settings, browser, headers, launch, still};
use access::{Refusal, launch::oidc::Callback};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, FromRequest, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use values::{
    Desk, Figured, HeldRows, HoldForm, LookForm, Looked, Queue, ReasonForm, Reconciliation, ReportForm,
    Reported, StepForm, Told,
};

pub type Answer<T> = BoxFuture<'static, Result<T, Stopped>>;

/// Why a page is not given.
#[derive(Debug, Clone)]
pub enum Stopped {
    /// Nobody has signed in here, or it is too long ago.
    SignedOut,
    /// Nothing is read without a reason.
    NoReason,
    /// No such opening, or not this officer's to see: told alike.
    NotFound,
    /// The reading is recorded, and the log could not be read.
    Unreadable,
    Refused(crate::gateway::Refused),
}

/// What the pages need of the program. Everything that reads the audit is recorded before it answers.
pub trait Office: Send + Sync {
    fn begin(&self, browser: Browser) -> Answer<Away>;
    fn finish(&self, callback: Callback, browser: Browser) -> Answer<Away>;
    fn desk(&self, browser: Browser) -> Answer<Desk>;
    fn say_why(&self, browser: Browser, token: String, form: ReasonForm) -> Answer<Option<Desk>>;
    fn look(&self, browser: Browser, token: String, form: LookForm) -> Answer<Looked>;
    fn tell(&self, browser: Browser, opening: String) -> Answer<Told>;
    fn report(&self, browser: Browser, token: String, form: ReportForm) -> Answer<Reported>;
    fn queue(&self, browser: Browser) -> Answer<Queue>;
    fn step(&self, browser: Browser, token: String, form: StepForm) -> Answer<Queue>;
    /// What is no month is this one.
    fn figures(&self, browser: Browser, month: String) -> Answer<Figured>;
    fn held(&self, browser: Browser) -> Answer<HeldRows>;
    /// `Some`: nothing was changed, and the page says why.
    fn hold(&self, browser: Browser, token: String, form: HoldForm) -> Answer<Option<Told>>;
    fn reconciliation(&self, browser: Browser) -> Answer<Reconciliation>;
    fn sign_out(&self, browser: Browser, token: String) -> Answer<()>;
}

#[derive(Clone)]
struct Room {
    app: App,
    office: Arc<dyn Office>,
}

const LONGEST_BODY: usize = 16 * 1024;

/// Every URL of the officers' listener: method and path, who, where the person comes from, what it leaves in the audit.
const TABLE: [(&str, &str, &str, &str); 16] = [
    ("GET /", "anyone; the desk for an officer", "-", "-"),
    ("GET /sign-in", "anyone", "-", "launch refused"),
    ("GET /callback", "the browser it began in", "-", "sign-in"),
    ("POST /reason", OFFICER, "-", "-"),
    ("POST /look", READER, "body of the form", "audit-read"),
    ("GET /opening/{id}", READER, "the opening", "audit-read"),
    ("POST /report", READER, "body of the form", "audit-read"),
    ("POST /report.csv", READER, "body of the form", "audit-read"),
    ("GET /alerts", READER, "-", "audit-read"),
    ("POST /alerts", READER, "-", "audit-read, alert"),
    ("GET /figures", OFFICER, "-", "-"),
    ("GET /held", READER, "-", "audit-read"),
    ("POST /held", READER, "the opening", "audit-read, incident"),
    ("GET /reconciliation", READER, "-", "audit-read"),
    ("POST /sign-out", OFFICER, "-", "session end"),
    ("GET /assets/{file}", "anyone", "-", "-"),
];
const OFFICER: &str = "privacy officer";
const READER: &str = "privacy officer with a reason";

/// The router of the officers' listener. `settings.gateway_origin` is this listener's own.
pub fn router(gateway: Arc<dyn Gateway>, office: Arc<dyn Office>, settings: Settings) -> Router {
    let app = App { gateway, settings: Arc::new(settings) };
    let room = Room { app: app.clone(), office };
    Router::new()
        .route("/", get(desk))
        .route("/sign-in", get(begin))
        .route("/callback", get(back))
        .route("/reason", post(reason))
        .route("/look", post(look))
        .route("/opening/{id}", get(opening))
        .route("/report", post(report))
        .route("/report.csv", post(report_csv))
        .route("/alerts", get(alerts).post(step))
        .route("/figures", get(figures))
        .route("/held", get(held).post(hold))
        .route("/reconciliation", get(reconciliation))
        .route("/sign-out", post(sign_out))
        .route("/assets/{file}", get(asset))
        .fallback(|State(room): State<Room>| async move { still::not_found(&room.app) })
        .with_state(room)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(app, headers::on_every_answer))
}

/// The table as text, a block of its own in `routes.golden.txt`.
pub(crate) fn table() -> String {
    let lines = TABLE
        .into_iter()
        .map(|(route, who, person, audit)| format!("{route} | {who} | {person} | {audit}\n"));
    std::iter::once("the privacy officers' listener\n".to_owned()).chain(lines).collect()
}

async fn desk(State(room): State<Room>, request: Request) -> Response {
    match room.office.desk(browser::of(&request)).await {
        Ok(desk) => html(StatusCode::OK, pages::desk(&desk, None)),
        Err(Stopped::SignedOut) => html(StatusCode::OK, pages::signed_out(&room.app.settings)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn begin(State(room): State<Room>, request: Request) -> Response {
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&room.app, StatusCode::FORBIDDEN);
    }
    match room.office.begin(browser::of(&request)).await {
        Ok(away) => launch::away(&room.app, &away.location, &away.set_cookie),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn back(State(room): State<Room>, request: Request) -> Response {
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&room.app, StatusCode::FORBIDDEN);
    }
    let callback = crate::routes::smart::Asked::of(&request).callback();
    match room.office.finish(callback, browser::of(&request)).await {
        Ok(away) => launch::away(&room.app, &away.location, &away.set_cookie),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn reason(State(room): State<Room>, request: Request) -> Response {
    let (browser, token, form) = match own_form::<ReasonForm>(&room, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let typed = form.clone();
    match room.office.say_why(browser, token, form).await {
        Ok(None) => Redirect::to("/").into_response(),
        Ok(Some(desk)) => html(StatusCode::BAD_REQUEST, pages::desk(&desk, Some(&typed))),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn look(State(room): State<Room>, request: Request) -> Response {
    let (browser, token, form) = match own_form::<LookForm>(&room, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    match room.office.look(browser, token, form).await {
        Ok(looked) => {
            let status = if looked.faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            html(status, pages::looked(&looked))
        }
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn opening(State(room): State<Room>, Path(id): Path<String>, request: Request) -> Response {
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&room.app, StatusCode::FORBIDDEN);
    }
    match room.office.tell(browser::of(&request), id).await {
        Ok(told) => html(StatusCode::OK, pages::told(&told)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn report(State(room): State<Room>, request: Request) -> Response {
    match reported(&room, request).await {
        Ok(reported) if reported.faults.is_empty() => html(StatusCode::OK, pages::report(&reported)),
        Ok(reported) => html(StatusCode::BAD_REQUEST, pages::report_faults(&reported)),
        Err(response) => *response,
    }
}

async fn report_csv(State(room): State<Room>, request: Request) -> Response {
    match reported(&room, request).await {
        Ok(reported) if reported.faults.is_empty() => {
            let mut response = csv::of(&reported.rows).into_response();
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
            );
            // Its name says nothing of whom it is about.
            let named = HeaderValue::from_static("attachment; filename=\"who-looked.csv\"");
            headers.insert(header::CONTENT_DISPOSITION, named);
            response
        }
        Ok(reported) => html(StatusCode::BAD_REQUEST, pages::report_faults(&reported)),
        Err(response) => *response,
    }
}

async fn reported(room: &Room, request: Request) -> Result<Reported, Box<Response>> {
    let (browser, token, form) = own_form::<ReportForm>(room, request).await?;
    room.office.report(browser, token, form).await.map_err(|stopped| Box::new(stop(room, &stopped)))
}

async fn alerts(State(room): State<Room>, request: Request) -> Response {
    match room.office.queue(browser::of(&request)).await {
        Ok(queue) => html(StatusCode::OK, pages::queue(&queue)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn step(State(room): State<Room>, request: Request) -> Response {
    let (browser, token, form) = match own_form::<StepForm>(&room, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    match room.office.step(browser, token, form).await {
        Ok(queue) if queue.fault.is_none() => Redirect::to("/alerts").into_response(),
        Ok(queue) => html(StatusCode::CONFLICT, pages::queue(&queue)),
        Err(stopped) => stop(&room, &stopped),
    }
}

/// The month to count.
#[derive(serde::Deserialize)]
struct Month {
    #[serde(default)]
    month: String,
}

async fn figures(
    State(room): State<Room>,
    Query(Month { month }): Query<Month>,
    request: Request,
) -> Response {
    match room.office.figures(browser::of(&request), month).await {
        Ok(figured) => html(StatusCode::OK, pages::figures(&figured)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn held(State(room): State<Room>, request: Request) -> Response {
    match room.office.held(browser::of(&request)).await {
        Ok(held) => html(StatusCode::OK, pages::held(&held)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn hold(State(room): State<Room>, request: Request) -> Response {
    let (browser, token, form) = match own_form::<HoldForm>(&room, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let back = format!("/opening/{}", form.opening);
    match room.office.hold(browser, token, form).await {
        Ok(None) => crate::routes::session::see_other(&room.app, &back),
        Ok(Some(told)) => html(StatusCode::BAD_REQUEST, pages::told(&told)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn reconciliation(State(room): State<Room>, request: Request) -> Response {
    match room.office.reconciliation(browser::of(&request)).await {
        Ok(reconciliation) => html(StatusCode::OK, pages::reconciliation(&reconciliation)),
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn sign_out(State(room): State<Room>, request: Request) -> Response {
    let (browser, token, Nothing {}) = match own_form::<Nothing>(&room, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    match room.office.sign_out(browser, token).await {
        Ok(()) => {
            let mut response = Redirect::to("/").into_response();
            if let Ok(cookie) = HeaderValue::from_str(&access::launch::oidc::cookie::clear()) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(stopped) => stop(&room, &stopped),
    }
}

async fn asset(State(room): State<Room>, Path(file): Path<String>) -> Response {
    still::asset(&room.app, &file)
}

fn html(status: StatusCode, page: String) -> Response {
    still::page(status, page, None)
}

fn stop(room: &Room, stopped: &Stopped) -> Response {
    let status = match stopped {
        Stopped::NotFound => 404,
        Stopped::Unreadable => 503,
        Stopped::SignedOut | Stopped::NoReason => 403,
        Stopped::Refused(refused) if refused.refusal == Refusal::ViewEnded => 403,
        Stopped::Refused(refused) => refused.refusal.status(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    html(status, pages::stopped(stopped, &room.app.settings))
}

/// A form, and what proves that it comes from a page of ours.
#[derive(serde::Deserialize)]
struct Sent<T> {
    #[serde(default)]
    token: String,
    #[serde(flatten)]
    form: T,
}

/// A form that is its button alone.
#[derive(serde::Deserialize)]
struct Nothing {}

type Own<T> = (Browser, String, T);

async fn own_form<T: DeserializeOwned>(room: &Room, request: Request) -> Result<Own<T>, Box<Response>> {
    let refuse = |status| Box::new(still::not_for_machines(&room.app, status));
    let browser = browser::of(&request);
    if !browser::is_own_form(&browser, &room.app.settings.gateway_origin) {
        return Err(refuse(StatusCode::FORBIDDEN));
    }
    match Form::<Sent<T>>::from_request(request, &()).await {
        Ok(Form(Sent { token, form })) => Ok((browser, token, form)),
        Err(_) => Err(refuse(StatusCode::BAD_REQUEST)),
    }
}
