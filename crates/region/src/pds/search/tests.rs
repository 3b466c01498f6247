//! The demographics service tells one person from another by everything that was asked, and no more than that.

use super::*;
use crate::{corpus::Corpus, faults::Faults, people, world::World};
use axum::http::HeaderValue;

fn service() -> Service {
    let today = jiff::civil::date(2026, 11, 22);
    let world =
        World::new(people::people(7, 30, today), Corpus::default(), today, Faults::new(vec!["pds".into()]));
    Service { world: Arc::new(world), budget: Default::default() }
}

fn search(service: &Service, asked: &[(&str, &str)]) -> Result<Value, Problem> {
    let mut headers = HeaderMap::new();
    headers.insert("X-Request-ID", HeaderValue::from_static("60e0b220-8136-4ca5-ae46-1d97ef59d068"));
    let asked: Vec<_> = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    service.search(&asked, &headers)
}

#[test]
fn a_surname_alone_and_an_unknown_parameter_are_refused() {
    let service = service();
    for asked in
        [&[("family", "Testpatient")][..], &[("family", "T*"), ("birthdate", "1935-08-14"), ("name", "x")]]
    {
        assert_eq!(search(&service, asked).unwrap_err().code, "INVALID_SEARCH_DATA");
    }
}

#[test]
fn everything_asked_must_be_exactly_so_and_the_restricted_are_not_found_by_postcode() {
    let service = service();
    let doreen =
        service.world.people.iter().find(|person| person.nhs_number.digits() == "9991234578").unwrap();
    let born = format!("eq{}", doreen.birth_date);
    let total = |family: &str, postcode: &str| {
        let asked = [("family", family), ("birthdate", born.as_str()), ("address-postalcode", postcode)];
        search(&service, &asked).unwrap()["total"].as_u64()
    };
    assert_eq!(total(&doreen.family.to_uppercase(), &doreen.postcode.replace(' ', "")), Some(1));
    assert_eq!(total("Testp*", &doreen.postcode), Some(0), "no wildcard");
    assert_eq!(total(&doreen.family, "ZZ99 9ZZ"), Some(0));
    let hidden = service.world.people.iter().find(|person| person.restricted).unwrap();
    let born = format!("eq{}", hidden.birth_date);
    let asked =
        [("family", hidden.family.as_str()), ("birthdate", &born), ("address-postalcode", &hidden.postcode)];
    assert_eq!(search(&service, &asked).unwrap()["total"], 0, "HAZ-023");
    let few = [("family", hidden.family.as_str()), ("birthdate", &born), ("_max-results", "0")];
    assert_eq!(
        search(&service, &few).unwrap()["issue"][0]["details"]["coding"][0]["code"],
        "TOO_MANY_MATCHES"
    );
}
