//! Takes leaves in the order of record, refuses the first that does not follow the one before it of its replica.

use crate::hash::{Hash, NOTHING_BEFORE, unhex};
use rusqlite::Row;
use serde::Deserialize;
use std::{borrow::Cow, collections::HashMap};

/// A leaf as read; only what is checked.
pub(super) struct Leaf<'a> {
    pub(super) kind: Cow<'a, str>,
    pub(super) commitment: Hash,
    /// In seconds.
    pub(super) at: i64,
    log: Cow<'a, str>,
    replica: Cow<'a, str>,
    boot: u64,
    n: u64,
    prev: Hash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    v: u8,
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    replica: Cow<'a, str>,
    boot: u64,
    n: u64,
    #[serde(borrow)]
    prev: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    at: i64,
    #[serde(borrow)]
    commit: Cow<'a, str>,
}

impl<'a> Leaf<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let read: Written<'a> =
            serde_json::from_slice(bytes).map_err(|_| "the leaf cannot be read".to_owned())?;
        if read.v != 1 {
            return Err("the leaf is of another version".to_owned());
        }
        let hash = |text: &str| unhex(text).ok_or_else(|| "the leaf names no hash".to_owned());
        Ok(Self {
            commitment: hash(&read.commit)?,
            prev: hash(&read.prev)?,
            kind: read.kind,
            at: read.at,
            log: read.log,
            replica: read.replica,
            boot: read.boot,
            n: read.n,
        })
    }
}

/// Where one replica's chain has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    boot: u64,
    n: u64,
    index: u64,
    hash: Hash,
}

/// Every replica's chain so far.
pub(super) struct Chains {
    log: String,
    ends: HashMap<String, End>,
    /// The first leaf of each replica follows one that was not read.
    midway: bool,
}

impl Chains {
    pub(super) fn new(log: String) -> Self {
        Self { log, ends: HashMap::new(), midway: false }
    }

    /// For leaves that begin with this one: what stands before them is taken as right.
    pub(super) fn from(first: &Leaf<'_>, index: u64) -> Self {
        Self { midway: index > 0, ..Self::new(first.log.clone().into_owned()) }
    }

    pub(super) fn follow(&mut self, leaf: &Leaf<'_>, index: u64, hash: Hash) -> Result<(), String> {
        if leaf.log != self.log {
            return Err("the leaf belongs to another log".to_owned());
        }
        let end = End { boot: leaf.boot, n: leaf.n, index, hash };
        let known = self.ends.get_mut(&*leaf.replica);
        if known.is_some() || !self.midway {
            follows(leaf, index, known.as_deref())?;
        }
        match known {
            Some(known) => *known = end,
            None => drop(self.ends.insert(leaf.replica.clone().into_owned(), end)),
        }
        Ok(())
    }

    pub(super) fn ends(&self) -> HashMap<String, End> {
        self.ends.clone()
    }
}

fn follows(leaf: &Leaf<'_>, index: u64, last: Option<&End>) -> Result<(), String> {
    if leaf.prev != last.map_or(NOTHING_BEFORE, |end| end.hash) {
        return Err("the leaf does not name the one before it".to_owned());
    }
    let boot = last.map_or(0, |end| end.boot);
    let follows = last.is_some_and(|end| leaf.boot == end.boot && leaf.n == end.n + 1);
    // A log that goes on from another begins with that one's end.
    let begins = leaf.kind == "replica" || (index == 0 && leaf.kind == "incident");
    let starts = leaf.boot == boot + 1 && leaf.n == 0 && begins;
    if follows || starts { Ok(()) } else { Err("the leaf's boot or number does not follow".to_owned()) }
}

/// The end of a chain as its writer stated it.
pub(super) struct Head {
    pub(super) replica: String,
    pub(super) boot: u64,
    pub(super) n: u64,
    pub(super) index: u64,
    pub(super) hash: Hash,
}

impl Head {
    pub(super) fn end(&self) -> End {
        End { boot: self.boot, n: self.n, index: self.index, hash: self.hash }
    }
}

pub(super) fn read_head(row: &Row<'_>) -> rusqlite::Result<(Head, Vec<u8>)> {
    let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let head =
        Head { replica: row.get(0)?, boot: number(1)?, n: number(2)?, index: number(3)?, hash: row.get(4)? };
    Ok((head, row.get(5)?))
}
