//! What is kept, for how long, and what is not.

use super::{ENTRIES_MAX, Kept, OPENING, Wanted};
use crate::national::sds::{Endpoint, NoEndpoint};
use fhir::OdsCode;
use std::time::Duration;
use tokio::time::Instant;

const INTERACTION: &str = "urn:nhs:names:services:gpconnect:structured:fhir:rest:read:metadata-1";

fn endpoint() -> Endpoint {
    Endpoint { asid: "918999198738".to_owned(), root: "https://gp.example/fhir".to_owned() }
}

fn practice() -> OdsCode {
    OdsCode::parse("ZZ901").unwrap()
}

fn wanted<'a>(practice: &'a OdsCode, opening: &'a str) -> Wanted<'a> {
    Wanted { practice, interaction: INTERACTION, opening }
}

#[test]
fn an_endpoint_is_kept_for_its_opening_and_no_other() {
    let (kept, practice) = (Kept::default(), practice());
    let now = Instant::now();
    kept.keep(&wanted(&practice, "one"), &Ok(endpoint()), now);
    assert_eq!(kept.recall(&wanted(&practice, "one"), now), Some(Ok(endpoint())));
    assert_eq!(kept.recall(&wanted(&practice, "two"), now), None, "not across openings");
    let other = OdsCode::parse("ZZ902").unwrap();
    assert_eq!(
        kept.recall(&wanted(&other, "one"), now),
        None,
        "HAZ-004: another practice's address is never used"
    );
    let later = now + OPENING + Duration::from_secs(1);
    assert_eq!(kept.recall(&wanted(&practice, "one"), later), None, "an opening does not last so long");
}

#[test]
fn an_operator_may_keep_endpoints_across_openings() {
    let (kept, practice) = (Kept::new(Some(Duration::from_secs(600))), practice());
    let now = Instant::now();
    kept.keep(&wanted(&practice, "one"), &Ok(endpoint()), now);
    assert_eq!(kept.recall(&wanted(&practice, "two"), now), Some(Ok(endpoint())));
    kept.forget(&wanted(&practice, "two"));
    assert_eq!(
        kept.recall(&wanted(&practice, "one"), now),
        None,
        "an address that moved is forgotten for all"
    );
    kept.keep(&wanted(&practice, "one"), &Err(NoEndpoint::NotRegistered), now);
    assert_eq!(kept.recall(&wanted(&practice, "one"), now), Some(Err(NoEndpoint::NotRegistered)));
    assert_eq!(kept.recall(&wanted(&practice, "two"), now), None, "a practice may switch it on");
}

#[test]
fn faults_are_not_kept_and_the_map_is_bounded() {
    let (kept, practice) = (Kept::default(), practice());
    let now = Instant::now();
    kept.keep(&wanted(&practice, "one"), &Err(NoEndpoint::Unusable), now);
    kept.keep(&wanted(&practice, "one"), &Err(NoEndpoint::DirectoryClosed), now);
    assert_eq!(kept.recall(&wanted(&practice, "one"), now), None);
    for opening in 0..ENTRIES_MAX + 10 {
        kept.keep(&wanted(&practice, &opening.to_string()), &Ok(endpoint()), now);
    }
    assert_eq!(kept.answers().len(), ENTRIES_MAX);
    let later = now + OPENING + Duration::from_secs(1);
    kept.keep(&wanted(&practice, "later"), &Ok(endpoint()), later);
    assert_eq!(kept.answers().len(), 1, "old ones make room");
}
