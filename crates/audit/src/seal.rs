//! Takes bytes, gives them sealed under a key derived for one use and bound to the row they belong to; refuses to open
//! what was sealed for another use, another row or under another key.
//! Source: RFC 8452 (AES-256-GCM-SIV), RFC 5869 (HKDF-SHA-256), FIPS 198-1 (HMAC).
//!
//! Stored form: `0x01 ‖ nonce[12] ‖ ciphertext and tag`; associated data `use ‖ 0x00 ‖ row`.

use crate::hash::Hash;
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    error::Unspecified,
    hkdf, hmac, rand,
};
use std::fmt;

const FORM: u8 = 1;
const NONCE: usize = 12;
/// The salt of the derivation; changing it changes every key.
pub(crate) const DERIVATION: &[u8] = b"shcr-audit-v1";

/// The uses a key is derived for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Entry,
    Manifest,
    Handle,
    Session,
    Note,
}

impl Use {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Use::Entry => "entry",
            Use::Manifest => "manifest",
            Use::Handle => "handle",
            Use::Session => "session",
            Use::Note => "note",
        }
    }
}

/// Every key of one store, derived from the one in its settings.
pub(crate) struct Keys {
    entry: RandomizedNonceKey,
    manifest: RandomizedNonceKey,
    handle: RandomizedNonceKey,
    session: RandomizedNonceKey,
    note: RandomizedNonceKey,
    search: hmac::Key,
    head: hmac::Key,
    root: hkdf::Prk,
}

impl Keys {
    pub(crate) fn derive(key: &[u8; 32]) -> Result<Self, Unspecified> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(key);
        let sealing = |of: Use| RandomizedNonceKey::new(&AES_256_GCM_SIV, &expand(&root, of.name())?);
        Ok(Self {
            entry: sealing(Use::Entry)?,
            manifest: sealing(Use::Manifest)?,
            handle: sealing(Use::Handle)?,
            session: sealing(Use::Session)?,
            note: sealing(Use::Note)?,
            search: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, "search")?),
            head: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, "head")?),
            root,
        })
    }

    pub(crate) fn seal(&self, of: Use, row: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut body = bytes.to_vec();
        let nonce = self.sealing(of).seal_in_place_append_tag(Aad::from(bound(of, row)), &mut body)?;
        let mut out = Vec::with_capacity(1 + NONCE + body.len());
        out.push(FORM);
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&body);
        Ok(out)
    }

    pub(crate) fn open(&self, of: Use, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let (form, rest) = sealed.split_first().ok_or(Unspecified)?;
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or(Unspecified)?;
        if *form != FORM {
            return Err(Unspecified);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let mut body = body.to_vec();
        let length = self.sealing(of).open_in_place(nonce, Aad::from(bound(of, row)), &mut body)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// The search column of a value: `what` keeps a person from being found by a professional's number.
    pub(crate) fn search(&self, what: &str, value: &str) -> Hash {
        mac(&self.search, &[what.as_bytes(), &[0], value.as_bytes()])
    }

    /// What proves that the last leaf of a replica was the last when this store wrote it.
    pub(crate) fn head(&self, parts: &[&[u8]]) -> Hash {
        mac(&self.head, parts)
    }

    /// The seed of the key that signs checkpoints: another for each generation, so that a key can be changed and the one
    /// before it still be told.
    pub(crate) fn checkpoint_seed(&self, generation: u32) -> Result<[u8; 32], Unspecified> {
        expand(&self.root, &format!("checkpoint/{generation}"))
    }

    fn sealing(&self, of: Use) -> &RandomizedNonceKey {
        match of {
            Use::Entry => &self.entry,
            Use::Manifest => &self.manifest,
            Use::Handle => &self.handle,
            Use::Session => &self.session,
            Use::Note => &self.note,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// Thirty-two random bytes.
pub(crate) fn random() -> Result<[u8; 32], Unspecified> {
    let mut out = [0; 32];
    rand::fill(&mut out)?;
    Ok(out)
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> Hash {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

fn bound(of: Use, row: &[u8]) -> Vec<u8> {
    [of.name().as_bytes(), &[0], row].concat()
}

fn expand(root: &hkdf::Prk, of: &str) -> Result<[u8; 32], Unspecified> {
    let mut out = [0; 32];
    root.expand(&[of.as_bytes()], hkdf::HKDF_SHA256)?.fill(&mut out)?;
    Ok(out)
}
