//! Forged, edited, mistyped, oversized and late launches (HAZ-046), and what an accepted one says.

use super::{Accepted, Channel, Keys, Launch, TokenError, TokenForm, session};
use crate::{Role, host::Hosts, launch::Purpose, testing::*};
use aws_lc_rs::hmac;
use serde_json::{Value, json};

/// A launch under another header.
async fn headed(edit: impl FnOnce(&mut Value)) -> Result<Accepted, TokenError> {
    let mut head = header("shcr-launch+jwt");
    edit(&mut head);
    accept(&form_of(sign(&head, &launch_claims().to_string(), &DEMO_KEY), client_assertion())).await
}

fn refused(result: Result<Accepted, TokenError>, reason: &str) {
    let refusal = result.expect_err(reason);
    assert_eq!((refusal.status, refusal.error), (400, "invalid_grant"), "HAZ-046 {reason}");
    assert_eq!(refusal.audit.reason, reason, "HAZ-046");
    assert_eq!(refusal.audit.issuer.as_deref(), Some("demo-host"));
    assert!(refusal.description.starts_with(reason), "the description names the claim");
}

#[tokio::test]
async fn a_signed_launch_opens_for_one_professional_and_one_person() {
    let accepted = edited(|_| {}).await.unwrap();
    assert_eq!(accepted.issuer, "demo-host");
    assert_eq!(accepted.jti_hash, session::hash(b"abcdefghijklmnopqrstuv"));
    assert_eq!(accepted.expires_s, NOW_S + 60 + 120);
    let launch = accepted.launch;
    assert_eq!(launch.role, Some(Role::R1));
    assert_eq!(launch.person.nhs_number.digits(), NUMBER);
    assert_eq!(launch.organisation.kind, "acute");
    assert_eq!((launch.assurance, &launch.purpose), (2, &Purpose::Treat));
    assert_eq!(launch.frame_origins, ["http://127.0.0.1:4000"]);
    assert_eq!((launch.assertion_hash.len(), launch.practitioner.title.as_deref()), (64, None));
    let again = Launch::from_sealed_bytes(&launch.to_sealed_bytes()).unwrap();
    assert_eq!(again, launch);
    assert!(again.person.birth_date.is_readable(), "HAZ-001: a stored birth date can still be compared");
}

#[tokio::test]
async fn debug_of_a_launch_names_nobody() {
    let accepted = edited(|_| {}).await.unwrap();
    let printed = format!("{accepted:?} {:?} {:?}", accepted.launch.person, accepted.launch.practitioner);
    for secret in [NUMBER, "Testpatient", "Doreen", "1935", "Example", "u-1"] {
        assert!(!printed.contains(secret), "HAZ-049: Debug gives `{secret}` away");
    }
}

// shows: F25, A9
#[tokio::test]
async fn t06_times_beyond_the_skew_are_refused() {
    for (claims, reason) in [
        (json!({"iat": NOW_S + 61, "exp": NOW_S + 90}), "iat"),
        (json!({"nbf": NOW_S + 61}), "nbf"),
        (json!({"exp": NOW_S + 61}), "exp"),
        (json!({"iat": NOW_S - 31_536_000, "exp": NOW_S + 10}), "iat"),
        (json!({"iat": NOW_S - 31_536_000, "exp": NOW_S - 31_535_990}), "iat"),
        (json!({"iat": NOW_S - 300, "nbf": NOW_S - 300, "exp": NOW_S - 240}), "iat"),
        (json!({"iat": NOW_S + 300, "nbf": NOW_S + 300, "exp": NOW_S + 360}), "iat"),
        (json!({"iat": NOW_S - 100, "exp": NOW_S - 61}), "exp"),
        (json!({"exp": NOW_S}), "exp"),
        (json!({"iat": "now"}), "iat"),
        (json!({"exp": 1e300}), "exp"),
        (json!({"exp": -1}), "exp"),
        (json!({"exp": null}), "exp"),
    ] {
        // HAZ-045: both clocks may be off by a minute, and no more.
        refused(edited(|launch| merge(launch, &claims)).await, reason);
    }
    for shift in [-60, 60] {
        let claims = json!({"iat": NOW_S + shift, "nbf": NOW_S + shift, "exp": NOW_S + shift + 60});
        assert!(edited(|launch| merge(launch, &claims)).await.is_ok(), "HAZ-045, HAZ-057: skew of {shift} s");
    }
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().unwrap() {
        into[key] = value.clone();
    }
}

// shows: A8
#[tokio::test]
async fn t07_a_token_of_another_kind_is_no_launch() {
    for typ in ["JWT", "at+jwt", "shcr-actor+jwt", "shcr-form+jwt", "shcr-event+jwt", "logout+jwt", ""] {
        refused(headed(|head| head["typ"] = json!(typ)).await, "typ");
    }
    refused(headed(|head| drop(head.as_object_mut().unwrap().remove("typ"))).await, "typ");
    for aud in [json!("https://elsewhere.example/token"), json!([TOKEN_URL]), json!("demo-host"), Value::Null]
    {
        refused(edited(|claims| claims["aud"] = aud).await, "aud");
    }
    let client_as_launch = form_of(client_assertion(), client_assertion());
    refused(accept(&client_as_launch).await, "typ");
    let launch = sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let launch_as_client = accept(&form_of(launch.clone(), launch)).await.unwrap_err();
    assert_eq!((launch_as_client.status, launch_as_client.audit.reason), (401, "typ"), "HAZ-046");
}

// shows: A3, A4
#[tokio::test]
async fn t08_algorithms_outside_the_list_are_refused() {
    for alg in ["none", "None", "HS256", "HS384", "ES256", "RS256", "EdDSA", "ES384 ", ""] {
        refused(headed(|head| head["alg"] = json!(alg)).await, "alg");
    }
    // On the project's list, but not on this host's.
    refused(headed(|head| head["alg"] = json!("RS384")).await, "alg");
    let point = session::encode(jwk(&DEMO_KEY, "k1").to_string().as_bytes());
    let head = json!({"alg": "HS384", "typ": "shcr-launch+jwt", "kid": "k1"});
    let text = sign(&head, &launch_claims().to_string(), &DEMO_KEY);
    let signed = text.rsplit_once('.').unwrap().0;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA384, point.as_bytes()), signed.as_bytes());
    let forged = format!("{signed}.{}", session::encode(tag.as_ref()));
    refused(accept(&form_of(forged, client_assertion())).await, "alg");
    let unsigned = format!("{signed}.");
    refused(accept(&form_of(unsigned, client_assertion())).await, "form");
}

// shows: A6, A7
#[tokio::test]
async fn t09_a_header_that_brings_its_own_key_is_refused_without_a_packet() {
    for member in ["jku", "x5u", "jwk", "x5c", "crit", "b64"] {
        let mut head = header("JWT");
        head[member] = json!("https://attacker.example/keys");
        let client = sign(&head, &client_claims().to_string(), &DEMO_KEY);
        let (hosts, fixed) = (hosts(), Fixed::default());
        let keys = Keys::over(Box::new(fixed.clone()), hosts.issuers());
        let form = form_of("a.b.c".to_owned(), client);
        let refusal = accept_with(&form, &hosts, &keys, true).await.unwrap_err();
        assert_eq!((refusal.status, refusal.audit.reason), (401, member), "HAZ-046");
        assert_eq!(fixed.count(), 0, "HAZ-046: no outbound packet for `{member}`");
        refused(headed(|head| head[member] = json!(["x"])).await, member);
    }
}

async fn accept_with(
    form: &TokenForm,
    hosts: &Hosts,
    keys: &Keys,
    training: bool,
) -> Result<Accepted, TokenError> {
    super::accept(form, hosts, keys, TOKEN_URL, training, now()).await
}

// shows: A10
#[tokio::test]
async fn t11_one_hosts_assertion_under_anothers_key_is_refused() {
    let forged = sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &OTHER_KEY);
    refused(accept(&form_of(forged, client_assertion())).await, "signature");
    refused(edited(|claims| claims["iss"] = json!("other-host")).await, "iss");
    let mut claims = client_claims();
    merge(&mut claims, &json!({"iss": "other-host", "sub": "other-host"}));
    let other = sign(&header("JWT"), &claims.to_string(), &OTHER_KEY);
    let ours = sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let mixed = accept(&form_of(ours, other)).await.unwrap_err();
    assert_eq!((mixed.status, mixed.audit.issuer.as_deref()), (400, Some("other-host")), "HAZ-046");
}

#[tokio::test]
async fn an_unproven_client_is_refused_and_not_named() {
    let launch = || sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let mut none = form_of(launch(), client_assertion());
    none.client_assertion = None;
    let unknown = |claims: Value| form_of(launch(), sign(&header("JWT"), &claims.to_string(), &DEMO_KEY));
    let mut stranger = client_claims();
    stranger["iss"] = json!("stranger\r\nX-Injected: 1");
    let (mut other_sub, mut late, mut short) = (client_claims(), client_claims(), client_claims());
    other_sub["sub"] = json!("u-1");
    late["exp"] = json!(NOW_S + 61);
    short["jti"] = json!("1");
    for (form, issuer) in [
        (none, None),
        (unknown(stranger), None),
        (unknown(other_sub), Some("demo-host")),
        (unknown(late), Some("demo-host")),
        (unknown(short), Some("demo-host")),
    ] {
        let refusal = accept(&form).await.unwrap_err();
        assert_eq!((refusal.status, refusal.error), (401, "invalid_client"), "HAZ-046");
        assert_eq!(refusal.audit.issuer.as_deref(), issuer);
        assert!(!refusal.description.contains("stranger"), "errors never echo input");
    }
}

// shows: A36
#[tokio::test]
async fn t12_hostile_sizes_and_shapes_are_refused() {
    let sized =
        |claims: String| form_of(sign(&header("shcr-launch+jwt"), &claims, &DEMO_KEY), client_assertion());
    let good = launch_claims().to_string();
    let rest = good.strip_prefix('{').unwrap();
    let many: String = (0..10_000).map(|n| format!("\"c{n}\":1,")).collect();
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let deeper = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for (claims, reason) in [
        (format!("{{\"pad\":\"{}\",{rest}", "x".repeat(1_000_000)), "size"),
        (format!("{{{many}{rest}"), "size"),
        (format!("{{\"deep\":{deep},{rest}"), "form"),
        (format!("{{\"deep\":{deeper},{rest}"), "size"),
        (format!("{{\"sub\":\"u-2\",{rest}"), "form"),
        (format!("{{\"patient\":{{}},{rest}"), "form"),
        ("[]".to_owned(), "form"),
        ("\u{0}".to_owned(), "form"),
    ] {
        refused(accept(&sized(claims)).await, reason);
    }
    for text in ["", ".", "..", "a.b", "a.b.c.d", "=.=.=", "é.é.é"] {
        let result = accept(&form_of(text.to_owned(), client_assertion())).await;
        assert_eq!(result.unwrap_err().status, 400, "HAZ-046: `{text}`");
    }
}

// shows: A13
#[tokio::test]
async fn t14_a_host_names_its_own_organisations_and_roles_only() {
    let iua =
        |key: &'static str, value: Value| edited(move |claims| claims["extensions"]["ihe_iua"][key] = value);
    refused(iua("subject_organization_id", json!("ZZ999")).await, "subject_organization_id");
    refused(iua("subject_organization_id", json!("zz910")).await, "subject_organization_id");
    refused(iua("subject_role", json!([])).await, "subject_role");
    for roles in [json!(["SUPERUSER"]), json!(["CPN"]), json!(["DOCTOR", "NURSE"])] {
        let launch = iua("subject_role", roles).await.unwrap().launch;
        assert_eq!(launch.role, None, "HAZ-047: unmapped, mapped elsewhere, or two at once is no role");
    }
    let launch = iua("subject_role", json!(["DOCTOR", "SOMETHING-ELSE"])).await.unwrap().launch;
    assert_eq!(launch.role, Some(Role::R1));
}

#[tokio::test]
async fn t16_nobodys_account_is_refused() {
    for sub in ["", "a\u{202e}b", "a\r\nb"] {
        refused(edited(|claims| claims["sub"] = json!(sub)).await, "sub");
    }
    const SHARED: &str = "sub: a shared account";
    for sub in ["system", "SYSTEM", "admin", "generic", "shared"] {
        refused(edited(|claims| claims["sub"] = json!(sub)).await, SHARED);
    }
    refused(edited(|claims| claims["nhs"]["local_user_id"] = json!("Reception")).await, SHARED);
    refused(edited(|c| c["extensions"]["ihe_iua"]["subject_name"] = json!("Guest")).await, SHARED);
    assert!(edited(|claims| claims["nhs"]["local_user_id"] = json!("UNK")).await.is_ok());
}

#[tokio::test]
async fn t15_every_missing_or_unreadable_claim_about_the_person_is_refused() {
    let system = "https://fhir.nhs.uk/Id/nhs-number";
    let number = |value: &str| json!([{"system": system, "value": value}]);
    let two = json!([{"system": system, "value": NUMBER}, {"system": system, "value": "9990000026"}]);
    for (path, value, reason) in [
        ("identifier", number("9990000019"), "patient.identifier"),
        ("identifier", number("999-000-0018"), "patient.identifier"),
        ("identifier", two, "patient.identifier"),
        ("identifier", json!([{"value": NUMBER}]), "patient.identifier"),
        ("identifier", json!(null), "patient.identifier"),
        ("birthDate", json!("1935"), "patient.birthDate"),
        ("birthDate", json!("14/08/1935"), "patient.birthDate"),
        ("birthDate", json!("1935-02-30"), "patient.birthDate"),
        ("name", json!({}), "patient.name.given"),
        ("name", json!({"given": ["A"]}), "patient.name.family"),
        ("name", json!({"given": ["A\u{2066}"], "family": "B"}), "patient.name.given"),
        ("gender", json!("F"), "patient.gender"),
        ("gpPracticeOds", json!("a practice"), "patient.gpPracticeOds"),
        ("sensitive", json!("yes"), "patient.sensitive"),
    ] {
        refused(edited(|claims| claims["patient"][path] = value).await, reason);
    }
    for (claim, reason) in [("patient", "patient"), ("extensions", "extensions.ihe_iua"), ("jti", "jti")] {
        refused(edited(|claims| claims[claim] = Value::Null).await, reason);
    }
    let other = json!("https://fhir.nhs.uk/Id/nhs-number|9990000026");
    refused(edited(|c| c["extensions"]["ihe_iua"]["person_id"] = other).await, "person_id");
}

#[tokio::test]
async fn unknown_evidence_and_double_purposes_are_refused() {
    refused(edited(|claims| claims["relationship"] = json!([{"code": "curious"}])).await, "relationship");
    refused(edited(|claims| claims["relationship"] = json!(["host-open"])).await, "relationship");
    let purposes = json!(["TREAT", "ETREAT"]);
    refused(edited(|c| c["extensions"]["ihe_iua"]["purpose_of_use"] = purposes).await, "purpose_of_use");
    for jti in ["1", "abcdefghijklmnopqrstu", "abcdefghijklmnopqrst/v"] {
        refused(edited(|claims| claims["jti"] = json!(jti)).await, "jti");
    }
    let uuid = json!("1b671a64-40d5-491e-99b0-da01ff1f3341");
    assert!(edited(|claims| claims["jti"] = uuid).await.is_ok());
}

#[tokio::test]
async fn training_and_live_accept_each_only_its_own_numbers() {
    let form = form_of(
        sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &DEMO_KEY),
        client_assertion(),
    );
    let hosts = hosts();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    let live = accept_with(&form, &hosts, &keys, false).await.unwrap_err();
    assert_eq!(live.audit.reason, "patient.identifier", "HAZ-054: a test number in live");
    assert!(accept_with(&form, &hosts, &keys, true).await.is_ok(), "HAZ-054");
}

#[tokio::test]
async fn the_form_itself_is_checked() {
    let good = || form_of("a.b.c".into(), client_assertion());
    let grant = TokenForm { grant_type: "authorization_code".into(), ..good() };
    let scope = TokenForm { scope: "launch openid".into(), ..good() };
    let empty = TokenForm { assertion: String::new(), ..good() };
    for (form, error) in
        [(grant, "unsupported_grant_type"), (scope, "invalid_scope"), (empty, "invalid_request")]
    {
        let refusal = accept(&form).await.unwrap_err();
        assert_eq!((refusal.status, refusal.error), (400, error));
    }
    assert_eq!(format!("{:?}", good()), "TokenForm(…)", "HAZ-049");
}

#[tokio::test]
async fn assurance_is_what_the_hosts_table_says_and_else_one_factor() {
    for (acr, level) in [(json!("AAL2"), 2), (json!("AAL9"), 1), (Value::Null, 1)] {
        assert_eq!(edited(|claims| claims["acr"] = acr).await.unwrap().launch.assurance, level, "HAZ-047");
    }
}

/// Over the back channel, with this certificate, and with or without a client assertion.
async fn by(
    channel: Channel,
    client_id: Option<&str>,
    client_assertion: Option<String>,
) -> Result<Accepted, TokenError> {
    let (hosts, folder) = doors::hosts();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    let assertion = sign(&header("shcr-launch+jwt"), &launch_claims().to_string(), &DEMO_KEY);
    let form = TokenForm {
        client_id: client_id.map(str::to_owned),
        client_assertion_type: client_assertion.is_some().then(|| CLIENT_ASSERTION.to_owned()),
        client_assertion,
        channel,
        ..form_of(assertion, String::new())
    };
    let answer = super::accept(&form, &hosts, &keys, TOKEN_URL, true, now()).await;
    drop(folder);
    answer
}

const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// shows: R39, R40, A40
#[tokio::test]
async fn t13_another_partners_certificate_or_none_is_invalid_client() {
    let shown = |name: &str| Channel::Back(Some(certificate(name)));
    let own = || Some(client_assertion());
    assert!(by(shown("demo-host.example"), None, own()).await.is_ok());
    assert!(by(shown("demo-host.example"), Some("demo-host"), None).await.is_ok(), "tls_client_auth");
    for (channel, id, assertion, what) in [
        (shown("other-host.example"), None, own(), "another host's certificate"),
        (shown("other-host.example"), Some("demo-host"), None, "another host's certificate, alone"),
        (shown("demo-host.example.attacker.example"), None, own(), "a longer name"),
        (Channel::Back(None), None, own(), "none"),
        (Channel::Back(None), Some("demo-host"), None, "nothing at all"),
        (Channel::Public, Some("demo-host"), None, "the public listener without an assertion"),
        (shown("demo-host.example"), None, None, "a certificate of nobody in particular"),
        (shown("demo-host.example"), Some("other-host"), own(), "two names"),
        (shown("demo-host.example"), Some("stranger"), None, "a stranger"),
    ] {
        let refusal = by(channel, id, assertion).await.expect_err(what);
        assert_eq!((refusal.status, refusal.error), (401, "invalid_client"), "HAZ-046: {what}");
    }
}

#[tokio::test]
async fn t14_a_role_or_an_activity_outside_the_registration_is_refused() {
    let (hosts, _folder) = doors::hosts();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    for (path, key, value, reason) in [
        ("/extensions/ihe_iua", "subject_role", json!(["AMHP"]), "subject_role"),
        ("/extensions/ihe_iua", "subject_role", json!(["DOCTOR", "AMHP"]), "subject_role"),
        ("/nhs", "activity_codes", json!(["B0168"]), "activity_codes"),
        ("/extensions/ihe_iua", "subject_organization_id", json!("ZZ999"), "subject_organization_id"),
    ] {
        let mut claims = launch_claims();
        claims.pointer_mut(path).unwrap()[key] = value;
        let form =
            form_of(sign(&header("shcr-launch+jwt"), &claims.to_string(), &DEMO_KEY), client_assertion());
        refused(super::accept(&form, &hosts, &keys, TOKEN_URL, true, now()).await, reason);
    }
    let mut claims = launch_claims();
    claims["nhs"]["activity_codes"] = json!(["B0380"]);
    let form = form_of(sign(&header("shcr-launch+jwt"), &claims.to_string(), &DEMO_KEY), client_assertion());
    let launch = super::accept(&form, &hosts, &keys, TOKEN_URL, true, now()).await.unwrap().launch;
    assert_eq!(launch.smartcard.activity_codes, ["B0380"], "HAZ-047");
}

#[tokio::test]
async fn what_the_host_knows_of_the_workstation_is_carried() {
    let hint = json!({"workstation": "WARD-7-PC-2", "address": "10.20.1.4"});
    let launch = edited(|claims| claims["client_hint"] = hint).await.unwrap().launch;
    assert_eq!(launch.particulars.workstation.as_deref(), Some("WARD-7-PC-2"));
    assert_eq!(launch.particulars.workstation_address.as_deref(), Some("10.20.1.4"));
    refused(edited(|claims| claims["client_hint"] = json!({"address": "a\r\nb"})).await, "client_hint");
    refused(edited(|claims| claims["amr"] = json!([7])).await, "amr");
    refused(edited(|claims| claims["auth_time"] = json!("noon")).await, "auth_time");
}

// shows: R32, A33
#[tokio::test]
async fn t79_control_escape_and_direction_characters_are_refused_in_every_claim() {
    let hostile =
        ["a\r\nforged: line", "a\u{1b}[31mred", "a\u{202e}txt", "a\u{2066}b", "a\u{0}b", "a\u{2028}b"];
    for (path, key) in [
        ("", "sub"),
        ("", "host_session"),
        ("", "acr"),
        ("/patient/name", "family"),
        ("/patient", "gender"),
        ("/extensions/ihe_iua", "subject_name"),
        ("/extensions/ihe_iua", "subject_organization_id"),
        ("/extensions/ihe_iua", "national_provider_identifier"),
        ("/extensions/ihe_iua", "person_id"),
        ("/nhs", "sds_user_id"),
        ("/nhs", "sds_role_profile_id"),
        ("/nhs", "sds_job_role"),
        ("/nhs", "family"),
        ("/nhs", "given"),
        ("/nhs", "title"),
        ("/nhs", "local_user_id"),
        ("/nhs", "activity_codes"),
        ("/relationship/0", "code"),
        ("/relationship/0", "service"),
        ("/relationship/0", "since"),
        ("/relationship/0", "ref"),
    ] {
        for text in hostile {
            let answer = edited(|claims| claims.pointer_mut(path).unwrap()[key] = json!(text)).await;
            let refusal = answer.expect_err(key);
            assert_eq!(refusal.status, 400, "HAZ-046 {key}");
            assert!(
                !refusal.description.contains("forged") && !refusal.description.contains('\u{1b}'),
                "{key}"
            );
        }
    }
    // What breaks JSON or HTML is a name like any other: it is escaped where it is written.
    let launch = edited(|c| c["nhs"]["family"] = json!("O\"}]<script>")).await.unwrap().launch;
    assert_eq!(launch.practitioner.family.as_deref(), Some("O\"}]<script>"));
}
