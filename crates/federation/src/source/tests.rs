//! Configurations that must be refused before a port opens.

use super::*;
use crate::testing::kind;
use crate::{
    Federation, Limits,
    testing::{install_tls, national, source},
};

fn fault(sources: Vec<SourceConfig>) -> ConfigFault {
    install_tls();
    Federation::new(sources, national("http://127.0.0.1:9"), Limits::default()).err().unwrap()
}

fn acute(base_url: &str) -> SourceConfig {
    source("acute", kind("fhir-r4"), Some(base_url.to_owned()), &[])
}

#[test]
fn two_sources_of_one_id_are_refused() {
    let one = || acute("https://acute.example/fhir");
    assert!(matches!(fault(vec![one(), one()]), ConfigFault::DuplicateId { .. }));
}

#[test]
fn a_server_needs_a_usable_address() {
    assert!(matches!(
        fault(vec![source("acute", kind("fhir-r4"), None, &[])]),
        ConfigFault::NoBaseUrl { .. }
    ));
    let unusable = [
        "http://acute.example/fhir",
        "ftp://acute.example/fhir",
        "https://user:secret@acute.example/fhir",
        "https://acute.example/fhir?key=1",
        "https://acute.example/fhir#x",
        "acute.example",
    ];
    for url in unusable {
        assert!(matches!(fault(vec![acute(url)]), ConfigFault::Url { .. }), "{url}");
    }
}

#[test]
fn a_key_file_must_hold_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    let keyed = |path: &std::path::Path| {
        let base = acute("https://acute.example/fhir");
        fault(vec![SourceConfig { api_key_file: Some(path.to_owned()), ..base }])
    };
    assert!(matches!(keyed(&path), ConfigFault::KeyFile { .. }));
    std::fs::write(&path, "\n").unwrap();
    assert!(matches!(keyed(&path), ConfigFault::Key { .. }));
}

#[test]
fn durations_have_their_unit() {
    let feed = |stale_after: &str| Feed { every: "24h".to_owned(), stale_after: stale_after.to_owned() };
    assert_eq!(feed("26h").stale_age(), Some(Duration::from_secs(26 * 3600)));
    assert_eq!(feed("90m").stale_age(), Some(Duration::from_secs(5400)));
    for text in ["", "26", "h", "-1h", "0h", "1.5h", "99999999999999999999h", "9999999999999999999h", "2é"] {
        let fed = SourceConfig { feed: Some(feed(text)), ..acute("https://acute.example/fhir") };
        assert!(matches!(fault(vec![fed]), ConfigFault::Feed { .. }), "{text}");
    }
}

#[test]
fn unknown_fields_are_refused() {
    let known =
        r#"{"id":"acute","short":"Acute","partner":"P","ods":"ZZ910","kind":"fhir-r4","contact":"1"}"#;
    assert_eq!(serde_json::from_str::<SourceConfig>(known).unwrap().kind, kind("fhir-r4"));
    let unknown = known.replace("\"contact\"", "\"retries\":3,\"contact\"");
    assert!(serde_json::from_str::<SourceConfig>(&unknown).is_err());
}
