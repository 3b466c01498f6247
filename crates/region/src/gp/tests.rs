//! Every check a practice makes, each against a request that is right but for that one thing.

use super::{Surgery, service::Interaction};
use crate::{
    corpus::Corpus,
    faults::{Fault, Faults},
    outcome::Problem,
    people::{self, PRACTICES, Person},
    world::World,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const ORIGIN: &str = "http://127.0.0.1:9";
const ROOT: &str = "http://127.0.0.1:9/ZZ901/STU3/1/gpconnect/structured/fhir";
pub(super) const TRACE: &str = "6f1c3f2e-8a59-4a43-9a3f-0d7b6a1d2c11";

pub(super) fn surgery() -> Surgery {
    let today = crate::clock::today();
    let world = World::new(
        people::people(1, 60, today),
        Corpus::default(),
        today,
        Faults::new(["gp", "gp:ZZ901:html"].map(str::to_owned).into()),
    );
    Surgery { world: Arc::new(world), practice: PRACTICES[0], origin: ORIGIN.to_owned() }
}

pub(super) fn patient_of(surgery: &Surgery, fits: impl Fn(&Person) -> bool) -> &Person {
    surgery.world.people.iter().find(|person| person.practice == "ZZ901" && fits(person)).unwrap()
}

pub(super) fn ordinary(surgery: &Surgery) -> String {
    let plain = |person: &Person| !person.gp_refuses && person.deceased.is_none();
    patient_of(surgery, plain).nhs_number.digits().to_owned()
}

pub(super) fn claims() -> Value {
    let now = crate::clock::now().as_second();
    json!({
        "iss": "https://gateway.example.test/token",
        "sub": "practitioner-1",
        "aud": ROOT,
        "iat": now,
        "exp": now + 300,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read conf/N",
        "requesting_device": {
            "resourceType": "Device",
            "identifier": [{"system": "https://gateway.example.test/devices", "value": "1"}],
            "model": "gateway",
            "version": "0.1.0",
        },
        "requesting_organization": {
            "resourceType": "Organization",
            "name": "A hospital",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ910"}],
        },
        "requesting_practitioner": {
            "resourceType": "Practitioner",
            "id": "practitioner-1",
            "name": [{"family": "Okafor", "given": ["Ngozi"], "prefix": ["Dr"]}],
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "UNK"},
                {"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "UNK"},
                {"system": "https://gateway.example.test/users", "value": "dr.okafor"},
            ],
        },
    })
}

pub(super) fn encoded(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

pub(super) fn token(claims: &Value) -> String {
    encoded(&json!({"alg": "none", "typ": "JWT"}), claims)
}

pub(super) fn headers(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    };
    set("ssp-traceid", TRACE);
    set("ssp-from", "200000000115");
    set("ssp-to", PRACTICES[0].asid);
    set("ssp-interactionid", Interaction::Structured.id());
    set("accept", "application/fhir+json;charset=utf-8");
    set("content-type", "application/fhir+json;charset=utf-8");
    set("authorization", &format!("Bearer {token}"));
    headers
}

fn body(number: &str) -> Value {
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "patientNHSNumber",
         "valueIdentifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}},
        {"name": "includeAllergies", "part": [{"name": "includeResolvedAllergies", "valueBoolean": true}]},
    ]})
}

fn ask(surgery: &Surgery, headers: &HeaderMap, number: &str) -> Result<Value, Problem> {
    let answer = surgery.structured_record(headers, body(number).to_string().as_bytes())?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

#[test]
fn a_right_request_is_answered_with_a_collection_under_its_trace_id() {
    let surgery = surgery();
    let bundle = ask(&surgery, &headers(&token(&claims())), &ordinary(&surgery)).unwrap();
    assert_eq!(bundle["resourceType"], "Bundle");
    assert_eq!(bundle["type"], "collection");
    assert_eq!(bundle["id"], TRACE);
}

#[test]
fn each_faulty_header_is_refused_in_its_own_words() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let cases: [(&'static str, Option<&str>, u16, &str); 16] = [
        ("ssp-traceid", None, 400, "Ssp-TraceID header is missing"),
        ("ssp-traceid", Some("42"), 400, "Ssp-TraceID header is not a UUID"),
        ("ssp-from", None, 400, "Ssp-From header is missing"),
        ("ssp-from", Some("20000000011x"), 400, "Ssp-From header is not an ASID"),
        ("ssp-to", None, 400, "Ssp-To header is missing"),
        ("ssp-to", Some("1"), 400, "Ssp-To header is not an ASID"),
        ("ssp-to", Some("918999198902"), 400, "Ssp-To header is not this provider's ASID"),
        ("ssp-interactionid", None, 400, "Ssp-InteractionID header is missing"),
        ("ssp-interactionid", Some("urn:nhs:names:other"), 400, "does not match the path"),
        ("accept", None, 400, "Accept header is missing"),
        ("accept", Some("text/html"), 415, "Accept is not supported"),
        ("content-type", Some("application/json"), 415, "Content-Type is not supported"),
        ("content-type", Some("application/fhir+json; charset=utf-8"), 415, "Content-Type is not supported"),
        ("authorization", None, 400, "Authorization header is missing"),
        ("authorization", Some(""), 400, "Authorization header is missing"),
        ("authorization", Some("Basic abc"), 400, "not a Bearer token"),
    ];
    for (name, value, status, says) in cases {
        let mut headers = headers(&token(&claims()));
        match value {
            Some(value) => headers.insert(name, HeaderValue::from_str(value).unwrap()),
            None => headers.remove(name),
        };
        refused(ask(&surgery, &headers, &number), status, says);
    }
}

#[test]
fn each_faulty_form_of_token_is_refused_in_its_own_words() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let right = token(&claims());
    let cases = [
        (right.trim_end_matches('.').to_owned(), "three parts"),
        (format!("{right}AAAA"), "JWT has a signature"),
        (right.replacen('.', "=.", 1), "padding"),
        (format!("!!!{right}"), "JWT header is not base64url"),
        (format!("{}.e30.", URL_SAFE_NO_PAD.encode("no json")), "JWT header is not JSON"),
        (encoded(&json!({"alg": "RS256", "typ": "JWT"}), &claims()), "alg is not none"),
        (encoded(&json!({"alg": "none"}), &claims()), "typ is not JWT"),
        (encoded(&json!({"alg": "none", "typ": "JWT"}), &json!([])), "claims is not a JSON object"),
    ];
    for (token, says) in cases {
        refused(ask(&surgery, &headers(&token), &number), 400, says);
    }
}

#[test]
fn each_missing_claim_is_refused_by_its_name() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let names: Vec<String> = claims().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 10);
    for name in names {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(&name);
        refused(
            ask(&surgery, &headers(&token(&claims)), &number),
            400,
            &format!("JWT claim {name} is missing"),
        );
    }
}

#[test]
fn each_faulty_claim_is_refused_in_its_own_words() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let now = crate::clock::now().as_second();
    let cases = [
        ("/iss", json!(""), "iss is empty"),
        ("/aud", json!("http://127.0.0.1:9/ZZ902/STU3/1/gpconnect/structured/fhir"), "claim aud"),
        ("/sub", json!("somebody"), "claim sub is not the id"),
        ("/iat", json!("now"), "iat is not an integer"),
        ("/iat", json!(now + 120), "iat is in the future"),
        ("/exp", json!(now - 1), "exp is before iat"),
        ("/exp", json!(now + 299), "not 300 seconds"),
        ("/exp", json!(now + 301), "not 300 seconds"),
        ("/reason_for_request", json!("migration"), "not directcare"),
        ("/requested_scope", json!("organization/*.read conf/N"), "has no patient/*.read"),
        ("/requested_scope", json!("patient/*.read conf/R"), "conf/R"),
        (
            "/requesting_device/resourceType",
            json!("Thing"),
            "requesting_device is not of resource type Device",
        ),
        ("/requesting_device/version", json!(""), "requesting_device is incomplete: /version"),
        ("/requesting_organization/resourceType", json!("Location"), "not of resource type Organization"),
        ("/requesting_organization/identifier", json!([]), "has no ODS code"),
        ("/requesting_practitioner/resourceType", json!("Person"), "not of resource type Practitioner"),
        ("/requesting_practitioner/name/0/given", json!([]), "incomplete: /name/0/given/0"),
        ("/requesting_practitioner/identifier/0/system", json!("x"), "sds-user-id"),
        ("/requesting_practitioner/identifier/1/value", json!(""), "sds-role-profile-id"),
    ];
    for (pointer, value, says) in cases {
        let mut claims = claims();
        *claims.pointer_mut(pointer).unwrap() = value;
        refused(ask(&surgery, &headers(&token(&claims)), &number), 400, says);
    }
}

#[test]
fn an_expired_token_and_one_about_another_person_are_refused() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    let mut old = claims();
    old["iat"] = json!(crate::clock::now().as_second() - 301);
    old["exp"] = json!(crate::clock::now().as_second() - 1);
    refused(ask(&surgery, &headers(&token(&old)), &number), 400, "in the past");
    let mut other = claims();
    other["requested_record"] = json!({"resourceType": "Patient", "identifier": [{"value": "9990000018"}]});
    refused(ask(&surgery, &headers(&token(&other)), &number), 400, "NHS number in the JWT differs");
}

#[test]
fn who_is_not_here_who_refuses_and_who_died_long_ago_is_not_answered() {
    let mut surgery = surgery();
    let headers = headers(&token(&claims()));
    refused(ask(&surgery, &headers, "9998999995"), 404, "No patient details found");
    refused(ask(&surgery, &headers, "9990000019"), 400, "not a valid NHS number");
    let elsewhere = surgery.world.people.iter().find(|person| person.practice != "ZZ901").unwrap();
    let number = elsewhere.nhs_number.digits().to_owned();
    refused(ask(&surgery, &headers, &number), 404, "No patient details found");

    let number = ordinary(&surgery);
    let place = surgery.world.people.iter().position(|person| person.nhs_number.digits() == number).unwrap();
    let day = |ago: i64| {
        use jiff::ToSpan;
        crate::clock::today().checked_sub(ago.days()).unwrap()
    };
    let world = Arc::get_mut(&mut surgery.world).unwrap();
    world.people[place].deceased = Some(day(28));
    assert!(ask(&surgery, &headers, &number).is_ok());
    Arc::get_mut(&mut surgery.world).unwrap().people[place].deceased = Some(day(29));
    refused(ask(&surgery, &headers, &number), 404, "No patient details found");

    let person = &mut Arc::get_mut(&mut surgery.world).unwrap().people[place];
    (person.deceased, person.gp_refuses) = (None, true);
    let problem = ask(&surgery, &headers, &number).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (403, "NO_PATIENT_CONSENT"));

    surgery.practice.structured = false;
    let problem = ask(&surgery, &headers, &number).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code), (403, "ACCESS DENIED"));
}

#[test]
fn the_wrong_person_fault_answers_about_somebody_else() {
    let surgery = surgery();
    let number = ordinary(&surgery);
    surgery.world.faults.set("gp", Fault::WrongPerson).unwrap();
    let bundle = ask(&surgery, &headers(&token(&claims())), &number).unwrap();
    let text = bundle.to_string();
    assert!(!text.contains(&number), "HAZ-004: the simulator gives B when asked about A");
    assert!(text.contains("https://fhir.nhs.uk/Id/nhs-number"));
}

#[test]
fn an_unknown_parameter_is_answered_with_a_warning() {
    let surgery = surgery();
    let mut body = body(&ordinary(&surgery));
    let parameters = body["parameter"].as_array_mut().unwrap();
    parameters.push(json!({"name": "includeHoroscope"}));
    let answer = surgery.structured_record(&headers(&token(&claims())), body.to_string().as_bytes()).unwrap();
    let text = String::from_utf8(answer).unwrap();
    assert!(
        text.contains("includeHoroscope is an unrecognised parameter") && text.contains("NOT_IMPLEMENTED")
    );
}

#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(answer: Result<T, Problem>, status: u16, says: &str) {
    let problem = answer.expect_err(says);
    assert_eq!(problem.status().as_u16(), status, "{}", problem.diagnostics);
    assert!(problem.diagnostics.contains(says), "`{}` does not say `{says}`", problem.diagnostics);
}
