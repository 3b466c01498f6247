//! The host's signing key: made at start, written for tools that drive the demo, published as a JWKS.
//! Source: RFC 7517, RFC 7518 section 6.2 (P-384), RFC 5958 (PKCS #8).

use crate::options::RegionFault;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The key's name in the JWKS and in every header.
const KID: &str = "demo-host-1";

/// A P-384 key, ready to sign.
pub(crate) struct SigningKey {
    signing: EncodingKey,
    /// Base64url coordinates.
    public: [String; 2],
    /// Where the private key stands, readable by its owner only.
    pub(crate) path: PathBuf,
}

impl SigningKey {
    /// A new key, written to `demo-host.pem` in that folder; an older one is replaced.
    pub(crate) fn make(folder: &Path) -> Result<Self, RegionFault> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random)
            .map_err(|_| RegionFault::SigningKey)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, pkcs8.as_ref())
            .map_err(|_| RegionFault::SigningKey)?;
        // SEC 1 uncompressed: 04, then x and y of 48 bytes each.
        let point = pair.public_key().as_ref();
        let coordinate = |from, to| point.get(from..to).map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let (Some(x), Some(y)) = (coordinate(1, 49), coordinate(49, 97)) else {
            return Err(RegionFault::SigningKey);
        };
        let path = folder.join("demo-host.pem");
        write_private(&path, &pem(pkcs8.as_ref()))
            .map_err(|source| RegionFault::WriteKey { path: path.clone(), source })?;
        Ok(Self { signing: EncodingKey::from_ec_der(pkcs8.as_ref()), public: [x, y], path })
    }

    /// The compact form of those claims under a header of that type.
    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::ES384);
        header.typ = Some(typ.to_owned());
        header.kid = Some(KID.to_owned());
        jsonwebtoken::encode(&header, claims, &self.signing)
    }

    pub(crate) fn jwks(&self) -> Value {
        let [x, y] = &self.public;
        json!({"keys": [
            {"kty": "EC", "crv": "P-384", "use": "sig", "alg": "ES384", "kid": KID, "x": x, "y": y}
        ]})
    }
}

fn pem(der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    for (place, character) in encoded.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str("\n-----END PRIVATE KEY-----\n");
    text
}

/// Readable by nobody else from its first byte on.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}
