//! What messages become: stays, results, documents, allergies; and that their order of arrival makes no difference.

use super::super::tests::{check_read_whole, of, said, shown, shown_bytes};
use proptest::prelude::*;
use serde_json::Value;

/// ADT.
mod visits;
/// ORU.
mod results;
/// MDM.
mod papers;

/// A PV1 of one visit by its class, place, and its times of admission and discharge.
fn pv1(class: &str, place: &str, from: &str, to: &str) -> String {
    let doctors = "C1^Example^Bob^^^Dr^^^GMC|R2^Referrer^Ann^^^Dr^^^GMP|C3^Other^Cy^^^Dr^^^GMC|300";
    format!("PV1|1|{class}|{place}|21|||{doctors}||||19|||||V7^^^TESTA{}{from}|{to}", "|".repeat(25))
}

fn adt(event: &str, at: &str, control: &str, segments: &[&str]) -> String {
    said(&format!("ADT^{event}"), at, control, segments)
}

fn one(messages: &[String], kind: &str) -> Value {
    let mut found = of(messages, kind);
    assert_eq!(found.len(), 1, "one {kind}");
    found.remove(0)
}

/// A history of everything this format shows, in the order it happened.
fn history() -> Vec<String> {
    let ward = |place: &str| pv1("I", place, "202403101200", "");
    let home = pv1("I", "W2^B^1^S", "202403101200", "202403121500");
    let result =
        |value: &str, status: &str| format!("OBX|1|NM|K^Potassium||{value}|mmol/L|3.5-5.3|H|||{status}");
    let document = |number: &str, parent: &str, availability: &str| {
        format!(
            "TXA|1|DS^Discharge summary|TX|202403121600||202403121600|||C1^Example^Bob^^^Dr^^^GMC|||{number}|{parent}||||AU||{availability}"
        )
    };
    let mut told: Vec<(u32, &str, Vec<String>)> = vec![
        (1, "ADT^A05", vec![pv1("P", "W1^A^1^S", "", "")]),
        (
            2,
            "ADT^A01",
            vec![
                ward("W1^A^1^S"),
                "AL1|1|DA|X1^Penicillin|SV|Rash".into(),
                "DG1|1||J18^Pneumonia^I10||2024|A".into(),
            ],
        ),
        (3, "ADT^A02", vec![ward("W2^B^1^S")]),
        (4, "ADT^A02", vec![ward("W9^Z^9^S")]),
        (5, "ADT^A12", vec![ward("W9^Z^9^S")]),
        (
            6,
            "ORU^R01",
            vec![
                "OBR|1|p1|f1|UE^Bloods|||202403110900||||||||||||||||||F".into(),
                result("6.10", "F"),
                "NTE|1||haemolysed".into(),
            ],
        ),
        (
            7,
            "ORU^R01",
            vec!["OBR|1|p1|f1|UE^Bloods|||202403110900||||||||||||||||||C".into(), result("4.10", "C")],
        ),
        (8, "MDM^T02", vec![document("d1", "", "AV"), "OBX|1|TX|^Line 1||first text".into()]),
        (
            9,
            "ADT^A03",
            vec![
                home.clone(),
                "DG1|1||J15^Bacterial pneumonia^I10||2024|F".into(),
                "PR1|1||E1^Washout^OPCS4||202403111000".into(),
            ],
        ),
        (10, "ADT^A13", vec![ward("W2^B^1^S")]),
        (11, "ADT^A03", vec![home]),
        (
            12,
            "MDM^T10",
            vec![document("d2", "d1", "AV"), "OBX|1|ED|1^File||a^b^pdf^Base64^JVBERi0xLjQ=".into()],
        ),
        (13, "ADT^A31", vec!["AL1|1|DA|X1^Penicillin|MO|Rash~Swelling".into()]),
        (14, "MDM^T03", vec![document("d1", "", "AV")]),
    ];
    told.sort_by_key(|(hour, ..)| *hour);
    let said_at = |(hour, kind, segments): &(u32, &str, Vec<String>)| {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        said(kind, &format!("20240313{hour:02}00"), &format!("m{hour}"), &segments)
    };
    told.iter().map(said_at).collect()
}

// HAZ-043: corrections and cancellations arrive late and in any order.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn haz_043_messages_in_any_order_show_the_same(order in Just((0..14usize).collect::<Vec<_>>()).prop_shuffle()) {
        let all = history();
        let bodies = |order: &[usize]| order.iter().map(|place| all[*place].clone().into_bytes()).collect::<Vec<_>>();
        let straight: Vec<usize> = (0..all.len()).collect();
        prop_assert_eq!(shown_bytes(&bodies(&order)), shown_bytes(&bodies(&straight)));
        // One that came twice is told once.
        let doubled: Vec<usize> = order.iter().chain(&order).copied().collect();
        let text = |order: &[usize]| -> Vec<String> {
            let stays = shown_bytes(&bodies(order)).into_iter();
            stays.filter(|one| one.resource_type == "Encounter").map(|one| one.json).collect()
        };
        prop_assert!(text(&straight).len() == 1 && text(&doubled).len() == 1);
    }
}

// shows: R57, R62
#[test]
fn the_whole_history_is_read_by_the_page_with_nothing_left_over() {
    let bodies: Vec<Vec<u8>> = history().into_iter().map(String::into_bytes).collect();
    let shown = shown_bytes(&bodies);
    let mut kinds: Vec<(&str, &str)> =
        shown.iter().map(|one| (one.resource_type.as_str(), one.dataset)).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            ("AllergyIntolerance", "allergies"),
            ("Binary", "documents"),
            ("Binary", "documents"),
            ("Condition", "diagnoses"),
            ("Condition", "diagnoses"),
            ("DiagnosticReport", "results"),
            ("DocumentReference", "documents"),
            ("DocumentReference", "documents"),
            ("Encounter", "encounters"),
            ("Observation", "results"),
            ("Procedure", "procedures"),
        ]
    );
    assert!(shown.iter().all(|one| one.is_context == (one.resource_type == "Binary")));
    let read = check_read_whole(&shown);
    // Every resource is an item but the person, two files, and the result that stands in its report.
    assert_eq!(read.items.len(), 8);
}

#[test]
fn every_resource_is_about_the_person_and_has_the_id_of_its_name() {
    let all = history();
    for (shown, value) in shown(&all) {
        let subject =
            ["subject", "patient", "securityContext"].iter().find_map(|key| value[key]["reference"].as_str());
        assert_eq!(subject, Some("Patient/~"), "{}", shown.resource_type);
        assert_eq!(value["id"].as_str(), Some(shown.id.as_str()));
        assert_eq!(value["resourceType"].as_str(), Some(shown.resource_type.as_str()));
    }
    let ids: std::collections::BTreeSet<String> =
        shown(&all).into_iter().map(|(shown, _)| shown.id).collect();
    assert_eq!(ids.len(), shown(&all).len(), "no two share an id");
}

#[test]
fn orders_acknowledgements_and_prescriptions_are_kept_and_shown_as_nothing() {
    for kind in ["OML^O21", "ORM^O01", "RDE^O11", "ACK"] {
        let segments = ["PV1|1|I|||||||||||||||||V7^^^T", "ORC|NW|1", "OBR|1|1||T^Test", "OBX|1|TX|a||b"];
        assert!(shown(&[said(kind, "20240310", "m1", &segments)]).is_empty(), "{kind}");
    }
}
