//! What the national route accepts, and each thing it does not.

use super::{TOKEN, checked};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("authorization", format!("Bearer {TOKEN}")),
        ("ods-from", "ZZ910".to_owned()),
        ("ssp-traceid", "trace-1234".to_owned()),
        ("content-type", "application/fhir+json".to_owned()),
    ] {
        headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(&value).unwrap());
    }
    headers
}

fn body() -> Value {
    json!({"resourceType": "Parameters", "parameter": [{"name": "patientNHSNumber",
        "valueIdentifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991234578"}}]})
}

fn refused(headers: &HeaderMap, body: &[u8]) -> (u16, String) {
    let problem = checked(headers, body).map(|_| ()).unwrap_err();
    (problem.status().as_u16(), problem.diagnostics)
}

#[test]
fn a_right_request_passes() {
    let asked = checked(&headers(), body().to_string().as_bytes()).unwrap();
    assert_eq!((asked.ods_from.as_str(), asked.nhs_number.digits()), ("ZZ910", "9991234578"));
}

#[test]
fn each_missing_header_is_refused() {
    for (name, status) in
        [("authorization", 401), ("ods-from", 400), ("ssp-traceid", 400), ("content-type", 415)]
    {
        let mut headers = headers();
        headers.remove(name);
        assert_eq!(refused(&headers, body().to_string().as_bytes()).0, status, "{name}");
    }
    let mut headers = headers();
    headers.insert("authorization", HeaderValue::from_static("Bearer something-else"));
    assert_eq!(refused(&headers, body().to_string().as_bytes()).0, 401);
}

#[test]
fn the_body_takes_the_number_and_nothing_else() {
    let mut more = body();
    more["parameter"].as_array_mut().unwrap().push(json!({"name": "includeAllergies"}));
    let changed = |pointer: &str, value: Value| {
        let mut body = body();
        *body.pointer_mut(pointer).unwrap() = value;
        body.to_string()
    };
    for body in [
        more.to_string(),
        changed("/parameter", json!([])),
        changed("/parameter/0/name", json!("nhsNumber")),
        changed("/parameter/0/valueIdentifier/system", json!("x")),
        changed("/parameter/0/valueIdentifier/value", json!("999 123 4578")),
        changed("/resourceType", json!("Bundle")),
        String::new(),
        "[".to_owned(),
    ] {
        let (status, says) = refused(&headers(), body.as_bytes());
        assert_eq!(status, 400);
        assert!(!says.contains("999"), "HAZ-049: diagnostics carry no identifier");
    }
}
