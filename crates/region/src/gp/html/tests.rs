//! The HTML view's own checks, each against a request that is right but for that one thing.

use crate::{
    faults::Fault,
    gp::{
        Surgery,
        headers::Form,
        service::Interaction,
        tests::{ordinary, patient_of, refused, surgery, token},
        token::dstu2::{AUDIENCE, NHS_NUMBER},
    },
    outcome::Problem,
    people::PRACTICES,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::sync::Arc;

fn claims(number: &str) -> Value {
    let now = crate::clock::now().as_second();
    json!({
        "iss": "https://gateway.example.test/",
        "sub": "practitioner-1",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read",
        "requested_record": {
            "resourceType": "Patient",
            "identifier": [{"system": NHS_NUMBER, "value": number}],
        },
        "requesting_device": {
            "resourceType": "Device",
            "id": "device-1",
            "identifier": [{"system": "https://gateway.example.test/devices", "value": "1"}],
            "model": "gateway",
            "version": "0.1.0",
        },
        "requesting_organization": {
            "resourceType": "Organization",
            "id": "organization-1",
            "name": "A hospital",
            "identifier": [{"system": "http://fhir.nhs.net/Id/ods-organization-code", "value": "ZZ910"}],
        },
        "requesting_practitioner": {
            "resourceType": "Practitioner",
            "id": "practitioner-1",
            "name": {"family": ["Okafor"], "given": ["Ngozi"], "prefix": ["Dr"]},
            "identifier": [{"system": "http://fhir.nhs.net/sds-user-id", "value": "UNK"}],
            "practitionerRole": [{"role": {"coding": [{
                "system": "http://fhir.nhs.net/ValueSet/sds-job-role-name-1", "code": "R8000"}]}}],
        },
    })
}

fn headers(claims: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("ssp-traceid", "6f1c3f2e-8a59-4a43-9a3f-0d7b6a1d2c11"),
        ("ssp-from", "200000000115"),
        ("ssp-to", PRACTICES[0].asid),
        ("ssp-interactionid", Interaction::Html.id()),
        ("accept", "application/json+fhir"),
        ("content-type", "application/json+fhir;charset=utf-8"),
        ("authorization", &format!("Bearer {}", token(claims))),
    ] {
        headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn body(number: &str, section: &str) -> Value {
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "patientNHSNumber", "valueIdentifier": {"system": NHS_NUMBER, "value": number}},
        {"name": "recordSection", "valueCodeableConcept": {"coding": [
            {"system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1", "code": section}]}},
    ]})
}

fn ask(surgery: &Surgery, headers: &HeaderMap, body: &Value) -> Result<Value, Problem> {
    surgery.care_record(headers, body.to_string().as_bytes()).map(|(bundle, _)| bundle)
}

#[test]
fn a_right_request_is_answered_with_the_section_it_asked_for() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    for section in ["SUM", "PRB", "ENC", "ALL", "CLI", "MED", "REF", "OBS", "IMM", "ADM"] {
        let bundle = ask(&surgery, &headers(&claims(&number)), &body(&number, section)).unwrap();
        let code = &bundle["entry"][0]["resource"]["section"][0]["code"]["coding"][0]["code"];
        assert_eq!((bundle["type"].as_str(), code.as_str()), (Some("searchset"), Some(section)));
    }
}

#[test]
fn each_missing_or_faulty_claim_is_refused_in_its_own_words() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let names: Vec<String> = claims(&number).as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 11);
    for name in names {
        let mut claims = claims(&number);
        claims.as_object_mut().unwrap().remove(&name);
        let answer = ask(&surgery, &headers(&claims), &body(&number, "SUM"));
        refused(answer, 400, &format!("JWT claim {name} is missing"));
    }
    let cases = [
        ("/aud", json!("http://127.0.0.1:9/ZZ901/DSTU2/1/gpconnect/fhir"), "claim aud"),
        ("/requested_scope", json!("organization/*.read"), "has no patient/*.read"),
        ("/requested_record/resourceType", json!("Person"), "not of resource type Patient"),
        ("/requested_record/identifier/0/system", json!("https://fhir.nhs.uk/Id/nhs-number"), NHS_NUMBER),
        ("/requesting_organization/id", json!(""), "incomplete: /id"),
        (
            "/requesting_organization/identifier/0/system",
            json!("https://fhir.nhs.uk/Id/ods-organization-code"),
            "http://fhir.nhs.net/Id/ods-organization-code",
        ),
        ("/requesting_organization/identifier/0/value", json!("not a code"), "not an ODS code"),
        ("/requesting_practitioner/name", json!([{"family": "Okafor", "given": ["N"]}]), "/name/family/0"),
        (
            "/requesting_practitioner/identifier/0/system",
            json!("http://fhir.nhs.net/Id/sds-user-id"),
            "http://fhir.nhs.net/sds-user-id",
        ),
        ("/requesting_practitioner/practitionerRole", json!([]), "practitionerRole"),
        ("/sub", json!("somebody"), "claim sub"),
    ];
    for (pointer, value, says) in cases {
        let mut claims = claims(&number);
        *claims.pointer_mut(pointer).unwrap() = value;
        refused(ask(&surgery, &headers(&claims), &body(&number, "SUM")), 400, says);
    }
    let mut claims = claims(&number);
    claims["requesting_organization"]["identifier"][0]["value"] = json!("?");
    let problem = ask(&surgery, &headers(&claims), &body(&number, "SUM")).unwrap_err();
    assert_eq!(problem.code, "INVALID_ODS_CODE");
}

#[test]
fn media_types_of_the_next_version_are_refused() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    for name in ["accept", "content-type"] {
        let mut headers = headers(&claims(&number));
        headers.insert(name, HeaderValue::from_static("application/fhir+json"));
        refused(ask(&surgery, &headers, &body(&number, "SUM")), 415, "is not supported");
    }
}

#[test]
fn each_faulty_parameter_is_refused_by_its_name() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let with_period = |section: &str, period: Value| {
        let mut body = body(&number, section);
        body["parameter"].as_array_mut().unwrap().push(json!({"name": "timePeriod", "valuePeriod": period}));
        body
    };
    let changed = |pointer: &str, value: Value| {
        let mut body = body(&number, "ENC");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let year = json!({"start": "2025-01-01", "end": "2025-12-31"});
    for section in ["SUM", "ALL", "IMM"] {
        let answer = ask(&surgery, &headers(&claims(&number)), &with_period(section, year.clone()));
        refused(answer, 400, "timePeriod is not allowed for this section");
    }
    let cases = [
        (with_period("ENC", json!({})), 422, "INVALID_PARAMETER", "neither start nor end"),
        (
            with_period("ENC", json!({"start": "2025-02-01", "end": "2025-01-01"})),
            422,
            "INVALID_PARAMETER",
            "starts after it ends",
        ),
        (with_period("ENC", json!({"start": "2025-02"})), 422, "INVALID_PARAMETER", "not a whole date"),
        (body(&number, "INV"), 422, "INVALID_PARAMETER", "no such section"),
        (
            changed("/parameter/1/valueCodeableConcept/coding/0/system", json!("x")),
            400,
            "INVALID_IDENTIFIER_SYSTEM",
            "recordSection",
        ),
        (
            changed("/parameter/0/valueIdentifier/system", json!("https://fhir.nhs.uk/Id/nhs-number")),
            400,
            "INVALID_IDENTIFIER_SYSTEM",
            "patientNHSNumber",
        ),
        (
            changed("/parameter/0/valueIdentifier/value", json!("12")),
            400,
            "INVALID_NHS_NUMBER",
            "patientNHSNumber",
        ),
        (
            changed("/parameter/1/name", json!("other")),
            422,
            "INVALID_PARAMETER",
            "recordSection must stand once",
        ),
        (changed("/resourceType", json!("Bundle")), 422, "INVALID_RESOURCE", "not a Parameters"),
    ];
    for (body, status, code, says) in cases {
        let problem = ask(&surgery, &headers(&claims(&number)), &body).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code), (status, code), "{says}");
        assert!(problem.diagnostics.contains(says), "`{}` does not say `{says}`", problem.diagnostics);
    }
    let right = ask(&surgery, &headers(&claims(&number)), &with_period("ENC", year));
    assert!(right.unwrap().to_string().contains("01-Jan-2025"));
}

#[test]
fn xml_is_read_and_written_where_it_is_asked_for() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let mut headers = headers(&claims(&number));
    headers.insert("accept", HeaderValue::from_static("application/xml+fhir;charset=utf-8"));
    headers.insert("content-type", HeaderValue::from_static("application/xml+fhir"));
    let body = format!(
        "<Parameters xmlns=\"http://hl7.org/fhir\"><parameter><name value=\"patientNHSNumber\"/><valueIdentifier>\
         <system value=\"{NHS_NUMBER}\"/><value value=\"{number}\"/></valueIdentifier></parameter>\
         <parameter><name value=\"recordSection\"/><valueCodeableConcept><coding>\
         <system value=\"http://fhir.nhs.net/ValueSet/gpconnect-record-section-1\"/><code value=\"MED\"/>\
         </coding></valueCodeableConcept></parameter></Parameters>"
    );
    let (bundle, form) = surgery.care_record(&headers, body.as_bytes()).unwrap();
    assert_eq!(
        (bundle["entry"][0]["resource"]["section"][0]["title"].as_str(), form),
        (Some("Medications"), Form::Xml)
    );
    for hostile in
        ["<Parameters", "", "\u{0}", "<!DOCTYPE p [<!ENTITY a \"b\">]><Parameters>&a;</Parameters>"]
    {
        assert!(surgery.care_record(&headers, hostile.as_bytes()).is_err());
    }
}

#[test]
fn who_is_registered_elsewhere_is_not_this_practices_to_answer_about() {
    let mut surgery = surgery();
    let elsewhere = surgery.world.people.iter().find(|person| person.practice != "ZZ901").unwrap();
    let number = elsewhere.nhs_number.digits().to_owned();
    let problem = ask(&surgery, &headers(&claims(&number)), &body(&number, "SUM")).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (403, "NON_AUTHORITATIVE"));
    let problem = ask(&surgery, &headers(&claims("9998999995")), &body("9998999995", "SUM")).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (404, "PATIENT_NOT_FOUND"));

    let number = ordinary(&surgery);
    let place = surgery.world.people.iter().position(|person| person.nhs_number.digits() == number).unwrap();
    let people = &mut Arc::get_mut(&mut surgery.world).unwrap().people;
    people[place].story_facts.national.sensitive = true;
    let answer = ask(&surgery, &headers(&claims(&number)), &body(&number, "SUM"));
    refused(answer, 404, "No patient details found");
    let other = claims("9990000018");
    refused(ask(&surgery, &headers(&other), &body(&number, "SUM")), 400, "NHS number in the JWT differs");
}

#[test]
fn the_wrong_person_fault_of_the_view_alone_answers_about_somebody_else() {
    let surgery = surgery();
    let number = patient_of(&surgery, |person| !person.gp_refuses && person.deceased.is_none())
        .nhs_number
        .digits()
        .to_owned();
    surgery.world.faults.set("gp:ZZ901:html", Fault::WrongPerson).unwrap();
    let bundle = ask(&surgery, &headers(&claims(&number)), &body(&number, "SUM")).unwrap();
    assert!(!bundle.to_string().contains(&number), "HAZ-004: the simulator gives B when asked about A");
}
