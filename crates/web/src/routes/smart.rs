//! Takes a browser that a host's own system sends with `iss` and `launch`, and the same browser when that host's server sends it
//! back; gives the way there, and a session. Source: SMART App Launch 2.2; access.md section 1 (A).

use super::{App, browser, launch, still};
use access::launch::oidc::Callback;
use axum::extract::{Query, Request};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::Instant;

/// A query as it stands: a parameter that stands twice is nobody's.
pub(crate) struct Asked(Vec<(String, String)>);

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        Self(Query::try_from_uri(request.uri()).map(|Query(pairs)| pairs).unwrap_or_default())
    }

    pub(super) fn once(&self, name: &str) -> Option<String> {
        let mut values = self.0.iter().filter(|(named, _)| named == name).map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then(|| value.clone())
    }

    pub(crate) fn callback(&self) -> Callback {
        let once = |name| self.once(name);
        Callback { code: once("code"), state: once("state"), iss: once("iss"), error: once("error") }
    }
}

pub(super) async fn begin(app: App, request: Request) -> Response {
    let arrived = Instant::now();
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    let asked = Asked::of(&request);
    let browser = browser::of(&request);
    let cookie = browser.cookie.is_some();
    let (iss, opaque) = (asked.once("iss"), asked.once("launch"));
    let (iss, opaque) = (iss.unwrap_or_default(), opaque.unwrap_or_default());
    match app.gateway.smart_begin(iss, opaque, browser).await {
        Ok(away) => launch::away(&app, &away.location, &away.set_cookie),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}

/// The code is used up by whoever comes, so only a page that somebody sees may bring it.
pub(super) async fn back(app: App, host: String, request: Request) -> Response {
    let arrived = Instant::now();
    if browser::is_unseen(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    let callback = Asked::of(&request).callback();
    let browser = browser::of(&request);
    let cookie = browser.cookie.is_some();
    match app.gateway.smart_finish(host, callback, browser).await {
        Ok(admitted) => launch::admitted_to(&app, &admitted),
        Err(refused) => still::refused(&app, &refused, cookie, arrived).await,
    }
}
