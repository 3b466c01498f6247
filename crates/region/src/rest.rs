//! A partner subject own system answers FHIR: trusts and community services. Takes reads and
//! GET and POST searches, gives resources and paged searchsets; refuses what its CapabilityStatement does not declare.
//! Source: FHIR R4 and STU3, RESTful API and search; UK Core R4; sources paper section 7.

/// Who the partners are and what each of them supports.
pub(crate) mod partner;
/// The resource types: what can be searched by and included.
mod kinds;
/// What this partner holds about whom.
mod held;
/// A source that breaks what is expected of one.
pub(crate) mod poor;
/// Subject Patient entry is not in order.
pub(crate) mod identity;
/// Who is let in.
pub(crate) mod lock;
/// One resource, or the file it holds.
mod read;
/// From parameters to matches.
mod search;
/// From matches to pages of a searchset.
pub(crate) mod page;
/// What this partner says it can do.
mod capability;

use crate::{
    access_log::{self, Subject},
    faults::gate,
    oauth::{self, Authority},
    outcome::{Dialect, Problem, fhir_json, fhir_text},
    world::World,
};
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::Response,
    routing::{get, post},
};
use held::Store;
use page::Pages;
use partner::{Lock, Partner, Version};
use std::sync::Arc;

/// Where a partner's FHIR base stands behind its origin.
pub(crate) const BASE: &str = "/fhir";

/// One partner's server.
pub(crate) struct System {
    partner: &'static Partner,
    /// The FHIR base: origin and `/fhir`.
    base: String,
    store: Store,
    pages: Pages,
}

type Pairs = Vec<(String, String)>;

pub(crate) fn router(
    world: &Arc<World>,
    partner: &'static Partner,
    origin: &str,
    client: &Arc<oauth::Client>,
) -> Router {
    let base = format!("{origin}{BASE}");
    let store = Store::new(Arc::clone(world), partner, &base);
    let system = System { partner, base, store, pages: Pages::default() };
    let gate = gate::Gate::speaking(world, partner.name, partner.dialect());
    let authority = Authority::new(world, partner.name, origin, client);
    let keeper =
        access_log::Keeper { world: Arc::clone(world), partner: partner.name, dialect: partner.dialect() };
    let handed_over =
        Router::new().route("/fhir/access-log", get(access_log::hand_over)).with_state(keeper.clone());
    let open = match partner.lock {
        Lock::OAuth2 => authority.router(BASE),
        Lock::ApiKey | Lock::MutualTls => Router::new(),
    };
    Router::new()
        .route("/fhir/metadata", get(metadata))
        .route("/fhir/{kind}", get(search_by_url))
        .route("/fhir/{kind}/_search", post(search_by_form))
        .route("/fhir/{kind}/{id}", get(read::read))
        .fallback(not_supported)
        .with_state(Arc::new(system))
        .merge(handed_over)
        .layer(middleware::from_fn_with_state(keeper, access_log::note))
        .layer(middleware::from_fn_with_state(lock::Keeper::new(partner, &authority), lock::admit))
        .merge(open)
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
    if kind == "Patient" && system.partner.habits.patient_by_get {
        return by_get_alone(system.partner.dialect());
    }
    parameters.extend(form);
    system.answer(&kind, &headers, &parameters)
}

async fn not_supported() -> Response {
    Problem::new("NOT_SUPPORTED", "this server does not support the interaction").respond(Dialect::R4)
}

fn by_get_alone(dialect: Dialect) -> Response {
    let problem = Problem::new("METHOD_NOT_ALLOWED", "a Patient is searched for by GET");
    let mut response = problem.respond(dialect);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

impl System {
    fn answer(&self, kind: &str, headers: &HeaderMap, parameters: &Pairs) -> Response {
        let strict = !self.partner.habits.ignores_prefer
            && headers.get_all("Prefer").iter().any(|value| {
                value
                    .to_str()
                    .is_ok_and(|value| value.split([',', ';']).any(|p| p.trim() == "handling=strict"))
            });
        match self.searchset(kind, parameters, strict) {
            Ok((bundle, subject)) => about(fhir_text(StatusCode::OK, bundle), subject),
            Err(problem) => problem.respond(self.partner.dialect()),
        }
    }

    /// With whom it is about, where anybody was found.
    fn searchset(
        &self,
        kind: &str,
        parameters: &Pairs,
        strict: bool,
    ) -> Result<(Vec<u8>, Option<Subject>), Problem> {
        let kind = self
            .partner
            .kind(kind)
            .ok_or_else(|| Problem::new("NOT_SUPPORTED", "this server does not support the resource type"))?;
        let token = parameters.iter().find(|(name, _)| name == page::TOKEN);
        let found = match token {
            Some((_, token)) => self.pages.resume(token, kind.name)?,
            None => search::run(&self.store, self.partner, kind, &search::Asked { parameters, strict })?,
        };
        let view = page::View { partner: self.partner, base: &self.base, fault: self.store.fault() };
        let subject = found.held.as_ref().and_then(|held| held.subject());
        Ok((self.pages.bundle(&view, found), subject))
    }
}

/// Whoever logs the answer is told of whom it is.
fn about(mut response: Response, subject: Option<Subject>) -> Response {
    subject.map(|subject| response.extensions_mut().insert(subject));
    response
}

impl Partner {
    pub(crate) fn dialect(&self) -> Dialect {
        match self.version {
            Version::R4 => Dialect::R4,
            Version::Stu3 => Dialect::Stu3,
        }
    }
}

#[cfg(test)]
mod tests;
