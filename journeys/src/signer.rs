//! The host's signing key in our own hands: takes edits to an honest launch, gives what the gateway answers to them.
//! Source: RFC 7515, RFC 7519, RFC 7523.

use crate::{
    client, now_s,
    ready::{Person, Ready},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A host that can be made to lie.
pub struct Signer {
    key: EncodingKey,
    kid: String,
    client_id: String,
    token_url: String,
}

/// What the token endpoint answered.
pub struct Granted {
    pub status: u16,
    pub body: Value,
    /// The header of that name.
    pub retry_after: Option<String>,
}

impl Granted {
    pub(crate) async fn of(answer: reqwest::Response) -> Self {
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let text = answer.text().await.expect("text");
        Self { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)), retry_after }
    }

    /// `invalid_grant` and its like; empty where a launch was granted.
    pub fn error(&self) -> &str {
        self.body.get("error").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn link(&self) -> String {
        let link = self.body.get("launch_uri").and_then(Value::as_str);
        link.unwrap_or_else(|| panic!("no launch was granted: {} {}", self.status, self.body)).to_owned()
    }
}

impl Signer {
    pub(crate) async fn new(ready: &Ready) -> Self {
        let pem = std::fs::read(ready.text("host_signing_key")).expect("the host's key can be read");
        let jwks =
            client().get(ready.text("host_url") + "/jwks.json").send().await.expect("the host answers");
        let jwks: Value = serde_json::from_str(&jwks.text().await.expect("text")).expect("JSON");
        let kid = jwks.pointer("/keys/0/kid").and_then(Value::as_str).expect("a key has an id").to_owned();
        let key = EncodingKey::from_ec_pem(&pem).expect("a P-384 key");
        Self {
            key,
            kid,
            client_id: ready.text("host_client_id"),
            token_url: ready.text("gateway_url") + "/oauth2/token",
        }
    }

    /// An honest launch of that person by a doctor of the acute trust, every claim as the host sends it.
    pub fn claims(&self, person: &Person, demographics: &Value) -> Value {
        let now = now_s();
        let system = "https://fhir.nhs.uk/Id/nhs-number";
        let mut patient = demographics.clone();
        let number = json!([{"system": system, "value": person.nhs_number}]);
        patient.as_object_mut().expect("an object").insert("identifier".to_owned(), number);
        json!({
            "iss": self.client_id, "sub": "dr.okafor", "aud": self.token_url,
            "iat": now, "nbf": now, "exp": now + 60, "jti": unique(),
            "auth_time": now - 60, "acr": "AAL2", "amr": ["pwd", "otp"],
            "patient": patient,
            "relationship": [{"code": "host-open"}],
            "extensions": {"ihe_iua": {
                "subject_name": "Dr Ngozi Okafor",
                "subject_organization": "Acute trust",
                "subject_organization_id": "ZZ910",
                "subject_role": ["DOCTOR"],
                "purpose_of_use": ["TREAT"],
                "person_id": format!("{system}|{}", person.nhs_number),
            }},
            "nhs": {
                "sds_user_id": "555910000101", "sds_role_profile_id": "555910000901", "sds_job_role": "S8000:G8000:R8000",
                "activity_codes": [], "family": "Okafor", "given": ["Ngozi"], "title": "Dr", "local_user_id": "dr.okafor",
            },
            "host_session": unique(),
        })
    }

    /// Signs with the host's key under the host's key id.
    pub fn sign(&self, typ: &str, claims: &Value) -> String {
        self.sign_with(&self.key, typ, claims)
    }

    /// Signs with another key under the host's key id.
    pub fn sign_with(&self, key: &EncodingKey, typ: &str, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES384);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, key).expect("it can be signed")
    }

    /// Says that it needs no signature, and has none.
    pub fn unsigned(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"alg": "none", "typ": "shcr-launch+jwt", "kid": self.kid});
        format!("{}.{}.", part(&header), part(claims))
    }

    /// An honest launch.
    pub async fn launch(&self, claims: &Value) -> Granted {
        self.present(&self.sign("shcr-launch+jwt", claims)).await
    }

    /// Presents an assertion as this host, honestly authenticated.
    pub async fn present(&self, assertion: &str) -> Granted {
        self.send(assertion, &self.client_assertion()).await
    }

    pub async fn send(&self, assertion: &str, client_assertion: &str) -> Granted {
        self.post(&Self::form(assertion, client_assertion)).await
    }

    /// The form of a signed launch.
    pub fn form<'a>(assertion: &'a str, client_assertion: &'a str) -> Vec<(&'static str, &'a str)> {
        vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("scope", "launch"),
            ("assertion", assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", client_assertion),
        ]
    }

    /// Any form, at the public listener.
    pub async fn post(&self, form: &[(&str, &str)]) -> Granted {
        let answer = client().post(&self.token_url).form(form).send().await.expect("the gateway answers");
        Granted::of(answer).await
    }

    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    pub fn client_assertion(&self) -> String {
        let now = now_s();
        let claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.token_url, "iat": now, "exp": now + 60, "jti": unique(),
        });
        self.sign("JWT", &claims)
    }
}

/// An id nobody has used.
pub fn unique() -> String {
    uuid::Uuid::new_v4().to_string()
}
