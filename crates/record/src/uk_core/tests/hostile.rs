//! What nobody should send: junk, wrong kinds of value in every place, depth, repeated keys. Never a panic, and never a
//! silent loss (HAZ-040, HAZ-041).

use super::law;
use crate::uk_core::emit;
use fhir::reply::Format;
use proptest::prelude::*;
use serde_json::{Value, json};

const FORMATS: [Format; 4] = [Format::Stu3, Format::GpConnectStu3, Format::GpConnectHtml, Format::R4];

/// One resource of each kind with a converter, with every element the converters ask for.
fn everything() -> Vec<Value> {
    let reference = json!({"reference": "ReferralRequest/a"});
    let concept =
        json!({"coding": [{"system": "http://hl7.org/fhir/v3/ActCode ", "code": "A"}], "text": "b"});
    let extension = |name: &str, value: Value| {
        let mut extension = json!({"url": format!("https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-{name}-1")});
        for (key, value) in value.as_object().expect("members") {
            extension[key] = value.clone();
        }
        extension
    };
    vec![
        json!({"resourceType": "AllergyIntolerance", "clinicalStatus": "active", "verificationStatus": "confirmed",
            "assertedDate": "2019-01", "patient": reference, "code": concept,
            "extension": [extension("AllergyIntoleranceEnd", json!({"extension": [{"url": "endDate", "valueDateTime": "2019"}]}))]}),
        json!({"resourceType": "MedicationRequest", "context": reference, "definition": [reference], "status": "active",
            "requester": {"agent": reference, "onBehalfOf": reference}, "substitution": {"allowed": true},
            "dosageInstruction": [{"doseQuantity": {"value": 10.5}, "rateRatio": {"numerator": {"value": 1}}, "text": "c"}],
            "dispenseRequest": {"quantity": {"value": 28, "extension": [extension("MedicationQuantityText", json!({"valueString": "d"}))]}},
            "extension": [
                extension("PrescriptionType", json!({"valueCodeableConcept": {"coding": [{"system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1", "code": "repeat"}]}})),
                extension("MedicationRepeatInformation", json!({"extension": [{"url": "numberOfRepeatPrescriptionsAllowed", "valuePositiveInt": 6}]})),
                extension("MedicationStatusReason", json!({"extension": [{"url": "statusReason", "valueCodeableConcept": concept}]}))]}),
        json!({"resourceType": "MedicationStatement", "status": "active", "taken": "n", "reasonNotTaken": [concept], "subject": reference}),
        json!({"resourceType": "Condition", "clinicalStatus": "active", "verificationStatus": "unknown", "abatementBoolean": true,
            "context": reference, "stage": {"summary": concept}, "assertedDate": "2019-02-30"}),
        json!({"resourceType": "Observation", "status": "final", "code": concept, "comment": "e", "context": reference,
            "related": [{"type": "derived-from", "target": reference}, {"type": "replaces", "target": reference}],
            "component": [{"code": concept, "valueAttachment": {"title": "f"}}], "interpretation": concept}),
        json!({"resourceType": "Encounter", "status": "finished", "incomingReferral": [reference], "reason": [concept],
            "diagnosis": [{"condition": reference, "role": concept}], "appointment": reference}),
        json!({"resourceType": "DocumentReference", "status": "current", "class": concept, "created": "2019-01-01", "indexed": "2019-01-01T00:00:00Z",
            "content": [{"attachment": {"title": "g"}}], "context": {"related": [{"identifier": {"value": "h"}, "ref": reference}]}}),
        json!({"resourceType": "Immunization", "status": "completed", "notGiven": true, "practitioner": [{"role": concept, "actor": reference}],
            "explanation": {"reason": [concept], "reasonNotGiven": [concept]}, "date": "2019", "vaccineCode": concept, "patient": reference,
            "vaccinationProtocol": [{"doseSequence": 1, "description": "i", "seriesDoses": 2, "targetDisease": [concept]}]}),
        json!({"resourceType": "Procedure", "status": "aborted", "notDone": false, "notDoneReason": concept, "subject": reference}),
        json!({"resourceType": "DiagnosticReport", "status": "final", "code": concept, "performer": [{"role": concept, "actor": reference}],
            "image": [{"comment": "j", "link": reference}], "codedDiagnosis": [concept]}),
        json!({"resourceType": "Consent", "status": "active", "except": [{"type": "deny", "code": [{"code": "k"}]}], "action": [concept],
            "sourceIdentifier": {"value": "l"}, "policyRule": "http://example.org/m", "category": [concept]}),
        json!({"resourceType": "ProcedureRequest", "status": "active", "intent": "plan", "subject": reference, "code": concept}),
        json!({"resourceType": "ReferralRequest", "status": "cancelled", "intent": "order", "serviceRequested": [concept, concept],
            "type": concept, "description": "n", "recipient": [reference], "subject": reference}),
        json!({"resourceType": "CarePlan", "status": "suspended", "intent": "plan", "author": [reference, reference], "subject": reference,
            "activity": [{"detail": {"status": "unknown", "category": concept, "prohibited": true, "definition": reference, "statusReason": "o"}}]}),
        json!({"resourceType": "Goal", "status": "on-target", "description": concept, "subject": reference}),
        json!({"resourceType": "Questionnaire", "status": "active", "item": [{"linkId": "1", "type": "choice", "option": [{"valueString": "p"}],
            "options": reference, "initialString": "q", "enableWhen": [{"question": "1", "hasAnswer": true}]}]}),
        json!({"resourceType": "Composition", "attester": [{"mode": ["legal", "personal"], "party": reference}], "class": concept}),
        json!({"resourceType": "Patient", "contained": [{"resourceType": "Medication", "package": {"batch": [{"lotNumber": "r"}]}}],
            "extension": [extension("NHSCommunication", json!({"extension": [{"url": "language", "valueCodeableConcept": concept}]}))]}),
        json!({"resourceType": "Device", "udi": {"name": "s"}, "model": "t", "version": "u"}),
        json!({"resourceType": "Provenance", "reason": [{"code": "v"}], "agent": [{"whoReference": reference}], "target": [reference]}),
        json!({"resourceType": "MessageHeader", "event": {"code": "w"}, "receiver": reference, "destination": [{"endpoint": "urn:x"}]}),
        json!({"resourceType": "HealthcareService", "programName": ["y"], "eligibility": concept, "eligibilityNote": "z"}),
    ]
}

/// Every place of a value, as the way there.
fn places(value: &Value, way: &[String], found: &mut Vec<Vec<String>>) {
    found.push(way.to_vec());
    let below = |step: String| [way, &[step]].concat();
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| places(inner, &below(name.clone()), found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(place, inner)| places(inner, &below(place.to_string()), found));
        }
        _ => {}
    }
}

fn replaced(value: &Value, way: &[String], by: &Value) -> Value {
    let mut copy = value.clone();
    let pointer = way.iter().fold(String::new(), |pointer, step| format!("{pointer}/{step}"));
    if let Some(place) = copy.pointer_mut(&pointer) {
        *place = by.clone();
    }
    copy
}

#[test]
fn a_wrong_kind_of_value_in_any_place_is_never_a_panic_nor_a_silent_loss() {
    let wrong = [
        json!("xq"),
        json!(7.25),
        json!(true),
        json!({"xq": "xr"}),
        json!([]),
        json!([["xq"]]),
        json!({}),
        json!(null),
    ];
    for resource in everything() {
        let mut all = Vec::new();
        places(&resource, &[], &mut all);
        for way in all.iter().filter(|way| !way.is_empty() && way.as_slice() != ["resourceType"]) {
            for by in &wrong {
                let text = replaced(&resource, way, by).to_string();
                let emitted = emit(&text, Format::GpConnectStu3).expect("still a resource");
                law::check(&text, &emitted, &format!("{} at {way:?} with {by}", resource["resourceType"]));
            }
        }
    }
}

#[test]
fn what_stands_in_the_way_of_a_new_name_is_never_overwritten() {
    for (kind, old, new) in [
        ("Observation", "context", "encounter"),
        ("Condition", "assertedDate", "recordedDate"),
        ("DocumentReference", "indexed", "date"),
        ("Binary", "content", "data"),
        ("Procedure", "notDoneReason", "statusReason"),
    ] {
        let text = json!({"resourceType": kind, (old): "b2xk", (new): "bmV3"}).to_string();
        let emitted = emit(&text, Format::Stu3).expect("a resource");
        law::check(&text, &emitted, kind);
    }
}

#[test]
fn junk_depth_and_repeated_keys_are_no_resource() {
    let deep = format!("{{\"resourceType\":\"Patient\",\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let repeated = r#"{"resourceType":"Patient","gender":"male","gender":"female"}"#;
    for format in FORMATS {
        for junk in ["", "{", "[]", "null", "\"Patient\"", "{}", r#"{"resourceType":7}"#, &deep, repeated] {
            assert!(emit(junk, format).is_none(), "HAZ-041: {format:?} {}", junk.len());
        }
        assert!(emit(r#"{"resourceType":"Nonsense"}"#, format).is_none());
    }
}

#[test]
fn a_resource_r4_does_not_have_inside_another_is_listed() {
    let text = r#"{"resourceType":"List","contained":[{"resourceType":"BodySite","id":"x"}],"status":"current","mode":"snapshot"}"#;
    let emitted = emit(text, Format::Stu3).expect("a list");
    assert!(emitted.dropped.iter().any(|dropped| dropped.path.starts_with("List.contained")), "HAZ-040");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", format in 0_usize..4) {
        let _ = emit(&text, FORMATS[format]);
    }

    #[test]
    fn no_json_makes_it_panic_or_lose(seed in 0_usize..22, key in "[a-z]{1,12}", text in "\\PC{1,12}") {
        let resources = everything();
        let mut resource = resources[seed % resources.len()].clone();
        resource[key.as_str()] = json!([{"value": text, "inner": {"deeper": [1.50, text]}}]);
        let sent = resource.to_string();
        if let Some(emitted) = emit(&sent, Format::Stu3) {
            law::check(&sent, &emitted, "a member of a made-up name");
        }
    }
}
