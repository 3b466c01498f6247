//! Registrations that are refused before a port opens.

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
