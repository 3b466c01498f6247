//! A partner that answers FHIR searches: trusts, community services and, for now, the partners with periodic feeds.
//! Takes GET and POST searches, gives paged searchsets; refuses what its CapabilityStatement does not declare.
//! Source: FHIR R4 and STU3, RESTful API and search; UK Core R4; sources paper section 7.

/// Who the partners are and what each of them supports.
pub(crate) mod partner;
/// How fresh each partner's data says it is.
mod freshness;
/// The resource types: what can be searched by and included.
mod kinds;
/// What this partner holds about whom.
mod held;
/// From parameters to matches.
mod search;
/// From matches to pages of a searchset.
mod page;
/// What this partner says it can do.
mod capability;

use crate::{
    faults::gate,
    outcome::{Dialect, Problem, fhir_json, fhir_text},
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
use held::Store;
use page::Pages;
use partner::{Partner, Version};
use std::sync::Arc;

/// The key every caller of the demo region sends.
pub(crate) const API_KEY: &str = "demo";

/// One partner's server.
pub(crate) struct System {
    partner: &'static Partner,
    /// The FHIR base: origin and `/fhir`.
    base: String,
    store: Store,
    pages: Pages,
}

type Pairs = Vec<(String, String)>;

pub(crate) fn router(world: &Arc<World>, partner: &'static Partner, origin: &str) -> Router {
    let store = Store::new(Arc::clone(world), partner.name);
    let system = System { partner, base: format!("{origin}/fhir"), store, pages: Pages::default() };
    let gate = gate::Gate::new(world, partner.name);
    Router::new()
        .route("/fhir/metadata", get(metadata))
        .route("/fhir/{kind}", get(search_by_url))
        .route("/fhir/{kind}/_search", post(search_by_form))
        .fallback(not_supported)
        .with_state(Arc::new(system))
        .layer(middleware::from_fn_with_state(partner.dialect(), authorise))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn metadata(State(system): State<Arc<System>>) -> Response {
    fhir_json(StatusCode::OK, &capability::statement(system.partner, &system.base))
}

async fn search_by_url(
    State(system): State<Arc<System>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Query(parameters): Query<Pairs>,
) -> Response {
    system.answer(&kind, &headers, &parameters)
}

async fn search_by_form(
    State(system): State<Arc<System>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Query(mut parameters): Query<Pairs>,
    Form(form): Form<Pairs>,
) -> Response {
    parameters.extend(form);
    system.answer(&kind, &headers, &parameters)
}

async fn not_supported() -> Response {
    Problem::new("NOT_SUPPORTED", "this server does not support the interaction").respond(Dialect::R4)
}

/// Before anything else: who calls, and under which request id.
async fn authorise(State(dialect): State<Dialect>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.get("X-Api-Key").is_none_or(|key| key != API_KEY) {
        return Problem::new("UNAUTHORISED", "X-Api-Key is missing or unknown").respond(dialect);
    }
    if headers.get("X-Request-Id").is_none_or(|id| id.is_empty()) {
        return Problem::new("BAD_REQUEST", "X-Request-Id is missing").respond(dialect);
    }
    next.run(request).await
}

impl System {
    fn answer(&self, kind: &str, headers: &HeaderMap, parameters: &Pairs) -> Response {
        let strict = headers.get_all("Prefer").iter().any(|value| {
            value.to_str().is_ok_and(|value| value.split([',', ';']).any(|p| p.trim() == "handling=strict"))
        });
        match self.searchset(kind, parameters, strict) {
            Ok(bundle) => fhir_text(StatusCode::OK, bundle),
            Err(problem) => problem.respond(self.partner.dialect()),
        }
    }

    fn searchset(&self, kind: &str, parameters: &Pairs, strict: bool) -> Result<Vec<u8>, Problem> {
        let kind = self
            .partner
            .kind(kind)
            .ok_or_else(|| Problem::new("NOT_SUPPORTED", "this server does not support the resource type"))?;
        let token = parameters.iter().find(|(name, _)| name == page::TOKEN);
        let found = match token {
            Some((_, token)) => self.pages.resume(token, kind.name)?,
            None => search::run(&self.store, self.partner, kind, &search::Asked { parameters, strict })?,
        };
        Ok(self.pages.bundle(self.partner, &self.base, found))
    }
}

impl Partner {
    fn dialect(&self) -> Dialect {
        match self.version {
            Version::R4 => Dialect::R4,
            Version::Stu3 => Dialect::Stu3,
        }
    }
}

#[cfg(test)]
mod tests;
