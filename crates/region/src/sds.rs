//! The national directory of systems: takes an organisation and an interaction, gives the Device (ASID) or the
//! Endpoint (service root) registered for it, or a searchset of none.
//! Source: Spine Directory Service FHIR API (R4), Device and Endpoint.

/// A registration as FHIR resources.
mod registered;

use crate::{
    faults::{Fault, gate},
    outcome::{Dialect, Problem, fhir_json},
    world::World,
};
use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) use registered::Registered;

const INTERACTION: &str = "https://fhir.nhs.uk/Id/nhsServiceInteractionId";
const PARTY_KEY: &str = "https://fhir.nhs.uk/Id/nhsMhsPartyKey";

struct Directory {
    world: Arc<World>,
    origin: String,
    registered: Vec<Registered>,
}

type Pairs = Query<Vec<(String, String)>>;

pub(crate) fn router(world: &Arc<World>, registered: Vec<Registered>, origin: &str) -> Router {
    let gate = gate::Gate::speaking(world, "sds", Dialect::Sds);
    let directory = Directory { world: Arc::clone(world), origin: origin.to_owned(), registered };
    Router::new()
        .route("/spine-directory/FHIR/R4/Device", get(device))
        .route("/spine-directory/FHIR/R4/Endpoint", get(endpoint))
        .with_state(Arc::new(directory))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn device(
    State(directory): State<Arc<Directory>>,
    headers: HeaderMap,
    Query(asked): Pairs,
) -> Response {
    directory.answer("Device", &headers, &asked, Registered::device)
}

async fn endpoint(
    State(directory): State<Arc<Directory>>,
    headers: HeaderMap,
    Query(asked): Pairs,
) -> Response {
    directory.answer("Endpoint", &headers, &asked, Registered::endpoint)
}

impl Directory {
    fn answer(
        &self,
        kind: &str,
        headers: &HeaderMap,
        asked: &[(String, String)],
        resource: fn(&Registered) -> Value,
    ) -> Response {
        match self.find(kind, headers, asked) {
            Ok(found) => fhir_json(StatusCode::OK, &self.searchset(kind, &found, resource)),
            Err(problem) => problem.respond(Dialect::Sds),
        }
    }

    fn find(
        &self,
        kind: &str,
        headers: &HeaderMap,
        asked: &[(String, String)],
    ) -> Result<Vec<Registered>, Problem> {
        for name in ["apikey", "X-Correlation-Id"] {
            if headers.get(name).is_none_or(|value| value.is_empty()) {
                return Err(Problem::new("MISSING_VALUE", format!("HTTP header {name} is missing")));
            }
        }
        let organization = token(asked, "organization", fhir::ods::SYSTEM);
        let interaction = token(asked, "identifier", INTERACTION);
        let party_key = token(asked, "identifier", PARTY_KEY);
        // A Device is found by organisation and interaction; an Endpoint by any two of the three.
        let enough = match kind {
            "Device" => organization.is_some() && interaction.is_some(),
            _ => [organization, interaction, party_key].into_iter().flatten().count() >= 2,
        };
        if !enough {
            return Err(Problem::new("MISSING_VALUE", "too few query parameters to search by"));
        }
        let fits = |one: &&Registered| {
            organization.is_none_or(|ods| ods == one.practice.ods)
                && interaction.is_none_or(|id| one.service.has(id))
                && party_key.is_none_or(|key| key == one.party_key())
        };
        Ok(self.as_faulty(self.registered.iter().filter(fits).cloned().collect()))
    }

    /// Registrations as a careless practice left them.
    fn as_faulty(&self, found: Vec<Registered>) -> Vec<Registered> {
        match self.world.faults.of("sds") {
            Fault::Several => found.iter().flat_map(|one| [one.clone(), one.other()]).collect(),
            Fault::Blank => found.into_iter().map(Registered::blank).collect(),
            _ => found,
        }
    }

    fn searchset(&self, kind: &str, found: &[Registered], resource: fn(&Registered) -> Value) -> Value {
        let url = format!("{}/spine-directory/FHIR/R4/{kind}", self.origin);
        let entry = |one: &Registered| {
            let resource = resource(one);
            let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
            json!({"fullUrl": format!("{url}/{id}"), "search": {"mode": "match"}, "resource": resource})
        };
        json!({
            "resourceType": "Bundle",
            "id": uuid::Uuid::new_v4().to_string(),
            "type": "searchset",
            "total": found.len(),
            "link": [{"relation": "self", "url": url}],
            "entry": found.iter().map(entry).collect::<Vec<_>>(),
        })
    }
}

/// The value of a `system|value` parameter of that system, the first if several.
fn token<'a>(asked: &'a [(String, String)], name: &str, system: &str) -> Option<&'a str> {
    let value = |(key, value): &'a (String, String)| {
        (key == name).then(|| value.strip_prefix(system)?.strip_prefix('|')).flatten()
    };
    asked.iter().find_map(value)
}
