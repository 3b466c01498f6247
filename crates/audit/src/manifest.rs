//! Takes what one disclosure released and held back, gives `manifest/v2`: ids, versions, hashes and reasons, never
//! content. Stored sealed beside its entry, so that what was shown can be named later (HAZ-025); what was held back only the partner
//! whose source it is can read.
//! Source: RFC 8785 (canonical JSON), FIPS 198-1 (HMAC-SHA-256).

use crate::{
    OpeningId,
    canonical::{NotCanonical, canonical},
    hash, seal,
};
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize, de::Error as _};
use std::fmt;

/// The version written in front of every manifest.
pub const VERSION: &str = "manifest/v2";

/// The random key of one opening: short clinical content could be guessed from a plain hash.
#[derive(Clone)]
pub struct ItemKey {
    bytes: [u8; 32],
    key: hmac::Key,
}

/// The system gave no random bytes, so nothing may be disclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness;

/// A fresh key, one per opening.
pub fn item_key() -> Result<ItemKey, NoRandomness> {
    seal::random().map(ItemKey::from_bytes).map_err(|_| NoRandomness)
}

/// The first 16 bytes of the HMAC-SHA-256 of an item's bytes as sent. A match proves what was shown; a mismatch
/// disproves nothing, since a source may write the same item anew.
pub fn hash(key: &ItemKey, bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    out.iter_mut().zip(hmac::sign(&key.key, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    out
}

/// What one disclosure released and held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    v: Version,
    /// Kept with the manifest, and sealed with it.
    pub key: ItemKey,
    pub head: Head,
    /// In the order released.
    pub shown: Vec<Shown>,
    /// Sealed to the partner whose source it is ([`crate::held`]); there and of one length whether anything was held back or not.
    pub held: String,
}

/// What the whole disclosure is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub opening: OpeningId,
    pub source: String,
    pub part: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_at: Option<String>,
    /// The name of the reply state.
    pub state: String,
    pub permit: String,
    pub configuration: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
}

/// One item released. Written as an array, since an opening has more than a thousand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ShownRow", into = "ShownRow")]
pub struct Shown {
    pub resource: String,
    pub id: String,
    pub version: Option<String>,
    pub last_updated: Option<String>,
    pub category: String,
    pub level: String,
    pub hash: Option<ItemHash>,
}

type ShownRow = (String, String, Option<String>, Option<String>, String, String, Option<ItemHash>);

/// One item held back after it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "HeldRow", into = "HeldRow")]
pub struct Held {
    pub resource: String,
    pub id: String,
    pub version: Option<String>,
    pub reason: HeldFor,
}

type HeldRow = (String, String, Option<String>, HeldFor);

/// Why an item was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldFor {
    Role,
    Label,
    SourceRelease,
    Objection,
    Identity,
}

impl HeldFor {
    /// As the manifest writes it.
    pub fn name(self) -> &'static str {
        match self {
            HeldFor::Role => "role",
            HeldFor::Label => "label",
            HeldFor::SourceRelease => "source-release",
            HeldFor::Objection => "objection",
            HeldFor::Identity => "identity",
        }
    }
}

/// An item's hash, hexadecimal in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemHash(pub [u8; 16]);

impl Manifest {
    pub fn new(key: ItemKey, head: Head, held: String) -> Self {
        Self { v: Version, key, head, shown: Vec::new(), held }
    }

    /// The same manifest always gives the same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical(self)
    }

    /// Refuses unknown fields and any other version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

impl ItemKey {
    fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { bytes, key: hmac::Key::new(hmac::HMAC_SHA256, &bytes) }
    }
}

impl PartialEq for ItemKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for ItemKey {}

impl fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ItemKey(…)")
    }
}

impl Serialize for ItemKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hash::hex(&self.bytes))
    }
}

impl<'de> Deserialize<'de> for ItemKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        hash::unhex(&text).map(Self::from_bytes).ok_or_else(|| D::Error::custom("not a key of 32 bytes"))
    }
}

impl Serialize for ItemHash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hash::hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for ItemHash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        hash::unhex(&text).map(Self).ok_or_else(|| D::Error::custom("not a hash of 16 bytes"))
    }
}

impl From<ShownRow> for Shown {
    fn from((resource, id, version, last_updated, category, level, hash): ShownRow) -> Self {
        Self { resource, id, version, last_updated, category, level, hash }
    }
}

impl From<Shown> for ShownRow {
    fn from(item: Shown) -> Self {
        (item.resource, item.id, item.version, item.last_updated, item.category, item.level, item.hash)
    }
}

impl From<HeldRow> for Held {
    fn from((resource, id, version, reason): HeldRow) -> Self {
        Self { resource, id, version, reason }
    }
}

impl From<Held> for HeldRow {
    fn from(item: Held) -> Self {
        (item.resource, item.id, item.version, item.reason)
    }
}

/// The version as a value, so that no other can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version;

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == VERSION { Ok(Self) } else { Err(D::Error::custom("another manifest version")) }
    }
}

#[cfg(test)]
mod tests;
