//! Each family of partners refuses in its own words.

use super::*;
use std::collections::BTreeSet;

#[test]
fn every_code_stands_once_and_has_a_status_of_an_error() {
    let mut seen = BTreeSet::new();
    for code in Code::all() {
        assert!(seen.insert(code.as_str()), "{} stands twice", code.as_str());
        assert!(code.status().is_client_error() || code.status().is_server_error());
        assert_eq!(Code::known(code.as_str()), Some(code));
    }
    assert_eq!(Code::known("NO_SUCH_CODE"), None);
}

#[test]
fn every_code_has_the_status_and_the_issue_of_the_contract() {
    for (code, status, issue) in [
        ("INVALID_NHS_NUMBER", 400, "value"),
        ("INVALID_PATIENT_DEMOGRAPHICS", 400, "business-rule"),
        ("CONFLICTING_VALUES", 400, "invalid"),
        ("NO_PATIENT_CONSENT", 403, "forbidden"),
        ("NO_ORGANISATION_CONSENT", 403, "forbidden"),
        ("ACCESS DENIED", 403, "forbidden"),
        ("NO_RELATIONSHIP", 403, "forbidden"),
        ("PATIENT_NOT_FOUND", 404, "not-found"),
        ("NO_RECORD_FOUND", 404, "not-found"),
        ("DUPLICATE_REJECTED", 409, "duplicate"),
        ("REFERENCE_NOT_FOUND", 422, "invalid"),
        ("NOT_IMPLEMENTED", 501, "not-supported"),
        ("NON_AUTHORITATIVE", 403, "forbidden"),
        ("INVALID_ODS_CODE", 400, "value"),
        ("UNABLE_TO_CALL_SERVICE", 408, "timeout"),
        ("TOO_MANY_REQUESTS", 429, "throttled"),
        ("INVALIDATED_RESOURCE", 404, "not-found"),
    ] {
        let code = Code::known(code).unwrap();
        assert_eq!((code.status().as_u16(), code.issue()), (status, issue), "{}", code.as_str());
    }
}

#[test]
fn each_dialect_writes_the_code_under_its_own_system() {
    for (dialect, system) in [
        (Dialect::GpConnect, "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1"),
        (Dialect::GpConnectHtml, "http://fhir.nhs.net/ValueSet/gpconnect-error-or-warning-code-1"),
        (Dialect::Pds, "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"),
        (Dialect::Sds, "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1"),
    ] {
        let outcome = Problem::new("PATIENT_NOT_FOUND", "nobody").outcome(dialect);
        let coding = &outcome["issue"][0]["details"]["coding"][0];
        assert_eq!(
            (coding["system"].as_str(), coding["code"].as_str()),
            (Some(system), Some("PATIENT_NOT_FOUND"))
        );
    }
    for dialect in [Dialect::Gateway, Dialect::R4, Dialect::Stu3] {
        let outcome = Problem::new("PATIENT_NOT_FOUND", "nobody").outcome(dialect);
        assert!(
            outcome["issue"][0].get("details").is_none() && outcome["issue"][0]["diagnostics"] == "nobody"
        );
    }
}

#[test]
fn the_proxy_says_the_status_as_its_code_and_what_went_wrong_as_its_display() {
    let outcome = Problem::of(Code::known("FOT_CHECK_FAILED").unwrap()).outcome(Dialect::Ssp);
    let coding = &outcome["issue"][0]["details"]["coding"][0];
    assert_eq!(coding["code"], "403");
    assert!(coding["display"].as_str().unwrap().starts_with("FOT_CHECK_FAILED_"));
    let outcome = Problem::new("METHOD_NOT_ALLOWED", "no").outcome(Dialect::Ssp);
    assert_eq!(outcome["issue"][0]["severity"], "fatal");
    let system = &outcome["issue"][0]["details"]["coding"][0]["system"];
    assert_eq!(system, "https://fhir.nhs.uk/StructureDefinition/spine-operationoutcome-1");
}

#[test]
fn too_many_requests_say_when_to_come_back() {
    let response = Problem::new("TOO_MANY_REQUESTS", "slow down").respond(Dialect::Pds);
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].as_bytes()), (429, &b"1"[..]));
}

#[test]
fn the_published_refusal_of_a_practice_has_the_same_shape_as_ours() {
    let Some(corpus) = crate::region::tests::corpus() else {
        println!("SKIPPED: no corpus of published payloads (SHCR_CORPUS)");
        return;
    };
    let file = corpus.join("gp-connect-errors/json/operationOutcomePatientNotFound.json");
    let mut theirs: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut ours = Problem::new("PATIENT_NOT_FOUND", "nobody").outcome(Dialect::GpConnect);
    for outcome in [&mut theirs, &mut ours] {
        outcome["issue"][0]["diagnostics"] = json!("");
        outcome["issue"][0]["details"]["coding"][0]["display"] = json!("");
    }
    assert_eq!(theirs, ours);
}
