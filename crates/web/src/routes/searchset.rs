//! Takes a request of a session for the record as a FHIR searchset, by its cookie or, on the back channel, by its token; gives the
//! Bundle or an OperationOutcome; no parameter names a person, and none but `_type` is taken. Source: FHIR R4 3.1.0 and 3.1.1;
//! RFC 6750 section 2.1; access.md section 15; HAZ-002, HAZ-050.

use super::{App, back_channel, browser, session, still};
use crate::gateway::{Bearer, Searchset, Wanted, Within};
use crate::outcome::{Issue, Outcome};
use crate::{refusal, words};
use access::Channel;
use axum::body::Body;
use axum::extract::{Query, Request};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use tokio::time::Instant;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/fhir+json; fhirVersion=4.0");
const TYPE: &str = "_type";
/// Ours are shorter.
const LONGEST_TOKEN: usize = 256;

/// A new opening: every source is asked again.
pub(super) async fn searchset(app: App, sid: String, request: Request) -> Response {
    let (arrived, bearer) = (Instant::now(), bearer(&request));
    // A browser never speaks for a server.
    if matches!(back_channel::of(&request), Channel::Back(_)) && browser::is_a_browser(request.headers()) {
        return still::not_for_machines(&app, StatusCode::FORBIDDEN);
    }
    let wanted = match taken(&request) {
        Ok(wanted) => wanted,
        Err(response) => return *response,
    };
    let within = Within { bearer, ..session::within(sid, &request) };
    let cookie = within.browser.cookie.is_some();
    let challenge = within.bearer.as_ref().map(|bearer| challenge(bearer, cookie));
    match app.gateway.searchset(within, wanted).await {
        Ok(Searchset { status, body }) => fhir(status, body),
        Err(refused) => {
            let (status, body) = refusal::outcome(&refused, cookie && challenge.is_none());
            still::until_uniform(&refused, arrived).await;
            let mut response = fhir(status, body);
            still::told_to_wait(&refused, &mut response);
            if let (401, Some(challenge)) = (status, challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

/// A token where there is one, and always on the back channel: there no cookie lets anybody in.
fn bearer(request: &Request) -> Option<Bearer> {
    let channel = back_channel::of(request);
    let mut shown = request.headers().get_all(header::AUTHORIZATION).into_iter();
    let (first, second) = (shown.next(), shown.next());
    if channel == Channel::Public && first.is_none() {
        return None;
    }
    let token = first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok()).and_then(token);
    Some(Bearer { token, channel })
}

fn token(header: &str) -> Option<String> {
    let (scheme, token) = header.split_once(' ')?;
    let is_token = scheme.eq_ignore_ascii_case("Bearer") && (1..=LONGEST_TOKEN).contains(&token.len());
    is_token.then(|| token.to_owned())
}

/// Source: RFC 6750 section 3.
fn challenge(bearer: &Bearer, cookie: bool) -> HeaderValue {
    HeaderValue::from_static(match (&bearer.token, cookie) {
        (_, true) => "Bearer error=\"invalid_request\"",
        (None, _) => "Bearer",
        (Some(_), _) => "Bearer error=\"invalid_token\"",
    })
}

/// What may be asked, and how.
fn taken(request: &Request) -> Result<Wanted, Box<Response>> {
    if browser::is_unseen(request.headers()) {
        return Err(said(StatusCode::FORBIDDEN, Issue::error("forbidden", words::NOT_BY_A_PERSON)));
    }
    if request.headers().contains_key(header::RANGE) {
        let issue = Issue::error("not-supported", words::NOT_BY_A_PERSON);
        return Err(said(StatusCode::RANGE_NOT_SATISFIABLE, issue));
    }
    wanted(request.uri()).map_err(|text| said(StatusCode::BAD_REQUEST, Issue::error("not-supported", text)))
}

fn wanted(uri: &Uri) -> Result<Wanted, String> {
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Query(parameters) = query.map_err(|_| words::parameter_refused(""))?;
    let mut types: Option<Vec<String>> = None;
    for (name, value) in parameters {
        if name != TYPE {
            return Err(words::parameter_refused(&name));
        }
        let all: Vec<String> = value.split(',').map(str::to_owned).collect();
        if let Some(unknown) = all.iter().find(|name| !record::uk_core::is_resource(name)) {
            return Err(words::type_unknown(unknown));
        }
        if types.replace(all).is_some() {
            return Err(words::parameter_repeated(TYPE));
        }
    }
    Ok(Wanted { types: types.unwrap_or_default() })
}

fn said(status: StatusCode, issue: Issue) -> Box<Response> {
    Box::new(fhir(status.as_u16(), Outcome::of("", vec![issue]).to_json()))
}

fn fhir(status: u16, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
    // A browser that shows it must not keep it as a file.
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    response
}
