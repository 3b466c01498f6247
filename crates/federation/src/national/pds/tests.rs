//! What the national service may say of a person, and what it must not be taken to say.

use crate::testing::*;
use access::person::{Trace, Traced};
use serde_json::{Value, json};

const PATH: &str = "/personal-demographics/FHIR/R4/Patient/9990000018";

async fn trace_with(answer: Canned) -> (Trace, Fake) {
    let fake = Fake::default().on(PATH, answer);
    let federation = federation(vec![], &fake.serve().await, hurried());
    (federation.trace(&number(NUMBER), "0197-opening").await, fake)
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
