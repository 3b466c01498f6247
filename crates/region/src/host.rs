//! "Marlowe Patient Manager": a clinical system with a patient list and an open patient, from which the Shared Care
//! Record is opened by one button, in a side panel or a new window. Everything works without script.
//! Source: access paper, flow B (back-channel signed launch).

/// Who may sign in.
pub(crate) mod users;
/// The host's signing key.
pub(crate) mod key;
/// The signed launch.
mod launch;
/// What the gateway is told of a session.
mod event;
/// Who is signed in.
mod sessions;
/// The pages.
mod pages;
/// What its organisations say of their own staff.
pub(crate) mod staff;

use crate::{html, options::RegionFault, people::Person, tls::Mutual, world::World};
use axum::{
    Form, Router,
    extract::{Path as Named, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use event::Event;
use key::SigningKey;
use launch::{Gateway, Launcher};
use serde::Deserialize;
use sessions::{Session, Sessions};
use std::{path::Path, sync::Arc};

/// The client id under which the gateway knows this host.
pub(crate) const CLIENT_ID: &str = "demo-host";

/// What the host is given at start.
pub(crate) struct Setup {
    pub(crate) gateway_url: String,
    pub(crate) token_url: String,
    pub(crate) back_channel: BackChannel,
    pub(crate) key: SigningKey,
    pub(crate) client: reqwest::Client,
    pub(crate) staff: staff::Offices,
}

/// Where the host's server launches, and what it shows there.
pub(crate) struct BackChannel {
    url: String,
    /// Where it tells of charts that change.
    event_url: String,
    client: reqwest::Client,
}

impl BackChannel {
    /// With the host's certificate, where there is a back channel; without one where browsers come.
    pub(crate) fn new(
        url: Option<&str>,
        (gateway_url, token_url): (&str, &str),
        mutual: &Mutual,
    ) -> Result<Self, RegionFault> {
        let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let event_url = format!("{}/launch/event", url.unwrap_or(gateway_url));
        let (url, builder) = match url {
            None => (token_url.to_owned(), builder),
            Some(url) => {
                let read = |path: &Path| {
                    std::fs::read(path)
                        .map_err(|source| RegionFault::WriteKey { path: path.to_owned(), source })
                };
                let identity = reqwest::Identity::from_pem(&read(&mutual.host_identity)?);
                let authority = reqwest::Certificate::from_pem(&read(&mutual.ca_file)?);
                let builder = builder
                    .identity(identity.map_err(RegionFault::Client)?)
                    .tls_certs_only([authority.map_err(RegionFault::Client)?]);
                (format!("{url}/oauth2/token"), builder)
            }
        };
        Ok(Self { url, event_url, client: builder.build().map_err(RegionFault::Client)? })
    }
}

struct Host {
    world: Arc<World>,
    sessions: Sessions,
    launcher: Launcher,
    /// The gateway's origin: the only one this host frames.
    gateway_origin: String,
}

pub(crate) fn router(world: &Arc<World>, setup: Setup) -> Result<Router, RegionFault> {
    let gateway_origin = origin(&setup.gateway_url);
    let staff = setup.staff.router(world);
    let BackChannel { url, event_url, client } = setup.back_channel;
    let event_audience = format!("{}/launch/event", setup.gateway_url);
    let gateway = Gateway { audience: setup.token_url, url, event_audience, event_url, client };
    let launcher = Launcher { gateway, key: setup.key };
    let host =
        Arc::new(Host { world: Arc::clone(world), sessions: Sessions::default(), launcher, gateway_origin });
    let behind_sign_in = Router::new()
        .route("/patients", get(patients))
        .route("/patients/{key}", get(patient))
        .route("/patients/{key}/shared-care-record", post(open_record))
        .layer(middleware::from_fn_with_state(Arc::clone(&host), signed_in));
    Ok(Router::new()
        .merge(behind_sign_in)
        .route("/", get(|| async { Redirect::to("/patients") }))
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/jwks.json", get(jwks))
        .route("/style.css", get(|| async { html::style(include_str!("host/host.css")) }))
        .with_state(host)
        .merge(staff))
}

fn origin(url: &str) -> String {
    match reqwest::Url::parse(url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => "'none'".to_owned(),
    }
}

/// Puts the session into the request, or sends the browser to sign in.
async fn signed_in(State(host): State<Arc<Host>>, mut request: Request, next: Next) -> Response {
    match host.sessions.of(request.headers()) {
        Some(session) => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        None => Redirect::to("/sign-in").into_response(),
    }
}

async fn sign_in_page(State(host): State<Arc<Host>>) -> Response {
    host.page(StatusCode::OK, pages::sign_in(None))
}

#[derive(Deserialize)]
struct SignIn {
    login: String,
}

async fn sign_in(State(host): State<Arc<Host>>, Form(form): Form<SignIn>) -> Response {
    let Some(user) = users::USERS.iter().find(|user| user.login == form.login) else {
        return host.page(StatusCode::FORBIDDEN, pages::sign_in(Some("Choose one of the users below.")));
    };
    let cookie = host.sessions.start(user);
    let mut response = Redirect::to("/patients").into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

async fn sign_out(State(host): State<Arc<Host>>, headers: HeaderMap) -> Response {
    if let Some(session) = host.sessions.end(&headers).filter(|session| session.opened.is_some()) {
        host.launcher.tell(&session, Event::UserOut).await;
    }
    Redirect::to("/sign-in").into_response()
}

async fn jwks(State(host): State<Arc<Host>>) -> Response {
    axum::Json(host.launcher.key.jwks()).into_response()
}

async fn patients(State(host): State<Arc<Host>>, session: axum::Extension<Session>) -> Response {
    host.page(StatusCode::OK, pages::patient_list(&session, &host.world.people))
}

async fn patient(
    State(host): State<Arc<Host>>,
    session: axum::Extension<Session>,
    Named(key): Named<String>,
) -> Response {
    let place = pages::place(&key);
    if session.opened.is_some() && session.opened != place {
        host.launcher.tell(&session, Event::PatientChanged).await;
        host.sessions.opens(&session, None);
    }
    match host.person(&key) {
        Some(person) => host
            .page(StatusCode::OK, pages::patient(&host.chart(&key, person, &session), &pages::Panel::Closed)),
        None => host.page(StatusCode::NOT_FOUND, pages::no_such_patient(&session)),
    }
}

#[derive(Deserialize)]
struct OpenRecord {
    view: View,
    #[serde(default)]
    purpose: Purpose,
}

/// What the professional opens it for; the codes are those of v3-ActReason.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Purpose {
    #[default]
    Treat,
    /// Emergency access.
    Btg,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Purpose::Treat => "TREAT",
            Purpose::Btg => "BTG",
        }
    }
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum View {
    Panel,
    Window,
}

/// The button: the host's server launches, then the browser is sent on or the page is drawn with the panel.
async fn open_record(
    State(host): State<Arc<Host>>,
    session: axum::Extension<Session>,
    Named(key): Named<String>,
    Form(form): Form<OpenRecord>,
) -> Response {
    let Some(person) = host.person(&key) else {
        return host.page(StatusCode::NOT_FOUND, pages::no_such_patient(&session));
    };
    let launched = host.launcher.launch(&session, person, form.purpose).await;
    host.sessions.opens(&session, pages::place(&key));
    let panel = match launched {
        Ok(launch_uri) if form.view == View::Window => return Redirect::to(&launch_uri).into_response(),
        Ok(launch_uri) => pages::Panel::Open { launch_uri },
        Err(fault) => {
            tracing::warn!(fault = %fault, "the shared care record did not open");
            pages::Panel::Failed(fault)
        }
    };
    host.page(StatusCode::OK, pages::patient(&host.chart(&key, person, &session), &panel))
}

impl Host {
    fn page(&self, status: StatusCode, html: String) -> Response {
        html::page(status, html, &self.gateway_origin)
    }

    /// The person with that local number: its own, so that no NHS number stands in a URL.
    fn person(&self, key: &str) -> Option<&Person> {
        self.world.people.get(pages::place(key)?)
    }

    fn chart<'a>(&self, key: &'a str, person: &'a Person, session: &'a Session) -> pages::Chart<'a> {
        pages::Chart { key, person, session, today: self.world.today }
    }
}
