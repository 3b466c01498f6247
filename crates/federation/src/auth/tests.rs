//! Tokens asked for, kept, renewed once and refused, over real sockets.

use crate::{Federation, OAuth2, SourceConfig, testing::*};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{
    Category::*,
    Reply, ReplyState,
    reply::{NotAsked, Silence},
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

const TOKEN: &str = "/oauth2/token";
const FORM: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

/// A partner with a token endpoint, and the key by which it knows us.
struct Partner {
    fake: Fake,
    key: rcgen::KeyPair,
    folder: TempDir,
}

fn token(value: &str, life_s: u64) -> Canned {
    let body = json!({ "access_token": value, "token_type": "Bearer", "expires_in": life_s, "scope": "system/*.rs" });
    Canned::Typed { status: 200, media_type: "application/json", body: body.to_string() }
}

fn status(status: u16) -> Canned {
    let body = json!({ "error": "invalid_client" }).to_string();
    Canned::Typed { status, media_type: "application/json", body }
}

impl Partner {
    fn new() -> Self {
        let fake = Fake::default()
            .json(
                "/fhir/metadata",
                capability("4.0.1", &["Patient", "AllergyIntolerance", "Condition", "Procedure"]),
            )
            .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
            .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]))
            .on(TOKEN, token("first", 300));
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self { fake, key, folder }
    }

    async fn federation(&self) -> (Arc<Federation>, String) {
        let url = self.fake.serve().await;
        let oauth2 = OAuth2 {
            token_url: format!("{url}{TOKEN}"),
            client_id: "gateway".to_owned(),
            key_file: self.folder.path().join("key.pem"),
            key_id: Some("k1".to_owned()),
            scope: "system/*.rs".to_owned(),
        };
        let base = source("acute", kind("fhir-r4"), Some(format!("{url}/fhir")), &[Allergies, Problems]);
        let keyed = SourceConfig { oauth2: Some(oauth2), ..base };
        (federation(vec![keyed], "http://127.0.0.1:9", limits()), url)
    }

    async fn ask(&self) -> Reply {
        one(&self.federation().await.0).await
    }

    /// The bearer of each request below a path, in the order they came.
    fn bearers(&self, path: &str) -> Vec<String> {
        let seen = self.fake.seen().into_iter().filter(|seen| seen.path.starts_with(path));
        seen.map(|seen| seen.headers.get("authorization").cloned().unwrap_or_default()).collect()
    }
}

fn our_side(words: &str) -> ReplyState {
    ReplyState::DidNotAnswer(Silence::FailedOurSide(words.to_owned()))
}

#[tokio::test]
async fn every_request_carries_one_token_asked_for_once() {
    let partner = Partner::new();
    let (federation, _) = partner.federation().await;
    for _ in 0..3 {
        assert_eq!(one(&federation).await.state, ReplyState::Answered);
    }
    assert_eq!(partner.fake.count(TOKEN), 1, "kept while it lasts, asked for once whoever waits");
    let bearers = partner.bearers("/fhir/");
    assert!(bearers.len() > 8 && bearers.iter().all(|bearer| bearer == "Bearer first"));
}

#[tokio::test]
async fn the_assertion_is_signed_short_lived_and_names_us_alone() {
    let partner = Partner::new();
    let (federation, url) = partner.federation().await;
    one(&federation).await;
    let body = partner.fake.seen().into_iter().find(|seen| seen.path == TOKEN).unwrap().body;
    assert!(body.contains("grant_type=client_credentials") && body.contains(FORM), "{body}");
    assert!(body.contains("scope=system%2F*.rs"), "{body}");
    let assertion = body.split('&').find_map(|pair| pair.strip_prefix("client_assertion=")).unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let public = DecodingKey::from_ec_pem(partner.key.public_key_pem().as_bytes()).unwrap();
    assert_eq!(
        jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &public, Algorithm::ES384),
        Ok(true)
    );
    let part = |n: usize| -> Value {
        let part = signed.split('.').nth(n).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({ "typ": "JWT", "alg": "ES384", "kid": "k1" }));
    let claims = part(1);
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("gateway"), &json!("gateway")));
    assert_eq!(claims["aud"], json!(format!("{url}{TOKEN}")));
    assert_eq!(claims["exp"], json!(asking().now.as_second() + 240), "five minutes at most");
    assert_eq!(claims["jti"].as_str().map(str::len), Some(36));
    assert!(!body.contains(NUMBER), "HAZ-049");
}

#[tokio::test]
async fn a_token_that_runs_out_within_half_a_minute_is_not_used_to_its_end() {
    let partner = Partner::new();
    partner.fake.set(TOKEN, Canned::InTurn(vec![token("first", 0), token("second", 300)]));
    assert_eq!(partner.ask().await.state, ReplyState::Answered);
    let bearers = partner.bearers("/fhir/");
    assert_eq!(bearers.first().map(String::as_str), Some("Bearer first"));
    assert!(bearers.iter().skip(1).all(|bearer| bearer == "Bearer second"), "{bearers:?}");
    assert_eq!(partner.fake.count(TOKEN), 2);
}

// shows: F8
#[tokio::test]
async fn a_401_renews_the_token_once_and_repeats_that_request_once() {
    let partner = Partner::new();
    partner.fake.set(TOKEN, Canned::InTurn(vec![token("first", 300), token("second", 300)]));
    let found = Canned::Json(searchset(vec![patient("d1", NUMBER)]));
    partner.fake.set("/fhir/Patient/_search", Canned::InTurn(vec![status(401), found]));
    assert_eq!(partner.ask().await.state, ReplyState::Answered);
    assert_eq!(partner.bearers("/fhir/Patient/_search"), ["Bearer first", "Bearer second"]);
    assert_eq!(partner.fake.count(TOKEN), 2);
    assert!(partner.bearers("/fhir/AllergyIntolerance").iter().all(|bearer| bearer == "Bearer second"));
}

#[tokio::test]
async fn many_searches_refused_at_once_renew_once() {
    let partner = Partner::new();
    partner
        .fake
        .set(TOKEN, Canned::InTurn(vec![token("first", 300), token("second", 300), token("third", 300)]));
    let again = |resources| Canned::InTurn(vec![status(401), Canned::Json(searchset(resources))]);
    partner.fake.set("/fhir/AllergyIntolerance", again(vec![allergy("a1", "d1")]));
    partner.fake.set("/fhir/Condition", again(vec![]));
    partner.fake.set("/fhir/Procedure", again(vec![]));
    assert_eq!(partner.ask().await.state, ReplyState::Answered);
    assert_eq!(partner.fake.count(TOKEN), 2, "HAZ-036: one renewal for all");
}

// shows: F8
#[tokio::test]
async fn a_second_401_is_our_side_and_nothing_is_tried_again() {
    let partner = Partner::new();
    partner.fake.set("/fhir/Patient/_search", status(401));
    assert_eq!(partner.ask().await.state, our_side("our credentials were not accepted"));
    assert_eq!(partner.fake.count("/fhir/Patient/_search"), 2);
}

#[tokio::test]
async fn a_token_endpoint_that_refuses_is_our_side_and_the_partner_is_not_asked() {
    for refusal in [400, 401, 403] {
        let partner = Partner::new();
        partner.fake.set(TOKEN, status(refusal));
        assert_eq!(partner.ask().await.state, our_side("our credentials were not accepted"), "{refusal}");
        assert_eq!(partner.fake.count("/fhir/"), 0, "no question without a proof");
        assert_eq!(partner.fake.count(TOKEN), 1, "HAZ-036: not asked again by the same question");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_does_not_answer_as_it_should_is_a_failure() {
    let failed = ReplyState::DidNotAnswer(Silence::Failed("its token service did not answer".to_owned()));
    let typed =
        |body: &str| Canned::Typed { status: 200, media_type: "application/json", body: body.to_owned() };
    let table = [
        ("an error", status(500)),
        ("half an answer", Canned::Reset),
        ("a login page", Canned::Typed { status: 200, media_type: "text/html", body: "<html>".to_owned() }),
        ("no token", typed(r#"{"token_type":"Bearer"}"#)),
        ("an empty token", typed(r#"{"access_token":"","token_type":"Bearer"}"#)),
        ("another kind of token", typed(r#"{"access_token":"x","token_type":"mac"}"#)),
        ("a header within a token", typed(r#"{"access_token":"x\r\nX-Evil: 1","token_type":"Bearer"}"#)),
        ("two tokens", typed(r#"{"access_token":"x","access_token":"y","token_type":"Bearer"}"#)),
    ];
    for (what, answer) in table {
        let partner = Partner::new();
        partner.fake.set(TOKEN, answer);
        assert_eq!(partner.ask().await.state, failed, "HAZ-038: {what}");
        assert_eq!(partner.fake.count("/fhir/"), 0, "{what}");
    }
}

#[tokio::test]
async fn a_busy_token_endpoint_is_waited_for() {
    let partner = Partner::new();
    let headers = vec![("retry-after", "20".to_owned())];
    partner.fake.set(TOKEN, Canned::Headed { status: 429, headers, body: Vec::new() });
    let (federation, _) = partner.federation().await;
    let waiting = ReplyState::DidNotAnswer(Silence::Failed("asked us to wait".to_owned()));
    assert_eq!(one(&federation).await.state, waiting);
    let state = one(&federation).await.state;
    assert_eq!(
        state,
        ReplyState::NotAsked(NotAsked("it asked us to wait another 20 seconds".to_owned())),
        "HAZ-036"
    );
    assert_eq!(partner.fake.count(TOKEN), 1, "HAZ-036");
}

#[tokio::test]
async fn an_rsa_key_signs_too() {
    let mut partner = Partner::new();
    partner.key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA384).unwrap();
    std::fs::write(partner.folder.path().join("key.pem"), partner.key.serialize_pem()).unwrap();
    assert_eq!(partner.ask().await.state, ReplyState::Answered);
    let body = partner.fake.seen().into_iter().find(|seen| seen.path == TOKEN).unwrap().body;
    let assertion = body.split('&').find_map(|pair| pair.strip_prefix("client_assertion=")).unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let public = DecodingKey::from_rsa_pem(partner.key.public_key_pem().as_bytes()).unwrap();
    let holds = jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &public, Algorithm::RS384);
    assert_eq!(holds, Ok(true));
}

#[tokio::test]
async fn an_asker_without_time_left_spoils_no_token_for_the_others() {
    let partner = Partner::new();
    partner.fake.set(TOKEN, Canned::Hang);
    let (federation, url) = partner.federation().await;
    let oauth2 = OAuth2 {
        token_url: format!("{url}{TOKEN}"),
        client_id: "gateway".to_owned(),
        key_file: partner.folder.path().join("key.pem"),
        key_id: None,
        scope: "system/*.rs".to_owned(),
    };
    let limits = Arc::new(limits());
    let client = crate::wire::Lines::default().line(&limits, None, None, &Default::default()).unwrap();
    let credentials = super::Credentials::oauth2(&oauth2, None, client.clone()).unwrap();
    let request = || client.get(format!("{url}/fhir/AllergyIntolerance"));
    let short = federation.bounds(std::time::Duration::from_millis(50));
    assert!(credentials.fetch(request(), asking().now, &short).await.is_err());
    partner.fake.set(TOKEN, token("first", 300));
    let long = federation.bounds(std::time::Duration::from_secs(5));
    let answer = credentials.fetch(request(), asking().now, &long).await;
    assert!(
        answer.is_ok_and(|answer| answer.status == 200),
        "HAZ-035: one hurried opening, another's record"
    );
}
