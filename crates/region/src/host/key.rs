//! Signing keys: made at start, written for those who sign with them, published as a JWKS.
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
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};
use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The name of the host's key in the JWKS and in every header.
const HOST: &str = "demo-host";

/// What stands before an uncompressed P-384 point in a SubjectPublicKeyInfo. Source: RFC 5480, section 2.
const P384_KEY_INFO: [u8; 23] = [
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
    0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];

/// A P-384 key, ready to sign.
pub(crate) struct SigningKey {
    signing: EncodingKey,
    /// Base64url coordinates.
    public: [String; 2],
    /// The public half as PEM.
    pub(crate) public_pem: String,
    /// Its name in a JWKS and in every header.
    pub(crate) kid: String,
    /// Where the private key stands, readable by its owner only.
    pub(crate) path: PathBuf,
}

impl SigningKey {
    /// The host's key, new, in `demo-host.pem`.
    pub(crate) fn make(folder: &Path) -> Result<Self, RegionFault> {
        Self::named(folder, HOST)
    }

    /// A new key, written to `<name>.pem` in that folder; an older one is replaced.
    pub(crate) fn named(folder: &Path, name: &str) -> Result<Self, RegionFault> {
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
        let public_pem = pem("PUBLIC KEY", &[&P384_KEY_INFO[..], point].concat());
        let path = folder.join(format!("{name}.pem"));
        write_private(&path, &pem("PRIVATE KEY", pkcs8.as_ref()))
            .map_err(|source| RegionFault::WriteKey { path: path.clone(), source })?;
        let kid = format!("{name}-1");
        Ok(Self { signing: EncodingKey::from_ec_der(pkcs8.as_ref()), public: [x, y], public_pem, kid, path })
    }

    /// What its signatures are checked with.
    pub(crate) fn verifying(&self) -> Result<DecodingKey, RegionFault> {
        let [x, y] = &self.public;
        DecodingKey::from_ec_components(x, y).map_err(|_| RegionFault::SigningKey)
    }

    /// The compact form of those claims under a header of that type.
    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::ES384);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.signing)
    }

    pub(crate) fn jwks(&self) -> Value {
        let [x, y] = &self.public;
        json!({"keys": [
            {"kty": "EC", "crv": "P-384", "use": "sig", "alg": "ES384", "kid": self.kid, "x": x, "y": y}
        ]})
    }
}

/// The textual form of a DER structure.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (place, character) in encoded.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

/// Readable by nobody else from its first byte on.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}
