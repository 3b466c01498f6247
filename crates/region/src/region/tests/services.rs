//! The HTML view and the documents of practices over real sockets: SDS first, then the proxy, then the practice; and the
//! national route, which does all of that itself.

use super::{
    DOREEN, Started,
    national::{pds, sds_for, unsigned},
    started,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const HTML: &str = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord";
const FIND: &str = "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:patient-1";
const SEARCH: &str = "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:documentreference-1";
const READ: &str = "urn:nhs:names:services:gpconnect:documents:fhir:rest:read:binary-1";
const FRANK: &str = "9990023239";

/// Root and ASID of a service, as SDS has them.
async fn registered(started: &Started, ods: &str, interaction: &str) -> Option<(String, String)> {
    let device = sds_for(started, "Device", (ods, interaction)).await;
    let endpoint = sds_for(started, "Endpoint", (ods, interaction)).await;
    let asid = device["entry"][0]["resource"]["identifier"][0]["value"].as_str()?;
    Some((endpoint["entry"][0]["resource"]["address"].as_str()?.to_owned(), asid.to_owned()))
}

/// Through the proxy; what is asked comes as method, path below the root, and body.
async fn ask(
    started: &Started,
    (ods, interaction): (&str, &str),
    (method, path, body): (Method, &str, Option<Value>),
) -> Response {
    let (root, asid) = registered(started, ods, interaction).await.unwrap();
    let html = interaction == HTML;
    let media_type = if html { "application/json+fhir" } else { "application/fhir+json;charset=utf-8" };
    let claims = if html { html_claims() } else { super::national::claims(&root) };
    let url = format!("{}/{root}{path}", started.region.endpoints().ssp_url);
    let mut request = started
        .client
        .request(method, url)
        .header("Ssp-TraceID", uuid::Uuid::new_v4().to_string())
        .header("Ssp-From", "200000000115")
        .header("Ssp-To", asid)
        .header("Ssp-InteractionID", interaction)
        .header("Accept", media_type)
        .header("Authorization", format!("Bearer {}", unsigned(&claims)));
    if let Some(body) = body {
        request = request.header("Content-Type", media_type).body(body.to_string());
    }
    request.send().await.unwrap()
}

fn html_claims() -> Value {
    let now = crate::clock::now().as_second();
    json!({
        "iss": "https://gateway.example.test", "sub": "1", "aud": "https://authorize.fhir.nhs.net/token",
        "iat": now, "exp": now + 300, "reason_for_request": "directcare", "requested_scope": "patient/*.read",
        "requested_record": {"resourceType": "Patient",
            "identifier": [{"system": "http://fhir.nhs.net/Id/nhs-number", "value": FRANK}]},
        "requesting_device": {"resourceType": "Device", "id": "1", "model": "m", "version": "1",
            "identifier": [{"system": "https://gateway.example.test/devices", "value": "1"}]},
        "requesting_organization": {"resourceType": "Organization", "id": "1", "name": "A hospital",
            "identifier": [{"system": "http://fhir.nhs.net/Id/ods-organization-code", "value": "ZZ910"}]},
        "requesting_practitioner": {"resourceType": "Practitioner", "id": "1",
            "name": {"family": ["Bell"], "given": ["Marion"]},
            "identifier": [{"system": "http://fhir.nhs.net/sds-user-id", "value": "UNK"}],
            "practitionerRole": [{"role": {"coding": [{
                "system": "http://fhir.nhs.net/ValueSet/sds-job-role-name-1", "code": "R8000"}]}}]},
    })
}

fn section(code: &str) -> Value {
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "patientNHSNumber",
         "valueIdentifier": {"system": "http://fhir.nhs.net/Id/nhs-number", "value": FRANK}},
        {"name": "recordSection", "valueCodeableConcept": {"coding": [
            {"system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1", "code": code}]}},
    ]})
}

async fn care_record(started: &Started, ods: &str, code: &str) -> Response {
    ask(started, (ods, HTML), (Method::POST, "/Patient/$gpc.getcarerecord", Some(section(code)))).await
}

#[tokio::test]
async fn a_practice_without_the_structured_record_shows_its_screen() {
    let started = started().await;
    let answer = care_record(&started, "ZZ904", "ALL").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json+fhir; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let bundle: Value = answer.json().await.unwrap();
    let div = bundle["entry"][0]["resource"]["section"][0]["text"]["div"].as_str().unwrap();
    assert!(div.contains("Penicillin allergy"));
    let elsewhere = care_record(&started, "ZZ901", "ALL").await;
    assert_eq!(elsewhere.status(), 403);
    let outcome: Value = elsewhere.json().await.unwrap();
    let coding = &outcome["issue"][0]["details"]["coding"][0];
    assert_eq!(coding["system"], "http://fhir.nhs.net/ValueSet/gpconnect-error-or-warning-code-1");
    assert_eq!(coding["code"], "NON_AUTHORITATIVE");
}

#[tokio::test]
async fn a_fault_of_one_service_leaves_the_others_alone() {
    let started = started().await;
    started.set("gp:ZZ904:html", "outcome:NO_PATIENT_CONSENT").await;
    let refused = care_record(&started, "ZZ904", "SUM").await;
    assert_eq!(refused.status(), 403);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("\"http://fhir.nhs.net/ValueSet/gpconnect-error-or-warning-code-1\"")
    );
    let metadata = "urn:nhs:names:services:gpconnect:documents:fhir:rest:read:metadata-1";
    assert!(registered(&started, "ZZ904", metadata).await.is_some());
    let path = format!("/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C{FRANK}");
    assert_eq!(ask(&started, ("ZZ904", FIND), (Method::GET, &path, None)).await.status(), 200);
}

#[tokio::test]
async fn documents_are_found_and_read_through_the_proxy() {
    let started = started().await;
    let path = format!("/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C{DOREEN}");
    let found: Value = ask(&started, ("ZZ901", FIND), (Method::GET, &path, None)).await.json().await.unwrap();
    let id = found["entry"][0]["resource"]["id"].as_str().unwrap();
    let path = format!(
        "/Patient/{id}/DocumentReference?_include=DocumentReference:subject:Patient\
         &_include=DocumentReference:custodian:Organization&_include=DocumentReference:author:Organization\
         &_include=DocumentReference:author:Practitioner&_revinclude:recurse=PractitionerRole:practitioner\
         &description=discharge"
    );
    let found: Value =
        ask(&started, ("ZZ901", SEARCH), (Method::GET, &path, None)).await.json().await.unwrap();
    let entries = found["entry"].as_array().unwrap();
    let documents: Vec<&Value> = entries
        .iter()
        .map(|one| &one["resource"])
        .filter(|one| one["resourceType"] == "DocumentReference")
        .collect();
    assert_eq!(documents.len(), 1);
    let url = documents[0]["content"][0]["attachment"]["url"].as_str().unwrap();
    let (root, _) = registered(&started, "ZZ901", READ).await.unwrap();
    let path = url.strip_prefix(&root).expect("HAZ-041: within the root that SDS names");
    let binary: Value = ask(&started, ("ZZ901", READ), (Method::GET, path, None)).await.json().await.unwrap();
    assert_eq!(binary["contentType"], "application/pdf");
}

#[tokio::test]
async fn a_practice_without_documents_is_not_in_the_directory_and_one_that_switched_them_off_refuses() {
    let started = started().await;
    assert!(registered(&started, "ZZ903", FIND).await.is_none(), "HAZ-007: total 0");
    assert_eq!(sds_for(&started, "Device", ("ZZ903", FIND)).await["total"], 0);
    let path = format!("/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C{DOREEN}");
    let answer = ask(&started, ("ZZ902", FIND), (Method::GET, &path, None)).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("ACCESS DENIED"));
}

#[tokio::test]
async fn the_directory_names_another_root_and_asid_for_each_service() {
    let started = started().await;
    let structured = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";
    let mut roots = Vec::new();
    for interaction in [structured, HTML, FIND, SEARCH, READ] {
        roots.push(registered(&started, "ZZ901", interaction).await.unwrap());
    }
    assert!(roots[0].0 != roots[1].0 && roots[1].0 != roots[2].0 && roots[0].0 != roots[2].0);
    assert!(roots[0].1 == roots[1].1 && roots[0].1 != roots[2].1);
    assert!(roots[2] == roots[3] && roots[3] == roots[4]);
}

#[tokio::test]
async fn a_careless_directory_has_several_systems_or_blank_ones() {
    let started = started().await;
    started.set("sds", "several").await;
    let devices = sds_for(&started, "Device", ("ZZ901", HTML)).await;
    assert_eq!((devices["total"].as_u64(), devices["entry"].as_array().unwrap().len()), (Some(2), 2));
    started.set("sds", "blank").await;
    let endpoint = sds_for(&started, "Endpoint", ("ZZ901", HTML)).await;
    assert_eq!(
        (endpoint["total"].as_u64(), endpoint["entry"][0]["resource"]["address"].as_str()),
        (Some(1), Some(""))
    );
    started.set("sds", "outcome:GATEWAY_TIMEOUT").await;
    assert_eq!(sds_for(&started, "Device", ("ZZ901", HTML)).await["resourceType"], "OperationOutcome");
}

#[tokio::test]
async fn the_proxy_refuses_other_verbs_and_unregistered_interactions_in_its_own_words() {
    let started = started().await;
    let deleted = ask(&started, ("ZZ901", FIND), (Method::DELETE, "/Patient", None)).await;
    assert_eq!(deleted.status(), 405);
    let outcome: Value = deleted.json().await.unwrap();
    assert_eq!(outcome["issue"][0]["severity"], "fatal");
    started.set("ssp", "outcome:FOT_CHECK_FAILED").await;
    let refused = ask(&started, ("ZZ901", FIND), (Method::GET, "/Patient", None)).await;
    assert_eq!(refused.status(), 403);
    let outcome: Value = refused.json().await.unwrap();
    assert_eq!(outcome["issue"][0]["details"]["coding"][0]["code"], "403");
}

#[tokio::test]
async fn pds_keeps_its_budget_says_what_is_invalid_and_fails_in_its_own_dialect() {
    let started = started().await;
    started.set("pds", "budget").await;
    let mut statuses = Vec::new();
    for _ in 0..14 {
        statuses.push(pds(&started, DOREEN).await.status().as_u16());
    }
    assert!(statuses.contains(&200) && statuses.contains(&429), "{statuses:?}");
    for (fault, status) in [
        ("outcome:UNABLE_TO_CALL_SERVICE", 408),
        ("outcome:TOO_MANY_REQUESTS", 429),
        ("outcome:RESOURCE_NOT_FOUND", 404),
        ("retry-after:30", 429),
    ] {
        started.set("pds", fault).await;
        let answer = pds(&started, DOREEN).await;
        assert_eq!(answer.status().as_u16(), status, "{fault}");
        assert_eq!(answer.headers().contains_key("retry-after"), status == 429);
    }
    started.set("pds", "none").await;
    let answer = pds(&started, "9990034109").await;
    assert_eq!(answer.status(), 404);
    let outcome: Value = answer.json().await.unwrap();
    assert_eq!(outcome["issue"][0]["details"]["coding"][0]["code"], "INVALIDATED_RESOURCE");
}

async fn nationally(started: &Started, number: &str) -> Response {
    let endpoints = started.region.endpoints();
    let body = json!({"resourceType": "Parameters", "parameter": [{"name": "patientNHSNumber",
        "valueIdentifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}}]});
    started
        .client
        .post(format!("{}/patient/$gpc.getstructuredrecord", endpoints.national_gateway_url))
        .header("Authorization", format!("Bearer {}", endpoints.national_gateway_token))
        .header("Ods-from", "ZZ910")
        .header("Ssp-TraceID", uuid::Uuid::new_v4().to_string())
        .header("Content-Type", "application/fhir+json")
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_national_route_gives_the_whole_record() {
    let started = started().await;
    let answer = nationally(&started, DOREEN).await;
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].as_bytes()),
        (200, &b"application/fhir+json"[..])
    );
    let bundle: Value = answer.json().await.unwrap();
    let lists =
        bundle["entry"].as_array().unwrap().iter().filter(|one| one["resource"]["resourceType"] == "List");
    let titles: Vec<&str> = lists.filter_map(|one| one["resource"]["title"].as_str()).collect();
    for title in
        ["Ended allergies", "Problems", "Immunisations", "Outbound referral", "Patient recall administration"]
    {
        assert!(titles.contains(&title), "{title}");
    }
}

#[tokio::test]
async fn the_national_route_names_the_hop_that_failed() {
    let started = started().await;
    let says = async |number: &str| {
        let answer = nationally(&started, number).await;
        let status = answer.status().as_u16();
        let outcome: Value = answer.json().await.unwrap();
        (status, outcome["issue"][0]["diagnostics"].as_str().unwrap().to_owned())
    };
    assert_eq!(says("9998999995").await, (502, "PDS FHIR API request failed: Not Found".to_owned()));
    let (status, diagnostics) = says("9990033099").await;
    assert_eq!(status, 404, "{diagnostics}");
    assert!(diagnostics.starts_with("PDS patient did not contain"));
    started.set("sds", "blank").await;
    assert_eq!(says(DOREEN).await.0, 404);
    started.set("sds", "503").await;
    assert_eq!(says(DOREEN).await, (502, "SDS FHIR API request failed: Service Unavailable".to_owned()));
    started.set("sds", "none").await;
    started.set("ssp", "outcome:ERROR_COMMUNICATING_TO_ENDPOINT_URL").await;
    assert_eq!(says(DOREEN).await, (502, "Provider request failed: Bad Gateway".to_owned()));
    started.set("ssp", "none").await;
    started.set("gp:ZZ901", "drop").await;
    assert_eq!(says(DOREEN).await.0, 502, "HAZ-038: a broken answer never looks whole");
}
