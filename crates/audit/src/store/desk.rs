//! One transaction as the work inside it sees it: places entries, finds them again, and says whether an opening is open.
//! What refuses is undone whole, and takes no number with it. Entries that are placed are written together, when the
//! group ends or a question needs them in their tables: over a network each statement is a way there and back.

use super::{
    Fault, Receipt, Why, agreed,
    chain::Chain,
    grown,
    prepared::Prepared,
    rows::{self, int, maybe},
    writer::State,
};
use crate::{
    Millis,
    entry::Entry,
    hash,
    hash::Hash,
    seal::{Keys, Use, month::Month},
    tree::{Growing, leaf_hash},
};
use sql::{Column, Line, Link, Part, Value, first};
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

/// What stays in the transaction: done, or refused with something to remember.
pub(super) type Kept<T> = Result<T, Why>;

const LEAF: [Column; 3] = [Column::Int, Column::Bytes, Column::Bytes];
const ENTRY: [Column; 8] = {
    use Column::{Bytes, Int, Text};
    [Int, Text, Text, Text, Bytes, Bytes, Bytes, Bytes]
};
const MANIFEST: [Column; 3] = [Column::Int, Column::Bytes, Column::Bytes];

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
    /// The connection is as good as before: another program held the file, or a lock was waited for too long.
    pub(super) busy: bool,
}

impl End {
    pub(super) fn unavailable() -> Self {
        Self { fault: Fault::Unavailable, fsync: false, busy: false }
    }
}

impl From<sql::Fault> for End {
    fn from(fault: sql::Fault) -> Self {
        Self {
            fault: Fault::Unavailable,
            fsync: matches!(fault, sql::Fault::Unsynced),
            busy: matches!(fault, sql::Fault::Busy),
        }
    }
}

impl From<sql::Fault> for Stop {
    fn from(fault: sql::Fault) -> Self {
        match fault {
            sql::Fault::Taken(_) => Stop::Refuse(Why::Conflict),
            fault => Stop::Fail(End::from(fault)),
        }
    }
}

/// The transaction.
pub(super) struct Desk<'a> {
    pub(super) link: &'a mut dyn Link,
    pub(super) keys: &'a Keys,
    pub(super) state: &'a State,
    pub(super) chain: Chain,
    pub(super) stopped: bool,
    /// The tree as far as [`Desk::grow`] has brought it.
    pub(super) tree: Growing,
    /// Months whose keys are agreed on.
    pub(super) months: BTreeSet<Month>,
    /// The hashes of leaves placed since.
    pending: Vec<Hash>,
    /// Entries placed and not yet in their tables.
    placed: Vec<Placed>,
    /// Their keys, and those of some that were undone: whatever is not among these was not placed here.
    keys_seen: HashSet<String>,
    /// How many of these the work at hand found here.
    before: usize,
    /// The work at hand has begun a part of its own.
    parted: bool,
}

struct Placed {
    receipt: Receipt,
    leaf: Vec<u8>,
    entry: Arc<Prepared>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        link: &'a mut dyn Link,
        (keys, state): (&'a Keys, &'a State),
        (chain, tree, months): (Chain, Growing, BTreeSet<Month>),
        stopped: bool,
    ) -> Self {
        let (pending, placed) = (Vec::new(), Vec::new());
        let keys_seen = HashSet::new();
        Self {
            link,
            keys,
            state,
            chain,
            stopped,
            tree,
            months,
            pending,
            placed,
            keys_seen,
            before: 0,
            parted: false,
        }
    }

    /// Runs one piece of work so that it is all there or not at all.
    pub(super) fn apart<T>(
        &mut self,
        work: &mut dyn FnMut(&mut Self) -> Result<Kept<T>, Stop>,
    ) -> Result<Kept<T>, End> {
        if self.stopped {
            return Ok(Err(Why::Closed));
        }
        let (chain, pending, size) = (self.chain.clone(), self.pending.len(), self.tree.size());
        let months = self.months.clone();
        (self.before, self.parted) = (self.placed.len(), false);
        match work(self) {
            Ok(kept) => {
                if self.parted {
                    self.link.part(Part::Keep)?;
                }
                Ok(kept)
            }
            Err(Stop::Refuse(why)) => {
                if self.parted {
                    self.link.part(Part::Undo)?;
                }
                // A tree does not shrink: work that lets it grow keeps what it did, or the group is undone.
                if self.tree.size() != size {
                    return Err(End::unavailable());
                }
                (self.chain, self.months) = (chain, months);
                self.pending.truncate(pending);
                self.placed.truncate(self.before);
                Ok(Err(why))
            }
            Err(Stop::Fail(end)) => Err(end),
        }
    }

    /// Rows changed. What was placed stands before, for rows that refer to it.
    pub(super) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Stop> {
        self.part()?;
        let all = self.placed.len();
        self.put(all)?;
        Ok(self.link.execute(sql, values)?)
    }

    /// Sees what was placed, too.
    pub(super) fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Line>, Stop> {
        self.part()?;
        let all = self.placed.len();
        self.put(all)?;
        Ok(self.link.query(sql, values)?)
    }

    /// Places an entry, or finds that it was placed before. A row that is there need not be safe yet: it may come from
    /// a commit that was never confirmed. So finding it again writes an `attempt`, whose own commit proves the earlier.
    pub(super) fn record(&mut self, entry: &Arc<Prepared>, now: Millis) -> Result<Receipt, Stop> {
        match self.recorded(entry, now)? {
            Some(receipt) => Ok(receipt),
            None => self.place(entry),
        }
    }

    /// The same of an entry that only an open opening may have.
    pub(super) fn record_while_open(&mut self, entry: &Arc<Prepared>, now: Millis) -> Result<Receipt, Stop> {
        if let Some(receipt) = self.recorded(entry, now)? {
            return Ok(receipt);
        }
        self.must_be_open(entry.opening.as_deref())?;
        self.place(entry)
    }

    fn recorded(&mut self, entry: &Arc<Prepared>, now: Millis) -> Result<Option<Receipt>, Stop> {
        let Some(found) = self.find(&entry.key)? else { return Ok(None) };
        if !found.is(entry) {
            return Err(Stop::Refuse(Why::Conflict));
        }
        self.attempt(Some(&entry.key), now)?;
        Ok(Some(found.receipt))
    }

    fn place(&mut self, entry: &Arc<Prepared>) -> Result<Receipt, Stop> {
        let (leaf, receipt) = self.chain.next(entry)?;
        self.pending.push(leaf_hash(&leaf));
        self.keys_seen.insert(entry.key.clone());
        self.placed.push(Placed { receipt: receipt.clone(), leaf, entry: Arc::clone(entry) });
        Ok(receipt)
    }

    /// Writes what was placed, takes its leaves into the tree, and writes the tiles and where the tree now stands.
    pub(super) fn grow(&mut self) -> Result<(), End> {
        let all = self.placed.len();
        self.put(all)?;
        if !self.pending.is_empty() {
            grown::write(self.link, &mut self.tree, self.pending.drain(..))?;
        }
        Ok(())
    }

    /// Places an entry the store itself has to say.
    pub(super) fn author(&mut self, entry: &Entry, now: Millis) -> Result<Receipt, Stop> {
        let ready = Prepared::new(entry, self.keys).map_err(|fault| match fault {
            Fault::Rejected(why) => Stop::Refuse(why),
            fault => Stop::Fail(End { fault, ..End::unavailable() }),
        })?;
        self.record(&Arc::new(ready), now)
    }

    pub(super) fn must_be_open(&mut self, opening: Option<&str>) -> Result<(), Stop> {
        let opening = opening.unwrap_or_default();
        match first(self.link, "SELECT closed FROM opening WHERE id = $1", &[Value::Text(opening)])? {
            None => Err(Stop::Refuse(Why::Unknown)),
            Some(mut line) => line.maybe_text().map_or(Ok(()), |_| Err(Stop::Refuse(Why::Closed))),
        }
    }

    /// Whether an entry with this key stands already.
    pub(super) fn has(&mut self, key: &str) -> Result<bool, Stop> {
        Ok(self.find(key)?.is_some())
    }

    /// The body of a stored entry.
    pub(super) fn body(&self, key: &str, sealed: &[u8]) -> Result<Vec<u8>, Stop> {
        self.unsealed(Use::Entry, key, sealed)
    }

    /// A write that says nothing but that writing works.
    pub(super) fn probe(&mut self) -> Result<(), Stop> {
        self.execute("DELETE FROM attempt WHERE key IS NULL", &[])?;
        self.attempt(None, Millis(0))
    }

    pub(super) fn attempt(&mut self, key: Option<&str>, now: Millis) -> Result<(), Stop> {
        let key = key.map_or(Value::Null, Value::Text);
        self.execute("INSERT INTO attempt (key, at) VALUES ($1, $2)", &[key, Value::Int(now.0)])?;
        Ok(())
    }

    /// What the work at hand changes can be undone alone. What others placed before it is not a part of that.
    fn part(&mut self) -> Result<(), Stop> {
        if !self.parted {
            self.put(self.before)?;
            self.before = 0;
            self.link.part(Part::Begin)?;
            self.parted = true;
        }
        Ok(())
    }

    /// Writes the first of what was placed.
    fn put(&mut self, count: usize) -> Result<(), sql::Fault> {
        let placed: Vec<Placed> = self.placed.drain(..count.min(self.placed.len())).collect();
        for month in placed.iter().filter_map(|one| one.entry.month) {
            if !self.months.contains(&month) {
                agreed::agree(self.link, self.keys, month)?;
                self.months.insert(month);
            }
        }
        let leaves: Vec<[Value<'_>; 3]> = placed
            .iter()
            .map(|one| [int(one.receipt.index), Value::Bytes(&one.leaf), Value::Bytes(&one.receipt.leaf)])
            .collect();
        insert(self.link, "leaf", &LEAF, &leaves)?;
        let entries: Vec<[Value<'_>; 8]> = placed.iter().map(Placed::entry).collect();
        insert(self.link, "entry", &ENTRY, &entries)?;
        let manifests: Vec<[Value<'_>; 3]> = placed
            .iter()
            .filter_map(|one| one.entry.manifest.as_ref().map(|manifest| (one, manifest)))
            .map(|(one, manifest)| {
                [int(one.receipt.index), Value::Bytes(manifest.commitment()), Value::Bytes(&manifest.sealed)]
            })
            .collect();
        insert(self.link, "manifest", &MANIFEST, &manifests)
    }

    fn find(&mut self, key: &str) -> Result<Option<Found>, Stop> {
        let seen = self.keys_seen.contains(key).then(|| self.placed.iter().find(|one| one.entry.key == key));
        if let Some(placed) = seen.flatten() {
            let manifest = placed.entry.manifest.as_ref().map(|manifest| manifest.bytes.clone());
            let (receipt, body) = (placed.receipt.clone(), placed.entry.body.clone());
            return Ok(Some(Found { receipt, body, manifest }));
        }
        let sql = "SELECT e.idx, e.sealed, m.sealed, l.leaf FROM entry e JOIN leaf l ON l.idx = e.idx
                   LEFT JOIN manifest m ON m.idx = e.idx WHERE e.key = $1";
        let Some(mut line) = first(self.link, sql, &[Value::Text(key)])? else { return Ok(None) };
        let index = line.int().cast_unsigned();
        let body = self.body(key, &rows::bytes(&mut line)?)?;
        let manifest = line.bytes().map(|sealed| self.unsealed(Use::Manifest, key, &sealed)).transpose()?;
        let leaf = rows::bytes(&mut line)?;
        let read: Numbered = serde_json::from_slice(&leaf).map_err(|_| Stop::Refuse(Why::Conflict))?;
        let receipt = Receipt { index, boot: read.boot, n: read.n, leaf: hash::sha256(&[&leaf]) };
        Ok(Some(Found { receipt, body, manifest }))
    }

    /// Every sealed row of an entry begins with its salt.
    fn unsealed(&self, of: Use, key: &str, sealed: &[u8]) -> Result<Vec<u8>, Stop> {
        let plain = self.keys.open(of, key.as_bytes(), sealed).map_err(|_| Stop::Refuse(Why::Conflict))?;
        plain.get(32..).map(<[u8]>::to_vec).ok_or(Stop::Refuse(Why::Conflict))
    }
}

impl Placed {
    fn entry(&self) -> [Value<'_>; 8] {
        let entry = &*self.entry;
        [
            int(self.receipt.index),
            Value::Text(&entry.key),
            Value::Text(entry.kind.name()),
            entry.opening.as_deref().map_or(Value::Null, Value::Text),
            Value::Bytes(&entry.commitment),
            Value::Bytes(&entry.sealed),
            maybe(entry.person.as_ref()),
            maybe(entry.professional.as_ref()),
        ]
    }
}

/// An entry that was placed before, opened.
struct Found {
    receipt: Receipt,
    body: Vec<u8>,
    manifest: Option<Vec<u8>>,
}

impl Found {
    /// Salts differ from one call to the next, so what is compared is what was sealed. Of a disclosure the commitment is
    /// left out, and the manifest itself compared.
    fn is(&self, entry: &Prepared) -> bool {
        let Some(offered) = &entry.manifest else { return self.body == entry.body };
        self.manifest.as_ref() == Some(&offered.bytes)
            && without_manifest(&self.body) == without_manifest(&entry.body)
    }
}

#[derive(serde::Deserialize)]
struct Numbered {
    boot: u64,
    n: u64,
}

fn insert<const N: usize>(
    link: &mut dyn Link,
    table: &str,
    columns: &[Column; N],
    rows: &[[Value<'_>; N]],
) -> Result<(), sql::Fault> {
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[Value<'_>; N]>::as_slice).collect();
    if rows.is_empty() { Ok(()) } else { link.insert(table, columns, &rows) }
}

fn without_manifest(body: &[u8]) -> Option<Entry> {
    let mut entry: Entry = serde_json::from_slice(body).ok()?;
    entry.manifest = None;
    Some(entry)
}
