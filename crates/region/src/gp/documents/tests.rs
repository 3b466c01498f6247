//! The checks of the documents service, each against a request that is right but for that one thing.

use crate::{
    gp::{
        Surgery,
        service::Interaction,
        tests::{ORIGIN, claims, headers, ordinary, refused, surgery, token},
    },
    outcome::Problem,
    people::{DocumentsService, PRACTICES},
};
use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

const DOREEN: &str = "9991234578";

fn asking(interaction: Interaction) -> HeaderMap {
    let mut claims = claims();
    claims["aud"] = json!(format!("{ORIGIN}/ZZ901/STU3/1/gpconnect/documents/fhir"));
    with_claims(interaction, &claims)
}

fn with_claims(interaction: Interaction, claims: &Value) -> HeaderMap {
    let mut headers = headers(&token(claims));
    let DocumentsService::On { asid } = PRACTICES[0].documents else { panic!("documents are on") };
    headers.insert("ssp-to", HeaderValue::from_static(asid));
    headers.insert("ssp-interactionid", HeaderValue::from_static(interaction.id()));
    headers.remove("content-type");
    headers
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn identifier(number: &str) -> Vec<(String, String)> {
    pairs(&[("identifier", &format!("https://fhir.nhs.uk/Id/nhs-number|{number}"))])
}

const INCLUDES: [(&str, &str); 5] = [
    ("_include", "DocumentReference:subject:Patient"),
    ("_include", "DocumentReference:custodian:Organization"),
    ("_include", "DocumentReference:author:Organization"),
    ("_include", "DocumentReference:author:Practitioner"),
    ("_revinclude:recurse", "PractitionerRole:practitioner"),
];

fn search(surgery: &Surgery, id: &str, more: &[(&str, &str)]) -> Result<Value, Problem> {
    let asked = pairs(&[&INCLUDES[..], more].concat());
    surgery.find_documents(&asking(Interaction::FindDocuments), id, &asked)
}

fn patient_id(surgery: &Surgery, number: &str) -> String {
    let found = surgery.find_patient(&asking(Interaction::FindPatient), &identifier(number)).unwrap();
    found["entry"][0]["resource"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_person_then_the_documents_then_one_of_them() {
    let surgery = surgery();
    let id = patient_id(&surgery, DOREEN);
    let found = search(&surgery, &id, &[]).unwrap();
    let entries = found["entry"].as_array().unwrap();
    let first = entries.iter().find(|one| one["resource"]["resourceType"] == "DocumentReference").unwrap();
    let url = first["resource"]["content"][0]["attachment"]["url"].as_str().unwrap();
    let root = format!("{ORIGIN}/ZZ901/STU3/1/gpconnect/documents/fhir");
    let id = url.strip_prefix(&format!("{root}/Binary/")).unwrap();
    let binary = surgery.read_document(&asking(Interaction::ReadDocument), id).unwrap();
    assert_eq!((binary["resourceType"].as_str(), binary["id"].as_str()), (Some("Binary"), Some(id)));
    assert!(binary.get("data").is_none() && binary["content"].as_str().unwrap().len() > 100);
}

#[test]
fn nobody_found_is_an_empty_searchset() {
    let surgery = surgery();
    for number in ["9998999995", "9990023239"] {
        let found = surgery.find_patient(&asking(Interaction::FindPatient), &identifier(number)).unwrap();
        assert_eq!((found["type"].as_str(), found.get("entry")), (Some("searchset"), None));
    }
}

#[test]
fn each_faulty_search_for_a_person_is_refused_by_its_name() {
    let surgery = surgery();
    let valid = format!("https://fhir.nhs.uk/Id/nhs-number|{DOREEN}");
    for (asked, status, code) in [
        (pairs(&[]), 422, "INVALID_PARAMETER"),
        (pairs(&[("identifier", &valid), ("identifier", &valid)]), 422, "INVALID_PARAMETER"),
        (pairs(&[("name", "x")]), 422, "INVALID_PARAMETER"),
        (pairs(&[("identifier", DOREEN)]), 400, "INVALID_IDENTIFIER_SYSTEM"),
        (pairs(&[("identifier", "https://fhir.nhs.uk/Id/nhs-number|12")]), 400, "INVALID_NHS_NUMBER"),
    ] {
        let problem = surgery.find_patient(&asking(Interaction::FindPatient), &asked).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code), (status, code));
        assert!(!problem.diagnostics.contains("999"), "HAZ-049: diagnostics carry no identifier");
    }
}

#[test]
fn all_five_includes_are_mandatory() {
    let surgery = surgery();
    let id = patient_id(&surgery, DOREEN);
    for missing in INCLUDES {
        let asked: Vec<(&str, &str)> = INCLUDES.into_iter().filter(|one| *one != missing).collect();
        let answer = surgery.find_documents(&asking(Interaction::FindDocuments), &id, &pairs(&asked));
        refused(answer, 422, &format!("{}={}", missing.0, missing.1));
    }
}

#[test]
fn each_faulty_parameter_of_a_document_search_is_refused_by_its_name() {
    let surgery = surgery();
    let id = patient_id(&surgery, DOREEN);
    for (more, says) in [
        (&[("created", "2026-01-01")][..], "no prefix ge or le"),
        (&[("created", "gt2026-01-01")], "no prefix ge or le"),
        (&[("created", "ge2026-01")], "not a whole date"),
        (&[("created", "ge2026-01-01"), ("created", "ge2026-02-01")], "created ge stands more than once"),
        (&[("created", "le2026-01-01"), ("created", "le2026-02-01")], "created le stands more than once"),
        (&[("author", "https://fhir.nhs.uk/Id/sds-user-id|1")], "not an ODS code"),
        (&[("author", "ZZ910")], "not an ODS code"),
        (&[("description", "a"), ("description", "b")], "description stands more than once"),
        (&[("status", "current")], "status is not a parameter"),
    ] {
        refused(search(&surgery, &id, more), 422, says);
    }
    let both = [("created", "ge2020-01-01"), ("created", "le2030-01-01"), ("description", "Clinic")];
    assert!(search(&surgery, &id, &both).is_ok());
}

#[test]
fn headers_and_tokens_are_checked_as_for_the_record() {
    let surgery = surgery();
    let asked = identifier(&ordinary(&surgery));
    let mut headers = asking(Interaction::FindPatient);
    headers.insert("ssp-to", HeaderValue::from_static(PRACTICES[0].asid));
    refused(surgery.find_patient(&headers, &asked), 400, "not this provider's ASID");
    let headers = asking(Interaction::ReadDocument);
    refused(surgery.find_patient(&headers, &asked), 400, "does not match the path");
    let mut structured = claims();
    refused(
        surgery.find_patient(&with_claims(Interaction::FindPatient, &structured), &asked),
        400,
        "claim aud",
    );
    structured["aud"] = json!(format!("{ORIGIN}/ZZ901/STU3/1/gpconnect/documents/fhir"));
    structured["requested_scope"] = json!("patient/*.read");
    refused(
        surgery.find_patient(&with_claims(Interaction::FindPatient, &structured), &asked),
        400,
        "has no conf/N",
    );
}

#[test]
fn an_unknown_document_and_a_placeholder_are_not_found() {
    let surgery = surgery();
    let problem = surgery.read_document(&asking(Interaction::ReadDocument), "nothing").unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (404, "NO_RECORD_FOUND"));
    let problem = search(&surgery, "nobody", &[]).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (404, "PATIENT_NOT_FOUND"));
}

#[test]
fn a_practice_that_switched_documents_off_denies_access() {
    let mut surgery = surgery();
    let DocumentsService::On { asid } = PRACTICES[0].documents else { panic!("documents are on") };
    surgery.practice.documents = DocumentsService::Off { asid };
    let problem = surgery.find_patient(&asking(Interaction::FindPatient), &identifier(DOREEN)).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (403, "ACCESS DENIED"), "HAZ-007");
}

#[test]
fn a_person_who_refused_sharing_has_no_documents_to_give() {
    let surgery = surgery();
    let refusing = surgery.world.people.iter().find(|person| person.gp_refuses).unwrap();
    let asked = identifier(refusing.nhs_number.digits());
    let problem = surgery.find_patient(&asking(Interaction::FindPatient), &asked).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (403, "NO_PATIENT_CONSENT"));
}
