//! Takes our private key and a moment, gives the signed assertion that a token endpoint asks for; refuses keys that
//! cannot sign one. Source: RFC 7523 section 3; SMART Backend Services (ES384, RS384).

use crate::source::{ConfigFault, Place};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use std::path::Path;

/// Five minutes are the most any endpoint takes; their clock may be behind ours.
const LIFE_S: i64 = 240;

/// Our key, and how it signs.
pub(super) struct Key {
    key: EncodingKey,
    algorithm: Algorithm,
    key_id: Option<String>,
}

/// Who says it to whom.
pub(super) struct Claims<'a> {
    pub(super) client_id: &'a str,
    /// The token endpoint as configured, letter for letter.
    pub(super) audience: &'a str,
    pub(super) now: Timestamp,
}

impl Key {
    /// An elliptic-curve key on P-384, or an RSA one. It signs once, so that an unfit one is found at start.
    pub(super) fn read(at: Place, path: &Path, key_id: Option<String>) -> Result<Self, ConfigFault> {
        let pem = crate::wire::read_file(at.clone(), path)?;
        let curve = EncodingKey::from_ec_pem(&pem).map(|key| (key, Algorithm::ES384));
        let rsa = || EncodingKey::from_rsa_pem(&pem).map(|key| (key, Algorithm::RS384));
        let fits = |(key, algorithm): &(EncodingKey, Algorithm)| {
            jsonwebtoken::crypto::sign(b"fit", key, *algorithm).is_ok()
        };
        let read = curve.or_else(|_| rsa()).ok().filter(fits);
        let (key, algorithm) = read.ok_or_else(|| ConfigFault::Key { at, path: path.to_owned() })?;
        Ok(Self { key, algorithm, key_id })
    }

    /// A new one for each request. `None`: it could not be signed.
    pub(super) fn assertion(&self, claims: &Claims<'_>) -> Option<String> {
        let header = Header { kid: self.key_id.clone(), ..Header::new(self.algorithm) };
        let claims = json!({
            "iss": claims.client_id,
            "sub": claims.client_id,
            "aud": claims.audience,
            "jti": uuid::Uuid::new_v4().to_string(),
            "exp": claims.now.as_second() + LIFE_S,
        });
        jsonwebtoken::encode(&header, &claims, &self.key).ok()
    }
}
