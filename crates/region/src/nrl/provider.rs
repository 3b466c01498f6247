//! A trust's store of documents behind the proxy: takes a read that came through it with the right headers, gives the
//! document's bytes in their own type. Refuses who comes another way.
//! Source: NRL retrieval through the proxy (nrl:DocumentReference.content.read); sources, section 6.

use super::pointers;
use crate::{
    faults::gate,
    outcome::{Dialect, Problem},
    payload::papers::paper,
    people::partner::Partner,
    world::World,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use std::{collections::HashMap, sync::Arc};

/// The name its faults go by.
pub(crate) const NAME: &str = "nrl-provider";

/// The system the pointers name as the one to ask.
pub(crate) const ASID: &str = "918999198921";

/// Whose documents it holds.
pub(super) const HOLDER: Partner = Partner::Eput;

/// What it is registered for.
pub(crate) const INTERACTION: &str = "urn:nhs:names:services:nrl:DocumentReference.content.read";

struct Provider {
    world: Arc<World>,
    /// The places of a person and of a document of theirs, by id.
    documents: HashMap<String, (usize, usize)>,
}

/// Where a document is to be had.
pub(super) fn url(origin: &str, id: &str) -> String {
    format!("{origin}/documents/{id}")
}

pub(crate) fn router(world: &Arc<World>) -> Router {
    let of = |(place, person)| {
        let registered = pointers::registered(person, HOLDER, world.today);
        registered.into_iter().map(move |one| (one.ids.binary, (place, one.at)))
    };
    let documents = world.people.iter().enumerate().flat_map(of).collect();
    let gate = gate::Gate::speaking(world, NAME, Dialect::R4);
    Router::new()
        .route("/documents/{id}", get(document))
        .with_state(Arc::new(Provider { world: Arc::clone(world), documents }))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn document(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let sent = check(&headers).and_then(|()| {
        provider.sent(&id).ok_or_else(|| Problem::new("NO_RECORD_FOUND", "there is no such document"))
    });
    sent.unwrap_or_else(|problem| problem.respond(Dialect::R4))
}

fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for name in ["Ssp-TraceID", "Ssp-From", "Authorization"] {
        if text(name).is_empty() {
            return Err(Problem::new("MISSING_OR_INVALID_HEADER", format!("{name} is missing")));
        }
    }
    if text("Ssp-To") != ASID {
        return Err(Problem::new("BAD_REQUEST", "Ssp-To is not this system"));
    }
    if text("Ssp-InteractionID") != INTERACTION {
        return Err(Problem::new("BAD_REQUEST", "Ssp-InteractionID is not the read of a document"));
    }
    Ok(())
}

impl Provider {
    fn sent(&self, id: &str) -> Option<Response> {
        let (person, at) = self.documents.get(id)?;
        let paper = paper(self.world.people.get(*person)?.story_facts.documents.get(*at)?)?;
        let mut response = paper.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(paper.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(response)
    }
}
