//! A source's own log: asked for with its proof, taken whole or not at all; and every request that a source gets bears the name
//! by which its line there is known again.

use super::*;
use crate::{
    ConfigFault, Federation,
    source::SourceConfig,
    testing::{
        Canned, Fake, NUMBER, allergy, asking, capability, federation, install_tls, kind, limits, national,
        one, patient, searchset, source,
    },
};
use audit::reconcile::{RECORD, RequestName, RequestNames, WISH};
use fhir::Category::Allergies;
use std::path::Path;

const LINES: &str = "{\"request\":\"r\",\"time\":\"2026-11-28T10:00:00Z\",\"status\":200}\n";
const KEY: &str = "0909090909090909090909090909090909090909090909090909090909090909";

fn acute(url: &str, log: AccessLogConfig) -> SourceConfig {
    let base = source("acute", kind("fhir-r4"), Some(format!("{url}/fhir")), &[Allergies]);
    SourceConfig { access_log: Some(log), ..base }
}

fn now() -> Timestamp {
    "2026-11-29T03:00:00Z".parse().unwrap()
}

fn lines(status: u16) -> Canned {
    Canned::Typed { status, media_type: "application/x-ndjson", body: LINES.to_owned() }
}

fn named() -> RequestNames {
    RequestNames::derive(&[7; 32]).unwrap()
}

fn fault(source: SourceConfig) -> ConfigFault {
    install_tls();
    Federation::new(vec![source], national("http://127.0.0.1:9"), limits()).err().unwrap()
}

#[tokio::test]
async fn a_day_is_asked_for_with_the_sources_own_proof_and_comes_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        Some(folder.path().join(name))
    };
    let fake = Fake::default().on("/fhir/access-log?day=2026-11-28", lines(200));
    let url = fake.serve().await;
    let log = AccessLogConfig { url: None, subject_key_file: file("subjects", KEY) };
    let source = SourceConfig { api_key_file: file("key", "demo"), ..acute(&url, log) };
    let federation = federation(vec![source], "http://127.0.0.1:9", limits());
    let id = SourceId::new("acute");
    let handed = federation.access_log(&id, "2026-11-28", now()).await.unwrap();
    assert_eq!(handed, LINES.as_bytes());
    let [seen] = &*fake.seen() else { panic!("one request") };
    assert_eq!((seen.method.as_str(), seen.headers["x-api-key"].as_str()), ("GET", "demo"));
    assert!(!seen.headers.contains_key("x-correlation-id"), "it belongs to no opening");
    let subject = federation.subject_key(&id).unwrap().subject(NUMBER);
    assert_eq!(subject, audit::reconcile::SubjectKey::new(&[9; 32]).subject(NUMBER));
    let none = federation.access_log(&SourceId::new("gp"), "2026-11-28", now()).await;
    assert!(matches!(none, Err(NotHandedOver::NotAgreed)));
}

#[tokio::test]
async fn what_is_no_hand_over_is_told_and_names_no_address() {
    for (answer, said) in [
        (lines(404), "status 404"),
        (lines(503), "status 503"),
        (
            Canned::Headed { status: 200, headers: vec![("content-encoding", "gzip".into())], body: vec![1] },
            "encoding",
        ),
        (
            Canned::Headed {
                status: 302,
                headers: vec![("location", "http://127.0.0.1:9/".into())],
                body: vec![],
            },
            "302",
        ),
        (Canned::Reset, "broke off"),
    ] {
        let fake = Fake::default().on("/log", answer);
        let url = format!("{}/log", fake.serve().await);
        let log = AccessLogConfig { url: Some(url.clone()), subject_key_file: None };
        let federation = federation(vec![acute(&url, log)], "http://127.0.0.1:9", limits());
        let fault = federation.access_log(&SourceId::new("acute"), "2026-11-28", now()).await.unwrap_err();
        assert!(fault.to_string().contains(said) && !fault.to_string().contains("127.0.0.1"), "{fault}");
    }
}

#[test]
fn a_log_that_could_not_be_asked_for_is_refused_with_its_place() {
    let gp = source("gp", kind("gp-connect"), None, &[]);
    let practices = fault(SourceConfig { access_log: Some(AccessLogConfig::default()), ..gp });
    assert!(matches!(practices, ConfigFault::NotForKind { key: "access_log", .. }), "{practices}");
    let log = AccessLogConfig { url: Some("http://acute.example/log".to_owned()), subject_key_file: None };
    let plain = fault(acute("https://acute.example", log));
    assert_eq!(plain.place().map(|(_, key)| key), Some("access_log.url"), "{plain}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let keyed = |path: &Path| {
        let log = AccessLogConfig { url: None, subject_key_file: Some(path.to_owned()) };
        fault(acute("https://acute.example", log))
    };
    assert!(matches!(keyed(&path), ConfigFault::KeyFile { .. }));
    for bad in ["", "9990000018", KEY.trim_end_matches("09"), &format!("{KEY}00")] {
        std::fs::write(&path, bad).unwrap();
        let fault = keyed(&path);
        assert_eq!(fault.place().map(|(_, key)| key), Some("access_log.subject_key_file"), "{bad}");
        assert!(fault.fix().contains("64 hexadecimal digits"), "{}", fault.fix());
    }
}

/// HAZ-030.
#[tokio::test]
async fn every_request_of_a_question_bears_its_name_and_no_two_the_same_id() {
    let fake = Fake::default()
        .json("/fhir/metadata", capability("4.0.1", &["Patient", "AllergyIntolerance", "Consent"]))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
        .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]));
    let url = fake.serve().await;
    let own = SourceConfig {
        consent: crate::Consent::Asked(crate::WhenSilent::default()),
        ..acute(&url, AccessLogConfig::default())
    };
    let federation = Federation::new(vec![own], national("http://127.0.0.1:9"), limits()).unwrap();
    let federation = Arc::new(federation.naming(named()));
    one(&federation).await;
    let of = |part| Some(named().of(&asking().opening, "acute", part));
    let ids =
        || -> Vec<String> { fake.seen().iter().map(|seen| seen.headers["x-request-id"].clone()).collect() };
    let first = ids();
    assert_eq!(first.len(), 3, "the statement, the person, one search");
    assert!(first.iter().all(|id| RequestName::in_id(id) == of(RECORD)), "{first:?}");
    federation.ask_consent(&asking(), &SourceId::new("acute")).await;
    let all = ids();
    assert!(all.len() > first.len(), "positive control: the register was asked");
    assert!(all.iter().skip(first.len()).all(|id| RequestName::in_id(id) == of(WISH)), "{all:?}");
    let different: std::collections::HashSet<&String> = all.iter().collect();
    assert_eq!(different.len(), all.len());
}
