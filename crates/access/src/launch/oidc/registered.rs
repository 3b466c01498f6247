//! Takes what the configuration says of a provider, gives a client of it: our key there, the hosts its endpoints may be on,
//! the keys its tokens are signed with. Refuses weak algorithms, unfit keys, and plain http beyond a training machine.
//! Source: RFC 7518; RFC 7523 section 3; SMART App Launch 2.2, client authentication (asymmetric).

use super::outbound::{Network, Outbound};
use crate::{host, keys::Issuer, session};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Our proof lives no longer than this.
const ASSERTION_LIFE_S: i64 = 60;

/// The only algorithms an identity token may be signed with.
pub(crate) const ID_TOKEN_ALGORITHMS: [&str; 6] = ["ES384", "PS384", "RS384", "ES256", "PS256", "RS256"];

/// A provider as the configuration writes it.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderConfig {
    /// The `iss` of its tokens, letter for letter.
    pub issuer: String,
    /// Where its public keys are; nothing it says at run time moves them.
    pub jwks_url: String,
    /// Ours, at this provider.
    pub client_id: String,
    /// Our private key there, PEM: P-384 or RSA. Relative to the state directory.
    pub key_file: PathBuf,
    /// The name it knows that key by.
    pub key_id: String,
    /// `host` or `host:port`: its endpoints may be there and nowhere else.
    pub endpoint_hosts: Vec<String>,
    /// Of its identity tokens.
    pub algorithms: Vec<String>,
}

/// What is wrong with a provider's registration: which key, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}`: {what}")]
pub struct ProviderFault {
    pub key: &'static str,
    pub what: &'static str,
    pub fix: &'static str,
}

/// A provider we are a client of.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: Issuer,
    /// The `iss` of its tokens.
    pub(crate) issuer_url: String,
    pub(crate) client_id: String,
    key: ClientKey,
    hosts: Vec<String>,
    training: bool,
    pub(crate) outbound: Arc<dyn Outbound>,
}

#[derive(Clone)]
struct ClientKey {
    key: EncodingKey,
    algorithm: Algorithm,
    id: String,
}

impl ProviderConfig {
    /// Everything but the key file, which is the deployment's.
    pub fn faults(&self, training: bool) -> Vec<ProviderFault> {
        let fault = |key, what, fix| ProviderFault { key, what, fix };
        let mut faults = Vec::new();
        for (key, url) in [("issuer", &self.issuer), ("jwks_url", &self.jwks_url)] {
            if !is_safe(url, training) {
                faults.push(fault(key, NOT_SAFE, "write an `https://` address without user or fragment"));
            }
        }
        if self.client_id.is_empty() || self.key_id.is_empty() {
            let fix = "write the client id and key id that the provider registered for us";
            faults.push(fault("client_id", "our id and our key's id there are required", fix));
        }
        if self.endpoint_hosts.is_empty() || !self.endpoint_hosts.iter().all(|host| is_authority(host)) {
            let fix = "write each as `id.example.nhs.uk` or `id.example.nhs.uk:8443`";
            faults.push(fault(
                "endpoint_hosts",
                "an endpoint host is a host name, with its port if any",
                fix,
            ));
        }
        if host::algorithms(&self.algorithms, &ID_TOKEN_ALGORITHMS).is_none() {
            let fix = "take those of ES384, PS384, RS384, ES256, PS256, RS256 that it signs with";
            faults.push(fault("algorithms", "not a list of signature algorithms that are accepted", fix));
        }
        faults
    }
}

const NOT_SAFE: &str = "the address must be https; http is for this machine, in training";

impl Provider {
    /// `id` is ours. Asks nobody yet.
    pub(crate) fn register(
        id: String,
        config: &ProviderConfig,
        training: bool,
    ) -> Result<Provider, ProviderFault> {
        if let Some(fault) = config.faults(training).into_iter().next() {
            return Err(fault);
        }
        let algorithms = host::algorithms(&config.algorithms, &ID_TOKEN_ALGORITHMS).unwrap_or_default();
        let network = Network::new().map_err(|_| ProviderFault {
            key: "issuer",
            what: "the client that asks providers cannot be made",
            fix: "look at the TLS set-up of this machine",
        })?;
        Ok(Provider {
            issuer: Issuer { id, jwks_url: config.jwks_url.clone(), algorithms },
            issuer_url: config.issuer.clone(),
            client_id: config.client_id.clone(),
            key: ClientKey::read(&config.key_file, &config.key_id)?,
            hosts: config.endpoint_hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            training,
            outbound: Arc::new(network),
        })
    }

    /// Whether an endpoint that it names is one that was registered.
    pub(crate) fn may_be_at(&self, endpoint: &str) -> bool {
        let Some(url) = reqwest::Url::parse(endpoint).ok().filter(|_| is_safe(endpoint, self.training))
        else {
            return false;
        };
        let name = url.host_str().unwrap_or_default();
        let at = url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        self.hosts.contains(&at)
    }

    /// `private_key_jwt` for one endpoint, new each time. `None`: it could not be signed.
    pub(crate) fn assertion(&self, audience: &str, now: Timestamp) -> Option<String> {
        let header = Header { kid: Some(self.key.id.clone()), ..Header::new(self.key.algorithm) };
        let claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": audience,
            "jti": session::encode(&session::new_secret()),
            "iat": now.as_second(), "exp": now.as_second() + ASSERTION_LIFE_S,
        });
        jsonwebtoken::encode(&header, &claims, &self.key.key).ok()
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.issuer.id)
    }
}

impl ClientKey {
    /// It signs once, so that an unfit one is found at start.
    fn read(path: &Path, id: &str) -> Result<Self, ProviderFault> {
        let fault = |what| ProviderFault {
            key: "key_file",
            what,
            fix: "name a PEM file with a private key on P-384 or an RSA one that this program can read",
        };
        let pem = std::fs::read(path).map_err(|_| fault("the key file cannot be read"))?;
        let curve = EncodingKey::from_ec_pem(&pem).map(|key| (key, Algorithm::ES384));
        let rsa = || EncodingKey::from_rsa_pem(&pem).map(|key| (key, Algorithm::RS384));
        let fits = |(key, algorithm): &(EncodingKey, Algorithm)| {
            jsonwebtoken::crypto::sign(b"fit", key, *algorithm).is_ok()
        };
        let read = curve.or_else(|_| rsa()).ok().filter(fits);
        let (key, algorithm) = read.ok_or_else(|| fault("not a key that can sign ES384 or RS384"))?;
        Ok(Self { key, algorithm, id: id.to_owned() })
    }
}

/// `https`, or `http` on loopback in training.
pub(crate) fn is_safe(url: &str, training: bool) -> bool {
    host::is_safe_url(url) && (training || url.starts_with("https://"))
}

fn is_authority(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !text.is_empty() && text.chars().all(plain)
}
