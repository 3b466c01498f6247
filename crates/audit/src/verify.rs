//! Takes a stored file, and the key if there is one; gives what it holds, or the first index at which it is not what was
//! written. Shares no code with the writer but the hash, and reads only the stored format (HAZ-030).
//!
//! Without the key: every leaf's bytes, order, chain and counters, and that every leaf has its entry. With it also that
//! every entry and manifest is what its commitment says, that no search column hides one, and that each chain ends where
//! its writer left it. The tree is grown anew over the leaves and compared with every tile and every checkpoint; who signed
//! is checked against the keys in the file, and with the key, or keys from elsewhere, against those. A whole file put back
//! from an earlier day cannot be told from the file alone: a witness tells it.
//! Source: SQLite 3 file format; FIPS 180-4, RFC 8452, RFC 5869, FIPS 198-1.

/// Leaves and what stands beside them.
mod reading;
/// What a leaf says, and how leaves fit together.
mod chain;
/// What the key can prove.
mod bodies;
/// The keys of months.
mod months;
/// What is gone, and by whose order.
mod orders;
/// The tree over the leaves, grown anew.
mod tree;
/// Checkpoints and who signed them.
mod said;
/// The tree and the checkpoints of a stored file.
mod signed;
/// A log as it is served or exported.
mod published;

pub use published::{Before, Checked, Fetch, Missing, Trust, published};

use crate::hash::Hash;
use bodies::Bodies;
use chain::{Chains, Leaf};
use orders::Orders;
use reading::{Stored, StoredEntry};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use signed::Checkpoints;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A file that is what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub entries: u64,
    /// The hash of the last leaf; zeros where there is none.
    pub last_hash: Hash,
    /// How many of each kind, by its stored name.
    pub kinds: BTreeMap<String, u64>,
    pub openings: u64,
    /// Openings with neither a close nor a sweep.
    pub unclosed: u64,
    /// Manifests that are present; they may be deleted before their entries.
    pub manifests: u64,
    /// How many bodies are gone, by the rule; without the key, by the order's own index.
    pub deleted: BTreeMap<String, u64>,
    pub checkpoints: u64,
    /// Leaves under the last checkpoint.
    pub signed: u64,
    pub root: Hash,
}

/// The first thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("index {at}: {what}")]
pub struct VerifyFault {
    /// The index in the order of record; for a missing end, the index that should follow.
    pub at: u64,
    pub what: String,
    /// It could not be told, because something was not to be had.
    pub incomplete: bool,
}

/// Reads the whole file once, in order. The file may be in use. Of bodies that are sealed under the keys of months nothing is
/// told without the directory of these keys: that is incomplete.
pub fn verify(
    path: &Path,
    key: Option<[u8; 32]>,
    month_keys: Option<&Path>,
) -> Result<Verified, VerifyFault> {
    let unreadable = |fault: rusqlite::Error| fault_at(0, &format!("the file cannot be read ({fault})"));
    let conn = open(path).map_err(unreadable)?;
    let bodies =
        key.map(|key| Bodies::new(&key, month_keys).ok_or_else(|| fault_at(0, "no key could be derived")));
    let bodies = bodies.transpose()?;
    let mut walk = Walk::new(&conn, bodies.as_ref(), key).map_err(unreadable)?;
    let (conn, done) = reading::each(conn, bodies.is_some(), |rows| walk.take(rows));
    done.map_err(|fault| VerifyFault {
        incomplete: bodies.as_ref().is_some_and(|bodies| bodies.months.unnamed.get()),
        ..fault
    })?;
    let conn = conn.ok_or_else(|| fault_at(walk.next, "reading broke down"))?;
    if let Some(bodies) = &bodies {
        bodies.months.are_agreed(&conn).map_err(|what| fault_at(walk.next, &what))?;
    }
    walk.orders.end().map_err(|what| fault_at(walk.next, &what))?;
    walk.checkpoints.end(&conn, &walk.tree, walk.next)?;
    walk.heads(&conn)?;
    walk.leftovers(&conn)?;
    walk.tables(&conn)?;
    walk.pages(&conn)?;
    Ok(walk.seen())
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    // One transaction, so that a store in use is seen at one moment.
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; BEGIN;")?;
    Ok(conn)
}

fn fault_at(at: u64, what: &str) -> VerifyFault {
    VerifyFault { at, what: what.to_owned(), incomplete: false }
}

struct Walk<'a> {
    bodies: Option<&'a Bodies>,
    chains: Chains,
    next: u64,
    last_hash: Hash,
    kinds: BTreeMap<String, u64>,
    openings: u64,
    unclosed: BTreeSet<String>,
    manifests: u64,
    orders: Orders,
    tree: tree::Tree,
    checkpoints: Checkpoints,
}

impl<'a> Walk<'a> {
    fn new(conn: &Connection, bodies: Option<&'a Bodies>, key: Option<[u8; 32]>) -> rusqlite::Result<Self> {
        let log: String =
            conn.query_row("SELECT value FROM meta WHERE name = 'log'", [], |row| row.get(0))?;
        Ok(Self {
            bodies,
            chains: Chains::new(log),
            next: 0,
            last_hash: crate::hash::NOTHING_BEFORE,
            kinds: BTreeMap::new(),
            openings: 0,
            unclosed: BTreeSet::new(),
            manifests: 0,
            orders: Orders::read(conn, bodies)?,
            tree: tree::Tree::default(),
            checkpoints: Checkpoints::read(conn, key)?,
        })
    }

    fn take(&mut self, rows: rusqlite::Result<Vec<Stored>>) -> Result<(), VerifyFault> {
        let rows = rows.map_err(|fault| fault_at(self.next, &format!("cannot be read ({fault})")))?;
        for stored in &rows {
            self.one(stored).map_err(|what| fault_at(self.next, &what))?;
            self.next += 1;
        }
        Ok(())
    }

    fn one(&mut self, stored: &Stored) -> Result<(), String> {
        if stored.index != self.next {
            return Err("the leaf is missing".to_owned());
        }
        self.last_hash = crate::hash::sha256(&[&stored.leaf]);
        if stored.hash != self.last_hash {
            return Err("the leaf's bytes are not those that were written".to_owned());
        }
        let leaf = Leaf::read(&stored.leaf)?;
        self.chains.follow(&leaf, stored.index, self.last_hash)?;
        let entry = stored.entry.as_ref().ok_or("the entry is missing")?;
        if entry.commitment != leaf.commitment || entry.kind != leaf.kind {
            return Err("the entry is not the one the leaf commits to".to_owned());
        }
        if entry.sealed.is_empty() {
            let columns = entry.person.is_some() || entry.professional.is_some() || stored.manifest.is_some();
            self.orders.body(stored.index, leaf.at, (entry.opening.as_deref(), columns))?;
        } else if let Some(bodies) = self.bodies {
            let manifest = bodies.check(entry, stored.manifest.as_ref())?;
            if manifest && stored.manifest.is_none() {
                self.orders.manifest(stored.index, leaf.at)?;
            }
        }
        self.manifests += u64::from(stored.manifest.is_some());
        self.count(entry)?;
        self.tree.add(tree::leaf(&stored.leaf));
        self.checkpoints.at(stored.index + 1, &self.tree)
    }

    fn count(&mut self, entry: &StoredEntry) -> Result<(), String> {
        match self.kinds.get_mut(&entry.kind) {
            Some(count) => *count += 1,
            None => drop(self.kinds.insert(entry.kind.clone(), 1)),
        }
        match (entry.kind.as_str(), &entry.opening) {
            ("open", Some(opening)) => {
                self.openings += 1;
                self.unclosed.insert(opening.clone());
            }
            ("close" | "sweep", Some(opening)) if !self.unclosed.remove(opening) => {
                return Err("closes an opening that is not open".to_owned());
            }
            ("disclosure", Some(opening)) if !self.unclosed.contains(opening) => {
                return Err("discloses in an opening that is not open".to_owned());
            }
            ("open" | "close" | "sweep" | "disclosure", None) => {
                return Err("names no opening".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// Entries and manifests that no leaf stands for: every leaf was met in its turn, from 0 on, so these lie beyond.
    fn leftovers(&self, conn: &Connection) -> Result<(), VerifyFault> {
        for (table, what) in [("entry", "an entry without a leaf"), ("manifest", "a stray manifest")] {
            let sql = format!("SELECT idx FROM {table} WHERE idx < 0 OR idx >= ?1 ORDER BY idx");
            let stray: Option<i64> = conn
                .query_row(&sql, [self.next.cast_signed()], |row| row.get(0))
                .optional()
                .map_err(|_| fault_at(self.next, "the entries cannot be read"))?;
            if let Some(index) = stray {
                return Err(fault_at(u64::try_from(index).unwrap_or(0), what));
            }
        }
        Ok(())
    }

    /// The end of every chain is where its writer left it: cutting off the last leaves is the one change the chain itself
    /// does not show.
    fn heads(&self, conn: &Connection) -> Result<(), VerifyFault> {
        let unreadable = |_| fault_at(self.next, "the heads cannot be read");
        let mut query =
            conn.prepare("SELECT replica, boot, n, idx, hash, mac FROM head").map_err(unreadable)?;
        let rows = query.query_map([], chain::read_head).map_err(unreadable)?;
        let mut left = self.chains.ends();
        for row in rows {
            let (head, mac) = row.map_err(unreadable)?;
            let at = head.index.saturating_add(1).min(self.next);
            if left.remove(&head.replica).as_ref() != Some(&head.end()) {
                return Err(fault_at(at, "the chain does not end where its writer left it"));
            }
            if self.bodies.is_some_and(|bodies| !bodies.is_head(&head, &mac)) {
                return Err(fault_at(at, "the end of the chain was not written with this key"));
            }
        }
        if left.is_empty() { Ok(()) } else { Err(fault_at(self.next, "a replica's head is missing")) }
    }

    /// The working table of openings says what the entries say, so that no sweep passes one by.
    fn tables(&self, conn: &Connection) -> Result<(), VerifyFault> {
        let unreadable = |_| fault_at(self.next, "the openings cannot be read");
        let mut query = conn.prepare("SELECT id FROM opening WHERE closed IS NULL").map_err(unreadable)?;
        let working: Result<BTreeSet<String>, _> =
            query.query_map([], |row| row.get(0)).map_err(unreadable)?.collect();
        if working.map_err(unreadable)? == self.unclosed {
            Ok(())
        } else {
            Err(fault_at(self.next, "the table of openings does not agree with the entries"))
        }
    }

    /// The file's own structure, last, so that damage is named by its index where it has one.
    fn pages(&self, conn: &Connection) -> Result<(), VerifyFault> {
        let said: rusqlite::Result<String> = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
        if said.is_ok_and(|said| said == "ok") {
            Ok(())
        } else {
            Err(fault_at(self.next, "the file's pages are damaged"))
        }
    }

    fn seen(self) -> Verified {
        Verified {
            entries: self.next,
            last_hash: self.last_hash,
            kinds: self.kinds,
            openings: self.openings,
            unclosed: self.unclosed.len() as u64,
            manifests: self.manifests,
            deleted: self.orders.deleted(),
            checkpoints: self.checkpoints.seen,
            signed: self.checkpoints.signed,
            root: self.tree.root(),
        }
    }
}

#[cfg(test)]
mod tests;
