//! A REST partner over its socket.

use super::{DOREEN, Started, started};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

fn known(request: RequestBuilder) -> RequestBuilder {
    request
        .header("X-Api-Key", "demo")
        .header("X-Request-Id", "request-1")
        .header("Prefer", "handling=strict")
}

async fn patient_search(started: &Started, source: &str) -> Response {
    let url = format!("{}/Patient/_search", started.source(source));
    let form = [("identifier", format!("https://fhir.nhs.uk/Id/nhs-number|{DOREEN}"))];
    known(started.client.post(url)).form(&form).send().await.unwrap()
}

async fn patient_id(started: &Started, source: &str) -> String {
    let bundle: Value = patient_search(started, source).await.json().await.unwrap();
    assert_eq!(bundle["total"], 1, "{source}");
    bundle["entry"][0]["resource"]["id"].as_str().unwrap().to_owned()
}

async fn get(started: &Started, url: &str) -> (u16, Value) {
    let answer = known(started.client.get(url)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn next(bundle: &Value) -> Option<String> {
    let links = bundle["link"].as_array().unwrap();
    let next = links.iter().find(|link| link["relation"] == "next")?;
    Some(next["url"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn paging_to_the_end_gives_every_resource_once() {
    let started = started().await;
    for source in ["acute", "eput", "nelft", "provide", "essex"] {
        let base = started.source(source);
        let id = patient_id(&started, source).await;
        let (_, capability) = get(&started, &format!("{base}/metadata")).await;
        for kind in capability["rest"][0]["resource"].as_array().unwrap() {
            let kind = kind["type"].as_str().unwrap();
            if kind == "Patient" {
                continue;
            }
            let (whole, _) = pages(&started, &format!("{base}/{kind}?patient={id}&_count=100")).await;
            let (paged, count) =
                pages(&started, &format!("{base}/{kind}?patient=Patient/{id}&_count=1")).await;
            assert_eq!(whole, paged, "{source} {kind}");
            assert_eq!(count, whole.len().max(1), "{source} {kind}: one match a page");
        }
    }
}

/// The ids of all matches, each of which came once, and the number of pages.
async fn pages(started: &Started, first: &str) -> (BTreeSet<String>, usize) {
    let (mut url, mut ids, mut count, mut total) = (Some(first.to_owned()), BTreeSet::new(), 0, 0);
    while let Some(page) = url {
        let (status, bundle) = get(started, &page).await;
        assert_eq!(status, 200);
        for entry in bundle["entry"].as_array().unwrap() {
            assert!(entry["fullUrl"].as_str().unwrap().starts_with("http://127.0.0.1:"));
            if entry["search"]["mode"] == "match" {
                let id = entry["resource"]["id"].as_str().unwrap().to_owned();
                assert!(ids.insert(id), "a match came twice");
            }
        }
        total = bundle["total"].as_u64().unwrap();
        url = next(&bundle);
        assert!(url.as_ref().is_none_or(|url| !url.contains(DOREEN)), "HAZ-049: no number in a link");
        count += 1;
    }
    assert_eq!(total, ids.len() as u64);
    (ids, count)
}

#[tokio::test]
async fn included_resources_come_as_includes_and_only_when_asked_for() {
    let started = started().await;
    let base = started.source("acute");
    let id = patient_id(&started, "acute").await;
    let modes = async |url: String| -> BTreeSet<(String, String)> {
        let (_, bundle) = get(&started, &url).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let entries = bundle["entry"].as_array().unwrap().iter();
        entries.map(|one| (text(&one["search"]["mode"]), text(&one["resource"]["resourceType"]))).collect()
    };
    let reports = format!("{base}/DiagnosticReport?patient={id}&_count=100");
    let plain = modes(reports.clone()).await;
    assert_eq!(plain, [("match".to_owned(), "DiagnosticReport".to_owned())].into());
    let with = modes(format!("{reports}&_include=DiagnosticReport:result")).await;
    assert!(with.contains(&("include".to_owned(), "Observation".to_owned())));
}

#[tokio::test]
async fn a_parameter_this_server_ignores_refuses_a_strict_search_and_is_named_in_a_lenient_one() {
    let started = started().await;
    let id = patient_id(&started, "acute").await;
    let url = format!("{}/Condition?patient={id}&clinical-status=active", started.source("acute"));
    let (status, outcome) = get(&started, &url).await;
    assert_eq!((status, &outcome["resourceType"]), (400, &Value::from("OperationOutcome")));
    let lenient = started.client.get(&url).header("X-Api-Key", "demo").header("X-Request-Id", "1");
    let bundle: Value = lenient.send().await.unwrap().json().await.unwrap();
    let outcome = bundle["entry"].as_array().unwrap().last().unwrap();
    assert_eq!(outcome["search"]["mode"], "outcome");
    assert!(outcome["resource"]["issue"][0]["diagnostics"].as_str().unwrap().contains("clinical-status"));
}

#[tokio::test]
async fn what_is_not_declared_not_authorised_or_not_named_is_refused() {
    let started = started().await;
    let base = started.source("southend");
    let (status, outcome) = get(&started, &format!("{base}/AllergyIntolerance?patient=1")).await;
    assert_eq!((status, &outcome["issue"][0]["code"]), (404, &Value::from("not-supported")));
    assert_eq!(get(&started, &format!("{base}/Flag")).await.0, 400);
    assert_eq!(get(&started, &format!("{base}/Flag?patient=nobody")).await.1["total"], 0);
    assert_eq!(get(&started, &format!("{base}/Flag?_page=unknown")).await.0, 400);
    assert_eq!(get(&started, &format!("{base}/Flag/1/_history")).await.0, 404);
    let bare = started.client.get(format!("{base}/metadata")).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    let unnamed = started.client.get(format!("{base}/metadata")).header("X-Api-Key", "demo");
    assert_eq!(unnamed.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn periodic_partners_say_when_they_last_received_anything_and_live_ones_do_not() {
    let started = started().await;
    let live: Value = patient_search(&started, "acute").await.json().await.unwrap();
    assert!(live.get("meta").is_none());
    for source in ["ic24", "ambulance", "essex", "southend", "thurrock"] {
        let bundle: Value = patient_search(&started, source).await.json().await.unwrap();
        let received: jiff::Timestamp = bundle["meta"]["lastUpdated"].as_str().unwrap().parse().unwrap();
        let hours = crate::clock::now().duration_since(received).as_hours();
        assert_eq!(hours >= 96, source == "thurrock", "HAZ-008: {source} is {hours} hours old");
    }
}

#[tokio::test]
async fn each_fault_spoils_the_answer_in_its_own_way_and_is_gone_when_lifted() {
    let started = started().await;
    let right = patient_search(&started, "acute").await.bytes().await.unwrap();

    started.set("acute", "503").await;
    assert_eq!(patient_search(&started, "acute").await.status(), 503);
    started.set("acute", "drop").await;
    assert!(patient_search(&started, "acute").await.bytes().await.is_err(), "cut off in the body");
    started.set("acute", "malformed").await;
    let malformed = patient_search(&started, "acute").await.bytes().await.unwrap();
    assert!(!malformed.is_empty() && serde_json::from_slice::<Value>(&malformed).is_err());
    started.set("acute", "empty").await;
    assert!(patient_search(&started, "acute").await.bytes().await.unwrap().is_empty());
    started.set("acute", "wrong-person").await;
    let wrong: Value = patient_search(&started, "acute").await.json().await.unwrap();
    assert!(wrong["total"] == 1 && !wrong.to_string().contains(DOREEN), "HAZ-004: asked about A, gives B");
    started.set("acute", "slow:300").await;
    let before = Instant::now();
    patient_search(&started, "acute").await;
    assert!(before.elapsed() >= Duration::from_millis(300));

    started.set("acute", "none").await;
    assert_eq!(patient_search(&started, "acute").await.bytes().await.unwrap().len(), right.len());
}

#[tokio::test]
async fn a_hung_source_answers_once_the_fault_is_lifted_and_others_are_unmoved() {
    let started = started().await;
    started.set("acute", "hang").await;
    let hung = async { patient_search(&started, "acute").await.status() };
    let lift = async {
        let other = patient_search(&started, "eput").await.status();
        assert_eq!(other, 200, "HAZ-024: one hung source holds up no other");
        started.set("acute", "none").await;
    };
    let (status, ()) = tokio::join!(hung, lift);
    assert_eq!(status, 200);
}

#[tokio::test]
async fn what_was_asked_can_be_read_and_forgotten() {
    let started = started().await;
    assert_eq!(started.asked().await, Value::Array(Vec::new()));
    patient_search(&started, "eput").await;
    let asked = started.asked().await;
    assert_eq!((&asked[0]["source"], &asked[0]["count"]), (&Value::from("eput"), &Value::from(1)));
    assert_eq!(asked[0]["request_ids"][0], "request-1");
    assert!(!asked.to_string().contains(DOREEN), "HAZ-049: the access log keeps no identifier");
    let reset = format!("{}/asked/reset", started.region.endpoints().control_url);
    started.client.post(reset).send().await.unwrap();
    assert_eq!(started.asked().await, Value::Array(Vec::new()));
}
