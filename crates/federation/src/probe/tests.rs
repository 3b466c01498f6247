//! A test question is asked as an opening's would be, about nobody alone.

use super::*;
use crate::testing::*;
use fhir::{Category::*, NhsNumber};

#[tokio::test]
async fn nobody_who_could_be_somebody_is_ever_asked_about() {
    let fake = Fake::default();
    let url = fake.serve().await;
    let federation =
        federation(vec![source("acute", kind("fhir-r4"), Some(url.clone()), &[Allergies])], &url, limits());
    // A number of the range that is issued, made so that no such number stands in the repository.
    let issued = (0..10).find_map(|last| NhsNumber::parse(&format!("40000000{}{last}", 1)).ok()).unwrap();
    let mut asking = asking();
    asking.person.person.nhs_number = issued;
    let refused = federation.probe(&SourceId::new("acute"), asking).await;
    assert_eq!(refused.err(), Some(NotATestNumber));
    assert!(fake.seen().is_empty(), "nothing left");
}

#[tokio::test]
async fn every_exchange_is_noted_and_no_path_names_a_person() {
    let fake = Fake::default()
        .json("/metadata", capability("4.0.1", &["AllergyIntolerance"]))
        .json("/Patient/_search", searchset(vec![patient("p1", NUMBER)]))
        .json("/AllergyIntolerance", searchset(vec![allergy("a1", "p1")]));
    let url = fake.serve().await;
    let federation =
        federation(vec![source("acute", kind("fhir-r4"), Some(url.clone()), &[Allergies])], &url, limits());
    let probe = federation.probe(&SourceId::new("acute"), asking()).await.unwrap();
    let seen: Vec<_> =
        probe.exchanges.iter().map(|e| (e.method.as_str(), e.path.as_str(), e.status)).collect();
    assert_eq!(
        seen,
        [
            ("GET", "/metadata", Some(200)),
            ("POST", "/Patient/_search", Some(200)),
            ("GET", "/AllergyIntolerance", Some(200)),
        ]
    );
    assert!(probe.exchanges.iter().all(|exchange| !exchange.path.contains(NUMBER)), "HAZ-049");
}
