//! Every check of an assertion, and what becomes of a token.

use super::{assertion::check, *};
use crate::{corpus::Corpus, faults::Faults};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

const TOKEN_URL: &str = "http://127.0.0.1:9/oauth2/token";

struct Set {
    authority: Arc<Authority>,
    signing: EncodingKey,
    kid: String,
    _folder: tempfile::TempDir,
}

fn set() -> Set {
    let folder = tempfile::tempdir().unwrap();
    let client = Arc::new(Client::register(folder.path()).unwrap());
    let signing = EncodingKey::from_ec_pem(&std::fs::read(&client.key).unwrap()).unwrap();
    let faults = Faults::new(vec!["eput".to_owned()]);
    let world = Arc::new(World::new(Vec::new(), Corpus::default(), crate::clock::today(), faults));
    let kid = client.kid.clone();
    let authority = Authority::new(&world, "eput", "http://127.0.0.1:9", &client);
    Set { authority, signing, kid, _folder: folder }
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn claims() -> Value {
    json!({
        "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": TOKEN_URL, "jti": "first",
        "exp": now().as_second() + 300,
    })
}

impl Set {
    fn signed(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES384);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.signing).unwrap()
    }

    fn checked(&self, assertion: &str) -> Result<(), &'static str> {
        let mut seen = lock(&self.authority.seen);
        check(assertion, &self.authority.client, TOKEN_URL, &mut seen, now())
    }
}

#[test]
fn an_assertion_that_holds_is_good_once() {
    let set = set();
    let assertion = set.signed(&claims());
    assert_eq!(set.checked(&assertion), Ok(()));
    assert_eq!(set.checked(&assertion), Err("jti has been used before"));
    let mut listed = claims();
    listed["aud"] = json!(["http://other.example.test", TOKEN_URL]);
    listed["jti"] = json!("second");
    assert_eq!(set.checked(&set.signed(&listed)), Ok(()));
}

#[test]
fn each_claim_is_checked() {
    let set = set();
    let second = now().as_second();
    for (claim, value, wrong) in [
        ("iss", json!("somebody"), "iss and sub must both be the client id"),
        ("sub", json!(null), "the signature or a claim is wrong"),
        ("sub", json!("somebody"), "iss and sub must both be the client id"),
        ("aud", json!("http://127.0.0.1:9/fhir"), "aud must be the token endpoint"),
        ("aud", json!([]), "aud must be the token endpoint"),
        ("exp", json!(second - 60), "the assertion has expired"),
        ("exp", json!(second + 3600), "exp must be no more than five minutes ahead"),
        ("exp", json!("soon"), "the signature or a claim is wrong"),
        ("jti", json!(""), "jti is missing"),
    ] {
        let mut changed = claims();
        changed[claim] = value;
        assert_eq!(set.checked(&set.signed(&changed)), Err(wrong), "{claim}");
    }
}

#[test]
fn another_key_another_algorithm_and_no_signature_are_refused() {
    let set = set();
    let stranger = self::set();
    let forged = stranger.signed(&claims());
    assert_eq!(set.checked(&forged), Err("the signature or a claim is wrong"));
    let weak = jsonwebtoken::encode(
        &Header { kid: Some(set.kid.clone()), ..Header::new(Algorithm::HS256) },
        &claims(),
        &EncodingKey::from_secret(b"the public key, say"),
    );
    assert_eq!(set.checked(&weak.unwrap()), Err("alg must be ES384"));
    let unnamed = jsonwebtoken::encode(&Header::new(Algorithm::ES384), &claims(), &set.signing).unwrap();
    assert_eq!(set.checked(&unnamed), Err("kid is not a registered key of this client"));
    for hostile in ["", ".", "..", "a.b.c", "e30.e30."] {
        assert_eq!(set.checked(hostile), Err("not a signed JWT"), "{hostile}");
    }
}

fn bearing(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(header::AUTHORIZATION, value)])
}

#[test]
fn a_token_is_good_until_it_expires_and_for_its_scope() {
    let Set { authority, .. } = set();
    let token = authority.grant(Scopes::parse("system/Patient.rs").unwrap(), now()).unwrap();
    let bearing = bearing(&token);
    assert_eq!(authority.admit(&bearing, "Patient", now()), Ok(()));
    assert_eq!(authority.admit(&bearing, "Flag", now()), Err(Denied::Scope));
    assert_eq!(authority.admit(&HeaderMap::new(), "Patient", now()), Err(Denied::Missing));
    assert_eq!(authority.admit(&self::bearing("guess"), "Patient", now()), Err(Denied::Invalid));
    let later = now() + SignedDuration::from_secs(301);
    assert_eq!(authority.admit(&bearing, "Patient", later), Err(Denied::Invalid));
}

#[test]
fn the_fault_ends_the_tokens_there_are_and_lets_a_renewed_one_pass() {
    let Set { authority, .. } = set();
    let grant = || bearing(&authority.grant(Scopes::parse("system/*.read").unwrap(), now()).unwrap());
    let first = grant();
    authority.world.faults.set("eput", Fault::TokenExpired).unwrap();
    assert_eq!(authority.admit(&first, "Patient", now()), Err(Denied::Invalid));
    let renewed = grant();
    assert_eq!(authority.admit(&renewed, "Patient", now()), Ok(()));
    assert_eq!(authority.admit(&first, "Patient", now()), Err(Denied::Invalid));
    assert_eq!(authority.admit(&renewed, "Patient", now()), Ok(()));
}
