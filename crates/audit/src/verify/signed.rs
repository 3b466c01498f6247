//! Takes the tree grown anew, refuses a tile, a checkpoint, a cosignature or a key of the file that does not agree with it.

use super::{
    VerifyFault, fault_at,
    said::{Key, Said, Signed},
    tree::Tree,
};
use crate::hash::Hash;
use aws_lc_rs::{
    hkdf,
    signature::{Ed25519KeyPair, KeyPair},
};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::VecDeque;

/// One checkpoint with its cosignatures.
struct Stored {
    size: u64,
    root: Vec<u8>,
    note: String,
    cosigned: Vec<(String, String, u64)>,
}

/// The checkpoints still to be met, in the order of their sizes.
pub(super) struct Checkpoints {
    origin: Option<String>,
    left: VecDeque<Stored>,
    /// Since which size each key signs.
    keys: Vec<(u64, Option<Key>)>,
    /// `Some(false)`: the keys are not those that this store's key gives.
    own: Option<bool>,
    pub(super) seen: u64,
    pub(super) signed: u64,
}

impl Checkpoints {
    pub(super) fn read(conn: &Connection, key: Option<[u8; 32]>) -> rusqlite::Result<Self> {
        let origin = conn
            .query_row("SELECT value FROM meta WHERE name = 'origin'", [], |row| row.get(0))
            .optional()?;
        let mut query = conn.prepare("SELECT size, root, note FROM checkpoint ORDER BY size")?;
        let mut left: VecDeque<Stored> = query.query_map([], checkpoint)?.collect::<Result<_, _>>()?;
        let mut query = conn.prepare("SELECT verifier, line, seconds FROM cosignature WHERE size = ?1")?;
        for stored in &mut left {
            let lines = query.query_map([stored.size.cast_signed()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.cast_unsigned()))
            })?;
            stored.cosigned = lines.collect::<Result<_, _>>()?;
        }
        let mut query =
            conn.prepare("SELECT generation, since, verifier FROM log_key ORDER BY generation")?;
        let numbered: Vec<(i64, (u64, Option<Key>))> = query
            .query_map([], |row| {
                let verifier: String = row.get(2)?;
                Ok((row.get(0)?, (row.get::<_, i64>(1)?.cast_unsigned(), Key::read(&verifier))))
            })?
            .collect::<Result<_, _>>()?;
        let own = key.map(|key| are_of(&numbered, &key));
        let keys = numbered.into_iter().map(|(_, key)| key).collect();
        Ok(Self { origin, left, keys, own, seen: 0, signed: 0 })
    }

    /// The tree has this many leaves now: a checkpoint of that size must say its root.
    pub(super) fn at(&mut self, size: u64, tree: &Tree) -> Result<(), String> {
        let Some(stored) = self.left.pop_front_if(|stored| stored.size == size) else { return Ok(()) };
        let wrong = |what: &str| Err(format!("the checkpoint of {size} leaves {what}"));
        let Some(said) = Said::read(&stored.note) else { return wrong("cannot be read") };
        if Some(&said.origin) != self.origin.as_ref() || said.size != size {
            return wrong("is of another log or size");
        }
        if said.root != tree.root() || stored.root != tree.root() {
            return wrong("states another root than that of the leaves");
        }
        let signer =
            self.keys.iter().rev().find(|(since, _)| *since < size).and_then(|(_, key)| key.as_ref());
        if !signer.is_some_and(|key| key.name == said.origin && said.by(key) == Signed::Truly(0)) {
            return wrong("is not signed by the log's key");
        }
        for (verifier, line, seconds) in &stored.cosigned {
            let said = Said::read(&(stored.note.clone() + line));
            if said
                .zip(Key::read(verifier).filter(|key| key.kind == 4))
                .is_none_or(|(said, by)| said.by(&by) != Signed::Truly(*seconds))
            {
                return wrong("has a cosignature that is not the witness's");
            }
        }
        (self.seen, self.signed) = (self.seen + 1, size);
        Ok(())
    }

    /// After the last leaf.
    pub(super) fn end(&self, conn: &Connection, tree: &Tree, next: u64) -> Result<(), VerifyFault> {
        if let Some(stored) = self.left.front() {
            return Err(fault_at(
                next,
                &format!("a checkpoint covers {} leaves; they are missing", stored.size),
            ));
        }
        if self.own == Some(false) {
            return Err(fault_at(next, "the keys of the checkpoints are not this store's"));
        }
        // A key signs from a size on that its predecessor has signed.
        let first = self.keys.first().is_none_or(|(since, _)| *since == 0);
        let sizes = self
            .keys
            .windows(2)
            .all(|two| matches!(two, [(before, _), (since, _)] if before < since && *since <= self.signed));
        if !first || !sizes || self.keys.iter().any(|(_, key)| key.is_none()) {
            return Err(fault_at(next, "the keys of the checkpoints are not in order"));
        }
        tiles(conn, tree, next)?;
        let stray = "SELECT count(*) FROM cosignature WHERE size NOT IN (SELECT size FROM checkpoint)";
        if conn.query_row(stray, [], |row| row.get::<_, i64>(0)).ok() != Some(0) {
            return Err(fault_at(next, "a cosignature over no checkpoint"));
        }
        let stands: Option<(i64, Vec<u8>)> = conn
            .query_row("SELECT size, root FROM tree", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(|_| fault_at(next, "the tree cannot be read"))?;
        if stands.is_some_and(|(size, root)| size.cast_unsigned() == next && root == tree.root()) {
            Ok(())
        } else {
            Err(fault_at(next, "the tree does not stand where its leaves end"))
        }
    }
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let size = row.get::<_, i64>(0)?.cast_unsigned();
    Ok(Stored { size, root: row.get(1)?, note: row.get(2)?, cosigned: Vec::new() })
}

/// Every stored tile is the one over the leaves, and each that must be there is.
pub(super) fn tiles(conn: &Connection, tree: &Tree, next: u64) -> Result<(), VerifyFault> {
    let unreadable = |_| fault_at(next, "the tiles cannot be read");
    let mut query =
        conn.prepare("SELECT level, n, hashes FROM tile ORDER BY level, n").map_err(unreadable)?;
    let rows = query
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?)))
        .map_err(unreadable)?;
    let mut wanted = tree.levels().iter().enumerate().flat_map(|(level, hashes)| {
        let kept = hashes.chunks(256).enumerate().filter(move |(_, tile)| level > 0 || tile.len() == 256);
        kept.map(move |(n, tile)| (level, n, tile))
    });
    for row in rows {
        let (level, n, bytes) = row.map_err(unreadable)?;
        let Some((right_level, right_n, tile)) = wanted.next() else {
            return Err(fault_at(next, "a tile over leaves that are not there"));
        };
        let first = covers(right_level, right_n * 256);
        if (level, n) != (right_level as i64, right_n as i64) {
            return Err(fault_at(first, &format!("tile {right_level}/{right_n} is missing")));
        }
        if bytes != tile.as_flattened() {
            let same = |(stored, right): &(&Hash, &Hash)| stored == right;
            let at = bytes.as_chunks::<32>().0.iter().zip(tile).take_while(same).count();
            let place = covers(right_level, right_n * 256 + at.min(tile.len().saturating_sub(1)));
            return Err(fault_at(place, &format!("tile {level}/{n} is not the one over the leaves")));
        }
    }
    match wanted.next() {
        Some((level, n, _)) => Err(fault_at(covers(level, n * 256), &format!("tile {level}/{n} is missing"))),
        None => Ok(()),
    }
}

/// The first leaf under a hash of this level.
fn covers(level: usize, hash: usize) -> u64 {
    (hash as u64) << (8 * level)
}

/// Whether every key is the one that this store's key gives for its number.
fn are_of(keys: &[(i64, (u64, Option<Key>))], key: &[u8; 32]) -> bool {
    let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"shcr-audit-v1").extract(key);
    let derived = |generation: i64| {
        let mut seed = [0; 32];
        let label = format!("checkpoint/{generation}");
        root.expand(&[label.as_bytes()], hkdf::HKDF_SHA256).ok()?.fill(&mut seed).ok()?;
        Ed25519KeyPair::from_seed_unchecked(&seed).ok()
    };
    keys.iter().all(|(generation, (_, key))| {
        let pair = derived(*generation);
        key.as_ref().zip(pair).is_some_and(|(key, pair)| pair.public_key().as_ref() == key.public)
    })
}
