//! What the national service may say of a person, and what it must not be taken to say.

use crate::testing::*;
use access::person::{Trace, Traced};
use serde_json::{Value, json};

const PATH: &str = "/personal-demographics/FHIR/R4/Patient/9990000018";

async fn trace_with(answer: Canned) -> (Trace, Fake) {
    let fake = Fake::default().on(PATH, answer);
    let federation = federation(vec![], &fake.serve().await, hurried());
    (federation.trace(&number(NUMBER), "0197-opening", asking().now).await, fake)
}

fn pds_patient() -> Value {
    let mut patient = patient(NUMBER, NUMBER);
    patient["meta"] = json!({ "versionId": "2", "security": [{ "code": "U" }] });
    let ended = json!({ "identifier": { "system": fhir::ods::SYSTEM, "value": "ZZ902", "period": { "start": "2001-01-01", "end": "2019-01-01" } } });
    let open = json!({ "identifier": { "system": fhir::ods::SYSTEM, "value": "ZZ901", "period": { "start": "2019-01-01" } } });
    patient["generalPractitioner"] = json!([ended, open]);
    patient["address"] = json!([{ "use": "home", "line": ["1 Marsh Lane", ""], "postalCode": "SS0 0ZZ" }]);
    patient["telecom"] = json!([{ "system": "phone", "value": "01632 960001" }]);
    patient["name"][0]["prefix"] = json!(["Mrs"]);
    patient
}

async fn found(patient: Value) -> Traced {
    match trace_with(Canned::Json(patient)).await.0 {
        Trace::Found(traced) => traced,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_traced_person_has_their_open_practice_and_details() {
    let (trace, fake) = trace_with(Canned::Json(pds_patient())).await;
    let Trace::Found(traced) = trace else { panic!("{trace:?}") };
    assert_eq!(traced.practice.unwrap().as_str(), "ZZ901", "the registration that has not ended");
    assert!(traced.verified && !traced.restricted && traced.superseded_from.is_none());
    assert_eq!(traced.address.unwrap(), ["1 Marsh Lane", "SS0 0ZZ"]);
    assert_eq!((traced.title.as_deref(), traced.telephone.as_deref()), (Some("Mrs"), Some("01632 960001")));
    let headers = &fake.seen()[0].headers;
    assert_eq!(headers["x-correlation-id"], "0197-opening");
    assert_eq!(headers["x-request-id"].len(), 36);
}

#[tokio::test]
async fn a_superseded_number_becomes_the_current_one() {
    let mut current = pds_patient();
    (current["id"], current["identifier"][0]["value"]) = (json!(OTHER_NUMBER), json!(OTHER_NUMBER));
    let traced = found(current).await;
    assert_eq!(traced.nhs_number, number(OTHER_NUMBER));
    assert_eq!(traced.superseded_from, Some(number(NUMBER)));
    assert!(traced.verified);
}

#[tokio::test]
async fn restricted_and_unverified_people_are_marked() {
    for label in ["R", "V", "REDACTED"] {
        let mut restricted = pds_patient();
        restricted["meta"]["security"] = json!([{ "code": label }]);
        assert!(found(restricted).await.restricted, "HAZ-023: {label}");
    }
    let mut unverified = pds_patient();
    unverified["identifier"][0]["extension"] = json!([]);
    assert!(!found(unverified).await.verified, "HAZ-037: a missing status verifies nothing");
    let minimal = json!({ "resourceType": "Patient", "id": NUMBER });
    let minimal = found(minimal).await;
    assert!(minimal.names.is_empty() && minimal.practice.is_none() && minimal.birth_date.is_none());
}

#[tokio::test]
async fn only_the_service_s_own_not_found_is_not_found() {
    let coded = |code: &str| Canned::Typed {
        status: 404,
        media_type: "application/fhir+json",
        body: outcome("error", code, "x").to_string(),
    };
    assert_eq!(trace_with(coded("RESOURCE_NOT_FOUND")).await.0, Trace::NotFound);
    assert_eq!(trace_with(coded("INVALIDATED_RESOURCE")).await.0, Trace::Invalidated);
    assert_eq!(trace_with(coded("UNABLE_TO_CALL_SERVICE")).await.0, Trace::DidNotAnswer);
    let page = Canned::Typed { status: 404, media_type: "text/html", body: "<html>".to_owned() };
    assert_eq!(trace_with(page).await.0, Trace::DidNotAnswer, "HAZ-038");
}

#[tokio::test]
async fn whatever_is_no_clear_answer_is_no_answer() {
    let json = |text: &str| Canned::Typed {
        status: 200,
        media_type: "application/fhir+json",
        body: text.to_owned(),
    };
    let unclear = [
        Canned::Hang,
        Canned::Reset,
        Canned::Typed { status: 429, media_type: "application/fhir+json", body: "{}".to_owned() },
        Canned::Typed { status: 500, media_type: "text/plain", body: String::new() },
        json("{}"),
        json(r#"{"resourceType":"Patient"}"#),
        json(r#"{"resourceType":"Patient","id":"12"}"#),
        json(r#"{"resourceType":"Patient","id":"9990000018","id":"9990000026"}"#),
        json(r#"{"resourceType":"Bundle"}"#),
    ];
    for answer in unclear {
        assert_eq!(trace_with(answer).await.0, Trace::DidNotAnswer, "HAZ-035, HAZ-038");
    }
}

fn refusal(status: u16, code: &str) -> Canned {
    let body = outcome("error", code, "x").to_string();
    Canned::Typed { status, media_type: "application/fhir+json", body }
}

#[tokio::test]
async fn every_refusal_of_the_service_has_its_meaning() {
    let table = [
        (400, "INVALID_RESOURCE_ID", Trace::DidNotAnswer),
        (400, "UNSUPPORTED_SERVICE", Trace::DidNotAnswer),
        (400, "MISSING_VALUE", Trace::DidNotAnswer),
        (400, "INVALID_VALUE", Trace::DidNotAnswer),
        (400, "INVALID_SEARCH_DATA", Trace::DidNotAnswer),
        (400, "ADDITIONAL_PROPERTIES", Trace::DidNotAnswer),
        (401, "ACCESS_DENIED", Trace::DidNotAnswer),
        (403, "ACCESS_DENIED", Trace::DidNotAnswer),
        (403, "INVALID_VALUE", Trace::DidNotAnswer),
        (404, "RESOURCE_NOT_FOUND", Trace::NotFound),
        (404, "INVALIDATED_RESOURCE", Trace::Invalidated),
        (408, "UNABLE_TO_CALL_SERVICE", Trace::DidNotAnswer),
        (429, "TOO_MANY_REQUESTS", Trace::DidNotAnswer),
        // A code under a status that is not its own says nothing.
        (200, "RESOURCE_NOT_FOUND", Trace::DidNotAnswer),
        (500, "INVALIDATED_RESOURCE", Trace::DidNotAnswer),
    ];
    for (status, code, expected) in table {
        assert_eq!(trace_with(refusal(status, code)).await.0, expected, "HAZ-044: {status} {code}");
    }
}

#[tokio::test]
async fn after_too_many_requests_nothing_is_asked_until_the_time_it_named() {
    let headers = vec![("retry-after", "30".to_owned())];
    let fake = Fake::default().on(PATH, Canned::Headed { status: 429, headers, body: Vec::new() });
    let federation = federation(vec![], &fake.serve().await, limits());
    for _ in 0..3 {
        let trace = federation.trace(&number(NUMBER), "0197-opening", asking().now).await;
        assert_eq!(trace, Trace::DidNotAnswer, "continuity: the launch's identity stands");
    }
    assert_eq!(fake.count(PATH), 1, "HAZ-036");
}

#[tokio::test]
async fn the_rate_agreed_is_kept_across_openings() {
    let fake = Fake::default().json(PATH, pds_patient());
    let slow = crate::NationalConfig { pds_per_second: 2, ..national(&fake.serve().await) };
    install_tls();
    let federation = crate::Federation::new(vec![], slow, limits()).unwrap();
    // All at once, so that no slow machine spreads them over more than a second.
    let (number, now) = (number(NUMBER), asking().now);
    let traces = (0..5).map(|_| federation.trace(&number, "0197-opening", now));
    let traces = futures_util::future::join_all(traces).await;
    let answered = traces.iter().filter(|trace| matches!(trace, Trace::Found(_))).count();
    assert_eq!((answered, fake.count(PATH)), (2, 2), "HAZ-036: the others go on by continuity");
}

#[tokio::test]
async fn only_todays_registration_counts() {
    let table = [
        (json!({ "start": "2019-01-01" }), true),
        (json!({ "start": "2019-01-01", "end": "2030-01-01" }), true),
        (json!({ "start": "2019-01-01", "end": "2026-11-22" }), true),
        (json!({ "start": "2019-01-01", "end": "2026-11" }), true),
        (json!({ "start": "2019-01-01T00:00:00+00:00", "end": "2026" }), true),
        (json!({ "start": "2019-01-01", "end": "2026-11-21" }), false),
        (json!({ "start": "2019-01-01", "end": "2026-10" }), false),
        (json!({ "start": "2026-11-23" }), false),
        (json!({}), true),
    ];
    for (period, is_open) in table {
        let mut patient = pds_patient();
        patient["generalPractitioner"] = json!([{ "identifier": {
            "system": fhir::ods::SYSTEM, "value": "ZZ901", "period": period,
        } }]);
        assert_eq!(found(patient).await.practice.is_some(), is_open, "HAZ-005: {period}");
    }
    let mut moved = pds_patient();
    let registration = |code: &str, start: &str| {
        json!({ "identifier": {
        "system": fhir::ods::SYSTEM, "value": code, "period": { "start": start, "end": "2030-01-01" },
    } })
    };
    moved["generalPractitioner"] =
        json!([registration("ZZ902", "2001-01-01"), registration("ZZ903", "2026-01-01")]);
    assert_eq!(found(moved).await.practice.unwrap().as_str(), "ZZ903", "the latest begun");
}

#[tokio::test]
async fn without_a_security_label_nothing_that_locates_the_person_is_shown() {
    let mut unsaid = pds_patient();
    unsaid["meta"] = json!({ "versionId": "2" });
    let traced = found(unsaid).await;
    assert!(!traced.restricted && traced.address.is_none() && traced.telephone.is_none(), "HAZ-023");
}

#[tokio::test]
async fn the_service_is_asked_with_our_token() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("pds.pem");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let body = json!({ "access_token": "pds", "token_type": "bearer", "expires_in": "599" }).to_string();
    let token = Canned::Typed { status: 200, media_type: "application/json", body };
    let fake = Fake::default().json(PATH, pds_patient()).on("/oauth2/token", token);
    let url = fake.serve().await;
    let oauth2 = crate::OAuth2 {
        token_url: format!("{url}/oauth2/token"),
        client_id: "gateway".to_owned(),
        key_file,
        key_id: None,
        scope: String::new(),
    };
    let config = crate::NationalConfig { pds_oauth2: Some(oauth2), ..national(&url) };
    install_tls();
    let federation = crate::Federation::new(vec![], config, limits()).unwrap();
    assert!(matches!(federation.trace(&number(NUMBER), "0197", asking().now).await, Trace::Found(_)));
    let seen = fake.seen();
    assert_eq!(seen[1].headers["authorization"], "Bearer pds");
    assert!(!seen[0].body.contains("scope="), "an empty scope is not sent");
}

/// The service's published examples, if they are here.
fn published() -> Vec<(String, Value)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or(root, std::path::PathBuf::from).join("pds");
    let Ok(files) = std::fs::read_dir(root) else {
        println!("SKIPPED: the corpus of published payloads is not here; set SHCR_CORPUS to its folder");
        return Vec::new();
    };
    let files = files.map(|file| file.unwrap().path());
    let read = |path: &std::path::Path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    files.map(|path| (path.display().to_string(), read(&path))).collect()
}

#[test]
fn every_published_answer_is_read_as_its_labels_say() {
    let mut seen = 0;
    for (name, answer) in published() {
        let id = answer["id"].as_str().and_then(|id| fhir::NhsNumber::parse(id).ok());
        let Some(number) = id.filter(|_| answer["resourceType"] == "Patient") else { continue };
        let wanted = super::Wanted { number: &number, request_id: "0197", now: asking().now };
        let body = answer.to_string().into_bytes();
        let whole = crate::wire::Answer {
            status: 200,
            media_type: "application/fhir+json".to_owned(),
            retry_after: None,
            body,
        };
        let Trace::Found(traced) = super::trace(&whole, &wanted) else { panic!("{name}") };
        let label = answer["meta"]["security"][0]["code"].as_str();
        assert_eq!(traced.restricted, label == Some("R"), "HAZ-023: {name}");
        assert_eq!(
            traced.verified,
            label.is_some(),
            "HAZ-037: {name}: those without a label have no status either"
        );
        assert!(label == Some("U") || traced.address.is_none(), "HAZ-023: {name}");
        let last = answer["generalPractitioner"].as_array().and_then(|all| all.last());
        let end = last.map(|last| last["identifier"]["period"]["end"].as_str().unwrap_or("none"));
        let is_open = end.is_some_and(|end| end == "none" || end == "9999-12-31");
        assert_eq!(traced.practice.is_some(), is_open, "{name}: {end:?}");
        seen += 1;
    }
    assert!(seen == 0 || seen >= 9, "{seen} of the published answers were read");
}
