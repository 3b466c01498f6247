//! One transaction as the work inside it sees it: places entries, finds them again, and says whether an opening is open.
//! What refuses is undone whole, and takes no number with it.

use super::{Fault, Receipt, Why, chain::Chain, grown, prepared::Prepared, writer::State};
use crate::{
    Millis,
    entry::Entry,
    hash::{self, Hash},
    seal::{Keys, Use},
    tree::{Growing, leaf_hash},
};
use rusqlite::{Connection, ErrorCode, OptionalExtension, ffi};

/// What stays in the transaction: done, or refused with something to remember.
pub(super) type Kept<T> = Result<T, Why>;

/// Why work left nothing behind.
#[derive(Debug)]
pub(super) enum Stop {
    /// This work alone is undone.
    Refuse(Why),
    /// The whole group is.
    Fail(End),
}

/// How a group failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) fault: Fault,
    /// A sync failed: what the system holds in memory may not be what is on disk.
    pub(super) fsync: bool,
    /// Another program holds the file.
    pub(super) busy: bool,
}

impl End {
    pub(super) fn unavailable() -> Self {
        Self { fault: Fault::Unavailable, fsync: false, busy: false }
    }
}

impl From<rusqlite::Error> for End {
    fn from(fault: rusqlite::Error) -> Self {
        const FSYNC: [i32; 2] = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
        let extended = match &fault {
            rusqlite::Error::SqliteFailure(code, _) => code.extended_code,
            _ => 0,
        };
        let busy = fault.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        Self { fault: Fault::Unavailable, fsync: FSYNC.contains(&extended), busy }
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(fault: rusqlite::Error) -> Self {
        match fault.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Stop::Refuse(Why::Conflict),
            _ => Stop::Fail(End::from(fault)),
        }
    }
}

/// The transaction.
pub(super) struct Desk<'a> {
    pub(super) conn: &'a Connection,
    pub(super) keys: &'a Keys,
    pub(super) state: &'a State,
    pub(super) chain: Chain,
    pub(super) stopped: bool,
    /// The tree as far as [`Desk::grow`] has brought it.
    pub(super) tree: Growing,
    /// The hashes of leaves placed since.
    pub(super) pending: Vec<Hash>,
}

impl Desk<'_> {
    /// Runs one piece of work so that it is all there or not at all.
    pub(super) fn apart<T>(
        &mut self,
        work: &mut dyn FnMut(&mut Self) -> Result<Kept<T>, Stop>,
    ) -> Result<Kept<T>, End> {
        if self.stopped {
            return Ok(Err(Why::Closed));
        }
        let (before, pending, size) = (self.chain.clone(), self.pending.len(), self.tree.size());
        self.say("SAVEPOINT work")?;
        match work(self) {
            Ok(kept) => self.say("RELEASE work").map(|()| kept),
            Err(Stop::Refuse(why)) => {
                self.say("ROLLBACK TO work; RELEASE work")?;
                // A tree does not shrink: work that lets it grow keeps what it did, or the group is undone.
                if self.tree.size() != size {
                    return Err(End::unavailable());
                }
                self.chain = before;
                self.pending.truncate(pending);
                Ok(Err(why))
            }
            Err(Stop::Fail(end)) => Err(end),
        }
    }

    /// Places an entry, or finds that it was placed before. A row that is there need not be safe yet: it may come from
    /// a commit that was never confirmed. So finding it again writes an `attempt`, whose own commit proves the earlier.
    pub(super) fn record(&mut self, entry: &Prepared, now: Millis) -> Result<Receipt, Stop> {
        if let Some(found) = self.find(&entry.key)? {
            if !self.is_same(&found, entry)? {
                return Err(Stop::Refuse(Why::Conflict));
            }
            self.attempt(Some(&entry.key), now)?;
            return self.receipt(found.index);
        }
        let (leaf, receipt) = self.chain.next(entry)?;
        self.pending.push(leaf_hash(&leaf));
        let index = receipt.index.cast_signed();
        self.conn.prepare_cached("INSERT INTO leaf (idx, leaf, hash) VALUES (?1, ?2, ?3)")?.execute((
            index,
            &leaf,
            receipt.leaf,
        ))?;
        self.conn
            .prepare_cached(
                "INSERT INTO entry (idx, key, kind, opening, hash, sealed, person, professional)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(rusqlite::params![
                index,
                entry.key,
                entry.kind.name(),
                entry.opening,
                entry.commitment,
                entry.sealed,
                entry.person,
                entry.professional
            ])?;
        if let Some(manifest) = &entry.manifest {
            self.conn
                .prepare_cached("INSERT INTO manifest (idx, hash, sealed) VALUES (?1, ?2, ?3)")?
                .execute((index, manifest.commitment(), &manifest.sealed))?;
        }
        Ok(receipt)
    }

    /// Takes the leaves of this group into the tree, and writes the tiles and where the tree now stands.
    pub(super) fn grow(&mut self) -> Result<(), End> {
        if !self.pending.is_empty() {
            grown::write(self.conn, &mut self.tree, self.pending.drain(..))?;
        }
        Ok(())
    }

    /// Places an entry the store itself has to say.
    pub(super) fn author(&mut self, entry: &Entry, now: Millis) -> Result<Receipt, Stop> {
        let ready = Prepared::new(entry, self.keys).map_err(|fault| match fault {
            Fault::Rejected(why) => Stop::Refuse(why),
            fault => Stop::Fail(End { fault, ..End::unavailable() }),
        })?;
        self.record(&ready, now)
    }

    pub(super) fn must_be_open(&self, opening: Option<&str>) -> Result<(), Stop> {
        let closed: Option<Option<String>> = self
            .conn
            .prepare_cached("SELECT closed FROM opening WHERE id = ?1")?
            .query_row([opening], |row| row.get(0))
            .optional()?;
        match closed {
            Some(None) => Ok(()),
            Some(Some(_)) => Err(Stop::Refuse(Why::Closed)),
            None => Err(Stop::Refuse(Why::Unknown)),
        }
    }

    /// Whether an entry with this key stands already.
    pub(super) fn has(&self, key: &str) -> Result<bool, Stop> {
        Ok(self.find(key)?.is_some())
    }

    /// The body of a stored entry.
    pub(super) fn body(&self, key: &str, sealed: &[u8]) -> Result<Vec<u8>, Stop> {
        self.unsealed(Use::Entry, key, sealed)
    }

    /// A write that says nothing but that writing works.
    pub(super) fn probe(&mut self) -> Result<(), Stop> {
        self.conn.execute("DELETE FROM attempt WHERE key IS NULL", [])?;
        self.attempt(None, Millis(0))
    }

    pub(super) fn attempt(&self, key: Option<&str>, now: Millis) -> Result<(), Stop> {
        self.conn.prepare_cached("INSERT INTO attempt (key, at) VALUES (?1, ?2)")?.execute((key, now.0))?;
        Ok(())
    }

    fn find(&self, key: &str) -> Result<Option<Found>, Stop> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Found { index: row.get(0)?, sealed: row.get(1)?, manifest: row.get(2)? })
        };
        let mut query = self.conn.prepare_cached(
            "SELECT e.idx, e.sealed, m.sealed FROM entry e LEFT JOIN manifest m USING (idx) WHERE e.key = ?1",
        )?;
        Ok(query.query_row([key], read).optional()?)
    }

    fn receipt(&self, index: i64) -> Result<Receipt, Stop> {
        let leaf: Vec<u8> =
            self.conn.query_row("SELECT leaf FROM leaf WHERE idx = ?1", [index], |row| row.get(0))?;
        let read: Place = serde_json::from_slice(&leaf).map_err(|_| Stop::Refuse(Why::Conflict))?;
        Ok(Receipt { index: index.cast_unsigned(), boot: read.boot, n: read.n, leaf: hash::sha256(&[&leaf]) })
    }

    /// Salts differ from one call to the next, so what is compared is what was sealed. Of a disclosure the commitment is
    /// left out, and the manifest itself compared.
    fn is_same(&self, found: &Found, entry: &Prepared) -> Result<bool, Stop> {
        let stored = self.body(&entry.key, &found.sealed)?;
        let Some(offered) = &entry.manifest else { return Ok(stored == entry.body) };
        let Some(sealed) = &found.manifest else { return Ok(false) };
        let manifest = self.unsealed(Use::Manifest, &entry.key, sealed)?;
        Ok(manifest == offered.bytes && without_manifest(&stored) == without_manifest(&entry.body))
    }

    /// Every sealed row of an entry begins with its salt.
    fn unsealed(&self, of: Use, key: &str, sealed: &[u8]) -> Result<Vec<u8>, Stop> {
        let plain = self.keys.open(of, key.as_bytes(), sealed).map_err(|_| Stop::Refuse(Why::Conflict))?;
        plain.get(32..).map(<[u8]>::to_vec).ok_or(Stop::Refuse(Why::Conflict))
    }

    fn say(&self, sql: &str) -> Result<(), End> {
        Ok(self.conn.execute_batch(sql)?)
    }
}

struct Found {
    index: i64,
    sealed: Vec<u8>,
    manifest: Option<Vec<u8>>,
}

#[derive(serde::Deserialize)]
struct Place {
    boot: u64,
    n: u64,
}

fn without_manifest(body: &[u8]) -> Option<Entry> {
    let mut entry: Entry = serde_json::from_slice(body).ok()?;
    entry.manifest = None;
    Some(entry)
}
