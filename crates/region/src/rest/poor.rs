//! A source nobody should connect as it is: takes the searches of a FHIR server, gives answers that break one expectation
//! after another, so that whoever checks a source before connecting it has something to find. Never part of the demo.
//! Source: the expectations of the sources paper, section 7, each of them missed on purpose.

use crate::{
    faults::gate,
    payload,
    people::{Person, partner::Partner},
    world::World,
};
use axum::{
    Form, Router,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fhir::NhsNumber;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What is wrong with each resource, and with what stands beside it.
mod spoil;

/// The name its source and its faults go by.
pub(crate) const NAME: &str = "poor";

/// Its ODS code: nobody's.
pub(crate) const ODS: &str = "ZZ929";

/// What every answer takes, at the least.
const SLOW: Duration = Duration::from_secs(2);

/// What it holds is what this partner holds, badly told.
const HOLDS: Partner = Partner::Acute;

/// Types it answers with a media type that is none of FHIR's.
const AS_TEXT: [&str; 2] = ["DocumentReference", "Flag"];

struct Poor {
    world: Arc<World>,
    /// Whom it was asked for by number: it knows an id only after that.
    asked: Mutex<HashMap<String, usize>>,
}

type Pairs = Vec<(String, String)>;

pub(crate) fn router(world: &Arc<World>) -> Router {
    let gate = gate::Gate::new(world, NAME);
    let poor = Poor { world: Arc::clone(world), asked: Mutex::default() };
    Router::new()
        .route("/fhir/{kind}", get(by_url))
        .route("/fhir/{kind}/_search", post(by_form))
        .with_state(Arc::new(poor))
        .layer(middleware::from_fn(slowly))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

/// It looks at the key and at nothing else.
async fn slowly(request: Request, next: Next) -> Response {
    if request.headers().get("X-Api-Key").is_none_or(|key| key != super::lock::API_KEY) {
        return (StatusCode::UNAUTHORIZED, "<h1>Please sign in</h1>").into_response();
    }
    tokio::time::sleep(SLOW).await;
    next.run(request).await
}

async fn by_url(
    State(poor): State<Arc<Poor>>,
    Path(kind): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Response {
    poor.answer(&kind, &pairs)
}

async fn by_form(
    State(poor): State<Arc<Poor>>,
    Path(kind): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Response {
    poor.answer(&kind, &pairs)
}

impl Poor {
    fn answer(&self, kind: &str, pairs: &Pairs) -> Response {
        if kind == "metadata" {
            return (StatusCode::NOT_FOUND, "Not found").into_response();
        }
        let person = self.who(pairs);
        let held = person.map(|person| payload::resources(slug(), person, self.world.today));
        let bundle = spoil::of_kind(kind, &held.unwrap_or_default());
        let mut response = payload::as_sent(&bundle).into_response();
        let media_type = if AS_TEXT.contains(&kind) { "text/plain" } else { "application/json" };
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    }

    fn who(&self, pairs: &Pairs) -> Option<&Person> {
        let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = value("patient") {
            return self.world.people.get(*asked.get(id.rsplit('/').next()?)?);
        }
        // Whatever stands before the bar: it does not look at the system.
        let number = NhsNumber::parse(value("identifier")?.rsplit('|').next()?).ok()?;
        let place = self.world.place(&number)?;
        let person = self.world.people.get(place).filter(|person| person.is_known_to(HOLDS))?;
        let patient = payload::resources(slug(), person, self.world.today).into_iter().next()?;
        asked.insert(patient.get("id")?.as_str()?.to_owned(), place);
        Some(person)
    }
}

fn slug() -> &'static str {
    HOLDS.profile().slug
}

/// No id, no link, no time.
fn searchset(total: usize, entry: Vec<Value>) -> Value {
    json!({"resourceType": "Bundle", "type": "searchset", "total": total, "entry": entry})
}

#[cfg(test)]
mod tests;
