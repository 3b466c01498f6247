//! The line to an edge node, with a small node of this file's own behind mutual TLS.

use super::{DOREEN, Started, partners::known, started, started_with};
use crate::{Fault, LineTls, tls::TlsListener};
use axum::{
    Form, Router,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::StreamExt;
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

const FIVE: [&str; 5] = ["ic24", "ambulance", "essex", "southend", "thurrock"];
const GEORGE: &str = "9990008086";

type Heard = Arc<Mutex<Vec<(String, HeaderMap)>>>;

/// A node that knows two people, and keeps what it was asked.
async fn node(started: &Started, name: &str) -> (String, Heard) {
    let endpoints = started.region.endpoints();
    let edge = endpoints.edges.iter().find(|edge| edge.name == name).unwrap();
    let pem = std::fs::read(&edge.server_identity).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&edge.ca_file).unwrap()).unwrap();
    let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let config = ServerConfig::builder().with_client_cert_verifier(clients).with_single_cert(
        vec![CertificateDer::from_pem_slice(&pem).unwrap()],
        PrivateKeyDer::from_pem_slice(&pem).unwrap(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/fhir", listener.local_addr().unwrap());
    let listener = TlsListener::new(listener, Arc::new(config.unwrap())).unwrap();
    let heard = Heard::default();
    let router = Router::new()
        .route("/fhir/Patient/_search", post(patients))
        .route("/fhir/Observation", get(observations))
        .route("/fhir/Binary/1", get(|| async { ([(header::CONTENT_TYPE, "application/pdf")], "%PDF-") }))
        .fallback(|| async { (StatusCode::NOT_FOUND, r#"{"resourceType":"OperationOutcome"}"#) })
        .layer(middleware::from_fn_with_state(Arc::clone(&heard), hear));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

async fn hear(State(heard): State<Heard>, request: Request, next: Next) -> Response {
    heard.lock().unwrap().push((request.uri().to_string(), request.headers().clone()));
    next.run(request).await
}

async fn patients(Form(form): Form<HashMap<String, String>>) -> Response {
    let number = form["identifier"].rsplit('|').next().unwrap().to_owned();
    let patient = json!({"resourceType": "Patient", "id": format!("p-{}", number.get(3..6).unwrap()), "active": true,
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}]});
    let found = [DOREEN, GEORGE].contains(&number.as_str());
    let entry: Vec<Value> =
        found.then(|| json!({"resource": patient, "search": {"mode": "match"}})).into_iter().collect();
    let bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": entry.len(), "entry": entry,
        "meta": {"lastUpdated": "2026-11-24T02:10:00Z"}});
    ([(header::CONTENT_TYPE, "application/fhir+json")], bundle.to_string()).into_response()
}

async fn observations(Query(query): Query<HashMap<String, String>>) -> Response {
    let subject = &query["patient"];
    let next = match query.get("_page") {
        None => {
            r#","link":[{"relation":"next","url":"http://127.0.0.1:1/fhir/Observation?_page=2&patient=p"}]"#
        }
        Some(_) => "",
    };
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","total":2{next},"entry":[{{"resource":{{"resourceType":"Observation",
        "subject":{{"reference":"Patient/{subject}"}},"valueQuantity":{{"value":38.00}}}},"search":{{"mode":"match"}}}}]}}"#
    );
    ([(header::CONTENT_TYPE, "application/fhir+json")], bundle).into_response()
}

fn connect(started: &Started, name: &str, url: &str) {
    let edge = started.region.endpoints().edges.iter().find(|edge| edge.name == name).unwrap();
    let (identity, ca) =
        (std::fs::read(&edge.line_client_identity).unwrap(), std::fs::read(&edge.ca_file).unwrap());
    started.region.connect(name, url, LineTls { identity: &identity, ca: &ca }).unwrap();
}

/// A region whose line to Essex is joined to a node.
async fn joined() -> (Started, Heard) {
    let started = started().await;
    let (url, heard) = node(&started, "essex").await;
    connect(&started, "essex", &url);
    (started, heard)
}

async fn search(started: &Started, number: &str) -> reqwest::Response {
    let form = [("identifier", format!("https://fhir.nhs.uk/Id/nhs-number|{number}"))];
    let url = format!("{}/Patient/_search", started.source("essex"));
    known(started.client.post(url)).form(&form).send().await.unwrap()
}

async fn observed(started: &Started, more: &str) -> Value {
    let url = format!("{}/Observation?patient=p-123{more}", started.source("essex"));
    known(started.client.get(url)).send().await.unwrap().json().await.unwrap()
}

fn next(bundle: &Value) -> Option<&str> {
    bundle["link"].as_array()?.iter().find(|link| link["relation"] == "next")?["url"].as_str()
}

#[tokio::test]
async fn each_edge_node_is_given_what_it_proves_itself_with_readable_by_its_owner_alone() {
    let started = started().await;
    let endpoints = started.region.endpoints();
    let names: Vec<&str> = endpoints.edges.iter().map(|edge| edge.name.as_str()).collect();
    assert_eq!(names, FIVE);
    let mut files = BTreeSet::new();
    for edge in &endpoints.edges {
        let source = endpoints.sources.iter().find(|source| source.name == edge.name).unwrap();
        assert_eq!((&source.url, source.kind.as_str()), (&edge.line_url, "fhir-r4"));
        assert_eq!((&source.partner, source.lock.as_str()), (&edge.partner_ods, "api-key"));
        let own = [
            &edge.server_identity,
            &edge.line_client_identity,
            &edge.sender_identity,
            &edge.manifest_key,
            &edge.manifest_public,
        ];
        for file in own {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
            assert!(files.insert(file.clone()), "a file of its own");
        }
        let public = std::fs::read(&edge.manifest_public).unwrap();
        let key = std::fs::read(&edge.manifest_key).unwrap();
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES384);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let extracts = started.region.extracts();
        let extract = extracts.iter().find(|one| one.partner == edge.name).unwrap();
        let manifest = crate::feeds::manifest(extract, &key).unwrap();
        let public = jsonwebtoken::DecodingKey::from_ec_pem(&public).unwrap();
        let read = jsonwebtoken::decode::<Value>(&manifest, &public, &validation).unwrap();
        assert_eq!(read.claims["partner"], edge.partner_ods.as_str());
    }
}

#[tokio::test]
async fn until_a_node_is_connected_the_door_says_so_in_no_fhir() {
    let started = started().await;
    for name in FIVE {
        let url = format!("{}/metadata", started.source(name));
        let answer = known(started.client.get(&url)).send().await.unwrap();
        assert_eq!(answer.status(), 503, "{name}");
        assert!(answer.json::<Value>().await.is_err(), "HAZ-006: {name}");
        assert_eq!(started.client.get(&url).header("X-Request-Id", "1").send().await.unwrap().status(), 401);
        assert_eq!(started.client.get(&url).header("X-Api-Key", "demo").send().await.unwrap().status(), 400);
    }
    assert_eq!(started.asked().await.as_array().unwrap().len(), 5);
    let tls = LineTls { identity: b"", ca: b"" };
    assert!(started.region.connect("acute", "https://127.0.0.1:1/fhir", tls).is_err(), "it answers itself");
    assert!(started.region.connect("essex", "https://127.0.0.1:1/fhir", tls).is_err(), "no certificate");
    assert!(started.region.connect("essex", "127.0.0.1", tls).is_err(), "no address");
}

#[tokio::test]
async fn a_question_goes_on_without_the_key_and_the_answer_comes_as_it_was_sent() {
    let (started, heard) = joined().await;
    let found: Value = search(&started, DOREEN).await.json().await.unwrap();
    assert_eq!((&found["total"], &found["meta"]["lastUpdated"]), (&1.into(), &"2026-11-24T02:10:00Z".into()));
    let url = format!("{}/Observation?patient=p-123&_count=50", started.source("essex"));
    let request = known(started.client.get(url)).header("NHSD-End-User-Organisation", "x");
    let answer = request.header("Accept", "application/fhir+json").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/fhir+json");
    assert!(answer.text().await.unwrap().contains("38.00"), "HAZ-039");
    let file = known(started.client.get(format!("{}/Binary/1", started.source("essex"))));
    let file = file.send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/pdf");
    assert_eq!(file.bytes().await.unwrap(), "%PDF-");
    let nowhere = known(started.client.get(format!("{}/Slot/1", started.source("essex"))));
    assert_eq!(nowhere.send().await.unwrap().status(), 404);
    let heard = heard.lock().unwrap();
    let (uri, headers) = &heard[1];
    assert_eq!(uri, "/fhir/Observation?patient=p-123&_count=50");
    for (name, value) in [
        ("x-request-id", "request-1"),
        ("prefer", "handling=strict"),
        ("accept", "application/fhir+json"),
        ("nhsd-end-user-organisation", "x"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(!headers.contains_key("x-api-key"), "the key of the door stays at the door");
}

#[tokio::test]
async fn every_fault_of_the_gate_meets_the_asker_of_a_line_too() {
    let (started, _) = joined().await;
    for fault in ["duplicate-key", "bad-utf8", "deep", "malformed", "empty", "wrong-type"] {
        started.set("essex", fault).await;
        let answer = search(&started, DOREEN).await;
        assert_eq!(answer.status(), 200, "{fault}");
        assert!(fhir::json::check(&answer.bytes().await.unwrap()).is_err(), "HAZ-038: {fault}");
    }
    for (fault, status) in [("503", 503), ("404", 404), ("retry-after:30", 429), ("redirect", 302)] {
        started.set("essex", fault).await;
        assert_eq!(search(&started, DOREEN).await.status(), status, "{fault}");
    }
    started.set("essex", "outcome:ACCESS DENIED").await;
    let refused: Value = search(&started, DOREEN).await.json().await.unwrap();
    assert_eq!(refused["resourceType"], "OperationOutcome");
    for fault in ["drop", "truncated"] {
        started.set("essex", fault).await;
        assert!(search(&started, DOREEN).await.bytes().await.is_err(), "HAZ-038: {fault}");
    }
    started.set("essex", "gzip").await;
    assert_eq!(search(&started, DOREEN).await.headers()["content-encoding"], "gzip");
    started.set("essex", "huge").await;
    assert_eq!(search(&started, DOREEN).await.content_length(), Some(1 << 40));
    started.set("essex", "endless").await;
    let (mut body, mut received) = (search(&started, DOREEN).await.bytes_stream(), 0);
    while received < 1_000_000 {
        received += body.next().await.unwrap().unwrap().len();
    }
    started.set("essex", "no-subject").await;
    assert!(observed(&started, "").await["entry"][0]["resource"].get("subject").is_none(), "HAZ-004");
    started.set("essex", "slow:300").await;
    let before = Instant::now();
    search(&started, DOREEN).await;
    assert!(before.elapsed() >= Duration::from_millis(300));
    started.set("essex", "hang").await;
    let hung = async { search(&started, DOREEN).await.status() };
    let lift = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        started.set("essex", "none").await;
    };
    assert_eq!(tokio::join!(hung, lift).0, 200);
}

#[tokio::test]
async fn the_wrong_person_is_somebody_else_the_node_knows() {
    let (started, _) = joined().await;
    started.set("essex", "wrong-person").await;
    let wrong: Value = search(&started, DOREEN).await.json().await.unwrap();
    assert_eq!(wrong["entry"][0]["resource"]["identifier"][0]["value"], GEORGE, "HAZ-004");
    assert!(!wrong.to_string().contains(DOREEN));
    let nobody: Value = search(&started, "9990005052").await.json().await.unwrap();
    assert_eq!(nobody["total"], 0, "whom the node does not know it does not know");
}

#[tokio::test]
async fn pages_of_a_line_lead_round_elsewhere_or_nowhere() {
    let (started, _) = joined().await;
    assert!(next(&observed(&started, "&_page=2").await).is_none());
    started.set("essex", "paging-loop").await;
    assert!(next(&observed(&started, "").await).unwrap().contains("_page=2"), "there is a next page yet");
    let last = observed(&started, "&_page=2").await;
    let round = next(&last).unwrap();
    assert_eq!(round, format!("{}/Observation?patient=p-123&_page=2", started.source("essex")), "HAZ-017");
    let people: Value = search(&started, DOREEN).await.json().await.unwrap();
    assert!(next(&people).is_none(), "a page of people leads nowhere");
    started.set("essex", "paging-elsewhere").await;
    for page in ["", "&_page=2"] {
        assert!(next(&observed(&started, page).await).unwrap().starts_with("http://localhost:"), "HAZ-041");
    }
    started.set("essex", "paging-short").await;
    assert_eq!(observed(&started, "").await["total"], 9, "HAZ-017");
    started.set("essex", "error-inside").await;
    let url = format!("{}/Observation?patient=p-123", started.source("essex"));
    let text = known(started.client.get(url)).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("38.00"), "HAZ-039: what is not rewritten keeps its digits");
    let bundle: Value = serde_json::from_str(&text).unwrap();
    let outcome = bundle["entry"].as_array().unwrap().last().unwrap();
    assert_eq!(outcome["resource"]["issue"][0]["severity"], "error", "HAZ-006");
}

#[tokio::test]
async fn the_nodes_index_of_people_is_not_in_order() {
    let (started, _) = joined().await;
    let patients = async || -> Vec<Value> {
        let bundle: Value = search(&started, DOREEN).await.json().await.unwrap();
        let entries = bundle["entry"].as_array().unwrap();
        assert_eq!(bundle["total"], entries.len());
        entries.iter().map(|entry| entry["resource"].clone()).collect()
    };
    started.set("essex", "ambiguous").await;
    let two = patients().await;
    assert!(two.len() == 2 && two[0]["id"] != two[1]["id"], "HAZ-004");
    started.set("essex", "merged").await;
    assert_eq!(patients().await[0]["link"][0]["other"]["reference"], "Patient/p-123", "HAZ-005");
    started.set("essex", "inactive").await;
    assert_eq!(patients().await[0]["active"], false);
}

#[tokio::test]
async fn what_a_line_cannot_have_is_refused_in_words() {
    let started = started().await;
    let url = format!("{}/faults", started.region.endpoints().control_url);
    for fault in ["token-expired", "token-refused", "several", "blank", "budget"] {
        let form = [("source", "essex"), ("fault", fault)];
        let answer = started.client.post(&url).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{fault}");
        let words = answer.text().await.unwrap();
        assert!(words.contains("`essex` cannot have the fault") && words.contains(fault), "{words}");
    }
    let page = started.client.get(&started.region.endpoints().control_url).send().await.unwrap();
    let page = page.text().await.unwrap();
    let (_, faults) = page.split_once("<h2>Every fault of every source</h2>").unwrap();
    let row = faults.split("<tr").find(|row| row.contains(">essex<")).unwrap();
    assert!(row.contains("value=\"hang\"") && !row.contains("value=\"budget\""), "nor offered");
}

#[tokio::test]
async fn a_node_that_is_gone_or_not_the_one_it_should_be_is_told_in_no_fhir() {
    let started = started_with(|options| options.faults = vec![("essex".to_owned(), Fault::None)]).await;
    connect(&started, "essex", "https://127.0.0.1:9/fhir");
    let answer = search(&started, DOREEN).await;
    assert_eq!(answer.status(), 502);
    assert!(answer.json::<Value>().await.is_err());
    // Another authority's node, though it listens.
    let stranger = super::started().await;
    let (url, heard) = node(&stranger, "essex").await;
    connect(&started, "essex", &url);
    assert_eq!(search(&started, DOREEN).await.status(), 502, "HAZ-041");
    assert!(heard.lock().unwrap().is_empty());
}
