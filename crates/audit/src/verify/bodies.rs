//! With the key: every body and manifest against its commitment, and every column beside a body against the body, since
//! a false column would hide an entry from a search without breaking the chain.

use super::{chain::Head, months::Months, reading::StoredEntry};
use crate::hash::{ENTRY, MANIFEST, commitment, hex};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    hkdf, hmac,
};
use serde_json::Value;
use std::path::Path;

/// The keys `verify` derives for itself.
pub(super) struct Bodies {
    entry: RandomizedNonceKey,
    manifest: RandomizedNonceKey,
    search: hmac::Key,
    head: hmac::Key,
    pub(super) months: Months,
}

impl Bodies {
    pub(super) fn new(key: &[u8; 32], month_keys: Option<&Path>) -> Option<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"shcr-audit-v1").extract(key);
        let derive = |name: &str| {
            let mut out = [0; 32];
            root.expand(&[name.as_bytes()], hkdf::HKDF_SHA256).ok()?.fill(&mut out).ok()?;
            Some(out)
        };
        Some(Self {
            entry: RandomizedNonceKey::new(&AES_256_GCM_SIV, &derive("entry")?).ok()?,
            manifest: RandomizedNonceKey::new(&AES_256_GCM_SIV, &derive("manifest")?).ok()?,
            search: hmac::Key::new(hmac::HMAC_SHA256, &derive("search")?),
            head: hmac::Key::new(hmac::HMAC_SHA256, &derive("head")?),
            months: Months::new(&derive("month")?, month_keys)?,
        })
    }

    /// Whether the entry names a manifest.
    pub(super) fn check(
        &self,
        stored: &StoredEntry,
        manifest: Option<&(Vec<u8>, Vec<u8>)>,
    ) -> Result<bool, String> {
        let (salt, body) = self.unsealed(&stored.key, &stored.sealed)?;
        if commitment(ENTRY, &salt, &body) != stored.commitment.as_slice() {
            return Err("the entry's bytes are not those committed to".to_owned());
        }
        let body: Value = serde_json::from_slice(&body).map_err(|_| "the entry cannot be read".to_owned())?;
        self.columns(stored, &body)?;
        manifest.map_or(Ok(()), |(hash, sealed)| self.manifest(stored, &body, (hash, sealed)))?;
        Ok(body.get("manifest").is_some())
    }

    /// The salt and the text of one entry.
    pub(super) fn unsealed(&self, key: &str, sealed: &[u8]) -> Result<([u8; 32], Vec<u8>), String> {
        let bound = ["entry\0", key].concat();
        let key = self.months.of(sealed, "entries")?;
        let key = key.as_ref().map_or(&self.entry, |key| &key.sealing);
        unseal(key, &bound, sealed).ok_or_else(|| "the entry does not open under this key".to_owned())
    }

    pub(super) fn is_head(&self, head: &Head, mac: &[u8]) -> bool {
        let mut said = head.replica.as_bytes().to_vec();
        said.push(0);
        for number in [head.boot, head.n, head.index] {
            said.extend_from_slice(&number.to_be_bytes());
        }
        said.extend_from_slice(&head.hash);
        hmac::verify(&self.head, &said, mac).is_ok()
    }

    fn columns(&self, stored: &StoredEntry, body: &Value) -> Result<(), String> {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let professional =
            text("/who/host").zip(text("/who/subject")).map(|(host, subject)| format!("{host}\0{subject}"));
        let month = self.months.of(&stored.sealed, "entries")?;
        let search = month.as_ref().map_or(&self.search, |month| &month.search);
        let right = [
            ("key", text("/key") == Some(&stored.key)),
            ("kind", text("/kind") == Some(&stored.kind)),
            ("opening", text("/opening") == stored.opening.as_deref()),
            ("person", is_found(search, "person", text("/whom/nhs_number"), stored.person.as_deref())),
            (
                "professional",
                is_found(search, "professional", professional.as_deref(), stored.professional.as_deref()),
            ),
        ];
        match right.iter().find(|(_, right)| !right) {
            Some((column, _)) => Err(format!("the column `{column}` does not agree with the entry")),
            None => Ok(()),
        }
    }

    fn manifest(
        &self,
        stored: &StoredEntry,
        body: &Value,
        (hash, sealed): (&[u8], &[u8]),
    ) -> Result<(), String> {
        let bound = ["manifest\0", &stored.key].concat();
        let key = self.months.of(sealed, "manifests")?;
        let key = key.as_ref().map_or(&self.manifest, |key| &key.sealing);
        let (salt, bytes) = unseal(key, &bound, sealed).ok_or("the manifest does not open under this key")?;
        let found = commitment(MANIFEST, &salt, &bytes);
        if found != hash || body.get("manifest").and_then(Value::as_str) != Some(&hex(&found)) {
            return Err("the manifest is not the one the entry commits to".to_owned());
        }
        Ok(())
    }
}

fn is_found(search: &hmac::Key, what: &str, value: Option<&str>, column: Option<&[u8]>) -> bool {
    match (value, column) {
        (Some(value), Some(column)) => {
            hmac::verify(search, [what, "\0", value].concat().as_bytes(), column).is_ok()
        }
        (None, None) => true,
        _ => false,
    }
}

/// The salt and what it salts.
fn unseal(key: &RandomizedNonceKey, bound: &str, sealed: &[u8]) -> Option<([u8; 32], Vec<u8>)> {
    let plain = opened(key, bound, sealed)?;
    let (salt, rest) = plain.split_first_chunk::<32>()?;
    Some((*salt, rest.to_vec()))
}

/// What stands behind the nonce, under the store's own key or, with the month before it, under a month's.
pub(super) fn opened(key: &RandomizedNonceKey, bound: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let rest = match sealed.split_first()? {
        (1, rest) => rest,
        (2, rest) => rest.get(4..)?,
        _ => return None,
    };
    let (nonce, body) = rest.split_first_chunk::<12>()?;
    let mut body = body.to_vec();
    let plain = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut body).ok()?;
    Some(plain.to_vec())
}
