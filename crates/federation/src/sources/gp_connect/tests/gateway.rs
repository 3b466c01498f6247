//! The national gateway instead of directory and proxy: one request, the same reply.

use super::*;
use crate::{ConfigFault, NationalConfig, Route};
use std::path::PathBuf;

const PATH: &str = "/patient/$gpc.getstructuredrecord";

fn token(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("token");
    std::fs::write(&path, "not-a-real-token\n").unwrap();
    path
}

async fn by_gateway(fake: &Fake, shares: &[Category]) -> Arc<Federation> {
    install_tls();
    let (folder, url) = (tempfile::tempdir().unwrap(), fake.serve().await);
    let national = NationalConfig {
        gateway_url: Some(url.clone()),
        gateway_token_file: Some(token(&folder)),
        ..national(&url)
    };
    let gp = crate::SourceConfig {
        route: Route::NationalGateway,
        ..source("gp", kind("gp-connect"), None, shares)
    };
    Arc::new(Federation::new(vec![gp], national, limits()).unwrap())
}

async fn ask(fake: &Fake) -> Reply {
    one(&by_gateway(fake, &ALL).await).await
}

fn whole() -> Value {
    let codes = [
        "886921000000105",
        "933361000000108",
        "717711000000103",
        "1102181000000102",
        "826501000000100",
        "887191000000108",
    ];
    bundle([lists(&codes), vec![allergy("a1", "p1")]].concat())
}

#[tokio::test]
async fn one_request_brings_the_whole_record_without_any_look_up() {
    let fake = Fake::default().json(PATH, whole());
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.asked.as_deref(), Some("Marsh Lane Surgery"));
    assert_eq!((reply.payloads.len(), fake.seen().len()), (1, 1));
    let request = &fake.seen()[0];
    let header = |name: &str| request.headers[name].clone();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", PATH), "a small p, as published");
    assert_eq!(header("ods-from"), "ZZ910");
    assert_eq!(header("ssp-traceid").len(), 36);
    assert_eq!(header("authorization"), "Bearer not-a-real-token");
    assert_eq!(header("content-type"), "application/fhir+json");
    assert!(!request.headers.contains_key("ssp-from") && !request.headers.contains_key("ssp-interactionid"));
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["parameter"].as_array().unwrap().len(), 1, "its body takes the number only");
    assert_eq!(body["parameter"][0]["name"], "patientNHSNumber");
}

#[tokio::test]
async fn an_area_the_gateway_did_not_bring_is_not_empty() {
    let fake = Fake::default().json(PATH, safety());
    let reply = ask(&fake).await;
    assert_eq!(reply.state_of(Results), &failed("its list of them did not come"), "HAZ-006");
    assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredWithWarnings);
}

#[tokio::test]
async fn what_the_gateway_does_not_carry_is_not_shared_through_it() {
    let fake = Fake::default().json(PATH, whole());
    let reply = one(&by_gateway(&fake, &[Allergies, Documents]).await).await;
    assert_eq!(reply.state_of(Documents), &ReplyState::NotShared);
    assert_eq!(fake.seen().len(), 1, "no directory, no document search");
}

#[tokio::test]
async fn every_error_of_the_gateway_has_its_state_and_its_doorkeeper_is_no_objection() {
    let ours = || ReplyState::DidNotAnswer(Silence::FailedOurSide("our request was not accepted".to_owned()));
    let plain = |status: u16| {
        let issue = json!([{ "severity": "error", "code": "exception", "diagnostics": "PDS FHIR API request failed" }]);
        fhir(status, &json!({ "resourceType": "OperationOutcome", "issue": issue }))
    };
    let coded = |status: u16, code: &str| fhir(status, &outcome("error", code, "x"));
    let at_request = ReplyState::Withheld(Withholder::Source("at the person's request".to_owned()));
    let table = [
        (plain(400), ours()),
        (plain(401), ours()),
        (plain(403), ours()),
        (Canned::Typed { status: 403, media_type: "text/plain", body: "no".to_owned() }, ours()),
        (plain(404), failed("answered with an error")),
        (plain(500), failed("answered with an error")),
        (plain(502), failed("answered with an error")),
        (coded(404, "PATIENT_NOT_FOUND"), ReplyState::AnsweredEmpty),
        (coded(403, "NO_PATIENT_CONSENT"), at_request),
        // The practice has no structured record, and nothing stands in through the gateway.
        (coded(403, "ACCESS DENIED"), ReplyState::NotShared),
        (coded(501, "NOT_IMPLEMENTED"), ReplyState::NotShared),
    ];
    for (answer, state) in table {
        let fake = Fake::default().on(PATH, answer);
        assert_eq!(ask(&fake).await.state, state, "HAZ-006, HAZ-022");
        assert_eq!(fake.seen().len(), 1);
    }
}

#[tokio::test]
async fn the_objection_question_reads_its_signs_out_of_the_whole_record() {
    let mut record = whole();
    record["entry"].as_array_mut().unwrap().push(json!({ "resource": consent("416409005") }));
    let fake = Fake::default().json(PATH, record);
    let reply = by_gateway(&fake, &ALL).await.ask_objection(&asking()).await;
    assert_eq!(reply.state, ReplyState::Answered, "HAZ-022");
    assert_eq!(access::objection::weigh(&reply.signs).0, access::Objection::Objected, "HAZ-022");
}

#[tokio::test]
async fn somebody_elses_record_is_withheld_on_this_route_too() {
    let mut other = whole();
    other["entry"][0]["resource"]["identifier"][0]["value"] = json!(OTHER_NUMBER);
    let reply = ask(&Fake::default().json(PATH, other)).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
    assert!(reply.payloads.is_empty());
}

#[test]
fn a_route_without_an_address_or_a_token_is_refused_at_start() {
    install_tls();
    let gp = || crate::SourceConfig {
        route: Route::NationalGateway,
        ..source("gp", kind("gp-connect"), None, &ALL)
    };
    let url = "http://127.0.0.1:1";
    let without = Federation::new(vec![gp()], national(url), limits());
    assert!(matches!(without, Err(ConfigFault::NoGateway { .. })));
    let tokenless = NationalConfig { gateway_url: Some(url.to_owned()), ..national(url) };
    assert!(matches!(Federation::new(vec![gp()], tokenless, limits()), Err(ConfigFault::Empty { .. })));
}
