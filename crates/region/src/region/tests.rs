//! The region over real sockets: what a gateway would meet.

use super::{Region, start};
use crate::{Fault, Options};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};

/// National services and the proxy.
mod national;
/// The other services of practices, and the national route.
mod services;
/// Answers that are spoilt.
mod faults;
/// The doors of partners behind edge nodes.
mod line;
/// Searches, pages and faults of a REST partner.
mod partners;
/// What partners log of whoever asks.
mod access_log;
/// Documents of REST partners.
mod documents;
/// Tokens and certificates.
mod locks;
/// The locator of records and where its pointers lead.
mod locator;
/// The host system and its launch.
mod launch;
/// Published payloads.
mod published;

/// The person every partner knows.
const DOREEN: &str = "9991234578";

/// A region and a way to ask it.
struct Started {
    region: Region,
    client: reqwest::Client,
    _state: tempfile::TempDir,
}

async fn started() -> Started {
    started_with(|_| {}).await
}

async fn started_with(change: impl FnOnce(&mut Options)) -> Started {
    // Another test may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let state = tempfile::tempdir().unwrap();
    let mut options = Options {
        seed: 1,
        people: 0,
        port_base: None,
        corpus: None,
        gateway_url: "http://127.0.0.1:9".to_owned(),
        office_url: None,
        token_url: "http://127.0.0.1:9/oauth2/token".to_owned(),
        back_channel_url: None,
        state_dir: state.path().to_owned(),
        faults: Vec::new(),
        latency: false,
        token_life_s: crate::TOKEN_LIFE_S,
        poor_source: false,
        marks: None,
    };
    change(&mut options);
    let region = start(options).await.unwrap();
    let endpoints = region.endpoints();
    let ca = reqwest::Certificate::from_pem(&std::fs::read(&endpoints.ca_file).unwrap()).unwrap();
    let identity = std::fs::read(&endpoints.client_identity).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([ca])
        .identity(reqwest::Identity::from_pem(&identity).unwrap())
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    Started { region, client, _state: state }
}

impl Started {
    fn source(&self, name: &str) -> String {
        let sources = &self.region.endpoints().sources;
        sources.iter().find(|source| source.name == name).unwrap().url.clone()
    }

    /// An access token for those scopes, fetched as a gateway would.
    async fn token(&self, token_url: &str, scope: &str) -> String {
        let granted: Value = self.token_answer(token_url, scope).await.json().await.unwrap();
        granted["access_token"].as_str().unwrap().to_owned()
    }

    async fn token_answer(&self, token_url: &str, scope: &str) -> reqwest::Response {
        let endpoints = self.region.endpoints();
        let key = std::fs::read(&endpoints.client_key).unwrap();
        let now = crate::clock::now().as_second();
        let claims = json!({
            "iss": endpoints.client_id, "sub": endpoints.client_id, "aud": token_url,
            "exp": now + 120, "jti": uuid::Uuid::new_v4().to_string(),
        });
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES384);
        header.kid = Some("shcr-gateway-1".to_owned());
        let key = jsonwebtoken::EncodingKey::from_ec_pem(&key).unwrap();
        let assertion = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        self.client.post(token_url).form(&form).send().await.unwrap()
    }

    async fn set(&self, source: &str, fault: &str) {
        let url = format!("{}/faults", self.region.endpoints().control_url);
        let form = [("source", source), ("fault", fault)];
        let answer = self.client.post(url).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303);
    }

    async fn asked(&self) -> Value {
        let url = format!("{}/asked", self.region.endpoints().control_url);
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn stopping_ends_every_server_within_two_seconds_even_with_a_hung_request() {
    let started = started_with(|options| options.faults = vec![("acute".to_owned(), Fault::Hang)]).await;
    let url = format!("{}/metadata", started.source("acute"));
    let client = started.client.clone();
    let hung = tokio::spawn(async move {
        client.get(url).header("X-Api-Key", "demo").header("X-Request-Id", "1").send().await
    });
    while started.asked().await.as_array().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let (client, control) = (started.client, started.region.endpoints().control_url.clone());
    let before = Instant::now();
    started.region.stop().await;
    assert!(before.elapsed() < Duration::from_secs(2));
    assert!(!hung.await.unwrap().is_ok_and(|answer| answer.status().is_success()));
    assert!(client.get(control).send().await.is_err(), "nothing listens after the stop");
}

#[tokio::test]
async fn the_endpoints_name_every_source_person_and_user_once() {
    let started = started().await;
    let endpoints = started.region.endpoints();
    let names: Vec<&str> = endpoints.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names.len(), 13);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 13);
    assert!(names.contains(&"gp:ZZ904") && names.contains(&"nelft") && names.contains(&"thurrock"));
    assert_eq!(endpoints.users.len(), 14);
    assert!(endpoints.people.iter().any(|person| person.nhs_number == DOREEN));
    assert!(endpoints.people.iter().all(|person| person.nhs_number.starts_with("999")));
    let ready = serde_json::to_value(endpoints).unwrap();
    assert_eq!(ready["host_client_id"], "demo-host");
    assert!(ready["sources"][0].get("kind").is_some());
    assert!(
        !format!("{:?}", endpoints.people).contains(DOREEN),
        "HAZ-049: identifiers are redacted in debug output"
    );
}

#[tokio::test]
async fn a_fault_for_a_source_that_does_not_exist_stops_the_start_and_is_refused_later() {
    let started = started().await;
    let url = format!("{}/faults", started.region.endpoints().control_url);
    let post = async |source: &str, fault: &str| {
        let form = [("source", source), ("fault", fault)];
        started.client.post(&url).form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(post("acuet", "drop").await, 404);
    assert_eq!(post("acute", "droop").await, 400);
    assert_eq!(post("acute", "slow:10").await, 303);
    let faults: Value = started.client.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(faults["acute"], "slow:10");
    assert_eq!(faults["pds"], "none");
    let state = tempfile::tempdir().unwrap();
    let options = Options {
        seed: 1,
        people: 0,
        port_base: None,
        corpus: None,
        gateway_url: String::new(),
        office_url: None,
        token_url: String::new(),
        back_channel_url: None,
        state_dir: state.path().to_owned(),
        faults: vec![("acuet".to_owned(), Fault::Drop)],
        latency: false,
        token_life_s: crate::TOKEN_LIFE_S,
        poor_source: false,
        marks: None,
    };
    assert!(start(options).await.is_err());
}

#[tokio::test]
async fn the_control_page_shows_every_source_and_its_fault() {
    let started = started().await;
    started.set("eput", "malformed").await;
    let page = started.client.get(&started.region.endpoints().control_url).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let page = page.text().await.unwrap();
    for name in ["gp:ZZ901", "acute", "pds", "sds", "ssp", "<td>malformed</td>"] {
        assert!(page.contains(name), "{name}");
    }
    let back = format!("<a href=\"{}\">", started.region.endpoints().host_url);
    assert!(page.contains(&back), "a way back to the host system");
    for fault in ["none", "hang", "slow:2000", "503", "429", "drop", "wrong-person", "malformed", "empty"] {
        let explained =
            page.split("<dt>").skip(1).any(|term| term.split("</dt>").next().unwrap().contains(fault));
        assert!(
            explained && page.contains(&format!("value=\"{fault}\"")),
            "{fault} is offered and explained"
        );
    }
}

#[tokio::test]
async fn a_lesson_is_the_one_thing_wrong_and_is_taken_back_by_one_press() {
    let started = started().await;
    started.set("eput", "malformed").await;
    let control = started.region.endpoints().control_url.clone();
    let url = format!("{control}/lessons");
    let choose = async |source: &str, lesson: &str| {
        let form = [("source", source), ("lesson", lesson)];
        started.client.post(&url).form(&form).send().await.unwrap().status().as_u16()
    };
    let page = async || started.client.get(&control).send().await.unwrap().text().await.unwrap();
    let wrong = async || {
        let url = format!("{control}/faults");
        let faults: Value = started.client.get(&url).send().await.unwrap().json().await.unwrap();
        faults.as_object().unwrap().values().filter(|fault| *fault != "none").count()
    };
    assert_eq!((choose("acute", "silent").await, wrong().await), (303, 1));
    assert!(page().await.contains("<b>acute says nothing.</b>"));
    assert!(page().await.starts_with("<!doctype html>") && page().await.contains("TRAINING"));
    for (source, lesson) in [("acuet", "silent"), ("acute", "noisy"), ("pds", "silent"), ("", "silent")] {
        assert_eq!((choose(source, lesson).await, wrong().await), (400, 1), "{source} {lesson}");
    }
    for lesson in ["slow", "broken", "unreadable", "refusing", "wrong-person"] {
        assert_eq!((choose("provide", lesson).await, wrong().await), (303, 1), "{lesson}");
    }
    assert_eq!((choose("ambulance", "stale").await, wrong().await), (303, 1));
    assert_eq!((choose("acute", "stale").await, wrong().await), (400, 1), "it answers live");
    assert_eq!((choose("", "none").await, wrong().await), (303, 0));
    assert!(page().await.contains("<b>All is well.</b>"));
}

#[tokio::test]
async fn ports_follow_one_another_from_a_fixed_base() {
    // Below the ports that systems hand out on their own, so that no other test has one of these.
    let base = 24_411;
    let started = started_with(|options| options.port_base = Some(base)).await;
    let endpoints = started.region.endpoints();
    assert_eq!(endpoints.host_url, format!("http://127.0.0.1:{base}"));
    assert_eq!(endpoints.control_url, format!("http://127.0.0.1:{}", base + 1));
    assert_eq!(endpoints.sources.last().unwrap().url, format!("http://127.0.0.1:{}/fhir", base + 17));
}

pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let folder = std::env::var_os("SHCR_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// A GP Connect request body that asks for allergies.
fn allergies_of(number: &str) -> Value {
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "patientNHSNumber",
         "valueIdentifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}},
        {"name": "includeAllergies", "part": [{"name": "includeResolvedAllergies", "valueBoolean": true}]},
    ]})
}
