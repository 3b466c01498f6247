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
};
use crate::{
    canonical::canonical,
    hash::{self, Hash, NOTHING_BEFORE},
    seal::Keys,
};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

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
    /// The hash of the last leaf.
    pub(super) prev: Hash,
}

#[derive(Serialize)]
struct Leaf<'a> {
    v: u8,
    log: &'a str,
    replica: &'a str,
    boot: u64,
    n: u64,
    prev: String,
    kind: &'a str,
    at: i64,
    commit: String,
}

impl Chain {
    /// Reads the end of the chain as stored. `Ok(None)`: the head is not one that this key wrote, or not the last leaf.
    pub(super) fn load(conn: &Connection, replica: &str, keys: &Keys) -> rusqlite::Result<Option<Self>> {
        let log = conn.query_row("SELECT value FROM meta WHERE name = 'log'", [], |row| row.get(0))?;
        let index: i64 =
            conn.query_row("SELECT coalesce(max(idx) + 1, 0) FROM leaf", [], |row| row.get(0))?;
        let highest: Option<i64> = conn.query_row("SELECT max(idx) FROM head", [], |row| row.get(0))?;
        if highest.map_or(0, |last| last + 1) != index {
            return Ok(None);
        }
        let stored = conn
            .query_row("SELECT boot, n, idx, hash, mac FROM head WHERE replica = ?1", [replica], |row| {
                let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
                let head = Head { boot: number(0)?, n: number(1)?, index: number(2)?, hash: row.get(3)? };
                Ok((head, row.get::<_, Hash>(4)?))
            })
            .optional()?;
        let index = index.cast_unsigned();
        let mut chain = Self { log, replica: replica.to_owned(), boot: 0, n: 0, index, prev: NOTHING_BEFORE };
        if let Some((head, mac)) = stored {
            if head.mac(replica, keys) != mac || !holds(conn, head.index, &head.hash)? {
                return Ok(None);
            }
            chain = Self { boot: head.boot, n: head.n + 1, prev: head.hash, ..chain };
        }
        Ok(Some(chain))
    }

    /// The next leaf and where it stands. The chain moves on.
    pub(super) fn next(&mut self, entry: &Prepared) -> Result<(Vec<u8>, Receipt), Stop> {
        let leaf = Leaf {
            v: 1,
            log: &self.log,
            replica: &self.replica,
            boot: self.boot,
            n: self.n,
            prev: hash::hex(&self.prev),
            kind: entry.kind.name(),
            at: entry.at.seconds(),
            commit: hash::hex(&entry.commitment),
        };
        let bytes = canonical(&leaf).map_err(|_| Stop::Fail(End::unavailable()))?;
        let hash = hash::sha256(&[&bytes]);
        let receipt = Receipt { index: self.index, boot: self.boot, n: self.n, leaf: hash };
        (self.n, self.index, self.prev) = (self.n + 1, self.index + 1, hash);
        Ok((bytes, receipt))
    }

    /// Writes the head. In the same transaction as its leaf.
    pub(super) fn save(&self, conn: &Connection, keys: &Keys) -> rusqlite::Result<()> {
        let (Some(n), Some(index)) = (self.n.checked_sub(1), self.index.checked_sub(1)) else {
            return Ok(());
        };
        let head = Head { boot: self.boot, n, index, hash: self.prev };
        conn.prepare_cached(
            "INSERT INTO head (replica, boot, n, idx, hash, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (replica) DO UPDATE SET boot = ?2, n = ?3, idx = ?4, hash = ?5, mac = ?6",
        )?
        .execute((
            &self.replica,
            head.boot.cast_signed(),
            n.cast_signed(),
            index.cast_signed(),
            head.hash,
            head.mac(&self.replica, keys),
        ))?;
        Ok(())
    }

    /// Whether what this process last knew to be durable is in the file.
    pub(super) fn is_within(&self, conn: &Connection) -> rusqlite::Result<bool> {
        self.index.checked_sub(1).map_or(Ok(true), |last| holds(conn, last, &self.prev))
    }
}

struct Head {
    boot: u64,
    n: u64,
    index: u64,
    hash: Hash,
}

impl Head {
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

fn holds(conn: &Connection, index: u64, hash: &Hash) -> rusqlite::Result<bool> {
    let found: Option<Vec<u8>> = conn
        .query_row("SELECT leaf FROM leaf WHERE idx = ?1", [index.cast_signed()], |row| row.get(0))
        .optional()?;
    Ok(found.is_some_and(|leaf| hash::sha256(&[&leaf]) == *hash))
}
