//! A REST partner over its socket.

use super::{DOREEN, Started, started, started_with};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

pub(super) fn known(request: RequestBuilder) -> RequestBuilder {
    request
        .header("X-Api-Key", "demo")
        .header("X-Request-Id", "request-1")
        .header("Prefer", "handling=strict")
}

/// With what that partner asks for.
pub(super) async fn let_in(started: &Started, source: &str, request: RequestBuilder) -> RequestBuilder {
    let endpoints = &started.region.endpoints().sources;
    match endpoints.iter().find(|one| one.name == source).unwrap().token_url.as_ref() {
        Some(url) => known(request).bearer_auth(started.token(url, "system/*.read").await),
        None => known(request),
    }
}

pub(super) async fn patient_search(started: &Started, source: &str) -> Response {
    let identifier = [("identifier", format!("https://fhir.nhs.uk/Id/nhs-number|{DOREEN}"))];
    let request = match source {
        // By its interface sheet.
        "provide" => started.client.get(format!("{}/Patient", started.source(source))).query(&identifier),
        _ => started.client.post(format!("{}/Patient/_search", started.source(source))).form(&identifier),
    };
    let_in(started, source, request).await.send().await.unwrap()
}

pub(super) async fn patient_id(started: &Started, source: &str) -> String {
    let bundle: Value = patient_search(started, source).await.json().await.unwrap();
    assert_eq!(bundle["total"], 1, "{source}");
    bundle["entry"][0]["resource"]["id"].as_str().unwrap().to_owned()
}

pub(super) async fn get(started: &Started, url: &str) -> (u16, Value) {
    let sources = &started.region.endpoints().sources;
    let source = sources.iter().find(|source| url.starts_with(&source.url)).unwrap();
    let request = let_in(started, &source.name, started.client.get(url)).await;
    let answer = request.send().await.unwrap();
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
    for source in ["acute", "eput", "nelft", "provide"] {
        let base = started.source(source);
        let id = patient_id(&started, source).await;
        let (_, capability) = get(&started, &format!("{base}/metadata")).await;
        for kind in capability["rest"][0]["resource"].as_array().unwrap() {
            let kind = kind["type"].as_str().unwrap();
            if ["Patient", "Binary"].contains(&kind) {
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
            if entry["search"]["mode"] != "outcome" {
                assert!(
                    first.starts_with(entry["fullUrl"].as_str().unwrap().split("/fhir/").next().unwrap())
                );
            }
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
    let base = started.source("acute");
    let (status, outcome) = get(&started, &format!("{base}/ReferralRequest?patient=1")).await;
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
async fn live_partners_do_not_say_when_they_last_received_anything() {
    let started = started().await;
    for source in ["acute", "eput", "nelft", "provide"] {
        let live: Value = patient_search(&started, source).await.json().await.unwrap();
        assert!(live.get("meta").is_none(), "HAZ-008: {source}");
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
    patient_search(&started, "acute").await;
    let asked = started.asked().await;
    assert_eq!((&asked[0]["source"], &asked[0]["count"]), (&Value::from("acute"), &Value::from(1)));
    assert_eq!(asked[0]["request_ids"][0], "request-1");
    assert!(!asked.to_string().contains(DOREEN), "HAZ-049: the access log keeps no identifier");
    let reset = format!("{}/asked/reset", started.region.endpoints().control_url);
    started.client.post(reset).send().await.unwrap();
    assert_eq!(started.asked().await, Value::Array(Vec::new()));
}

/// The whole URL of a link, by its relation.
fn link<'a>(bundle: &'a Value, relation: &str) -> Option<&'a str> {
    bundle["link"].as_array().unwrap().iter().find(|link| link["relation"] == relation)?["url"].as_str()
}

#[tokio::test]
async fn the_self_link_tells_which_parameters_took_effect() {
    let started = started().await;
    let id = patient_id(&started, "acute").await;
    let base = started.source("acute");
    let url =
        format!("{base}/Observation?patient={id}&category=vital-signs&_count=5&_format=json&colour=red");
    let lenient = started.client.get(&url).header("X-Api-Key", "demo").header("X-Request-Id", "1");
    let bundle: Value = lenient.send().await.unwrap().json().await.unwrap();
    let own = reqwest::Url::parse(link(&bundle, "self").unwrap()).unwrap();
    let used: BTreeMap<String, String> = own.query_pairs().into_owned().collect();
    assert_eq!(used["patient"], id);
    assert_eq!((used["category"].as_str(), used["_count"].as_str()), ("vital-signs", "5"));
    assert!(!used.contains_key("colour"), "HAZ-017: what was ignored is not claimed");
}

#[tokio::test]
async fn the_stu3_trust_reads_no_preference_and_says_what_it_ignored() {
    let started = started().await;
    let id = patient_id(&started, "nelft").await;
    let url = format!("{}/Encounter?patient={id}&status=finished", started.source("nelft"));
    let (status, bundle) = get(&started, &url).await;
    assert_eq!(status, 200, "it asked for strict handling");
    let outcome = bundle["entry"].as_array().unwrap().last().unwrap();
    assert_eq!(outcome["search"]["mode"], "outcome");
    let issues = outcome["resource"]["issue"].as_array().unwrap();
    assert!(issues[0]["diagnostics"].as_str().unwrap().contains("status"));
    assert_eq!((&issues[0]["severity"], &issues[1]["severity"]), (&"warning".into(), &"information".into()));
}

#[tokio::test]
async fn one_partner_finds_a_patient_by_get_alone() {
    let started = started().await;
    let url = format!("{}/Patient/_search", started.source("provide"));
    let answer = known(started.client.post(url)).form(&[("identifier", "x")]).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &"GET".parse().unwrap()));
    let outcome: Value = answer.json().await.unwrap();
    assert_eq!(outcome["issue"][0]["code"], "not-supported");
}

#[tokio::test]
async fn paging_faults_lead_round_in_circles_elsewhere_or_nowhere() {
    let started = started().await;
    let id = patient_id(&started, "acute").await;
    let first = format!("{}/DiagnosticReport?patient={id}&_count=4", started.source("acute"));

    started.set("acute", "paging-loop").await;
    let (mut url, mut seen) = (first.clone(), Vec::new());
    for _ in 0..12 {
        let (_, bundle) = get(&started, &url).await;
        url = link(&bundle, "next").unwrap().to_owned();
        seen.push(url.clone());
    }
    assert!(
        seen.iter().collect::<BTreeSet<_>>().len() < seen.len(),
        "HAZ-017: it comes by the same page again"
    );

    started.set("acute", "paging-elsewhere").await;
    let (_, bundle) = get(&started, &first).await;
    assert!(link(&bundle, "next").unwrap().starts_with("http://127.0.0.9:"), "HAZ-041");

    started.set("acute", "paging-short").await;
    let (_, bundle) = get(&started, &format!("{first}0")).await;
    let matches = bundle["entry"].as_array().unwrap().len();
    assert!(bundle["total"].as_u64().unwrap() > matches as u64 && link(&bundle, "next").is_none(), "HAZ-017");
}

#[tokio::test]
async fn an_error_may_stand_inside_a_good_answer() {
    let started = started().await;
    let id = patient_id(&started, "acute").await;
    started.set("acute", "error-inside").await;
    let (status, bundle) =
        get(&started, &format!("{}/Condition?patient={id}", started.source("acute"))).await;
    let outcome = bundle["entry"].as_array().unwrap().last().unwrap();
    assert_eq!((status, &outcome["resource"]["issue"][0]["severity"]), (200, &"error".into()), "HAZ-006");
}

#[tokio::test]
async fn an_index_of_people_that_is_not_in_order_gives_two_old_or_unused_patients() {
    let started = started().await;
    let id = patient_id(&started, "acute").await;
    let patients = async || -> Vec<Value> {
        let bundle: Value = patient_search(&started, "acute").await.json().await.unwrap();
        bundle["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect()
    };
    started.set("acute", "ambiguous").await;
    let two = patients().await;
    assert!(two.len() == 2 && two[0]["id"] != two[1]["id"], "HAZ-004");
    assert_eq!(two[0]["identifier"][0]["value"], two[1]["identifier"][0]["value"]);

    started.set("acute", "merged").await;
    let old = patients().await;
    assert_eq!((old.len(), &old[0]["active"]), (1, &Value::from(false)), "HAZ-005");
    let link = &old[0]["link"][0];
    assert_eq!(
        (&link["type"], &link["other"]["reference"]),
        (&"replaced-by".into(), &format!("Patient/{id}").into())
    );
    let base = started.source("acute");
    for url in [format!("{base}/Patient/{id}"), format!("{base}/Patient?_id={id}")] {
        let (status, found) = get(&started, &url).await;
        let found = found.get("entry").map_or(&found, |entries| &entries[0]["resource"]);
        assert_eq!((status, &found["id"]), (200, &id.as_str().into()), "HAZ-005: the newer one can be had");
        assert_eq!(found["active"], true);
    }

    started.set("acute", "inactive").await;
    assert_eq!(patients().await[0]["active"], false);
}

#[tokio::test]
async fn the_poor_source_is_there_only_when_asked_for_and_slow() {
    let poor = started_with(|options| options.poor_source = true).await;
    let base = poor.source("poor");
    let before = Instant::now();
    assert_eq!(known(poor.client.get(format!("{base}/metadata"))).send().await.unwrap().status(), 404);
    assert!(before.elapsed() >= Duration::from_secs(2));
    let id = patient_id(&poor, "poor").await;
    let url = format!("{base}/DocumentReference?patient={id}");
    let documents = known(poor.client.get(url)).send().await.unwrap();
    assert_eq!(documents.headers()["content-type"], "text/plain", "HAZ-038");
    poor.set("poor", "503").await;
    assert_eq!(patient_search(&poor, "poor").await.status(), 503);
    let plain = started().await;
    assert!(plain.region.endpoints().sources.iter().all(|source| source.name != "poor"));
}
