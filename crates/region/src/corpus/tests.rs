//! Invented files in the forms published ones take.

/// Published examples in XML.
mod xml;

use super::{Demographics, gp, person, r4};
use fhir::NhsNumber;
use serde_json::Value;

fn number() -> NhsNumber {
    NhsNumber::parse("9990000018").unwrap()
}

#[test]
fn a_masked_number_is_replaced_and_no_other_byte_moves() {
    let reply = r#"{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "id": "p",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "{{masked}}"}],
        "name": [{"use": "old", "family": "Before"}, {"use": "official", "family": "Now", "given": ["A", "B"]}],
        "birthDate": "1940-02-03", "gender": "female"}},
        {"resource": {"resourceType": "Observation", "id": "o", "valueQuantity": {"value": 10.00}, "comment": "{{masked}}"}}]}"#;
    let (text, demographics) = gp::re_number(reply, &number()).unwrap();
    assert_eq!(text, reply.replacen("{{masked}}", "9990000018", 1));
    assert_eq!(demographics.family.as_deref(), Some("Now"));
    assert_eq!(demographics.given, ["A", "B"]);
    assert_eq!(demographics.birth_date, Some(jiff::civil::date(1940, 2, 3)));
}

#[test]
fn what_is_no_reply_about_somebody_is_passed_over() {
    for text in
        ["", "[]", "{\"resourceType\":\"Bundle\"", "{\"resourceType\":\"Bundle\",\"entry\":[]}", "\u{feff}{}"]
    {
        assert!(gp::re_number(text, &number()).is_none());
    }
}

#[test]
fn resources_of_several_files_become_one_persons_with_ids_of_their_own() {
    let bundle = r#"{"resourceType":"Bundle","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"x"}},
        {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:1"},"valueQuantity":{"value":1.10}}},
        {"fullUrl":"urn:uuid:3","resource":{"resourceType":"DiagnosticReport","id":"d","subject":{"display":"nobody"},"result":[{"reference":"urn:uuid:2"}]}}]}"#;
    let single = r#"{"resourceType":"DiagnosticReport","id":"d","subject":{"reference":"https://elsewhere.test/Patient/7"},"performer":[{"reference":"Patient/7"}]}"#;
    let files = [bundle.to_owned(), single.to_owned(), "not json".to_owned()];
    let texts = r4::gather(&files, &person(number(), Demographics::default(), "ZZ902", String::new()));
    let read: Vec<Value> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read.len(), 4);
    assert_eq!(read[0]["identifier"][0]["value"], "9990000018");
    assert_eq!(read[1]["subject"]["reference"], "Patient/corpus-examples");
    assert!(texts[1].contains("1.10"), "HAZ-014: digits stay as they were");
    let observation = format!("Observation/{}", read[1]["id"].as_str().unwrap());
    assert_eq!(read[2]["result"][0]["reference"], observation);
    assert_ne!(read[2]["id"], read[3]["id"]);
    assert_eq!(read[3]["performer"][0]["reference"], "Patient/corpus-examples");
}

#[test]
fn a_person_within_a_resource_is_the_same_person() {
    let file = r##"{"resourceType":"Immunization","id":"i","patient":{"reference":"#p"},"contained":[
        {"resourceType":"Patient","id":"p","identifier":[{"system":"https://example.test/id","value":"12"}]},
        {"resourceType":"MedicationRequest","id":"m","subject":{"identifier":{"value":"12"}}}]}"##;
    let task = r#"{"resourceType":"Task","id":"t","for":{"identifier":{"value":"12"}}}"#;
    let files = [file.to_owned(), task.to_owned()];
    let texts = r4::gather(&files, &person(number(), Demographics::default(), "ZZ902", String::new()));
    let read: Vec<Value> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let subject = serde_json::json!({"reference": "Patient/corpus-examples"});
    let within = &read[1]["contained"];
    assert_eq!(within[0]["identifier"][0]["value"], "9990000018", "HAZ-004: one subject throughout");
    assert_eq!(within[0]["id"], "p");
    for about in [&read[1]["patient"], &within[1]["subject"], &read[2]["for"]] {
        assert_eq!(about, &subject, "HAZ-004: one subject throughout");
    }
}
