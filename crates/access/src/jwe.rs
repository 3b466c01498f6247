//! Takes a compact encrypted token and our private key, gives the signed token inside; one algorithm, one content
//! encryption, and no way for the token to choose. Refuses everything else without saying at which step.
//! Source: RFC 7516 section 5.2; RFC 7518 sections 4.6 and 5.3; RFC 8725 section 3.

use crate::jwt::{self, Fault};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{self, ECDH_P256, ECDH_P384, PrivateKey, UnparsedPublicKey},
    digest,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{Json, Object};

/// A larger one is not read: it passes through a browser's form.
pub(crate) const SIZE_MAX: usize = 32 * 1024;
pub(crate) const ALGORITHM: &str = "ECDH-ES";
pub(crate) const ENCRYPTION: &str = "A256GCM";
const KEY_BITS: u32 = 256;

/// Members by which a header would choose keys or forms for us.
const FORBIDDEN: [&str; 7] = ["jku", "jwk", "x5u", "x5c", "crit", "zip", "b64"];

/// A curve that keys may be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Curve {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
        }
    }

    pub(crate) fn agreement(self) -> &'static agreement::Algorithm {
        match self {
            Curve::P256 => &ECDH_P256,
            Curve::P384 => &ECDH_P384,
        }
    }

    pub(crate) fn coordinate_bytes(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
        }
    }
}

/// Whom it must be written to.
pub(crate) struct Addressee<'a> {
    pub(crate) kid: &'a str,
    pub(crate) curve: Curve,
    pub(crate) key: &'a PrivateKey,
}

/// The text inside, once the tag holds.
pub(crate) fn open(text: &str, to: &Addressee<'_>) -> Result<String, Fault> {
    const FAULT: Fault = Fault("encryption");
    if text.len() > SIZE_MAX {
        return Err(Fault("size"));
    }
    let parts: Vec<&str> = text.split('.').collect();
    let [header, no_key, iv, ciphertext, tag] = parts.as_slice() else { return Err(FAULT) };
    if !no_key.is_empty() {
        // Direct agreement has no wrapped key.
        return Err(FAULT);
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| FAULT);
    let checked = decode(header)?;
    let checked = fhir::json::check(&checked).map_err(|_| FAULT)?;
    let agreed = agree(&Json::of(checked).object().ok_or(FAULT)?, to)?;
    let key = UnboundKey::new(&AES_256_GCM, &agreed).map(LessSafeKey::new).map_err(|_| FAULT)?;
    let nonce = Nonce::try_assume_unique_for_key(&decode(iv)?).map_err(|_| FAULT)?;
    let tag = decode(tag)?;
    if tag.len() != AES_256_GCM.tag_len() {
        return Err(FAULT);
    }
    let mut sealed = [decode(ciphertext)?, tag].concat();
    let plain = key.open_in_place(nonce, Aad::from(header.as_bytes()), &mut sealed).map_err(|_| FAULT)?;
    std::str::from_utf8(plain).map(str::to_owned).map_err(|_| FAULT)
}

/// The content key, agreed with the sender's ephemeral key, which must be a point of our own curve.
fn agree(header: &Object<'_>, to: &Addressee<'_>) -> Result<Vec<u8>, Fault> {
    for member in FORBIDDEN {
        if header.get(member).is_some() {
            return Err(Fault(member));
        }
    }
    let text = |key, fault| jwt::text(header, key, fault);
    if text("alg", "alg")? != ALGORITHM {
        return Err(Fault("alg"));
    }
    if text("enc", "enc")? != ENCRYPTION {
        return Err(Fault("enc"));
    }
    if !text("cty", "cty")?.eq_ignore_ascii_case("JWT") {
        return Err(Fault("cty"));
    }
    if text("kid", "kid")? != to.kid {
        return Err(Fault("kid"));
    }
    let party = |key| match jwt::optional(header, key, key)? {
        Some(party) => URL_SAFE_NO_PAD.decode(party).map_err(|_| Fault(key)),
        None => Ok(Vec::new()),
    };
    let (sender, receiver) = (party("apu")?, party("apv")?);
    let point = ephemeral(&header.object("epk").ok_or(Fault("epk"))?, to.curve)?;
    let peer = UnparsedPublicKey::new(to.curve.agreement(), point);
    agreement::agree(to.key, &peer, Fault("epk"), |secret| {
        Ok(derive(secret, ENCRYPTION, [&sender, &receiver], KEY_BITS))
    })
}

/// The uncompressed point: 4, then both coordinates in full length.
fn ephemeral(key: &Object<'_>, curve: Curve) -> Result<Vec<u8>, Fault> {
    const FAULT: Fault = Fault("epk");
    let same = |member, wanted: &str| key.text(member).is_some_and(|text| text == wanted);
    // A private key in the open is somebody's mistake, and no ephemeral one.
    if !same("kty", "EC") || !same("crv", curve.name()) || key.get("d").is_some() {
        return Err(FAULT);
    }
    let mut point = vec![4];
    for member in ["x", "y"] {
        let text = key.text(member).ok_or(FAULT)?;
        let coordinate = URL_SAFE_NO_PAD.decode(text.as_bytes()).map_err(|_| FAULT)?;
        if coordinate.len() != curve.coordinate_bytes() {
            return Err(FAULT);
        }
        point.extend_from_slice(&coordinate);
    }
    Ok(point)
}

/// The Concat KDF with SHA-256, of which one round suffices for keys of 256 bits and fewer.
pub(crate) fn derive(secret: &[u8], algorithm: &str, parties: [&[u8]; 2], bits: u32) -> Vec<u8> {
    let mut round = digest::Context::new(&digest::SHA256);
    round.update(&1_u32.to_be_bytes());
    round.update(secret);
    for field in [algorithm.as_bytes(), parties[0], parties[1]] {
        round.update(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        round.update(field);
    }
    round.update(&bits.to_be_bytes());
    let bytes = usize::try_from(bits / 8).unwrap_or(usize::MAX);
    round.finish().as_ref().iter().copied().take(bytes).collect()
}

#[cfg(test)]
mod tests;
