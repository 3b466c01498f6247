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
        assert!(matches!(fault(vec![fed]), ConfigFault::Duration { .. }), "{text}");
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

/// Source (or none, for the national services) and key.
fn place(fault: &ConfigFault) -> (Option<&str>, &'static str) {
    let (source, key) = fault.place().unwrap();
    assert!(!fault.fix().is_empty() && !fault.fix().contains("  "), "{fault}");
    (source.map(SourceId::as_str), key)
}

#[test]
fn a_suppliers_ceiling_below_that_of_one_practice_or_where_there_is_none_is_refused_with_its_place() {
    let gp = |ceiling, supplier_ceiling| SourceConfig {
        ceiling,
        supplier_ceiling: Some(supplier_ceiling),
        ..source("gp", kind("gp-connect"), None, &[])
    };
    let server = SourceConfig { supplier_ceiling: Some(32), ..acute("https://acute.example/fhir") };
    for (config, fix) in [
        (gp(None, 0), "write a number from 1"),
        (gp(None, 7), "write a number from 8"),
        (gp(Some(40), 39), "write a number from 40"),
        (server, "take `supplier_ceiling` away, or choose another kind than `fhir-r4`"),
    ] {
        let fault = fault(vec![config]);
        assert_eq!((place(&fault).1, fault.fix()), ("supplier_ceiling", fix.to_owned()), "HAZ-036: {fault}");
    }
    for right in [gp(None, 8), gp(Some(1), 1), gp(Some(40), 40)] {
        assert!(crate::source::check(&[right]).is_ok());
    }
}

#[test]
fn an_option_that_would_be_ignored_is_refused_with_its_place() {
    let gp = || source("gp", kind("gp-connect"), None, &[]);
    let server = || acute("https://acute.example/fhir");
    let oauth2 = || OAuth2 {
        token_url: "https://acute.example/token".to_owned(),
        client_id: "gateway".to_owned(),
        key_file: PathBuf::from("key.pem"),
        key_id: None,
        scope: "system/*.rs".to_owned(),
    };
    let tls = || Some(Tls::default());
    let header = |name: &str| Some(name.to_owned());
    let file = || Some(PathBuf::from("key"));
    let table = [
        (SourceConfig { base_url: header("https://gp.example"), ..gp() }, "base_url"),
        (SourceConfig { oauth2: Some(oauth2()), ..gp() }, "oauth2"),
        (SourceConfig { api_key_file: file(), ..gp() }, "api_key_file"),
        (SourceConfig { tls: tls(), ..gp() }, "tls"),
        (SourceConfig { addresses: serde_json::from_str("[\"10.0.0.0/8\"]").unwrap(), ..gp() }, "addresses"),
        (SourceConfig { person_search: PersonSearch::Get, ..gp() }, "person_search"),
        (SourceConfig { says_who: true, ..gp() }, "says_who"),
        (SourceConfig { route: Route::NationalGateway, ..server() }, "route"),
        (SourceConfig { api_key_file: file(), oauth2: Some(oauth2()), ..server() }, "api_key_file"),
        (SourceConfig { api_key_header: header("X-Key"), ..server() }, "api_key_header"),
        (
            SourceConfig { api_key_file: file(), api_key_header: header("X Key"), ..server() },
            "api_key_header",
        ),
        (
            SourceConfig {
                api_key_file: file(),
                api_key_header: header("NHSD-Requesting-Practitioner"),
                ..server()
            },
            "api_key_header",
        ),
        (SourceConfig { api_key_file: file(), api_key_header: header("Host"), ..server() }, "api_key_header"),
        (SourceConfig { tls: tls(), ..acute("http://127.0.0.1/fhir") }, "base_url"),
        (SourceConfig { ceiling: Some(0), ..server() }, "ceiling"),
    ];
    for (config, key) in table {
        let id = config.id.clone();
        let fault = fault(vec![config]);
        assert_eq!(place(&fault), (Some(id.as_str()), key), "{fault}");
    }
    let keeper = |own: Keeper| {
        let url = Some("https://nrl.example".to_owned());
        SourceConfig { retrieve_from: vec![own], ..source("nrl", kind("nrl"), url, &[]) }
    };
    let bare = || Keeper {
        origin: "https://trust.example".to_owned(),
        api_key_file: None,
        api_key_header: None,
        oauth2: None,
        tls: None,
        addresses: Default::default(),
    };
    for own in [
        Keeper { api_key_file: file(), oauth2: Some(oauth2()), ..bare() },
        Keeper { api_key_header: header("X-Key"), ..bare() },
        Keeper { origin: "http://127.0.0.1".to_owned(), tls: tls(), ..bare() },
        Keeper { origin: "trust.example".to_owned(), ..bare() },
        Keeper { api_key_file: file(), ..bare() },
    ] {
        let fault = fault(vec![keeper(own)]);
        assert_eq!(place(&fault), (Some("nrl"), "retrieve_from"), "{fault}");
    }
    let off = SourceConfig { base_url: header("not asked yet"), ..source("later", Kind::NONE, None, &[]) };
    install_tls();
    assert!(Federation::new(vec![off], national("http://127.0.0.1:9"), Limits::default()).is_ok());
}

#[test]
fn credentials_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let pem = |curve| rcgen::KeyPair::generate_for(curve).unwrap().serialize_pem();
    let good = file("good.pem", &pem(&rcgen::PKCS_ECDSA_P384_SHA384));
    let oauth2 = |token_url: &str, client_id: &str, scope: &str, key_file: &PathBuf| OAuth2 {
        token_url: token_url.to_owned(),
        client_id: client_id.to_owned(),
        key_file: key_file.clone(),
        key_id: None,
        scope: scope.to_owned(),
    };
    let (url, read) = ("https://acute.example/token", "system/*.read");
    let table = [
        (oauth2("http://acute.example/token", "gateway", read, &good), "oauth2.token_url"),
        (oauth2(url, " ", read, &good), "oauth2.client_id"),
        (oauth2(url, "gateway", "system/*.read system/*.write", &good), "oauth2.scope"),
        (oauth2(url, "gateway", "system/Observation.cruds", &good), "oauth2.scope"),
        (oauth2(url, "gateway", "system/*.*", &good), "oauth2.scope"),
        (oauth2(url, "gateway", read, &folder.path().join("missing")), "oauth2.key_file"),
        (oauth2(url, "gateway", read, &file("text.pem", "no key")), "oauth2.key_file"),
        (
            oauth2(url, "gateway", read, &file("p256.pem", &pem(&rcgen::PKCS_ECDSA_P256_SHA256))),
            "oauth2.key_file",
        ),
        (oauth2(url, "gateway", read, &file("ed.pem", &pem(&rcgen::PKCS_ED25519))), "oauth2.key_file"),
    ];
    for (oauth2, key) in table {
        let national = NationalConfig { pds_oauth2: Some(oauth2.clone()), ..national("http://127.0.0.1:9") };
        let fault = fault(vec![SourceConfig { oauth2: Some(oauth2), ..acute("https://acute.example/fhir") }]);
        assert_eq!(place(&fault), (Some("acute"), key), "{fault}");
        let fault = Federation::new(Vec::new(), national, Limits::default()).err().unwrap();
        assert_eq!(place(&fault), (None, format!("pds_{key}").leak() as &str), "{fault}");
    }
}

#[test]
fn national_settings_are_named_by_their_key() {
    install_tls();
    let table = [
        (NationalConfig { pds_url: "x".to_owned(), ..national("http://127.0.0.1:9") }, "pds_url"),
        (NationalConfig { sds_url: "x".to_owned(), ..national("http://127.0.0.1:9") }, "sds_url"),
        (NationalConfig { ssp_url: "x".to_owned(), ..national("http://127.0.0.1:9") }, "ssp_url"),
        (NationalConfig { pds_per_second: 0, ..national("http://127.0.0.1:9") }, "pds_per_second"),
        (
            NationalConfig { keep_endpoints: Some("soon".to_owned()), ..national("http://127.0.0.1:9") },
            "keep_endpoints",
        ),
    ];
    for (config, key) in table {
        let fault = Federation::new(Vec::new(), config, Limits::default()).err().unwrap();
        assert_eq!(place(&fault), (None, key), "{fault}");
    }
}

#[test]
fn a_schedule_that_could_not_be_kept_is_refused_with_its_place() {
    let texts = |text: &str| vec![text.to_owned()];
    let server = || acute("https://acute.example/fhir");
    let table = [
        (SourceConfig { per_second: Some(0), ..server() }, "per_second"),
        (SourceConfig { agreed_hours: texts("office hours"), ..server() }, "agreed_hours"),
        (SourceConfig { quiet_windows: texts("02:00-02:00"), ..server() }, "quiet_windows"),
    ];
    for (config, key) in table {
        let fault = fault(vec![config]);
        assert_eq!(place(&fault), (Some("acute"), key), "{fault}");
        assert!(!fault.fix().is_empty());
    }
}

#[test]
fn every_fault_of_every_source_is_told() {
    install_tls();
    let sources =
        vec![acute("acute.example"), SourceConfig { ceiling: Some(0), ..acute("https://acute.example") }];
    let faults = Federation::faults(&sources, &national("http://127.0.0.1:9"), &Limits::default());
    let keys: Vec<_> = faults.iter().map(|fault| place(fault).1).collect();
    assert_eq!(keys, ["id", "ceiling", "base_url"]);
}
