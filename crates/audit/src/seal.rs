//! Takes bytes, gives them sealed under a key derived for one use, or under the key of a month, and bound to the row they
//! belong to; refuses to open what was sealed for another use, another row or under another key.
//! Source: RFC 8452 (AES-256-GCM-SIV), RFC 5869 (HKDF-SHA-256), FIPS 198-1 (HMAC).
//!
//! Stored form: `0x01 ‖ nonce[12] ‖ ciphertext and tag`, under a month's key `0x02 ‖ month[4] ‖ nonce[12] ‖ …`, the month
//! as year and month in decimal, big-endian; associated data `use ‖ 0x00 ‖ row`.

/// Keys that last a month.
pub(crate) mod month;

use crate::{Millis, hash::Hash, store::Place};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    error::Unspecified,
    hkdf, hmac, rand,
};
use month::{Lost, Month, Months, Name, Of};
use std::fmt;

const FORM: u8 = 1;
const OF_A_MONTH: u8 = 2;
const NONCE: usize = 12;
/// Form and month.
const PREFIX: usize = 5;
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

    /// Which key of its month. Whatever else a store seals is not kept that long.
    fn kept(self) -> Of {
        if self == Use::Manifest { Of::Manifests } else { Of::Entries }
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
    months: Option<Months>,
}

impl Keys {
    /// With the keys of its months, where the place has a directory of them.
    pub(crate) fn of(key: &[u8; 32], place: &Place) -> Result<Self, Unspecified> {
        let mut keys = Self::derive(key)?;
        if let Some(directory) = &place.month_keys {
            let wrap = RandomizedNonceKey::new(&AES_256_GCM_SIV, &expand(&keys.root, "month")?)?;
            keys.months = Some(Months::new(directory, wrap));
        }
        Ok(keys)
    }

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
            months: None,
        })
    }

    /// Under the key of its month, where months have keys; else as [`Keys::seal`] does.
    pub(crate) fn seal_at(&self, at: Millis, of: Use, row: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Lost> {
        let Some(months) = &self.months else {
            return self.seal(of, row, bytes).map_err(|Unspecified| Lost::Sealing);
        };
        let month = Month::of(at.seconds());
        let key = months.key_or_new(Name { month, of: of.kept() })?;
        seal_with(&key.sealing, &bound(of, row), bytes, &begins(month)).map_err(|Unspecified| Lost::Sealing)
    }

    pub(crate) fn seal(&self, of: Use, row: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Unspecified> {
        seal_with(self.sealing(of), &bound(of, row), bytes, &[FORM])
    }

    pub(crate) fn open(&self, of: Use, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unspecified> {
        if let Some(month) = month_of(sealed) {
            let months = self.months.as_ref().ok_or(Unspecified)?;
            let key = months.key(Name { month, of: of.kept() }).map_err(|lost| {
                tracing::error!(%lost, "a month's key cannot be read");
                Unspecified
            })?;
            let rest = sealed.get(PREFIX..).ok_or(Unspecified)?;
            if key.is_none() {
                tracing::error!(name = %Name { month, of: of.kept() }, "sealed under a month's key that is not there");
            }
            return open_with(&key.ok_or(Unspecified)?.sealing, &bound(of, row), rest);
        }
        let rest = sealed.strip_prefix(&[FORM]).ok_or(Unspecified)?;
        open_with(self.sealing(of), &bound(of, row), rest)
    }

    /// The keyed hash of a value: `what` keeps a person from being found by a professional's number.
    pub(crate) fn search(&self, what: &str, value: &str) -> Hash {
        mac(&self.search, &[what.as_bytes(), &[0], value.as_bytes()])
    }

    /// The search column of an entry of that moment.
    pub(crate) fn column(&self, at: Millis, what: &str, value: &str) -> Result<Hash, Lost> {
        let Some(months) = &self.months else { return Ok(self.search(what, value)) };
        let key = months.key_or_new(Name::entries(Month::of(at.seconds())))?;
        Ok(mac(&key.search, &[what.as_bytes(), &[0], value.as_bytes()]))
    }

    /// Every search column that this value may have: one for each month, and that of the store's own key.
    pub(crate) fn columns(&self, what: &str, value: &str) -> Result<Vec<Hash>, Lost> {
        let mut columns = vec![self.search(what, value)];
        let Some(months) = &self.months else { return Ok(columns) };
        for name in months.names()?.into_iter().filter(|name| name.of == Of::Entries) {
            if let Some(key) = months.key(name)? {
                columns.push(mac(&key.search, &[what.as_bytes(), &[0], value.as_bytes()]));
            }
        }
        Ok(columns)
    }

    /// What tells a month's key from any other; `None` where there is no such key.
    pub(crate) fn mark(&self, name: Name) -> Result<Option<Hash>, Lost> {
        self.months.as_ref().map_or(Ok(None), |months| months.mark(name))
    }

    /// The directory is read anew.
    pub(crate) fn forget(&self) {
        self.months.iter().for_each(Months::forget);
    }

    pub(crate) fn months(&self) -> Option<&Months> {
        self.months.as_ref()
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

/// A key for something beside the store, of the same root.
pub(crate) fn derived(key: &[u8; 32], of: &str) -> Result<[u8; 32], Unspecified> {
    expand(&hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(key), of)
}

/// Thirty-two random bytes.
pub(crate) fn random() -> Result<[u8; 32], Unspecified> {
    let mut out = [0; 32];
    rand::fill(&mut out)?;
    Ok(out)
}

/// The month under whose key this was sealed.
pub(crate) fn month_of(sealed: &[u8]) -> Option<Month> {
    let (month, _) = sealed.strip_prefix(&[OF_A_MONTH])?.split_first_chunk::<4>()?;
    Some(Month(u32::from_be_bytes(*month)))
}

/// What a row begins with that was sealed under the key of that month.
pub(crate) fn begins(month: Month) -> [u8; PREFIX] {
    let [a, b, c, d] = month.0.to_be_bytes();
    [OF_A_MONTH, a, b, c, d]
}

/// `form ‖ nonce ‖ ciphertext and tag`
fn seal_with(
    key: &RandomizedNonceKey,
    bound: &[u8],
    bytes: &[u8],
    form: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let mut body = bytes.to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(bound), &mut body)?;
    Ok([form, nonce.as_ref(), &body].concat())
}

/// What stands behind the form.
fn open_with(key: &RandomizedNonceKey, bound: &[u8], rest: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let (nonce, body) = rest.split_at_checked(NONCE).ok_or(Unspecified)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    let mut body = body.to_vec();
    let length = key.open_in_place(nonce, Aad::from(bound), &mut body)?.len();
    body.truncate(length);
    Ok(body)
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
