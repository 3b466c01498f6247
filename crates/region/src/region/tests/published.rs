//! Published payloads behind the partner servers.

use super::{corpus, started_with};
use crate::{corpus::Corpus, people};
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn published_replies_become_extra_people_with_numbers_that_were_never_issued() {
    let Some(folder) = corpus() else {
        println!("SKIPPED: no corpus of published payloads (SHCR_CORPUS)");
        return;
    };
    let mut everybody = people::people(1, 0, crate::clock::today());
    let before = everybody.len();
    let corpus = Corpus::read(&folder, &mut everybody).unwrap();
    let extra = &everybody[before..];
    assert_eq!(extra.len(), 27, "26 replies of practices, and one person for the R4 examples");
    for person in extra {
        assert!(person.nhs_number.is_test(), "HAZ-054: only numbers never issued");
        if let Some(text) = corpus.gp_record(&person.nhs_number) {
            assert!(text.contains(person.nhs_number.digits()) && fhir::json::check(text.as_bytes()).is_ok());
        }
    }
    let examples = extra.last().unwrap();
    let texts = corpus.resources("acute", &examples.nhs_number).unwrap();
    assert!(texts.len() > 200, "{}", texts.len());
    let mut ids = BTreeSet::new();
    for text in &texts {
        let resource: Value = serde_json::from_str(text).unwrap();
        let kind = resource["resourceType"].as_str().unwrap().to_owned();
        assert!(ids.insert((kind, resource["id"].as_str().unwrap().to_owned())));
        let within = resource["contained"].as_array().into_iter().flatten();
        for patient in within.filter(|inner| inner["resourceType"] == "Patient") {
            let number = &patient["identifier"][0]["value"];
            assert_eq!(number, examples.nhs_number.digits(), "HAZ-004: one subject throughout");
        }
        for key in ["subject", "patient", "for"] {
            if let Some(subject) = resource.get(key) {
                assert_eq!(
                    subject["reference"], "Patient/corpus-examples",
                    "HAZ-004: one subject throughout"
                );
            }
        }
    }
    let examples = ids.iter().filter(|(_, id)| id.ends_with("-Example")).count();
    assert!(examples > 80, "HAZ-040: the examples in XML are served, not {examples} of them");
}

#[tokio::test]
async fn a_published_person_is_found_at_pds_and_at_the_acute_trust() {
    let Some(folder) = corpus() else {
        println!("SKIPPED: no corpus of published payloads (SHCR_CORPUS)");
        return;
    };
    let started = started_with(|options| options.corpus = Some(folder)).await;
    let endpoints = started.region.endpoints();
    let examples = endpoints.people.iter().rfind(|person| person.story_key == "corpus").unwrap();
    let url = format!("{}/personal-demographics/FHIR/R4/Patient/{}", endpoints.pds_url, examples.nhs_number);
    let id = uuid::Uuid::new_v4().to_string();
    assert_eq!(started.client.get(url).header("X-Request-ID", id).send().await.unwrap().status(), 200);
    let ask = async |path: &str| -> Value {
        let url = format!("{}/{path}", started.source("acute"));
        let request = started.client.get(url).header("X-Api-Key", "demo").header("X-Request-Id", "1");
        request.send().await.unwrap().json().await.unwrap()
    };
    let number = format!("https://fhir.nhs.uk/Id/nhs-number|{}", examples.nhs_number);
    let found = ask(&format!("Patient?identifier={number}")).await;
    assert_eq!(found["entry"][0]["resource"]["id"], "corpus-examples");
    assert!(ask("Observation?patient=corpus-examples").await["total"].as_u64().unwrap() > 10);
}

#[test]
fn a_corpus_that_is_not_there_stops_the_start() {
    assert!(Corpus::read(std::path::Path::new("/nowhere"), &mut Vec::new()).is_err());
}
