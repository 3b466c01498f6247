//! A provider in memory: answers as one would, misbehaves where a test says so, and counts every packet.

use super::{
    Begun, Callback,
    outbound::{Answered, Asking, Outbound, Sending},
};
use crate::{
    session,
    testing::{DEMO_KEY, NOW_S, sign},
};
use aws_lc_rs::signature;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
};

pub(crate) const AT: &str = "http://127.0.0.1:9";
pub(crate) const CODE: &str = "code-1";

/// Our own key there, as a deployment keeps it: a PEM file.
pub(crate) static KEY_FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    use base64::Engine;
    let key = signature::EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(key.to_pkcs8v1().unwrap().as_ref());
    let path = std::env::temp_dir().join(format!("access-test-{}.pem", std::process::id()));
    std::fs::write(&path, format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"))
        .unwrap();
    path
});

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) url: String,
    pub(crate) form: HashMap<&'static str, String>,
    pub(crate) bearer: Option<String>,
}

/// What it answers.
pub(crate) struct Script {
    pub(crate) metadata: Value,
    /// Of the identity token; the nonce is put in.
    pub(crate) claims: Value,
    pub(crate) header: Value,
    /// Beside the tokens.
    pub(crate) beside: Value,
    /// By address.
    pub(crate) resources: HashMap<String, Value>,
    /// Address and status in place of an answer.
    pub(crate) faults: HashMap<String, u16>,
    /// Of the authorisation that was last begun.
    challenge: String,
    nonce: String,
    code_used: bool,
}

#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let script = Script {
            metadata: json!({
                "issuer": AT,
                "authorization_endpoint": format!("{AT}/auth"),
                "token_endpoint": format!("{AT}/token"),
                "userinfo_endpoint": format!("{AT}/me"),
                "revocation_endpoint": format!("{AT}/revoke"),
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": true,
            }),
            claims: json!({
                "iss": AT, "aud": "shcr", "sub": "u-1", "iat": NOW_S, "exp": NOW_S + 3600,
                "auth_time": NOW_S - 30, "sid": "s-1",
            }),
            header: json!({"alg": "ES384", "kid": "k1", "typ": "JWT"}),
            beside: json!({}),
            resources: HashMap::new(),
            faults: HashMap::new(),
            challenge: String::new(),
            nonce: String::new(),
            code_used: false,
        };
        Self { script: Arc::new(Mutex::new(script)), asked: Arc::default() }
    }

    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Script)) {
        edit(&mut self.script.lock().unwrap());
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// As the browser does: goes where it is sent, signs in, comes back with what it was given.
    pub(crate) fn sign_in(&self, begun: &Begun) -> Callback {
        let query = query(&begun.location);
        let mut script = self.script.lock().unwrap();
        script.challenge = query["code_challenge"].clone();
        script.nonce = query["nonce"].clone();
        script.code_used = false;
        Callback {
            code: Some(CODE.to_owned()),
            state: Some(query["state"].clone()),
            iss: Some(AT.to_owned()),
            error: None,
        }
    }
}

pub(crate) fn query(location: &str) -> HashMap<String, String> {
    reqwest::Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

impl Script {
    fn answer(&mut self, asked: &Asked) -> (u16, Value) {
        if let Some(status) = self.faults.get(&asked.url) {
            return (*status, json!({}));
        }
        match asked.url.strip_prefix(AT).unwrap_or_default() {
            path if path.contains("/.well-known/") => (200, self.metadata.clone()),
            "/token" => self.grant(asked),
            "/revoke" => (200, json!({})),
            _ => self.resources.get(&asked.url).map_or((404, json!({})), |found| (200, found.clone())),
        }
    }

    fn grant(&mut self, asked: &Asked) -> (u16, Value) {
        let challenge = session::encode(&session::hash(asked.form["code_verifier"].as_bytes()));
        if asked.form["code"] != CODE || challenge != self.challenge || self.code_used {
            return (400, json!({"error": "invalid_grant"}));
        }
        self.code_used = true;
        let mut claims = self.claims.clone();
        if claims.get("nonce").is_none() {
            claims["nonce"] = json!(self.nonce);
        }
        let mut answer = json!({
            "access_token": "at-1", "token_type": "Bearer", "expires_in": 60,
            "id_token": sign(&self.header, &claims.to_string(), &DEMO_KEY),
        });
        answer.as_object_mut().unwrap().extend(self.beside.as_object().unwrap().clone());
        (200, answer)
    }
}

impl Outbound for Fake {
    fn send(&self, asking: Asking) -> Sending<'_> {
        let form = asking.form.unwrap_or_default().into_iter().collect();
        let asked = Asked { url: asking.url, form, bearer: asking.bearer };
        self.asked.lock().unwrap().push(asked.clone());
        let (status, body) = self.script.lock().unwrap().answer(&asked);
        let body = body.to_string().into_bytes();
        let whole = body.len() <= asking.size_max;
        Box::pin(async move { whole.then_some(Answered { status, body }) })
    }
}
