//! PDS, SDS, and a practice through the proxy.

use super::{DOREEN, Started, allergies_of, started};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Response;
use serde_json::{Value, json};

const INTERACTION: &str = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";

pub(super) async fn pds(started: &Started, number: &str) -> Response {
    let url =
        format!("{}/personal-demographics/FHIR/R4/Patient/{number}", started.region.endpoints().pds_url);
    let id = uuid::Uuid::new_v4().to_string();
    started.client.get(url).header("X-Request-ID", id).send().await.unwrap()
}

async fn sds(started: &Started, kind: &str, ods: &str) -> Value {
    sds_for(started, kind, (ods, INTERACTION)).await
}

pub(super) async fn sds_for(started: &Started, kind: &str, (ods, interaction): (&str, &str)) -> Value {
    let url = format!("{}/spine-directory/FHIR/R4/{kind}", started.region.endpoints().sds_url);
    let query = [
        ("organization", format!("https://fhir.nhs.uk/Id/ods-organization-code|{ods}")),
        ("identifier", format!("https://fhir.nhs.uk/Id/nhsServiceInteractionId|{interaction}")),
    ];
    let request =
        started.client.get(url).query(&query).header("apikey", "demo").header("X-Correlation-Id", "1");
    request.send().await.unwrap().json().await.unwrap()
}

fn identifier<'a>(resource: &'a Value, system: &str) -> &'a str {
    let all = resource["identifier"].as_array().unwrap();
    all.iter().find(|one| one["system"] == system).unwrap()["value"].as_str().unwrap()
}

#[tokio::test]
async fn pds_gives_the_person_under_their_number_and_each_refusal_its_code() {
    let started = started().await;
    let answer = pds(&started, DOREEN).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["etag"].to_str().unwrap().starts_with("W/\""));
    let patient: Value = answer.json().await.unwrap();
    assert_eq!(patient["id"], DOREEN);
    for (number, status, code) in [
        ("9998999995", 404, "RESOURCE_NOT_FOUND"),
        ("9990000019", 400, "INVALID_RESOURCE_ID"),
        ("x", 400, "INVALID_RESOURCE_ID"),
    ] {
        let answer = pds(&started, number).await;
        assert_eq!(answer.status().as_u16(), status);
        let outcome: Value = answer.json().await.unwrap();
        assert_eq!(outcome["issue"][0]["details"]["coding"][0]["code"], code);
    }
    let url =
        format!("{}/personal-demographics/FHIR/R4/Patient/{DOREEN}", started.region.endpoints().pds_url);
    assert_eq!(started.client.get(url).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_superseded_number_is_answered_with_the_current_one() {
    let started = started().await;
    let people = crate::people::people(1, 0, crate::clock::today());
    let person = people.iter().find(|person| !person.superseded.is_empty()).unwrap();
    let patient: Value = pds(&started, person.superseded[0].digits()).await.json().await.unwrap();
    assert_eq!(patient["id"], person.nhs_number.digits(), "HAZ-005: the id that differs says so");
}

#[tokio::test]
async fn sds_knows_practices_and_nobody_else() {
    let started = started().await;
    let device = sds(&started, "Device", "ZZ902").await;
    assert_eq!(device["total"], 1);
    let asid = identifier(&device["entry"][0]["resource"], "https://fhir.nhs.uk/Id/nhsSpineASID");
    assert_eq!(asid, "918999198902");
    let endpoint = sds(&started, "Endpoint", "ZZ902").await;
    assert_eq!(endpoint["entry"][0]["resource"]["address"], started.source("gp:ZZ902"));
    assert_eq!(sds(&started, "Endpoint", "ZZ999").await["total"], 0);
    let url = format!("{}/spine-directory/FHIR/R4/Device", started.region.endpoints().sds_url);
    assert_eq!(started.client.get(url).send().await.unwrap().status(), 400);
}

fn token(root: &str) -> String {
    unsigned(&claims(root))
}

pub(super) fn claims(root: &str) -> Value {
    let now = crate::clock::now().as_second();
    json!({
        "iss": "https://gateway.example.test", "sub": "1", "aud": root, "iat": now, "exp": now + 300,
        "reason_for_request": "directcare", "requested_scope": "patient/*.read conf/N",
        "requesting_device": {"resourceType": "Device", "model": "m", "version": "1",
            "identifier": [{"system": "https://gateway.example.test/devices", "value": "1"}]},
        "requesting_organization": {"resourceType": "Organization", "name": "A hospital",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ910"}]},
        "requesting_practitioner": {"resourceType": "Practitioner", "id": "1",
            "name": [{"family": "Bell", "given": ["Marion"]}],
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "UNK"},
                {"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "UNK"},
                {"system": "https://gateway.example.test/users", "value": "nurse.bell"}]},
    })
}

pub(super) fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT"})), part(claims))
}

async fn through_proxy(started: &Started, root: &str, asid: &str) -> Response {
    let url = format!("{}/{root}/Patient/$gpc.getstructuredrecord", started.region.endpoints().ssp_url);
    let media_type = "application/fhir+json;charset=utf-8";
    let request = started
        .client
        .post(url)
        .header("Ssp-TraceID", uuid::Uuid::new_v4().to_string())
        .header("Ssp-From", "200000000115")
        .header("Ssp-To", asid)
        .header("Ssp-InteractionID", INTERACTION)
        .header("Accept", media_type)
        .header("Content-Type", media_type)
        .header("Authorization", format!("Bearer {}", token(root)))
        .body(allergies_of(DOREEN).to_string());
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_practice_answers_through_the_proxy_and_the_proxy_forwards_to_practices_only() {
    let started = started().await;
    let root = started.source("gp:ZZ901");
    let answer = through_proxy(&started, &root, "918999198901").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/fhir+json; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let bundle: Value = answer.json().await.unwrap();
    assert_eq!(bundle["type"], "collection");

    let pds = format!("{}/ZZ901/STU3/1/gpconnect/structured/fhir", started.region.endpoints().pds_url);
    let stranger = through_proxy(&started, &pds, "918999198901").await;
    assert_eq!(stranger.status(), 400);
    assert!(stranger.text().await.unwrap().contains("VARIES_FROM_TARGETURL"));
    let other = through_proxy(&started, &root, "918999198902").await;
    assert_eq!(other.status(), 403);
    assert!(other.text().await.unwrap().contains("MESSAGERECEIVER"));
}

#[tokio::test]
async fn a_practice_that_breaks_off_breaks_off_through_the_proxy_too() {
    let started = started().await;
    let root = started.source("gp:ZZ901");
    started.set("gp", "drop").await;
    let answer = through_proxy(&started, &root, "918999198901").await;
    assert!(answer.bytes().await.is_err(), "HAZ-038: a broken answer never looks whole");
    started.set("gp", "none").await;
    started.set("ssp", "502").await;
    assert_eq!(through_proxy(&started, &root, "918999198901").await.status(), 502);
}

#[tokio::test]
async fn a_practice_without_the_capability_refuses_it() {
    let started = started().await;
    let answer = through_proxy(&started, &started.source("gp:ZZ904"), "918999198904").await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("ACCESS DENIED"));
}
