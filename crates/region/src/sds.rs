//! The national directory of systems: takes an organisation and an interaction, gives the Device (ASID) or the
//! Endpoint (service root) registered for it, or a searchset of none.
//! Source: Spine Directory Service FHIR API (R4), Device and Endpoint.

use crate::{
    faults::gate,
    gp::STRUCTURED,
    outcome::{Dialect, Problem, fhir_json},
    people::Practice,
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

const INTERACTION: &str = "https://fhir.nhs.uk/Id/nhsServiceInteractionId";
const PARTY_KEY: &str = "https://fhir.nhs.uk/Id/nhsMhsPartyKey";

/// One practice as the directory knows it.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) practice: Practice,
    /// Its service root.
    pub(crate) root: String,
}

struct Directory {
    origin: String,
    registered: Vec<Registered>,
}

type Pairs = Query<Vec<(String, String)>>;

pub(crate) fn router(world: &Arc<World>, registered: Vec<Registered>, origin: &str) -> Router {
    let gate = gate::Gate::new(world, "sds");
    Router::new()
        .route("/spine-directory/FHIR/R4/Device", get(device))
        .route("/spine-directory/FHIR/R4/Endpoint", get(endpoint))
        .with_state(Arc::new(Directory { origin: origin.to_owned(), registered }))
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
            Ok(found) => fhir_json(StatusCode::OK, &self.searchset(kind, found.into_iter().map(resource))),
            Err(problem) => problem.respond(Dialect::Sds),
        }
    }

    fn find(
        &self,
        kind: &str,
        headers: &HeaderMap,
        asked: &[(String, String)],
    ) -> Result<Vec<&Registered>, Problem> {
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
                && interaction.is_none_or(|id| id == STRUCTURED)
                && party_key.is_none_or(|key| key == one.party_key())
        };
        Ok(self.registered.iter().filter(fits).collect())
    }

    fn searchset(&self, kind: &str, resources: impl Iterator<Item = Value>) -> Value {
        let url = format!("{}/spine-directory/FHIR/R4/{kind}", self.origin);
        let entries: Vec<Value> = resources
            .map(|resource| {
                let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
                json!({"fullUrl": format!("{url}/{id}"), "search": {"mode": "match"}, "resource": resource})
            })
            .collect();
        json!({
            "resourceType": "Bundle",
            "id": uuid::Uuid::new_v4().to_string(),
            "type": "searchset",
            "total": entries.len(),
            "link": [{"relation": "self", "url": url}],
            "entry": entries,
        })
    }
}

impl Registered {
    fn party_key(&self) -> String {
        format!("{}-801901", self.practice.ods)
    }

    fn device(&self) -> Value {
        json!({
            "resourceType": "Device",
            "id": format!("device-{}", self.practice.ods),
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/nhsSpineASID", "value": self.practice.asid},
                {"system": PARTY_KEY, "value": self.party_key()},
            ],
            "extension": [self.interaction()],
            "owner": {"identifier": {"system": fhir::ods::SYSTEM, "value": self.practice.ods}},
        })
    }

    fn endpoint(&self) -> Value {
        json!({
            "resourceType": "Endpoint",
            "id": format!("endpoint-{}", self.practice.ods),
            "status": "active",
            "connectionType": {
                "system": "http://terminology.hl7.org/CodeSystem/endpoint-connection-type",
                "code": "hl7-fhir-rest",
            },
            "payloadType": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/endpoint-payload-type",
                "code": "any",
            }]}],
            "address": self.root,
            "managingOrganization": {
                "identifier": {"system": fhir::ods::SYSTEM, "value": self.practice.ods},
            },
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/nhsMhsFQDN", "value": "127.0.0.1"},
                {"system": PARTY_KEY, "value": self.party_key()},
                {"system": "https://fhir.nhs.uk/Id/nhsMhsCPAId", "value": format!("cpa-{}", self.practice.ods)},
                {"system": "https://fhir.nhs.uk/Id/nhsMHSId", "value": format!("cpa-{}", self.practice.ods)},
            ],
            "extension": [self.interaction()],
        })
    }

    fn interaction(&self) -> Value {
        json!({
            "url": "https://fhir.nhs.uk/StructureDefinition/Extension-SDS-NhsServiceInteractionId",
            "valueReference": {"identifier": {"system": INTERACTION, "value": STRUCTURED}},
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
