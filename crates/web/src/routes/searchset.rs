//! Takes a request of a session for the record as a FHIR searchset, gives the Bundle or an OperationOutcome; no parameter names a
//! person, and none but `_type` is taken. Source: FHIR R4 3.1.0 and 3.1.1; access.md section 15; HAZ-002, HAZ-050.

use super::{App, browser, session, still};
use crate::gateway::{Searchset, Wanted, Within};
use crate::outcome::{Issue, Outcome};
use crate::{refusal, words};
use axum::body::Body;
use axum::extract::{Query, Request};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use tokio::time::Instant;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/fhir+json; fhirVersion=4.0");
const TYPE: &str = "_type";

/// A new opening: every source is asked again.
pub(super) async fn searchset(app: App, sid: String, request: Request) -> Response {
    let arrived = Instant::now();
    let wanted = match taken(&request) {
        Ok(wanted) => wanted,
        Err(response) => return *response,
    };
    let within = session::within(sid, &request);
    given(&app, (within, wanted), arrived).await
}

pub(super) async fn given(app: &App, (within, wanted): (Within, Wanted), arrived: Instant) -> Response {
    let cookie = within.browser.cookie.is_some();
    match app.gateway.searchset(within, wanted).await {
        Ok(Searchset { status, body }) => fhir(status, body),
        Err(refused) => {
            let (status, body) = refusal::outcome(&refused, cookie);
            still::until_uniform(&refused, arrived).await;
            let mut response = fhir(status, body);
            still::told_to_wait(&refused, &mut response);
            response
        }
    }
}

/// What may be asked, and how.
pub(super) fn taken(request: &Request) -> Result<Wanted, Box<Response>> {
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

pub(super) fn said(status: StatusCode, issue: Issue) -> Box<Response> {
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
