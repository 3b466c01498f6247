//! Registrations that are refused before a port opens.

use super::{ExchangeConfig, Field, LegacyConfig, Route};
use super::{HostConfig, Hosts};
use crate::testing::{host_config, policy_dir};

fn loads(edit: impl FnOnce(&mut HostConfig)) -> bool {
    let mut config = host_config("demo-host");
    edit(&mut config);
    Hosts::load(vec![config], &policy_dir()).is_ok()
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in [
        "http://hospital.example/keys",
        "http://10.0.0.1/keys",
        "http://127.0.0.1.example/keys",
        "http://127.0.0.1@example/keys",
        "https://user:secret@hospital.example/keys",
        "ftp://127.0.0.1/keys",
        "keys.json",
    ] {
        assert!(!loads(|config| config.jwks_url = url.to_owned()), "HAZ-046: `{url}`");
    }
    for url in ["https://hospital.example/keys", "http://127.0.0.1:8080/keys", "http://[::1]:8080/keys"] {
        assert!(loads(|config| config.jwks_url = url.to_owned()), "`{url}`");
    }
}

#[test]
fn weak_algorithms_and_strange_organisations_are_refused() {
    for names in [vec!["HS256"], vec!["none"], vec!["ES384", "RS256"], vec![]] {
        assert!(!loads(|config| config.algorithms = names.iter().map(|name| (*name).to_owned()).collect()));
    }
    assert!(!loads(|config| config.organisations = vec![fhir::OdsCode::parse("ZZ999").unwrap()]), "HAZ-047");
    assert!(!loads(|config| config.organisations.clear()));
    assert!(!loads(|config| config.roles = "roles/none.csv".into()));
    assert!(!loads(|config| config.assurance = [("x".to_owned(), 4)].into()));
}

// shows: A24
#[test]
fn a_frame_origin_cannot_smuggle_a_policy() {
    for origin in ["https://a.example; script-src *", "https://a.example/", "*", "http://a.example", "https:"]
    {
        assert!(!loads(|config| config.frame_origins = vec![origin.to_owned()]), "`{origin}`");
    }
    assert!(loads(|config| config.frame_origins = vec!["https://a.example:8443".to_owned()]));
}

#[test]
fn a_host_is_registered_once_and_without_unknown_settings() {
    let twice = vec![host_config("demo-host"), host_config("demo-host")];
    assert!(Hosts::load(twice, &policy_dir()).is_err());
    assert!(toml::from_str::<HostConfig>("client_id = \"x\"\nsecret = \"y\"").is_err(), "HAZ-055");
}

/// What is wrong with `demo-host`, under which key, and what to write instead.
fn wrong(edit: impl FnOnce(&mut HostConfig)) -> (&'static str, &'static str) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = crate::testing::doors::config(folder.path());
    edit(&mut config);
    let fault = Hosts::load(vec![config], &policy_dir()).unwrap_err();
    let (host, key, fix) = fault.place().unwrap();
    assert_eq!(host, "demo-host");
    (key, fix)
}

#[test]
fn each_way_in_has_what_it_needs_and_a_wrong_one_is_told_with_its_key_and_a_fix() {
    let (key, fix) = wrong(|config| config.certificates = vec!["*.trust.example".to_owned()]);
    assert!(key == "certificates" && fix.contains("subject alternative names"));
    assert_eq!(wrong(|config| config.origins.clear()).0, "origins");
    assert_eq!(wrong(|config| config.origins = vec!["https://a.example/page".to_owned()]).0, "origins");
    assert_eq!(wrong(|config| config.exchange = None).0, "flows");
    assert_eq!(wrong(|config| config.legacy.clear()).0, "flows");
    assert_eq!(wrong(|config| config.flows = vec![Route::Signed]).0, "origins");
    assert_eq!(wrong(|config| config.flows.push(Route::Direct)).0, "flows");
    assert_eq!(wrong(|config| config.form_max_assurance = 3).0, "form_max_assurance");
    assert_eq!(wrong(|config| config.launches_per_second = 0).0, "launches_per_second");
    for edit in [
        |legacy: &mut LegacyConfig| legacy.until = "next year".to_owned(),
        |legacy: &mut LegacyConfig| legacy.networks.clear(),
        |legacy: &mut LegacyConfig| legacy.networks = vec!["anywhere".to_owned()],
        |legacy: &mut LegacyConfig| drop(legacy.fields.remove(&Field::Timestamp)),
        |legacy: &mut LegacyConfig| legacy.key_file = "/nowhere".into(),
        |legacy: &mut LegacyConfig| legacy.iv = "00".to_owned(),
    ] {
        assert_eq!(wrong(|config| edit(&mut config.legacy[0])).0, "legacy", "HAZ-046");
    }
    for edit in [
        |exchange: &mut ExchangeConfig| exchange.providers.clear(),
        |exchange: &mut ExchangeConfig| exchange.providers[0].algorithms = vec!["HS256".to_owned()],
        |exchange: &mut ExchangeConfig| exchange.providers[0].jwks_url = "http://login.example".to_owned(),
        |exchange: &mut ExchangeConfig| exchange.providers.extend_from_within(..),
        |exchange: &mut ExchangeConfig| exchange.code.as_mut().unwrap().token_url = "ftp://x".to_owned(),
    ] {
        assert!(wrong(|config| edit(config.exchange.as_mut().unwrap())).0.starts_with("exchange"), "HAZ-046");
    }
}
