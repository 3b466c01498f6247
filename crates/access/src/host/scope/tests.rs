//! Who may ask for a searchset, over which channel; everybody else is refused by name.

use super::*;
use crate::{
    certificate::{Certificate, Channel},
    host::Hosts,
    keys::Keys,
    launch::signed::{self, TokenError, TokenForm},
    testing::{doors, *},
};

const BOTH: &[Scope] = &[Scope::Launch, Scope::Fhir];

async fn asked(scopes: &[Scope], scope: &str, channel: Channel) -> Result<String, TokenError> {
    let folder = tempfile::tempdir().unwrap();
    let config = HostConfig { scopes: scopes.to_vec(), ..doors::config(folder.path()) };
    let hosts = Hosts::load(vec![config], &policy_dir()).unwrap();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    let assertion = sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let form = TokenForm { scope: scope.into(), channel, ..form_of(assertion, client_assertion()) };
    signed::client(&form, &hosts, &keys, TOKEN_URL, now()).await.map(|host| host.client_id.clone())
}

fn own() -> Channel {
    Channel::Back(Some(doors::certificate("demo-host.example")))
}

// shows: R38
#[tokio::test]
async fn a_searchset_is_asked_for_only_where_it_is_registered() {
    for scope in ["launch fhir", "fhir launch"] {
        assert_eq!(asked(BOTH, scope, own()).await.unwrap(), "demo-host");
        let refused = asked(&[Scope::Launch], scope, own()).await.unwrap_err();
        assert_eq!((refused.status, refused.error), (400, "invalid_scope"), "HAZ-047: {scope}");
        assert_eq!(refused.audit.issuer.as_deref(), Some("demo-host"), "HAZ-047");
    }
    for scope in
        ["fhir", "launch  fhir", "launch fhir fhir", "launch,fhir", "launch fhir openid", "LAUNCH FHIR", ""]
    {
        let refused = asked(BOTH, scope, own()).await.unwrap_err();
        assert_eq!((refused.status, refused.error), (400, "invalid_scope"), "HAZ-046: {scope}");
    }
    assert!(asked(&[Scope::Launch], "launch", own()).await.is_ok());
}

#[tokio::test]
async fn whoever_shows_no_certificate_is_given_no_token() {
    let other = Channel::Back(Some(Certificate::new(b"another")));
    for channel in [Channel::Public, Channel::Back(None), other] {
        let refused = asked(BOTH, "launch fhir", channel).await.unwrap_err();
        assert_eq!((refused.status, refused.error), (401, "invalid_client"), "HAZ-046");
        assert_eq!(refused.audit.reason, "certificate", "HAZ-046");
    }
}

#[test]
fn a_registration_without_launch_or_without_a_certificate_is_refused() {
    let loads = |scopes: &[Scope], certificates: &[&str]| {
        let certificates = certificates.iter().map(|name| (*name).to_owned()).collect();
        let config = HostConfig { scopes: scopes.to_vec(), certificates, ..host_config("demo-host") };
        Hosts::load(vec![config], &policy_dir()).is_ok()
    };
    assert!(loads(&[Scope::Launch], &[]) && loads(BOTH, &["pas.example"]));
    for (scopes, certificates) in
        [(BOTH, vec![]), (&[Scope::Fhir], vec!["pas.example"]), (&[], vec!["pas.example"])]
    {
        assert!(!loads(scopes, &certificates), "HAZ-047: {scopes:?}");
    }
    assert_eq!(host_config("demo-host").scopes, [Scope::Launch], "HAZ-047: off unless it is written");
    assert!(
        toml::from_str::<toml::Table>("scopes = [\"patient/*.read\"]")
            .is_ok_and(|table| { table["scopes"].clone().try_into::<Vec<Scope>>().is_err() })
    );
}
