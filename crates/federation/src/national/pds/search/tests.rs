//! One person who is exactly so, or nobody; and never a list.

use super::Demographics;
use crate::testing::*;
use access::person::Trace;
use serde_json::{Value, json};

const PATH: &str = "/personal-demographics/FHIR/R4/Patient";

async fn find(answer: Canned) -> (Trace, Fake) {
    let fake = Fake::default().on(PATH, answer);
    let federation = federation(vec![], &fake.serve().await, hurried());
    let sought = Demographics {
        family: "Testpatient",
        given: "Doreen",
        gender: "female",
        birth_date: "1935-08-14",
        postcode: "ZZ99 3AB",
    };
    (federation.find(&sought, "0197-find", asking().now).await, fake)
}

fn bundle(people: &[Value]) -> Canned {
    let entries: Vec<Value> =
        people.iter().map(|one| json!({"search": {"score": 1}, "resource": one})).collect();
    Canned::Json(
        json!({"resourceType": "Bundle", "type": "searchset", "total": people.len(), "entry": entries}),
    )
}

#[tokio::test]
async fn one_exact_match_is_found_and_everything_typed_was_asked_for() {
    let (found, fake) = find(bundle(&[patient(NUMBER, NUMBER)])).await;
    let Trace::Found(traced) = found else { panic!("{found:?}") };
    assert_eq!((traced.nhs_number, traced.superseded_from), (number(NUMBER), None));
    let asked = fake.seen().remove(0);
    for part in
        ["family=Testpatient", "birthdate=eq1935-08-14", "address-postalcode=ZZ99", "_exact-match=true"]
    {
        assert!(asked.query.contains(part), "{part}");
    }
    assert!(!asked.query.contains('*'), "HAZ-048: no wildcard is ever sent");
}

#[tokio::test]
async fn t32_two_matches_too_many_or_none_are_nobody() {
    let two = [patient(NUMBER, NUMBER), patient(OTHER_NUMBER, OTHER_NUMBER)];
    assert_eq!(find(bundle(&two)).await.0, Trace::NotFound, "HAZ-001: never picked");
    assert_eq!(find(bundle(&[])).await.0, Trace::NotFound);
    let many = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "multiple-matches",
        "details": {"coding": [{"code": "TOO_MANY_MATCHES"}]}}]});
    assert_eq!(find(Canned::Json(many)).await.0, Trace::NotFound);
}

#[tokio::test]
async fn whatever_is_no_searchset_is_no_answer() {
    for odd in [
        json!({"resourceType": "Patient", "id": NUMBER}),
        json!({"resourceType": "OperationOutcome"}),
        json!({}),
    ] {
        assert_eq!(find(Canned::Json(odd)).await.0, Trace::DidNotAnswer, "HAZ-044");
    }
    let nameless = json!({"resourceType": "Patient", "id": "not a number"});
    assert_eq!(find(bundle(&[nameless])).await.0, Trace::DidNotAnswer);
}
