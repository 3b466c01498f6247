//! The keys that are the gateway's own: one that signs where we are a client, one that others encrypt to. Takes files, gives
//! the public halves for everybody, signed assertions, and what was encrypted to us; refuses a file that holds no such key.
//! Source: RFC 7517, RFC 7518 sections 4.6 and 6.2; RFC 7523 section 2.2.

use crate::{
    jwe::{self, Addressee, Curve},
    jwt::Fault,
    session,
};
use aws_lc_rs::agreement::PrivateKey;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// An assertion of ours lives this long, in seconds.
const LIFE_S: i64 = 60;

/// `[keys]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnKeysConfig {
    /// PEM, PKCS #8, P-384: signs where we are a client of a host.
    pub signing_key_file: PathBuf,
    pub signing_key_id: String,
    /// PEM, PKCS #8, P-256 or P-384: form posts are encrypted to it.
    pub encryption_key_file: PathBuf,
    pub encryption_key_id: String,
}

impl OwnKeysConfig {
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.signing_key_file, &mut self.encryption_key_file].into_iter()
    }
}

/// Why our keys cannot be used, before a port opens.
#[derive(Debug, thiserror::Error)]
pub enum OwnKeysFault {
    #[error("`{path}` holds no private key in PEM")]
    Read { path: PathBuf },
    #[error("`{path}` must hold a P-384 key")]
    Signing { path: PathBuf },
    #[error("`{path}` must hold a P-256 or P-384 key")]
    Encryption { path: PathBuf },
    #[error("the two keys need two ids")]
    SameId,
}

/// Our keys, ready to use.
pub struct OwnKeys {
    signing: EncodingKey,
    signing_id: String,
    encryption: PrivateKey,
    encryption_id: String,
    curve: Curve,
    published: Value,
}

impl OwnKeys {
    pub fn read(config: &OwnKeysConfig) -> Result<Self, OwnKeysFault> {
        if config.signing_key_id == config.encryption_key_id {
            return Err(OwnKeysFault::SameId);
        }
        let der = |path: &PathBuf| {
            PrivateKeyDer::from_pem_file(path).map_err(|_| OwnKeysFault::Read { path: path.clone() })
        };
        let unfit = || OwnKeysFault::Signing { path: config.signing_key_file.clone() };
        let signing = EncodingKey::from_ec_der(der(&config.signing_key_file)?.secret_der());
        let mut public = Jwk::from_encoding_key(&signing, Algorithm::ES384)
            .ok()
            .and_then(|key| serde_json::to_value(key).ok())
            .ok_or_else(unfit)?;
        // Also tells a key that is on another curve.
        jsonwebtoken::crypto::sign(b"fit", &signing, Algorithm::ES384).map_err(|_| unfit())?;
        let members = public.as_object_mut().ok_or_else(unfit)?;
        members.insert("kid".to_owned(), json!(config.signing_key_id));
        members.insert("use".to_owned(), json!("sig"));
        members.insert("alg".to_owned(), json!("ES384"));
        let (curve, encryption) = agreement_key(der(&config.encryption_key_file)?.secret_der())
            .ok_or_else(|| OwnKeysFault::Encryption { path: config.encryption_key_file.clone() })?;
        let written_to = encryption_jwk(&encryption, curve, &config.encryption_key_id)
            .ok_or_else(|| OwnKeysFault::Encryption { path: config.encryption_key_file.clone() })?;
        Ok(Self {
            signing,
            signing_id: config.signing_key_id.clone(),
            encryption,
            encryption_id: config.encryption_key_id.clone(),
            curve,
            published: json!({"keys": [public, written_to]}),
        })
    }

    /// The public halves.
    pub fn jwks(&self) -> &Value {
        &self.published
    }

    /// `private_key_jwt` at somebody's token endpoint. `None`: it could not be signed.
    pub fn client_assertion(&self, client_id: &str, audience: &str, now: Timestamp) -> Option<String> {
        let header = Header { kid: Some(self.signing_id.clone()), ..Header::new(Algorithm::ES384) };
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": now.as_second(),
            "exp": now.as_second() + LIFE_S,
            "jti": session::encode(&session::new_secret()),
        });
        jsonwebtoken::encode(&header, &claims, &self.signing).ok()
    }

    /// What was encrypted to us.
    pub(crate) fn decrypt(&self, text: &str) -> Result<String, Fault> {
        jwe::open(text, &Addressee { kid: &self.encryption_id, curve: self.curve, key: &self.encryption })
    }
}

impl std::fmt::Debug for OwnKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnKeys({}, {})", self.signing_id, self.encryption_id)
    }
}

fn agreement_key(der: &[u8]) -> Option<(Curve, PrivateKey)> {
    [Curve::P384, Curve::P256].into_iter().find_map(|curve| {
        PrivateKey::from_private_key_der(curve.agreement(), der).ok().map(|key| (curve, key))
    })
}

fn encryption_jwk(key: &PrivateKey, curve: Curve, kid: &str) -> Option<Value> {
    let public = key.compute_public_key().ok()?;
    // SEC 1, uncompressed: 4, then both coordinates.
    let (_, point) = public.as_ref().split_first()?;
    let (x, y) = point.split_at_checked(curve.coordinate_bytes())?;
    Some(json!({
        "kty": "EC", "crv": curve.name(), "use": "enc", "alg": jwe::ALGORITHM, "kid": kid,
        "x": session::encode(x), "y": session::encode(y),
    }))
}

#[cfg(test)]
mod tests;
