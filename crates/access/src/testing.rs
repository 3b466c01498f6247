//! A host that signs, its key set and its claims: what every test of this crate starts from.

/// A host that may come by every door, and what it sends.
pub(crate) mod doors;

pub(crate) use doors::certificate;

use crate::{
    Launch,
    host::{HostConfig, Hosts},
    keys::{KeySets, Keys},
    launch::signed::{self, Accepted, TokenError, TokenForm},
    session,
};
use aws_lc_rs::signature;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(crate) const TOKEN_URL: &str = "https://gateway.example/oauth2/token";
pub(crate) const NUMBER: &str = "9990000018";
pub(crate) const NOW_S: i64 = 1_795_341_600;

pub(crate) fn now() -> Timestamp {
    after_s(0)
}

pub(crate) fn after_s(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW_S + seconds).unwrap()
}

pub(crate) fn policy_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config/policy")
}

pub(crate) fn host_config(client_id: &str) -> HostConfig {
    toml::from_str(&format!(
        r#"
        client_id = "{client_id}"
        name = "Demo host"
        jwks_url = "http://127.0.0.1:1/{client_id}"
        organisations = ["ZZ910", "ZZ911", "ZZ916", "ZZ917", "ZZ920", "ZZ921"]
        frame_origins = ["http://127.0.0.1:4000"]
        algorithms = ["ES384"]
        roles = "roles/demo-host.csv"
        assurance = {{ AAL2 = 2 }}
        "#
    ))
    .unwrap()
}

/// `demo-host` and `other-host`, each with a key of its own under the id `k1`.
pub(crate) fn hosts() -> Hosts {
    Hosts::load(vec![host_config("demo-host"), host_config("other-host")], &policy_dir()).unwrap()
}

/// A fresh P-384 key.
pub(crate) fn new_key() -> EncodingKey {
    let key = signature::EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    EncodingKey::from_ec_der(key.to_pkcs8v1().unwrap().as_ref())
}

pub(crate) static DEMO_KEY: LazyLock<EncodingKey> = LazyLock::new(new_key);
pub(crate) static OTHER_KEY: LazyLock<EncodingKey> = LazyLock::new(new_key);

pub(crate) fn jwk(key: &EncodingKey, kid: &str) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, Algorithm::ES384).unwrap()).unwrap();
    jwk["kid"] = json!(kid);
    jwk
}

/// Key sets from memory; counts how often anybody was asked.
#[derive(Clone, Default)]
pub(crate) struct Fixed {
    pub(crate) asked: Arc<AtomicUsize>,
    pub(crate) answer: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Fixed {
    pub(crate) fn count(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn answer(&self, set: Option<&Value>) {
        *self.answer.lock().unwrap() = set.map(|set| set.to_string().into_bytes());
    }
}

impl KeySets for Fixed {
    fn fetch<'a>(&'a self, url: &'a str) -> Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let fixed = self.answer.lock().unwrap().clone();
        let key = if url.ends_with("demo-host") {
            &DEMO_KEY
        } else if url.ends_with("provider") {
            &doors::PROVIDER_KEY
        } else {
            &OTHER_KEY
        };
        let own = || Some(json!({"keys": [jwk(key, "k1")]}).to_string().into_bytes());
        Box::pin(async move {
            // Lets others reach the same point, as a network would.
            tokio::task::yield_now().await;
            fixed.or_else(own)
        })
    }
}

pub(crate) fn launch_claims() -> Value {
    json!({
        "iss": "demo-host", "sub": "u-1", "aud": TOKEN_URL,
        "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 60, "jti": "abcdefghijklmnopqrstuv",
        "acr": "AAL2", "auth_time": NOW_S - 600,
        "patient": {
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER}],
            "birthDate": "1935-08-14",
            "name": {"family": "Testpatient", "given": ["Doreen"]},
            "gender": "female", "gpPracticeOds": "ZZ901"
        },
        "relationship": [{"code": "host-open"}],
        "extensions": {"ihe_iua": {
            "subject_name": "Dr N Example", "subject_organization_id": "ZZ910",
            "subject_role": [{"system": "urn:demo:role", "code": "DOCTOR"}],
            "purpose_of_use": [{"code": "TREAT"}],
        }},
        "nhs": {"sds_user_id": "UNK", "family": "Example", "given": "N", "title": null, "local_user_id": "u-1"},
        "host_session": "hs-1"
    })
}

pub(crate) fn client_claims() -> Value {
    json!({
        "iss": "demo-host", "sub": "demo-host", "aud": TOKEN_URL,
        "iat": NOW_S, "exp": NOW_S + 60, "jti": "zyxwvutsrqponmlkjihgfe"
    })
}

pub(crate) fn header(typ: &str) -> Value {
    json!({"alg": "ES384", "typ": typ, "kid": "k1"})
}

pub(crate) fn sign(header: &Value, claims: &str, key: &EncodingKey) -> String {
    let signed =
        format!("{}.{}", session::encode(header.to_string().as_bytes()), session::encode(claims.as_bytes()));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), key, Algorithm::ES384).unwrap();
    format!("{signed}.{signature}")
}

pub(crate) fn form_of(assertion: String, client_assertion: String) -> TokenForm {
    TokenForm {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer".into(),
        assertion,
        scope: "launch".into(),
        client_assertion_type: Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".into()),
        client_assertion: Some(client_assertion),
        ..TokenForm::default()
    }
}

pub(crate) fn client_assertion() -> String {
    sign(&header("JWT"), &client_claims().to_string(), &DEMO_KEY)
}

pub(crate) async fn accept(form: &TokenForm) -> Result<Accepted, TokenError> {
    let (hosts, fixed) = (hosts(), Fixed::default());
    let keys = Keys::over(Box::new(fixed), hosts.issuers());
    signed::accept(form, &hosts, &keys, TOKEN_URL, true, now()).await
}

/// What becomes of a launch whose claims were edited and signed again.
pub(crate) async fn edited(edit: impl FnOnce(&mut Value)) -> Result<Accepted, TokenError> {
    let mut claims = launch_claims();
    edit(&mut claims);
    let assertion = sign(&header("shcr-launch+jwt"), &claims.to_string(), &DEMO_KEY);
    accept(&form_of(assertion, client_assertion())).await
}

/// A launch whose claims were edited and accepted.
pub(crate) fn launch(edit: impl FnOnce(&mut Value)) -> Launch {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(edited(edit)).unwrap().launch
}
