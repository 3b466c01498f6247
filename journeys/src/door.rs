//! A partner's own door, reached with what the gateway shows there: takes any request, gives status and body; reads everything the partner
//! holds of somebody, each entry byte for byte. Source: FHIR R4 3.1.0 (search); RFC 6749, RFC 7523.

use crate::{client, now_s, ready::Ready, signer::unique};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, Method, header};
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// Of one partner that answers FHIR searches.
pub struct Door {
    pub base: String,
    client: Client,
    /// Header and value by which the caller is known, where the connection itself is not the proof.
    known_by: Option<(&'static str, String)>,
}

/// Everything held of some people, by the question it answers.
pub type Holdings = BTreeMap<String, Vec<String>>;

impl Door {
    /// Of the source of that name, as the gateway comes to it.
    pub async fn of(ready: &Ready, name: &str) -> Self {
        let base = ready.source_url(name);
        let (client, known_by) = match ready.source_lock(name).as_str() {
            "mtls" => (mutual(ready, &ready.text("client_identity")), None),
            "oauth2" => {
                let token = token(ready, &ready.token_url(name), "system/*.read").await;
                let token = token.as_str().expect("a token is given for reading").to_owned();
                (client(), Some(("Authorization", format!("Bearer {token}"))))
            }
            "api-key" => {
                let key = std::fs::read_to_string(ready.state_dir().join("demo-api.key"));
                (client(), Some(("X-Api-Key", key.expect("the gateway has its key"))))
            }
            _ => (client(), None),
        };
        Self { base, client, known_by }
    }

    /// Anywhere else, with that certificate.
    pub fn with_certificate(ready: &Ready, base: &str, identity: &str) -> Self {
        Self { base: base.to_owned(), client: mutual(ready, identity), known_by: None }
    }

    /// The same caller at another address.
    pub fn behind(self, base: String) -> Self {
        Self { base, ..self }
    }

    /// `None` where there is no connection: nobody got as far as a request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        (kind, body): (&str, String),
    ) -> Option<(u16, String)> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.client.request(method, url).header("X-Request-Id", unique());
        if let Some((name, value)) = &self.known_by {
            request = request.header(*name, value);
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind).body(body);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.text().await.ok()?))
    }

    /// Everything there is about these people: whoever they are here, every type this partner declares, and every file of a document.
    pub async fn holds(&self, numbers: &[String]) -> Holdings {
        let (_, statement) = self.read("/metadata").await;
        let statement: Value = serde_json::from_str(&statement).expect("a statement");
        let types = statement.pointer("/rest/0/resource").and_then(Value::as_array).expect("types");
        let is_searched = |one: &&Value| one.to_string().contains("\"search-type\"");
        let types = types.iter().filter(is_searched).filter_map(|one| one.get("type")?.as_str());
        let types: Vec<&str> = types.collect();
        let mut held = Holdings::new();
        for number in numbers {
            let people = self.search(&format!("/Patient?identifier={NHS_NUMBER}|{number}")).await;
            let ids: Vec<String> = people.iter().filter_map(|entry| id(entry, "Patient")).collect();
            held.insert(format!("Patient {number}"), people);
            for (kind, id) in types
                .iter()
                .filter(|kind| **kind != "Patient")
                .flat_map(|kind| ids.iter().map(move |id| (*kind, id)))
            {
                let entries = self.search(&format!("/{kind}?patient={id}")).await;
                for url in entries.iter().flat_map(|entry| files(entry)) {
                    // What lies elsewhere is not this partner's.
                    let below = url.strip_prefix(&self.base).unwrap_or(&url);
                    if !below.contains(':') {
                        let (status, file) = self.read(&format!("/{}", below.trim_start_matches('/'))).await;
                        held.insert(url, vec![status.to_string(), file]);
                    }
                }
                held.insert(format!("{kind} of {id}"), entries);
            }
        }
        held
    }

    async fn read(&self, path: &str) -> (u16, String) {
        let answer = self.send(Method::GET, path, ("", String::new())).await;
        answer.unwrap_or_else(|| panic!("no answer to {path}"))
    }

    /// The entries of every page, as they stand there.
    async fn search(&self, path: &str) -> Vec<String> {
        let (mut next, mut entries) = (Some(path.to_owned()), Vec::new());
        while let Some(path) = next {
            let (status, text) = self.read(&path).await;
            assert_eq!(status, 200, "{path}: {text}");
            let bundle: HashMap<String, Box<RawValue>> = serde_json::from_str(&text).expect("a searchset");
            let part = |name: &str| bundle.get(name).map_or("[]", |part| part.get());
            let own: Vec<Box<RawValue>> = serde_json::from_str(part("entry")).expect("entries");
            entries.extend(own.iter().map(|entry| entry.get().to_owned()));
            let links: Vec<Value> = serde_json::from_str(part("link")).expect("links");
            let link = links.iter().find(|link| link.get("relation").and_then(Value::as_str) == Some("next"));
            next = link.and_then(|link| Some(link.get("url")?.as_str()?.to_owned()));
        }
        entries
    }
}

/// What that authorisation server gives the gateway for a scope: a token, or `null`.
pub async fn token(ready: &Ready, token_url: &str, scope: &str) -> Value {
    let pem = std::fs::read(ready.text("client_key")).expect("the gateway's key can be read");
    let key = EncodingKey::from_ec_pem(&pem).expect("a P-384 key");
    let (id, now) = (ready.text("client_id"), now_s());
    let claims =
        json!({"iss": id, "sub": id, "aud": token_url, "iat": now, "exp": now + 60, "jti": unique()});
    let mut head = Header::new(Algorithm::ES384);
    head.kid = Some("shcr-gateway-1".to_owned());
    let assertion = jsonwebtoken::encode(&head, &claims, &key).expect("it can be signed");
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    let answer = client().post(token_url).form(&form).send().await.expect("the server answers");
    let answer: Value = serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
    answer.get("access_token").cloned().unwrap_or_default()
}

/// A client with that certificate and key, that takes the region's servers alone.
fn mutual(ready: &Ready, identity: &str) -> Client {
    // With the provider of TLS that all clients here have.
    drop(client());
    let read = |path: &str| std::fs::read(Path::new(path)).expect("a file of the region");
    let identity = reqwest::Identity::from_pem(&read(identity)).expect("certificate and key");
    let authority = reqwest::Certificate::from_pem(&read(&ready.text("ca_file"))).expect("an authority");
    let builder = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.identity(identity).tls_certs_only([authority]).build().expect("a client can be built")
}

fn id(entry: &str, kind: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(entry).ok()?;
    let is_of = entry.pointer("/resource/resourceType").and_then(Value::as_str) == Some(kind);
    is_of.then(|| entry.pointer("/resource/id")?.as_str().map(str::to_owned))?
}

/// Where the files of a document lie.
fn files(entry: &str) -> Vec<String> {
    let entry: Value = serde_json::from_str(entry).unwrap_or_default();
    let content = entry.pointer("/resource/content").and_then(Value::as_array).into_iter().flatten();
    content.filter_map(|one| one.pointer("/attachment/url")?.as_str().map(str::to_owned)).collect()
}
