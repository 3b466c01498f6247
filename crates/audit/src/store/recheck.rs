//! Takes a store that may be in use, says whether its tree is the one over its leaves and whether everything that was signed
//! is of that tree. It is how a gateway answers for itself when somebody complains; whoever trusts nobody uses `verify`.
//! Source: RFC 6962 section 2.1; C2SP tlog-tiles.

use super::{
    Place, grown,
    rows::{self, int},
};
use crate::{
    hash::{self, Hash, NOTHING_BEFORE},
    tree::{Growing, leaf_hash},
};
use sql::Link;
use std::collections::BTreeMap;

/// Leaves read at once.
const AT_ONCE: i64 = 4_096;

/// What is wrong, or could not be told.
#[derive(Debug, thiserror::Error)]
pub enum TreeFault {
    #[error("the store could not be read")]
    Read(#[source] sql::Fault),
    #[error("index {at}: {what}")]
    Wrong { at: u64, what: &'static str },
}

/// How many leaves it went over. Blocks.
pub fn check_tree(store: &Place) -> Result<u64, TreeFault> {
    store.look(|link| Ok(checked(link))).map_err(TreeFault::Read)?
}

#[derive(serde::Deserialize)]
struct Leaf {
    replica: String,
    boot: u64,
    n: u64,
    prev: String,
}

/// The last leaf of one replica.
#[derive(Clone, Copy)]
struct Last {
    boot: u64,
    n: u64,
    hash: Hash,
}

fn checked(link: &mut dyn Link) -> Result<u64, TreeFault> {
    let mut signed = signed(link).map_err(TreeFault::Read)?;
    let (mut tree, mut last) = (Growing::default(), BTreeMap::new());
    loop {
        let at = tree.size();
        let sql = format!("SELECT idx, leaf FROM leaf WHERE idx >= $1 ORDER BY idx LIMIT {AT_ONCE}");
        let lines = link.query(&sql, &[int(at)]).map_err(TreeFault::Read)?;
        if lines.is_empty() {
            break;
        }
        for mut line in lines {
            let at = tree.size();
            let wrong = |what| TreeFault::Wrong { at, what };
            if line.int().cast_unsigned() != at {
                return Err(wrong("a leaf is missing"));
            }
            let leaf = rows::bytes(&mut line).map_err(TreeFault::Read)?;
            follows(&mut last, &leaf).map_err(wrong)?;
            for tile in tree.push(leaf_hash(&leaf)) {
                let from = tile.n * crate::tree::WIDTH as u64;
                let size = tree.size();
                let stored = grown::read(link, size, tile.level, from, tile.hashes.len());
                if stored.map_err(TreeFault::Read)?.as_ref() != Some(&tile.hashes) {
                    return Err(wrong("a tile is not that of its leaves"));
                }
            }
            if signed.remove(&tree.size()).is_some_and(|root| root != tree.root()) {
                return Err(wrong("what was signed is not the tree over these leaves"));
            }
        }
    }
    let at = tree.size();
    let stands = grown::stands(link).map_err(TreeFault::Read)?.unwrap_or((0, tree.root()));
    if stands != (at, tree.root()) {
        return Err(TreeFault::Wrong { at, what: "the tree does not stand where its leaves end" });
    }
    match signed.keys().next() {
        Some(size) if *size > 0 => Err(TreeFault::Wrong { at, what: "more was signed than there is" }),
        _ => Ok(at),
    }
}

/// The root of every tree that was signed.
fn signed(link: &mut dyn Link) -> Result<BTreeMap<u64, Hash>, sql::Fault> {
    let mut lines = link.query("SELECT size, root FROM checkpoint", &[])?;
    lines.iter_mut().map(|line| Ok((line.int().cast_unsigned(), rows::hash(line)?))).collect()
}

/// Each leaf names the one before it of the same replica, and is counted on from it or from 0 in a new boot.
fn follows(last: &mut BTreeMap<String, Last>, leaf: &[u8]) -> Result<(), &'static str> {
    let read: Leaf = serde_json::from_slice(leaf).map_err(|_| "a leaf cannot be read")?;
    let before = last.get(&read.replica).copied();
    let counted = match before {
        Some(before) if before.boot == read.boot => read.n == before.n + 1,
        before => read.n == 0 && before.is_none_or(|before| before.boot < read.boot),
    };
    if !counted || hash::hex(&before.map_or(NOTHING_BEFORE, |before| before.hash)) != read.prev {
        return Err("a leaf does not follow the one before it");
    }
    last.insert(read.replica, Last { boot: read.boot, n: read.n, hash: hash::sha256(&[leaf]) });
    Ok(())
}
