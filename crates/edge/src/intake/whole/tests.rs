//! Invented documents and Patients.

use super::edit::{Change, apply};
use super::parts::{Body, pack};
use super::{SIZE_MAX_BYTES, moment, patient, read};
use crate::format::Unusable;
use crate::unit::{Untraced, Whose};
use fhir::Json;
use proptest::prelude::*;

#[test]
fn a_document_is_refused_one_byte_past_its_limit() {
    for (size, fits) in [(SIZE_MAX_BYTES - 1, true), (SIZE_MAX_BYTES, true), (SIZE_MAX_BYTES + 1, false)] {
        let read = read(&mut std::io::Read::take(std::io::repeat(b' '), size));
        assert_eq!(read.map(|bytes| bytes.len() as u64).ok(), fits.then_some(size), "HAZ-041");
    }
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    assert_eq!(read(&mut Broken), Err(Unusable::Input), "HAZ-042: half of it is none of it");
}

#[test]
fn moments_order_whatever_their_precision_and_zone() {
    let order = [
        "2019",
        "2020-05",
        "2020-05-02",
        "2020-05-02T01:00:00+02:00",
        "2020-05-02T00:00:00.5",
        "2020-05-02T00:00:01Z",
    ];
    let moments: Vec<i64> = order.iter().map(|text| moment(text).unwrap()).collect();
    assert_eq!(moment("2020-05-02T00:30:00+01:00"), moment("2020-05-01T23:30:00Z"));
    assert!(moments[3] < moments[2] && moments[2] < moments[4] && moments[4] < moments[5]);
    assert!(moments[0] < moments[1] && moments[1] < moments[3]);
    assert_eq!(moment("yesterday"), None);
}

fn whose(patients: &[&str]) -> Whose {
    let objects: Vec<_> = patients.iter().map(|text| Json::of(text).object().unwrap()).collect();
    patient::whose(&objects)
}

fn with(code: &str, number: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","identifier":[{{"extension":[{{"url":"https://x.test/Extension-NHSNumberVerificationStatus",
        "valueCodeableConcept":{{"coding":[{{"code":"{code}"}}]}}}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}]}}"#
    )
}

#[test]
fn only_a_number_its_sender_calls_verified_says_whose_it_is() {
    for code in ["01", "number-present-and-verified"] {
        assert!(
            matches!(whose(&[&with(code, "999 000 0018")]), Whose::Person(n) if n.digits() == "9990000018")
        );
    }
    let cases = [
        (with("02", "9990000018"), Untraced::NotVerified),
        (with("01", "9990000019"), Untraced::NotANumber),
        (with("01", ""), Untraced::NoNumber),
        (r#"{"resourceType":"Patient"}"#.to_owned(), Untraced::NoNumber),
    ];
    for (patient, why) in cases {
        assert!(matches!(whose(&[&patient]), Whose::Untraced(found) if found == why), "HAZ-042: {why:?}");
    }
    let several = whose(&[&with("01", "9990000018"), &with("01", "9990000026")]);
    assert!(matches!(several, Whose::Untraced(Untraced::Several)), "HAZ-005");
    let twice = whose(&[&with("01", "9990000018"), &with("02", "9990000018")]);
    assert!(matches!(twice, Whose::Person(_)));
}

#[test]
fn members_are_added_where_an_object_begins_and_nothing_else_moves() {
    for (object, expected) in [("{ }", r#"{"a":1 }"#), (r#"{"b" : 2}"#, r#"{"a":1,"b" : 2}"#)] {
        let change = Change::adding(object, Json::of(object), r#""a":1"#).unwrap();
        assert_eq!(apply(object, vec![change]), expected);
    }
}

#[test]
fn ten_thousand_entries_and_references_are_served_in_time() {
    let entries: Vec<String> = (0..10_000)
        .map(|place| format!(r#"{{"fullUrl":"urn:uuid:{place}","resource":{{"resourceType":"Observation","id":"{place}","subject":{{"reference":"x{place}"}}}}}}"#))
        .collect();
    let text = format!(r#"{{"resourceType":"Bundle","type":"message","entry":[{}]}}"#, entries.join(","));
    let start = std::time::Instant::now();
    let bundle = fhir::bundle::Bundle::read(Json::of(&text)).unwrap();
    assert!(super::subject::Names::of(&bundle).objection().is_some(), "HAZ-005");
    let made = super::subject::served(&text, "b", true);
    assert_eq!(made.matches("Patient/~").count(), 10_000);
    assert!(start.elapsed().as_secs() < 30, "HAZ-041: {:?}", start.elapsed());
}

proptest! {
    #[test]
    fn what_is_packed_is_read_again_and_what_is_cut_is_nothing(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..4), cut in 1_usize..200) {
        let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let head = serde_json::json!({"key": "a\nb"}).as_object().cloned().unwrap();
        let body = pack(head, &slices);
        let read = Body::read(&body).unwrap();
        prop_assert_eq!(read.text("key"), Some("a\nb"));
        for (place, part) in slices.iter().enumerate() {
            prop_assert_eq!(read.part(place), Some(*part));
        }
        let kept = body.len().saturating_sub(cut);
        let is_cut_in_parts = slices.iter().map(|part| part.len()).sum::<usize>() > 0;
        prop_assert!(!is_cut_in_parts || Body::read(&body[..kept]).is_none());
    }
}
