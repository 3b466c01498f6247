//! Searching by demographics, as an application without a signed-in user may: takes family name and birth date at least, gives
//! the people who are exactly so, as many as were asked for, or says that there are too many. Nobody restricted is found by
//! where they live. Source: Personal Demographics Service FHIR API (R4), search for a patient.

use super::Service;
use crate::{
    outcome::{Problem, fhir_json},
    payload,
    people::Person,
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Every parameter the service knows.
const KNOWN: [&str; 9] = [
    "family",
    "given",
    "gender",
    "birthdate",
    "address-postalcode",
    "_exact-match",
    "_max-results",
    "_fuzzy-match",
    "_history",
];
/// Where none is asked for.
const MAX_RESULTS: usize = 50;

pub(super) async fn search(
    State(service): State<Arc<Service>>,
    Query(asked): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let answer = service.search(&asked, &headers).map(|body| fhir_json(StatusCode::OK, &body));
    super::answered(answer, &headers)
}

impl Service {
    fn search(&self, asked: &[(String, String)], headers: &HeaderMap) -> Result<Value, Problem> {
        self.admit(headers)?;
        if asked.iter().any(|(name, _)| !KNOWN.contains(&name.as_str())) {
            return Err(Problem::new("INVALID_SEARCH_DATA", "a parameter is not known"));
        }
        let value = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        let (Some(family), Some(born)) = (value("family"), value("birthdate")) else {
            return Err(Problem::new("INVALID_SEARCH_DATA", "family name and birth date are needed"));
        };
        let born = born.strip_prefix("eq").unwrap_or(born);
        let located = value("address-postalcode").is_some();
        let is_so = |person: &&Person| {
            let given = person.given.first().map(String::as_str).unwrap_or_default();
            same(&person.family, family)
                && person.birth_date.to_string() == born
                && value("given").is_none_or(|wanted| same(given, wanted))
                && value("gender").is_none_or(|wanted| person.gender == wanted)
                && value("address-postalcode").is_none_or(|wanted| plain(&person.postcode) == plain(wanted))
                && !(located && (person.restricted || person.story_facts.national.very_restricted))
                && !person.story_facts.national.invalidated
        };
        let most = value("_max-results").and_then(|most| most.parse().ok()).unwrap_or(MAX_RESULTS);
        let found: Vec<&Person> = self.world.people.iter().filter(is_so).collect();
        Ok(if found.len() > most { too_many() } else { self.bundle(&found) })
    }

    fn bundle(&self, found: &[&Person]) -> Value {
        let entries: Vec<Value> = found
            .iter()
            .map(|person| json!({"search": {"score": 1}, "resource": payload::pds_patient(person, self.world.today)}))
            .collect();
        let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": entries.len()});
        if let (Some(bundle), false) = (bundle.as_object_mut(), entries.is_empty()) {
            bundle.insert("entry".to_owned(), Value::Array(entries));
        }
        bundle
    }
}

/// Exact, but for case.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn plain(postcode: &str) -> String {
    postcode.split_whitespace().collect::<String>().to_uppercase()
}

/// No error: a 200 that names nobody.
fn too_many() -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{
        "severity": "information", "code": "multiple-matches",
        "details": {"coding": [{
            "system": "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode", "version": "1",
            "code": "TOO_MANY_MATCHES", "display": "Too Many Matches",
        }]},
    }]})
}

#[cfg(test)]
mod tests;
