//! Forms from the host's own page, from another, replayed as something else, and changed on the way.

use super::*;
use crate::{
    Refusal,
    testing::{
        DEMO_KEY, Fixed, OTHER_KEY, TOKEN_URL,
        doors::{self, ORIGIN, encrypt, own_keys},
        header, launch_claims, now, sign,
    },
};
use serde_json::{Value, json};

struct Desk {
    hosts: Hosts,
    _folder: tempfile::TempDir,
    own: OwnKeys,
    fixed: Fixed,
}

impl Desk {
    fn new() -> Self {
        let (hosts, folder) = doors::hosts();
        Self { hosts, _folder: folder, own: own_keys(), fixed: Fixed::default() }
    }

    async fn post(&self, assertion: &str, origin: Option<&str>) -> Result<Accepted, Declined> {
        let keys = Keys::over(Box::new(self.fixed.clone()), self.hosts.issuers());
        let judge =
            Judge { hosts: &self.hosts, keys: &keys, own: &self.own, token_url: TOKEN_URL, training: true };
        judge.accept(Posted { assertion, origin }, now()).await
    }

    async fn send(&self, typ: &str, claims: &Value) -> Result<Accepted, Declined> {
        let inner = sign(&header(typ), &claims.to_string(), &DEMO_KEY);
        self.post(&encrypt(&inner, &self.own, |_| {}), Some(ORIGIN)).await
    }
}

// shows: R32
#[tokio::test]
async fn a_form_from_the_hosts_page_is_a_launch_of_two_factors_at_most() {
    let desk = Desk::new();
    let mut claims = launch_claims();
    claims["acr"] = json!("AAL3");
    let accepted = desk.send("shcr-form+jwt", &claims).await.unwrap();
    assert_eq!((accepted.launch.route, accepted.launch.assurance), (Route::Form, 2), "HAZ-047");
    assert_eq!(accepted.issuer, "demo-host");
}

#[tokio::test]
async fn t28_a_form_from_a_foreign_page_is_refused_without_a_packet() {
    let desk = Desk::new();
    let inner = sign(&header("shcr-form+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let form = encrypt(&inner, &desk.own, |_| {});
    for origin in
        [None, Some("null"), Some("https://attacker.example"), Some("https://pas.trust.example:8443")]
    {
        let declined = desk.post(&form, origin).await.unwrap_err();
        assert_eq!((declined.reason, &declined.refusal), ("origin", &Refusal::LaunchNotAccepted), "HAZ-046");
        assert_eq!(declined.issuer.as_deref(), Some("demo-host"));
    }
    assert_eq!(desk.fixed.count(), 0, "HAZ-046: no outbound packet");
}

#[tokio::test]
async fn t07_every_other_token_is_no_form() {
    let desk = Desk::new();
    for typ in ["shcr-launch+jwt", "shcr-actor+jwt", "shcr-event+jwt", "JWT", "at+jwt", "logout+jwt"] {
        let declined = desk.send(typ, &launch_claims()).await.unwrap_err();
        assert_eq!((declined.reason, declined.refusal), ("typ", Refusal::LaunchNotAccepted), "HAZ-046");
    }
    let bare = sign(&header("shcr-form+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let declined = desk.post(&bare, Some(ORIGIN)).await.unwrap_err();
    assert_eq!(declined.refusal, Refusal::LaunchNotAccepted, "HAZ-046: signed but not encrypted");
    let form_as_launch = crate::testing::form_of(bare.clone(), crate::testing::client_assertion());
    let refusal = crate::testing::accept(&form_as_launch).await.unwrap_err();
    assert_eq!((refusal.status, refusal.audit.reason), (400, "typ"), "HAZ-046");
}

#[tokio::test]
async fn t15_a_changed_or_strange_form_opens_nothing() {
    let desk = Desk::new();
    let strange = sign(&header("shcr-form+jwt"), &launch_claims().to_string(), &OTHER_KEY);
    let declined = desk.post(&encrypt(&strange, &desk.own, |_| {}), Some(ORIGIN)).await.unwrap_err();
    assert_eq!((declined.reason, declined.refusal), ("signature", Refusal::LaunchNotAccepted), "HAZ-046");
    let mut claims = launch_claims();
    claims["patient"]["birthDate"] = json!("1935");
    let declined = desk.send("shcr-form+jwt", &claims).await.unwrap_err();
    assert_eq!((declined.reason, declined.refusal), ("patient.birthDate", Refusal::LaunchIncomplete));
    let mut claims = launch_claims();
    claims["extensions"]["ihe_iua"]["subject_organization_id"] = json!("ZZ921");
    let declined = desk.send("shcr-form+jwt", &claims).await.unwrap_err();
    assert_eq!(declined.refusal, Refusal::LaunchNotAccepted, "HAZ-047: another host's organisation is 403");
    let mut claims = launch_claims();
    claims["iss"] = json!("other-host");
    let inner = sign(&header("shcr-form+jwt"), &claims.to_string(), &OTHER_KEY);
    let declined = desk.post(&encrypt(&inner, &desk.own, |_| {}), Some(ORIGIN)).await.unwrap_err();
    assert_eq!(declined.reason, "origin", "HAZ-046: a host without this way in");
}
