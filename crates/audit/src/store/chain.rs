//! Takes what was last, gives the next leaf: each names the leaf before it of the same replica, so that nothing can be
//! taken out, put in or moved without a leaf that no longer fits (HAZ-030).
//!
//! Leaf: canonical JSON `{v, log, replica, boot, n, prev, kind, at (seconds), commit}`. `n` counts from 0 in each boot.
//! The head of a replica is proven by an HMAC over `replica ‖ 0x00 ‖ boot ‖ n ‖ idx ‖ hash`, numbers in 8 bytes,
//! big-endian; its `n` is that of the last leaf.

use super::{
    Receipt,
    desk::{End, Stop},
    prepared::Prepared,
    rows::{self, int},
};
use crate::{
    canonical::{EXACT, quote},
    hash::{self, Hash, NOTHING_BEFORE},
    seal::Keys,
};
use sql::{Fault, Link, Value, first};

/// About how long a leaf is.
const LEAF: usize = 384;

/// The end of this replica's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) log: String,
    pub(super) replica: String,
    pub(super) boot: u64,
    /// The `n` of the next leaf.
    pub(super) n: u64,
    /// The index of the next leaf.
    pub(super) index: u64,
    /// The hash of this replica's last leaf.
    pub(super) prev: Hash,
    /// The index of this replica's last leaf.
    pub(super) last: Option<u64>,
}

impl Chain {
    /// Reads the end of the chain as stored. `Ok(None)`: the head is not one that this key wrote, or not the last leaf.
    pub(super) fn load(link: &mut dyn Link, replica: &str, keys: &Keys) -> Result<Option<Self>, Fault> {
        let log =
            first(link, "SELECT value FROM meta WHERE name = 'log'", &[])?.ok_or(Fault::Damaged)?.text();
        let index = rows::number(link, "SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf", &[])?;
        let highest = rows::number(link, "SELECT COALESCE(MAX(idx) + 1, 0) FROM head", &[])?;
        if highest != index {
            return Ok(None);
        }
        let index = index.cast_unsigned();
        let mut chain =
            Self { log, replica: replica.to_owned(), boot: 0, n: 0, index, prev: NOTHING_BEFORE, last: None };
        if let Some((head, mac)) = Head::read(link, replica)? {
            if head.mac(replica, keys) != mac || !holds(link, head.index, &head.hash)? {
                return Ok(None);
            }
            chain = Self { boot: head.boot, n: head.n + 1, prev: head.hash, last: Some(head.index), ..chain };
        }
        Ok(Some(chain))
    }

    /// Whether the stored head of this replica is the one known here: nobody else writes under its name.
    pub(super) fn is_ours(&self, link: &mut dyn Link) -> Result<bool, Fault> {
        let stored = Head::read(link, &self.replica)?;
        Ok(stored.is_some_and(|(head, _)| {
            head.boot == self.boot && head.n + 1 == self.n && head.hash == self.prev
        }))
    }

    /// The next leaf and where it stands. The chain moves on.
    pub(super) fn next(&mut self, entry: &Prepared) -> Result<(Vec<u8>, Receipt), Stop> {
        let bytes = self.leaf(entry).ok_or(Stop::Fail(End::unavailable()))?;
        let hash = hash::sha256(&[&bytes]);
        let receipt = Receipt { index: self.index, boot: self.boot, n: self.n, leaf: hash };
        (self.n, self.last, self.index, self.prev) = (self.n + 1, Some(self.index), self.index + 1, hash);
        Ok((bytes, receipt))
    }

    /// Its canonical text, put down field by field in the order of their names: this is once for each entry, on the one thread
    /// that all of them pass. `None`: a number has none.
    fn leaf(&self, entry: &Prepared) -> Option<Vec<u8>> {
        let (at, boot, n) = (entry.at.seconds(), self.boot.cast_signed(), self.n.cast_signed());
        if [at, boot, n].iter().any(|number| !(-EXACT..=EXACT).contains(number)) {
            return None;
        }
        let (commit, prev) = (hash::hex(&entry.commitment), hash::hex(&self.prev));
        let mut text = String::with_capacity(LEAF);
        text.push_str(&format!("{{\"at\":{at},\"boot\":{boot},\"commit\":\"{commit}\",\"kind\":"));
        quote(entry.kind.name(), &mut text);
        text.push_str(",\"log\":");
        quote(&self.log, &mut text);
        text.push_str(&format!(",\"n\":{n},\"prev\":\"{prev}\",\"replica\":"));
        quote(&self.replica, &mut text);
        text.push_str(",\"v\":1}");
        Some(text.into_bytes())
    }

    /// Writes the head. In the same transaction as its leaf.
    pub(super) fn save(&self, link: &mut dyn Link, keys: &Keys) -> Result<(), Fault> {
        let (Some(n), Some(index)) = (self.n.checked_sub(1), self.last) else {
            return Ok(());
        };
        let head = Head { boot: self.boot, n, index, hash: self.prev };
        link.execute(
            "INSERT INTO head (replica, boot, n, idx, hash, mac) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (replica) DO UPDATE SET boot = excluded.boot, n = excluded.n, idx = excluded.idx,
               hash = excluded.hash, mac = excluded.mac",
            &[
                Value::Text(&self.replica),
                int(head.boot),
                int(n),
                int(index),
                Value::Bytes(&head.hash),
                Value::Bytes(&head.mac(&self.replica, keys)),
            ],
        )?;
        Ok(())
    }

    /// Whether what this process last knew to be durable is in the file.
    pub(super) fn is_within(&self, link: &mut dyn Link) -> Result<bool, Fault> {
        self.last.map_or(Ok(true), |last| holds(link, last, &self.prev))
    }
}

struct Head {
    boot: u64,
    n: u64,
    index: u64,
    hash: Hash,
}

impl Head {
    /// The stored head of a replica, and what proves it.
    fn read(link: &mut dyn Link, replica: &str) -> Result<Option<(Self, Hash)>, Fault> {
        let sql = "SELECT boot, n, idx, hash, mac FROM head WHERE replica = $1";
        let found = first(link, sql, &[Value::Text(replica)])?;
        found
            .map(|mut line| {
                let mut number = || line.int().cast_unsigned();
                let (boot, n, index) = (number(), number(), number());
                let head = Self { boot, n, index, hash: rows::hash(&mut line)? };
                Ok((head, rows::hash(&mut line)?))
            })
            .transpose()
    }

    fn mac(&self, replica: &str, keys: &Keys) -> Hash {
        keys.head(&[
            replica.as_bytes(),
            &[0],
            &self.boot.to_be_bytes(),
            &self.n.to_be_bytes(),
            &self.index.to_be_bytes(),
            &self.hash,
        ])
    }
}

fn holds(link: &mut dyn Link, index: u64, hash: &Hash) -> Result<bool, Fault> {
    let found = first(link, "SELECT leaf FROM leaf WHERE idx = $1", &[int(index)])?;
    let leaf = found.and_then(|mut line| line.bytes());
    Ok(leaf.is_some_and(|leaf| hash::sha256(&[&leaf]) == *hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canonical::canonical, sample};
    use proptest::prelude::*;

    proptest! {
        /// AU27: what is put down by hand is the canonical text of what it says.
        #[test]
        fn a_leaf_is_canonical_whatever_its_replica_is_called(
            (replica, log, boot, n) in (any::<String>(), any::<String>(), any::<u32>(), any::<u32>()),
        ) {
            let keys = Keys::derive(&sample::KEY).unwrap();
            let entry = Prepared::new(&sample::refused(1), &keys).unwrap();
            let (boot, n) = (u64::from(boot), u64::from(n));
            let chain = Chain { log, replica, boot, n, index: 0, prev: NOTHING_BEFORE, last: None };
            let bytes = chain.leaf(&entry).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(value["replica"].as_str(), Some(chain.replica.as_str()));
            prop_assert_eq!(value.as_object().unwrap().len(), 9);
            prop_assert_eq!(canonical(&value).unwrap(), bytes);
            let beyond = Chain { n: 1 << 53, ..chain };
            prop_assert!(beyond.leaf(&entry).is_none());
        }
    }
}
