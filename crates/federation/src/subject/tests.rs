//! Whose resource is it: every way a reply names its subject, and every way somebody else may stand in it.

use super::{OnePatient, Person, demographics::*};
use crate::testing::{NUMBER, OTHER_NUMBER, asking, number, patient};
use fhir::{Json, bundle::Bundle};
use serde_json::{Value, json};

const BASE: &str = "https://acute.example/fhir";

/// Whether a Bundle of Doreen's Patient and these resources is about her alone.
fn is_all(person: &Person, resources: Vec<Value>) -> bool {
    let mut entries = vec![json!({ "fullUrl": "urn:uuid:doreen", "resource": patient("d1", NUMBER) })];
    entries.extend(resources.into_iter().map(|resource| json!({ "resource": resource })));
    let text = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string();
    let bundle = Bundle::read(Json::of(&text)).unwrap();
    let one = OnePatient::new(person, bundle.of_type("Patient").next().unwrap(), BASE);
    one.is_all(&bundle)
}

fn doreens(resource: Value) -> bool {
    is_all(&asking().subject(), vec![resource])
}

fn condition(subject: Value) -> Value {
    json!({ "resourceType": "Condition", "id": "c1", "subject": subject })
}

#[test]
fn every_way_to_name_the_person_is_the_person() {
    let ways = [
        json!({ "reference": "Patient/d1" }),
        json!({ "reference": "Patient/d1/_history/3" }),
        json!({ "reference": "https://acute.example/fhir/Patient/d1" }),
        json!({ "reference": "urn:uuid:doreen" }),
        json!({ "identifier": { "system": fhir::nhs_number::SYSTEM, "value": NUMBER } }),
        json!({ "identifier": { "system": fhir::nhs_number::SYSTEM, "value": "999 000 0018" } }),
        json!({ "display": "Testpatient, Doreen" }),
    ];
    for way in ways {
        assert!(doreens(condition(way.clone())), "{way}");
    }
    let medication = json!({ "resourceType": "Medication", "id": "m1" });
    assert!(doreens(medication), "a resource about nobody");
}

#[test]
fn any_other_subject_is_a_stray() {
    let strays = [
        json!({ "reference": "Patient/d2" }),
        json!({ "reference": "Patient/d10" }),
        json!({ "reference": "patient/d1" }),
        json!({ "reference": "https://elsewhere.example/fhir/Patient/d1" }),
        json!({ "reference": "urn:uuid:somebody" }),
        json!({ "reference": "#p" }),
        json!({ "reference": "Group/ward-9" }),
        json!({ "identifier": { "system": fhir::nhs_number::SYSTEM, "value": OTHER_NUMBER } }),
        json!({ "identifier": { "system": "urn:local", "value": "77" } }),
        json!({ "reference": "Patient/d1", "identifier": { "system": fhir::nhs_number::SYSTEM, "value": OTHER_NUMBER } }),
    ];
    for stray in strays {
        assert!(!doreens(condition(stray.clone())), "HAZ-004: {stray}");
    }
    assert!(
        !doreens(json!({ "resourceType": "Coverage", "beneficiary": { "reference": "Patient/d2" } })),
        "HAZ-004"
    );
    assert!(!doreens(json!({ "resourceType": "Task", "for": { "reference": "Patient/d2" } })), "HAZ-004");
}

#[test]
fn somebody_else_anywhere_is_a_stray() {
    let hidden = [
        ("a second Patient", patient("d2", OTHER_NUMBER)),
        ("a Patient without a number", json!({ "resourceType": "Patient", "id": "d2" })),
        (
            "a contained Patient",
            json!({ "resourceType": "Condition", "contained": [patient("p", OTHER_NUMBER)], "subject": { "reference": "#p" } }),
        ),
        (
            "a contained resource's subject",
            json!({ "resourceType": "List", "subject": { "reference": "Patient/d1" },
                "contained": [{ "resourceType": "AllergyIntolerance", "id": "a", "patient": { "reference": "Patient/d2" } }] }),
        ),
        (
            "a participant",
            json!({ "resourceType": "Appointment", "participant": [{ "actor": { "reference": "Patient/d2" } }] }),
        ),
        (
            "a participant named by number",
            json!({ "resourceType": "Appointment", "participant": [{ "actor": {
                "type": "Patient", "identifier": { "system": fhir::nhs_number::SYSTEM, "value": OTHER_NUMBER } } }] }),
        ),
        (
            "an escaped reference",
            json!({ "resourceType": "Basic", "extension": [{ "valueReference": { "reference": "Patient/d2" } }] }),
        ),
        (
            "a resource inside a resource",
            json!({ "resourceType": "Parameters", "parameter": [{ "resource": patient("d2", OTHER_NUMBER) }] }),
        ),
    ];
    for (what, resource) in hidden {
        assert!(!doreens(resource), "HAZ-004: {what}");
    }
}

#[test]
fn an_escape_hides_nobody() {
    let text = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"d1"}},
        {"resource":{"resourceType":"Basic","extension":[{"valueReference":{"reference":"\u0050atient\/d2"}}]}}]}"#;
    let bundle = Bundle::read(Json::of(text)).unwrap();
    let one = OnePatient::new(&asking().subject(), bundle.of_type("Patient").next().unwrap(), BASE);
    assert!(!one.is_all(&bundle), "HAZ-004, HAZ-041");
}

#[test]
fn a_contained_patient_with_the_number_is_the_person() {
    let resource = json!({ "resourceType": "Condition", "contained": [patient("p", NUMBER)], "subject": { "reference": "#p" } });
    assert!(doreens(resource));
}

/// A document sent as one entry: its own Patient under its own name, and a section's entry about them.
fn document(inner: Value, subject: &str) -> Value {
    json!({ "resourceType": "Bundle", "type": "document", "entry": [
        { "fullUrl": "urn:uuid:c", "resource": { "resourceType": "Composition", "subject": { "reference": subject } } },
        { "fullUrl": "urn:uuid:p", "resource": inner },
        { "fullUrl": "urn:uuid:a", "resource": {
            "resourceType": "AllergyIntolerance", "id": "a1", "patient": { "reference": subject } } },
    ]})
}

#[test]
fn a_document_inside_an_answer_is_about_the_patient_it_holds() {
    assert!(doreens(document(patient("p", NUMBER), "urn:uuid:p")));
    assert!(doreens(document(patient("p", NUMBER), "Patient/p")));
    let message = json!({ "resourceType": "Bundle", "type": "message",
        "entry": [{ "resource": document(patient("p", NUMBER), "urn:uuid:p") }] });
    assert!(doreens(message), "and inside a message");
}

#[test]
fn a_warning_about_a_thing_inside_a_message_is_about_nobody_and_one_about_a_stranger_is_a_stray() {
    let message = |subject: &str, place: Value| {
        json!({ "resourceType": "Bundle", "type": "message", "entry": [
            { "fullUrl": "urn:uuid:doreen-inside", "resource": patient("x", NUMBER) },
            { "fullUrl": "urn:uuid:street", "resource": place },
            { "resource": { "resourceType": "Flag", "status": "active", "subject": { "reference": subject } } }] })
    };
    let street = || json!({ "resourceType": "Location", "id": "l1", "name": "High Street" });
    assert!(doreens(message("urn:uuid:street", street())));
    assert!(doreens(message("Location/l1", street())));
    assert!(!doreens(message("urn:uuid:elsewhere", street())), "HAZ-004");
    for kind in ["Group", "RelatedPerson", "Practitioner", "Organization"] {
        let people = json!({ "resourceType": kind, "id": "l1" });
        assert!(!doreens(message("urn:uuid:street", people)), "HAZ-004: {kind} is no place");
    }
    let strange = json!({ "resourceType": "Flag", "subject": { "reference": "Patient/d2" } });
    assert!(!doreens(message("urn:uuid:street", strange)), "HAZ-004: what it is about is compared itself");
    let mut flag = condition(json!({ "reference": "urn:uuid:street" }));
    flag["resourceType"] = json!("Flag");
    assert!(!is_all(&asking().subject(), vec![flag, street()]), "only inside a message of its own");
}

#[test]
fn a_document_about_somebody_else_is_a_stray_however_it_names_them() {
    let mut numberless = patient("p", NUMBER);
    numberless.as_object_mut().unwrap().remove("identifier");
    for (inner, subject) in [
        (patient("p", OTHER_NUMBER), "urn:uuid:p"),
        (patient("p", NUMBER), "urn:uuid:somebody"),
        (patient("p", NUMBER), "Patient/somebody"),
        (numberless, "urn:uuid:p"),
        (json!({ "resourceType": "Organization", "id": "o" }), "urn:uuid:p"),
    ] {
        assert!(!doreens(document(inner, subject)), "HAZ-004: {subject}");
    }
}

#[test]
fn an_earlier_number_of_the_person_is_the_person() {
    let person = Person { numbers: vec![number(NUMBER), number(OTHER_NUMBER)], ..asking().subject() };
    assert!(is_all(&person, vec![patient("d9", OTHER_NUMBER)]));
}

fn compare_with(change: impl FnOnce(&mut Value)) -> Comparison {
    let mut patient = patient("d1", NUMBER);
    change(&mut patient);
    let text = patient.to_string();
    compare(&Json::of(&text).object().unwrap(), &asking().subject())
}

fn codes(comparison: Comparison) -> Vec<String> {
    match comparison {
        Comparison::Same(warnings) => warnings.into_iter().map(|warning| warning.code).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_person_written_otherwise_is_the_same() {
    assert!(codes(compare_with(|_| {})).is_empty());
    let names = [json!("TESTPATIENT"), json!("Test-Patient"), json!("Têstpatiént"), json!("Test patient")];
    for name in names {
        let same = compare_with(|p| {
            p["name"] = json!([{ "family": "Before" }, { "family": name, "given": ["DOREEN"] }])
        });
        assert!(codes(same).is_empty(), "HAZ-037: any of the names counts: {name}");
    }
}

#[test]
fn another_number_is_another_person_and_no_number_proves_nothing() {
    let other = compare_with(|p| p["identifier"][0]["value"] = json!(OTHER_NUMBER));
    assert_eq!(other, Comparison::OtherPerson, "HAZ-004");
    let malformed = compare_with(|p| p["identifier"][0]["value"] = json!("999-000-0018"));
    assert_eq!(malformed, Comparison::OtherPerson, "HAZ-004");
    let none = compare_with(|p| p["identifier"] = json!([]));
    assert_eq!(none, Comparison::Differs(vec!["NHS number".to_owned()]), "HAZ-037");
}

#[test]
fn birth_dates_withhold_when_they_differ_and_warn_when_they_are_partial() {
    for other in ["1935-08-15", "1953-08-14", "1936", "1935-09", "14/08/1935", "193"] {
        let compared = compare_with(|p| p["birthDate"] = json!(other));
        assert_eq!(compared, Comparison::Differs(vec!["birth date".to_owned()]), "HAZ-037: {other}");
    }
    for partial in ["1935", "1935-08"] {
        assert_eq!(
            codes(compare_with(|p| p["birthDate"] = json!(partial))),
            ["birth-date-partial"],
            "HAZ-037"
        );
    }
    let none = compare_with(|p| drop(p.as_object_mut().unwrap().remove("birthDate")));
    assert_eq!(codes(none), ["birth-date-partial"]);
}

#[test]
fn an_unverified_number_withholds() {
    let status = |code: &str| {
        compare_with(|p| {
            p["identifier"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] = json!(code);
        })
    };
    let field = vec!["NHS number verification status".to_owned()];
    assert_eq!(status("02"), Comparison::Differs(field), "HAZ-037");
    assert!(codes(status("number-present-and-verified")).is_empty());
}

#[test]
fn gender_and_other_marks_are_said() {
    assert_eq!(codes(compare_with(|p| p["gender"] = json!("male"))), ["identity-differs"]);
    assert!(codes(compare_with(|p| p["gender"] = json!("unknown"))).is_empty());
    assert_eq!(codes(compare_with(|p| p["active"] = json!(false))), ["inactive"]);
    let link = json!([{ "type": "replaced-by", "other": { "reference": "Patient/d2" } }]);
    assert_eq!(codes(compare_with(|p| p["link"] = link)), ["replaced"]);
}
