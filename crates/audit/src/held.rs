//! Takes what of one disclosure was held back, gives it sealed to the partner whose source it is, always at one length, so that
//! nobody else can tell that there was anything. Refuses keys that are none, and to open what was sealed for another disclosure.
//! Source: RFC 9180 (HPKE, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM), RFC 8410 (keys).

use crate::{
    OpeningId,
    canonical::canonical,
    hash::{hex, sha256},
    manifest::{Held, HeldFor},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::crypto::{
    aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_128 as SUITE,
    hpke::{EncapsulatedSecret, Hpke as _, HpkePrivateKey, HpkePublicKey},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The detail of a disclosure's entry that commits to what is sealed.
pub const DETAIL: &str = "held";
/// The application's word to the key schedule, and the domain of the commitment.
const DOMAIN: &str = "shcr-held-v1";
/// What is sealed has this length, whatever was held back.
const SIZE_BYTES: usize = 4_096;
/// The form in front: so that another suite can be told from this one.
const FORM: u8 = 1;
const KEY_BYTES: usize = 32;
/// What stands before the 32 bytes of an X25519 key: SubjectPublicKeyInfo, and PKCS #8 without attributes.
const PUBLIC: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00];
const PRIVATE: &[u8] =
    &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20];

/// The key a partner published.
#[derive(Clone)]
pub struct PartnersKey(HpkePublicKey);

/// Its other half, which only the partner has.
pub struct OwnKey(HpkePrivateKey);

/// Which disclosure it is of. Sealed for one, it opens for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    pub opening: &'a OpeningId,
    pub source: &'a str,
    pub part: u32,
}

/// What was held back, opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldBack {
    pub rows: Vec<Held>,
    /// Resource type, reason and number of those there was no room to name.
    pub more: Vec<(String, HeldFor, u64)>,
}

/// Why a key is none, or nothing was sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeldFault {
    #[error("not an X25519 key in PEM (RFC 8410)")]
    NotAKey,
    #[error("it could not be sealed")]
    Seal,
    #[error("it is not of the form that is sealed here")]
    Form,
    #[error("it was not sealed to this key for this disclosure")]
    Sealed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    v: String,
    rows: Vec<Held>,
    more: Vec<(String, HeldFor, u64)>,
}

impl PartnersKey {
    /// A PEM `PUBLIC KEY`. A key that nothing can be sealed to is refused here, and not at the first opening.
    pub fn parse(pem: &str) -> Result<Self, HeldFault> {
        let key = Self(HpkePublicKey(key_of(pem, "PUBLIC KEY", PUBLIC)?));
        SUITE.seal(&[], &[], &[], &key.0).map_err(|_| HeldFault::NotAKey)?;
        Ok(key)
    }

    /// A key whose other half is thrown away: what is sealed to it nobody will ever read, and nobody can tell.
    pub fn of_nobody() -> Result<Self, HeldFault> {
        SUITE.generate_key_pair().map(|(public, _)| Self(public)).map_err(|_| HeldFault::Seal)
    }

    /// Base64 of `0x01 ‖ enc ‖ ciphertext`, of one length always.
    pub fn seal(&self, about: About<'_>, held: &[Held]) -> Result<String, HeldFault> {
        let plain = plain(held).ok_or(HeldFault::Seal)?;
        let (EncapsulatedSecret(secret), body) =
            SUITE.seal(DOMAIN.as_bytes(), &about.bound(), &plain, &self.0).map_err(|_| HeldFault::Seal)?;
        Ok(STANDARD.encode([&[FORM], secret.as_slice(), &body].concat()))
    }
}

impl OwnKey {
    /// A PEM `PRIVATE KEY`, not encrypted.
    pub fn parse(pem: &str) -> Result<Self, HeldFault> {
        key_of(pem, "PRIVATE KEY", PRIVATE).map(|key| Self(HpkePrivateKey::from(key)))
    }

    pub fn open(&self, about: About<'_>, sealed: &str) -> Result<HeldBack, HeldFault> {
        let bytes = STANDARD.decode(sealed).map_err(|_| HeldFault::Form)?;
        let Some((&FORM, rest)) = bytes.split_first() else { return Err(HeldFault::Form) };
        let (secret, body) = rest.split_at_checked(KEY_BYTES).ok_or(HeldFault::Form)?;
        let plain = SUITE
            .open(&EncapsulatedSecret(secret.to_vec()), DOMAIN.as_bytes(), &about.bound(), body, &self.0)
            .map_err(|_| HeldFault::Sealed)?;
        let Plain { v, rows, more } = serde_json::from_slice(&plain).map_err(|_| HeldFault::Form)?;
        if v == DOMAIN { Ok(HeldBack { rows, more }) } else { Err(HeldFault::Form) }
    }
}

/// What an entry says of the sealed text, so that nobody can exchange it later.
pub fn commitment(sealed: &str) -> String {
    hex(&sha256(&[DOMAIN.as_bytes(), &[0], sealed.as_bytes()]))
}

impl About<'_> {
    fn bound(&self) -> Vec<u8> {
        format!("{}\0{}\0{}", self.opening.as_str(), self.source, self.part).into_bytes()
    }
}

/// Canonical JSON, filled up with spaces. What is restricted is named first; what there is no room for is counted.
fn plain(held: &[Held]) -> Option<Vec<u8>> {
    let (label, other): (Vec<&Held>, Vec<&Held>) = held.iter().partition(|one| one.reason == HeldFor::Label);
    let held: Vec<Held> = label.into_iter().chain(other).cloned().collect();
    let mut room = SIZE_BYTES;
    let fits = |one: &&Held| {
        let length = canonical(one).map_or(SIZE_BYTES, |text| text.len() + 1);
        room = room.saturating_sub(length);
        room > 0
    };
    let mut named = held.iter().take_while(fits).count();
    loop {
        let (rows, rest) = held.split_at_checked(named)?;
        let filled = |more| filled(rows, more);
        if let Some(plain) = filled(counted(rest, |one| one.resource.clone())) {
            return Some(plain);
        }
        match named.checked_sub(1) {
            Some(fewer) => named = fewer,
            None => return filled(counted(rest, |_| String::new())),
        }
    }
}

fn counted(rest: &[Held], named: impl Fn(&Held) -> String) -> Vec<(String, HeldFor, u64)> {
    let mut counts: BTreeMap<(&'static str, String), (HeldFor, u64)> = BTreeMap::new();
    for one in rest {
        counts.entry((one.reason.name(), named(one))).or_insert((one.reason, 0)).1 += 1;
    }
    counts.into_iter().map(|((_, resource), (reason, count))| (resource, reason, count)).collect()
}

/// `None`: it is too long.
fn filled(rows: &[Held], more: Vec<(String, HeldFor, u64)>) -> Option<Vec<u8>> {
    let mut text = canonical(&Plain { v: DOMAIN.to_owned(), rows: rows.to_vec(), more }).ok()?;
    if text.len() > SIZE_BYTES {
        return None;
    }
    text.resize(SIZE_BYTES, b' ');
    Some(text)
}

/// The 32 bytes of the first block of that name.
fn key_of(pem: &str, label: &str, prefix: &[u8]) -> Result<Vec<u8>, HeldFault> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let inside =
        pem.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end)).ok_or(HeldFault::NotAKey)?.0;
    let text: String = inside.split_ascii_whitespace().collect();
    let der = STANDARD.decode(text).map_err(|_| HeldFault::NotAKey)?;
    let key = der.strip_prefix(prefix).filter(|key| key.len() == KEY_BYTES);
    key.map(<[u8]>::to_vec).ok_or(HeldFault::NotAKey)
}

impl fmt::Debug for PartnersKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartnersKey(…)")
    }
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnKey(…)")
    }
}

#[cfg(test)]
pub(crate) mod tests;
