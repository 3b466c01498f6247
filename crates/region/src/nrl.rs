//! The national locator of records, seen by a consumer: takes a search for one person's pointers, a count or one pointer's
//! id, gives pointers to documents that lie elsewhere; refuses what it was not agreed to answer, in its own words.
//! Source: National Record Locator consumer API (FHIR R4); sources, section 6.

/// Types of record and how they are filed.
mod types;
/// What points where.
mod pointers;
/// Parameters of a search.
mod parameters;
/// Its own refusals.
mod refusal;
/// Where documents lie that are fetched through the proxy.
pub(crate) mod provider;

pub(crate) use pointers::Addresses;

use crate::{
    faults::{Fault, gate},
    oauth::{Authority, Client},
    outcome::{Dialect, fhir_json},
    world::World,
};
use axum::{
    Form, Router,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use fhir::NhsNumber;
use parameters::{Asked, Pairs};
use pointers::Pointer;
use refusal::Refusal;
use serde_json::{Value, json};
use std::sync::Arc;

/// The name its faults go by.
pub(crate) const NAME: &str = "nrl";

/// What stands behind the service's origin.
const BASE: &str = "/record-locator/consumer/FHIR/R4";

/// Pointers on a page.
const PAGE: usize = 20;

struct Locator {
    world: Arc<World>,
    url: String,
    pointers: Vec<Pointer>,
}

pub(crate) fn router(
    world: &Arc<World>,
    addresses: &Addresses,
    origin: &str,
    client: &Arc<Client>,
) -> Router {
    let pointers = pointers::all(world, addresses);
    let url = format!("{origin}{BASE}/DocumentReference");
    let locator = Arc::new(Locator { world: Arc::clone(world), url, pointers });
    let authority = Authority::new(world, NAME, origin, client);
    let gate = gate::Gate::speaking(world, NAME, Dialect::Nrl);
    let path = |behind: &str| format!("{BASE}/DocumentReference{behind}");
    Router::new()
        .route(&path(""), get(by_url))
        .route(&path("/_search"), post(by_form))
        .route(&path("/_count"), get(count))
        .route(&path("/{id}"), get(read))
        .with_state(locator)
        .layer(middleware::from_fn_with_state(Arc::clone(&authority), admit))
        .merge(authority.router(BASE))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn by_url(State(locator): State<Arc<Locator>>, Query(pairs): Query<Pairs>) -> Response {
    locator.search(&pairs).unwrap_or_else(Refusal::respond)
}

async fn by_form(State(locator): State<Arc<Locator>>, Form(pairs): Form<Pairs>) -> Response {
    locator.search(&pairs).unwrap_or_else(Refusal::respond)
}

async fn count(State(locator): State<Arc<Locator>>, Query(pairs): Query<Pairs>) -> Response {
    locator.count(&pairs).unwrap_or_else(Refusal::respond)
}

async fn read(State(locator): State<Arc<Locator>>, Path(id): Path<String>) -> Response {
    locator.read(&id).unwrap_or_else(Refusal::respond)
}

/// Token first, then the headers every request needs, then whether the organisation was taken on.
async fn admit(State(authority): State<Arc<Authority>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Err(denied) = authority.admit(headers, "DocumentReference", crate::clock::now()) {
        let refusal =
            Refusal::access(denied.status(), "The access token is missing, not good or not for this");
        return denied.challenge(refusal.respond());
    }
    match checked(headers) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.respond(),
    }
}

fn checked(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("X-Request-Id").is_none_or(|id| uuid::Uuid::parse_str(id).is_err()) {
        return Err(Refusal::header("X-Request-Id"));
    }
    let organisation = text("NHSD-End-User-Organisation-ODS").filter(|code| !code.is_empty());
    let organisation = organisation.ok_or_else(|| Refusal::header("NHSD-End-User-Organisation-ODS"))?;
    // Every organisation of the region was taken on.
    if organisation.starts_with("ZZ") {
        return Ok(());
    }
    let says =
        "Your organisation does not have permission to access this resource. Contact the onboarding team.";
    Err(Refusal::access(StatusCode::FORBIDDEN, says))
}

impl Locator {
    fn search(&self, pairs: &Pairs) -> Result<Response, Refusal> {
        let asked = Asked::search(pairs)?;
        let found: Vec<&Pointer> = self.of(&asked.person).filter(|one| asked.wants(one)).collect();
        let end = asked.offset.saturating_add(PAGE).min(found.len());
        let page = found.get(asked.offset..end).unwrap_or_default();
        let mut bundle = json!({
            "resourceType": "Bundle",
            "type": "searchset",
            "total": found.len(),
            "link": [{"relation": "self", "url": self.own_url(pairs)}],
            "entry": page.iter().map(|one| json!({"resource": one.resource})).collect::<Vec<_>>(),
        });
        if let (true, Some(members)) = (end < found.len(), bundle.as_object_mut()) {
            let tag = json!([{"display": "next-page-token", "code": parameters::token(end)}]);
            members.insert("meta".to_owned(), json!({"tag": tag}));
        }
        Ok(fhir_json(StatusCode::OK, &bundle))
    }

    fn count(&self, pairs: &Pairs) -> Result<Response, Refusal> {
        let person = parameters::count(pairs)?;
        let total = self.of(&person).filter(|one| one.kind.agreed).count();
        let bundle: Value = json!({"resourceType": "Bundle", "type": "searchset", "total": total});
        Ok(fhir_json(StatusCode::OK, &bundle))
    }

    fn read(&self, id: &str) -> Result<Response, Refusal> {
        let pointer = self.pointers.iter().find(|pointer| pointer.id == id);
        let pointer = pointer.ok_or_else(Refusal::not_found)?;
        if !pointer.kind.agreed {
            let says = "The requested DocumentReference is not of a type that your organisation is allowed to access";
            return Err(Refusal::access(StatusCode::FORBIDDEN, says));
        }
        Ok(fhir_json(StatusCode::OK, &pointer.resource))
    }

    /// Whose pointers are given: while the fault says so, somebody else's (HAZ-004).
    fn of(&self, person: &NhsNumber) -> impl Iterator<Item = &Pointer> {
        let wrong = self.world.faults.of(NAME) == Fault::WrongPerson;
        let other = self.pointers.iter().find(|pointer| pointer.person != *person);
        let person = other.filter(|_| wrong).map_or(person, |other| &other.person).clone();
        self.pointers.iter().filter(move |pointer| pointer.person == person)
    }

    fn own_url(&self, pairs: &Pairs) -> String {
        let Ok(mut url) = reqwest::Url::parse(&self.url) else { return self.url.clone() };
        url.query_pairs_mut().extend_pairs(pairs);
        url.into()
    }
}

#[cfg(test)]
mod tests;
