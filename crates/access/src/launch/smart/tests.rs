//! A host's SMART server behaves, misbehaves and is impersonated; and nothing is asked of anybody who is not registered.

use super::{Callback, Door, Failure, Finished, begin, finish};
use crate::{
    Refusal, Role,
    host::Hosts,
    keys::Keys,
    launch::{
        Route,
        oidc::{
            Begun,
            fake::{AT, Fake, KEY_FILE, query},
        },
    },
    session,
    testing::{self, Fixed, NUMBER, host_config, now, policy_dir},
};
use serde_json::{Value, json};
use std::sync::Arc;

const FHIR: &str = "http://127.0.0.1:9/fhir";
const OURS: &str = "https://gateway.example";

/// A gateway with two SMART hosts and one server for both.
struct World {
    hosts: Hosts,
    keys: Keys,
    fetched: Fixed,
    fake: Fake,
}

fn smart_config(iss: &str, roles: &str) -> super::SmartConfig {
    toml::from_str(&format!(
        r#"
        iss = "{iss}"
        issuer = "{AT}"
        jwks_url = "http://127.0.0.1:1/demo-host"
        client_id = "shcr"
        key_file = "{}"
        key_id = "ours-1"
        endpoint_hosts = ["127.0.0.1:9"]
        algorithms = ["ES384"]
        {roles}
        "#,
        KEY_FILE.display()
    ))
    .unwrap()
}

const IN_ID_TOKEN: &str = "roles_from = \"id-token\"\nrole_claim = \"role\"\norganisation_claim = \"org\"";

fn world_with(roles: &str) -> World {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (mut demo, mut other) = (host_config("demo-host"), host_config("other-host"));
    demo.smart = Some(smart_config(FHIR, roles));
    other.smart = Some(smart_config("http://127.0.0.1:9/other", IN_ID_TOKEN));
    let mut hosts = Hosts::load_in(true, vec![demo, other], &policy_dir()).unwrap();
    let fake = Fake::new();
    fake.edit(|script| {
        script.claims["fhirUser"] = json!(format!("{FHIR}/Practitioner/p-1"));
        script.claims["name"] = json!("Dr N Example");
        script.claims["role"] = json!("DOCTOR");
        script.claims["org"] = json!("ZZ910");
        script.claims["acr"] = json!("AAL2");
        script.beside = json!({"patient": "pat-1", "need_patient_banner": false,
            "smart_style_url": format!("{AT}/style.json"), "intent": "reconcile", "tenant": "t"});
        script.resources.insert(format!("{FHIR}/Patient/pat-1"), patient());
    });
    for host in ["demo-host", "other-host"] {
        hosts.smart_mut(host).provider.outbound = Arc::new(fake.clone());
    }
    let fetched = Fixed::default();
    let keys = Keys::over(Box::new(fetched.clone()), hosts.issuers());
    World { hosts, keys, fetched, fake }
}

fn world() -> World {
    world_with(IN_ID_TOKEN)
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient", "id": "pat-1",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER}],
        "name": [{"use": "nickname", "given": ["Dor"]}, {"use": "official", "family": "Testpatient", "given": ["Doreen"]}],
        "birthDate": "1935-08-14", "gender": "female",
        "generalPractitioner": [{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ901"}}],
    })
}

impl World {
    fn door(&self) -> Door<'_> {
        Door { hosts: &self.hosts, keys: &self.keys, public_url: OURS, training: true, now: now() }
    }

    async fn begin(&self, iss: &str) -> Result<Begun, Failure> {
        begin(self.door(), iss, "launch-1", None).await
    }

    async fn back(&self, host: &str, begun: Begun, callback: Callback) -> Result<Finished, Failure> {
        finish(self.door(), host, (Some(begun.pending), Some(begun.cookie)), callback).await
    }

    /// The whole way, everything as it should be on our side.
    async fn launch(&self) -> Result<Finished, Failure> {
        let begun = self.begin(FHIR).await?;
        let callback = self.fake.sign_in(&begun);
        self.back("demo-host", begun, callback).await
    }

    fn packets(&self) -> usize {
        self.fake.asked().len() + self.fetched.count()
    }

    /// What becomes of a launch after the server was told to behave so.
    async fn after(edit: impl FnOnce(&mut crate::launch::oidc::fake::Script)) -> Result<Finished, Failure> {
        let world = world();
        world.fake.edit(edit);
        world.launch().await
    }
}

fn is(result: Result<Finished, Failure>, refusal: &Refusal, reason: &str) {
    let failure = result.map(|_| ()).expect_err(reason);
    assert_eq!((&failure.refusal, failure.reason), (refusal, reason), "HAZ-046");
    assert_eq!(failure.issuer.as_deref(), Some("demo-host"));
}

// shows: R29, R30, R31
#[tokio::test]
async fn a_smart_launch_names_one_professional_and_one_person() {
    let world = world();
    let finished = world.launch().await.unwrap();
    let launch = &finished.launch;
    assert_eq!((launch.route, launch.role, launch.assurance), (Route::Smart, Some(Role::R1), 2));
    assert_eq!(launch.person.nhs_number.digits(), NUMBER);
    assert_eq!((launch.person.family.as_str(), launch.organisation.ods.as_str()), ("Testpatient", "ZZ910"));
    assert_eq!(launch.host_session.as_deref(), Some("s-1"));
    assert_eq!(launch.relationship_codes().into_iter().collect::<Vec<_>>(), ["host-open"]);
    finished.revocation.unwrap().send().await;
    let asked: Vec<String> = world.fake.asked().into_iter().map(|asked| asked.url).collect();
    let wanted = ["/fhir/.well-known/smart-configuration", "/token", "/fhir/Patient/pat-1", "/revoke"];
    assert_eq!(asked, wanted.map(|path| format!("{AT}{path}")), "no style, no banner's wish, nothing else");
}

#[tokio::test]
async fn the_request_carries_a_challenge_and_the_exchange_its_proof_and_no_client_id() {
    let world = world();
    let begun = world.begin(FHIR).await.unwrap();
    let sent = query(&begun.location);
    for (key, value) in [
        ("response_type", "code"),
        ("client_id", "shcr"),
        ("scope", "openid fhirUser launch patient/Patient.r"),
        ("aud", FHIR),
        ("launch", "launch-1"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", "https://gateway.example/launch/smart/callback/demo-host"),
    ] {
        assert_eq!(sent[key], value);
    }
    assert!(!sent.contains_key("claims"), "auth_time is asked of hosts that support it only");
    let callback = world.fake.sign_in(&begun);
    world.back("demo-host", begun, callback).await.unwrap();
    let token = world.fake.asked().into_iter().find(|asked| asked.url.ends_with("/token")).unwrap();
    assert!(!token.form.contains_key("client_id"));
    let claims: Value = {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let part = token.form["client_assertion"].split('.').nth(1).unwrap().to_owned();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("shcr"), Some("shcr")));
    assert_eq!(claims["aud"], format!("{AT}/token"));
    assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 60);
}

// shows: A6
#[tokio::test]
async fn t17_an_unregistered_issuer_causes_no_request() {
    let world = world();
    for iss in [
        "http://127.0.0.1:9/fhir/",
        "http://127.0.0.1:9/FHIR",
        "HTTP://127.0.0.1:9/fhir",
        "http://user@127.0.0.1:9/fhir",
        "http://[::ffff:127.0.0.1]:9/fhir",
        "http://127.0.0.1.nip.example:9/fhir",
        "http://127.0.0.1:9/fhir%2f",
        "http://127.0.0.1:9/fhir\r\nX: y",
        "http://169.254.169.254/latest",
        "",
    ] {
        let failure = world.begin(iss).await.unwrap_err();
        assert_eq!((failure.refusal, failure.reason), (Refusal::LaunchNotAccepted, "iss"), "HAZ-046 {iss}");
        assert_eq!(failure.issuer, None, "the asker's text goes nowhere");
    }
    assert_eq!(world.packets(), 0, "HAZ-046: no outbound request at all");
}

#[tokio::test]
async fn t18_discovery_that_leads_elsewhere_or_is_no_answer_is_refused() {
    let unreachable = |key| (Refusal::HostUnreachable, key);
    for (key, url) in [
        ("token_endpoint", "http://10.0.0.1/token"),
        ("token_endpoint", "https://evil.example/token"),
        ("token_endpoint", "http://127.0.0.1:9@evil.example/token"),
        ("authorization_endpoint", "file:///etc/passwd"),
        ("authorization_endpoint", "http://127.0.0.1:10/auth"),
        ("revocation_endpoint", "https://evil.example/revoke"),
    ] {
        let failure = World::after(|script| script.metadata[key] = json!(url)).await.unwrap_err();
        assert_eq!((failure.refusal, failure.reason), unreachable(key), "HAZ-046 {url}");
    }
    let well_known = format!("{FHIR}/.well-known/smart-configuration");
    for status in [301, 302, 307, 404, 500] {
        let failure = World::after(|script| {
            script.faults.insert(well_known.clone(), status);
        })
        .await
        .unwrap_err();
        assert_eq!((failure.refusal, failure.reason), unreachable("discovery"), "{status}");
    }
    let huge = World::after(|script| script.metadata["x"] = json!("y".repeat(10_000_000))).await;
    assert_eq!(huge.unwrap_err().refusal.status(), 502);
    let other = World::after(|script| script.metadata["issuer"] = json!("https://other.example")).await;
    is(other, &Refusal::LaunchNotAccepted, "discovery issuer");
}

// shows: A11
#[tokio::test]
async fn t19_a_code_of_one_server_at_the_callback_of_another_is_refused() {
    let world = world();
    let begun = world.begin(FHIR).await.unwrap();
    let callback = world.fake.sign_in(&begun);
    let before = world.packets();
    let failure = world.back("other-host", begun, callback).await.unwrap_err();
    assert_eq!((failure.refusal, failure.reason), (Refusal::LaunchNotAccepted, "mix-up"), "HAZ-046");
    assert_eq!(world.packets(), before, "the code goes nowhere");
    for iss in [Some("https://other.example".to_owned()), None] {
        let begun = world.begin(FHIR).await.unwrap();
        let callback = Callback { iss, ..world.fake.sign_in(&begun) };
        is(world.back("demo-host", begun, callback).await, &Refusal::LaunchNotAccepted, "answer iss");
    }
}

// shows: A11
#[tokio::test]
async fn t20_state_and_nonce_belong_to_one_browser_and_one_sign_in() {
    let world = world();
    let begun = world.begin(FHIR).await.unwrap();
    let callback = world.fake.sign_in(&begun);
    let used = Refusal::LaunchUsedOrExpired;
    let nothing = finish(world.door(), "demo-host", (None, Some(begun.cookie)), callback.clone()).await;
    is(nothing, &used, "state");
    for cookie in [None, Some(session::new_secret())] {
        let kept = Some(begun.pending.clone());
        let stolen = finish(world.door(), "demo-host", (kept, cookie), callback.clone()).await;
        is(stolen, &used, "browser");
    }
    let reused = World::after(|script| script.claims["nonce"] = json!("of an earlier sign-in")).await;
    is(reused, &Refusal::LaunchNotAccepted, "nonce");
}

// shows: A11
#[tokio::test]
async fn t21_challenges_in_clear_and_foreign_verifiers_are_refused() {
    for methods in [json!(["S256", "plain"]), json!(["plain"]), json!([]), Value::Null] {
        let offered =
            World::after(|script| script.metadata["code_challenge_methods_supported"] = methods).await;
        is(offered, &Refusal::LaunchNotAccepted, "code challenge method");
    }
    // The code of one authorisation with the verifier of another: the server sees it, and we say so.
    let world = world();
    let (first, second) = (world.begin(FHIR).await.unwrap(), world.begin(FHIR).await.unwrap());
    let callback = world.fake.sign_in(&second);
    is(world.back("demo-host", first, callback).await, &Refusal::LaunchNotAccepted, "token refused");
}

// shows: A11
#[tokio::test]
async fn t22_a_code_is_told_by_its_hash_so_that_its_second_use_is_seen() {
    let world = world();
    let begun = world.begin(FHIR).await.unwrap();
    let callback = world.fake.sign_in(&begun);
    let (pending, cookie) = (begun.pending.clone(), begun.cookie);
    let finished = world.back("demo-host", begun, callback.clone()).await.unwrap();
    assert_eq!(finished.code_hash, session::hash(callback.code.clone().unwrap().as_bytes()));
    let again = finish(world.door(), "demo-host", (Some(pending), Some(cookie)), callback).await;
    is(again, &Refusal::LaunchNotAccepted, "token refused");
}

// shows: A12
#[tokio::test]
async fn t23_a_patient_that_is_not_the_one_named_is_refused() {
    let not = Refusal::LaunchNotAccepted;
    let swapped = World::after(|script| script.claims["patient"] = json!("pat-2")).await;
    is(swapped, &not, "patient");
    let address = format!("{FHIR}/Patient/pat-1");
    let other =
        World::after(|script| script.resources.get_mut(&address).unwrap()["id"] = json!("pat-2")).await;
    is(other, &not, "Patient.id");
    let path = World::after(|script| script.beside["patient"] = json!("../Patient/pat-2?x=")).await;
    is(path, &not, "patient");
    let none = World::after(|script| drop(script.beside.as_object_mut().unwrap().remove("patient"))).await;
    is(none, &Refusal::LaunchIncomplete, "patient");
    let two = World::after(|script| {
        let number = json!({"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"});
        script.resources.get_mut(&address).unwrap()["identifier"].as_array_mut().unwrap().push(number);
    });
    is(two.await, &Refusal::LaunchIncomplete, "Patient.identifier");
}

#[tokio::test]
async fn t24_t31_whoever_is_no_professional_is_refused() {
    for user in
        ["Patient/pat-1", "RelatedPerson/r-1", "Person/p-1", "Device/d-1", "https://x.example/Practitioner"]
    {
        let failure = World::after(|script| script.claims["fhirUser"] = json!(user)).await;
        is(failure, &Refusal::LaunchNotAccepted, "fhirUser");
    }
    let elsewhere = World::after(|script| {
        script.claims["fhirUser"] = json!("https://elsewhere.example/fhir/Practitioner/p-1");
    });
    is(elsewhere.await, &Refusal::LaunchNotAccepted, "fhirUser");
    for claim in ["nhs_number", "identity_proofing_level", "vot"] {
        let failure = World::after(|script| script.claims[claim] = json!("P9")).await;
        is(failure, &Refusal::LaunchNotAccepted, "citizen");
    }
    let generic = World::after(|script| script.claims["sub"] = json!("system")).await;
    is(generic, &Refusal::LaunchNotAccepted, "sub");
}

#[tokio::test]
async fn t25_nothing_in_a_launch_moves_where_the_browser_is_sent() {
    let world = world();
    for launch in [
        "https://evil.example/",
        "x&redirect_uri=https://evil.example/",
        "x\r\nLocation: https://evil.example/",
    ] {
        let begun = begin(world.door(), FHIR, launch, None).await.unwrap();
        assert!(begun.location.starts_with(&format!("{AT}/auth?")), "HAZ-046 {launch}");
        assert!(!begun.location.contains(['\r', '\n']));
        let sent = query(&begun.location);
        assert_eq!(sent["redirect_uri"], "https://gateway.example/launch/smart/callback/demo-host");
        assert_eq!(sent["launch"], launch, "given back to its own server, as it came");
    }
    let long = begin(world.door(), FHIR, &"x".repeat(5000), None).await.unwrap_err();
    assert_eq!(long.refusal, Refusal::LaunchIncomplete);
}

#[tokio::test]
async fn t7_tokens_of_another_kind_time_or_audience_are_no_identity() {
    let not = Refusal::LaunchNotAccepted;
    for typ in
        ["shcr-launch+jwt", "shcr-actor+jwt", "shcr-form+jwt", "shcr-event+jwt", "logout+jwt", "at+jwt"]
    {
        is(World::after(|script| script.header["typ"] = json!(typ)).await, &not, "typ");
    }
    for (claim, value, reason) in [
        ("aud", json!("another"), "aud"),
        ("aud", json!(["shcr", "another"]), "aud"),
        ("azp", json!("another"), "azp"),
        ("iss", json!("https://other.example"), "iss"),
        ("iat", json!(testing::NOW_S - 3600), "iat"),
        ("iat", json!(testing::NOW_S + 120), "iat"),
        ("exp", json!(testing::NOW_S - 120), "exp"),
        ("sub", json!(""), "sub"),
    ] {
        is(World::after(|script| script.claims[claim] = value).await, &not, reason);
    }
    for member in ["jku", "jwk", "x5u", "x5c", "crit"] {
        is(World::after(|script| script.header[member] = json!("https://evil.example/")).await, &not, member);
    }
    is(World::after(|script| script.header["alg"] = json!("RS256")).await, &not, "alg");
}

// shows: R34
#[tokio::test]
async fn roles_come_from_practitioner_role_for_hosts_registered_so_and_no_others() {
    let world = world_with("roles_from = \"practitioner-role\"");
    let begun = world.begin(FHIR).await.unwrap();
    assert!(query(&begun.location)["scope"].ends_with(" user/PractitionerRole.rs"));
    let roles = format!("{FHIR}/PractitionerRole?practitioner=Practitioner/p-1");
    let role = |id: &str, of: &str, ods: &str, code: &str| {
        json!({"resource": {
            "resourceType": "PractitionerRole", "id": id,
            "practitioner": {"reference": format!("Practitioner/{of}"), "display": "Dr N Example"},
            "organization": {"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": ods}},
            "code": [{"coding": [{"code": code}]}],
        }})
    };
    world.fake.edit(|script| {
        let entries = json!([
            role("a", "p-1", "ZZ910", "NURSE"),
            role("b", "p-1", "ZZ999", "DOCTOR"),
            role("c", "p-2", "ZZ910", "DOCTOR"),
        ]);
        script.resources.insert(roles.clone(), json!({"resourceType": "Bundle", "entry": entries}));
        script.claims.as_object_mut().unwrap().remove("name");
    });
    let callback = world.fake.sign_in(&begun);
    let launch = world.back("demo-host", begun, callback).await.unwrap().launch;
    assert_eq!(
        (launch.role, launch.role_claims.as_slice()),
        (Some(Role::R2), &["NURSE".to_owned()][..]),
        "HAZ-047"
    );
    assert_eq!(launch.practitioner.display, "Dr N Example");
    let asked = World::after(|_| {}).await.map(|_| ());
    assert!(asked.is_ok(), "the other host's role stands in its identity token");
}

#[tokio::test]
async fn an_organisation_the_host_may_not_name_is_refused() {
    let foreign = World::after(|script| script.claims["org"] = json!("ZZ901")).await;
    is(foreign, &Refusal::LaunchNotAccepted, "organization");
    let unmapped = World::after(|script| script.claims["role"] = json!("CLEANER")).await.unwrap();
    assert_eq!(unmapped.launch.role, None, "HAZ-047: the browser is told no-role");
}

#[tokio::test]
async fn a_test_number_in_a_live_gateway_is_said_as_for_nobody() {
    let world = world();
    let begun = world.begin(FHIR).await.unwrap();
    let callback = world.fake.sign_in(&begun);
    let live = Door { training: false, ..world.door() };
    let kept = (Some(begun.pending), Some(begun.cookie));
    is(finish(live, "demo-host", kept, callback).await, &Refusal::NoSharedRecord, "test number");
}

#[tokio::test]
async fn an_access_token_is_revoked_after_a_refusal_too() {
    let world = world();
    world.fake.edit(|script| script.claims["fhirUser"] = json!("Patient/pat-1"));
    world.launch().await.unwrap_err();
    let last = world.fake.asked().pop().unwrap();
    assert_eq!((last.url.as_str(), last.form["token"].as_str()), ("http://127.0.0.1:9/revoke", "at-1"));
    assert_eq!(last.bearer, None);
}
