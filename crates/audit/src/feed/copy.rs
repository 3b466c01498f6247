//! Takes the lines of a partner's feed in the order they came, gives a copy that is checked: every row against its leaf, its
//! proof and the log's own keys, and all of them against the log's daily statements. Refuses a row at the first thing that does
//! not fit, and names the statement to which rows are missing.
//! Source: C2SP tlog-proof; audit.md section 11.

use super::{Counting, End, Line, NotALine, Row, Statement, Text};
use crate::{
    Entry, Kind,
    hash::{ENTRY, Hash, commitment, unhex},
    held,
    retention::{DELETED, Gap},
    signed::{Verifier, proof::TlogProof},
    tree::leaf_hash,
};
use serde::Deserialize;
use std::collections::VecDeque;

/// Why a line is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CopyFault {
    #[error("it is {0}")]
    Line(#[from] NotALine),
    #[error("it does not stand behind the row before it")]
    Order,
    #[error("its leaf cannot be read, or is of another log")]
    Leaf,
    #[error("the body is not the one its leaf commits to")]
    Body,
    #[error("the slice cannot be read, or is of another kind than its leaf")]
    Slice,
    #[error("what was held back is not what the entry commits to")]
    Held,
    #[error("the proof does not lead from the leaf to a checkpoint that the log signed")]
    Proof,
    #[error("it states what another partner should have, or does not follow the statement before it")]
    Statement,
    #[error("the batch ends before its last row")]
    End,
}

/// A copy as far as it goes.
#[derive(Debug, Clone)]
pub struct Copy {
    ods: String,
    keys: Vec<Verifier>,
    /// The log's own random name in its leaves.
    log: Option<String>,
    /// The last note whose signature was checked.
    signed: Option<String>,
    last: Option<u64>,
    /// Where it goes on.
    after: Option<u64>,
    rows: u64,
    /// What no statement has counted yet.
    uncounted: VecDeque<(u64, Hash)>,
    stated: u64,
    short: Vec<Short>,
    orders: Vec<Gap>,
}

/// A statement that the copy does not agree with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// Where the statement stands in the log.
    pub statement: u64,
    pub from: u64,
    pub to: u64,
    pub stated: u64,
    pub found: u64,
    /// The rule of an order that deleted entries of that range: then it cannot be told whether others are missing.
    pub rule: Option<String>,
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub rows: u64,
    /// Rows before this index are under a statement.
    pub stated: u64,
    pub short: Vec<Short>,
}

impl Seen {
    /// Statements that nothing explains.
    pub fn missing(&self) -> impl Iterator<Item = &Short> {
        self.short.iter().filter(|short| short.rule.is_none())
    }
}

#[derive(Deserialize)]
struct Leaf {
    log: String,
    kind: String,
    commit: String,
    at: i64,
}

impl Copy {
    /// `keys`: the log's, as its operator gave them by hand.
    pub fn new(ods: &str, keys: Vec<Verifier>) -> Self {
        Self {
            ods: ods.to_owned(),
            keys,
            log: None,
            signed: None,
            last: None,
            after: None,
            rows: 0,
            uncounted: VecDeque::new(),
            stated: 0,
            short: Vec::new(),
            orders: Vec::new(),
        }
    }

    /// Takes the next line. A line that is refused changes nothing.
    pub fn take(&mut self, line: &str) -> Result<Line, CopyFault> {
        let line = Line::read(line)?;
        match &line {
            Line::Row(row) => self.row(row)?,
            Line::End(end) => self.end(*end)?,
        }
        Ok(line)
    }

    /// What to ask for next: `?after=`.
    pub fn after(&self) -> Option<u64> {
        self.after
    }

    /// What it holds. A statement is held against all orders that are known by now, since an order comes later than what it
    /// deletes.
    pub fn seen(&self) -> Seen {
        let explained = |short: &Short| {
            let order = self.orders.iter().find(|order| order.reaches(short.from, short.to));
            Short { rule: order.map(|order| order.rule.clone()), ..short.clone() }
        };
        Seen { rows: self.rows, stated: self.stated, short: self.short.iter().map(explained).collect() }
    }

    fn row(&mut self, row: &Row) -> Result<(), CopyFault> {
        if self.after.is_some_and(|after| row.index <= after) {
            return Err(CopyFault::Order);
        }
        let leaf: Leaf = serde_json::from_str(&row.leaf).map_err(|_| CopyFault::Leaf)?;
        if self.log.as_ref().is_some_and(|log| *log != leaf.log) {
            return Err(CopyFault::Leaf);
        }
        let committed: Hash = unhex(&leaf.commit).ok_or(CopyFault::Leaf)?;
        let entry = entry(row, &committed)?;
        if entry.kind.name() != leaf.kind || entry.at.seconds() != leaf.at {
            return Err(CopyFault::Slice);
        }
        let is_committed = |held: &String| entry.detail.get(held::DETAIL) == Some(&held::commitment(held));
        if !row.held.as_ref().is_none_or(is_committed) {
            return Err(CopyFault::Held);
        }
        let signed = self.proven(row)?;
        if entry.kind == Kind::FeedStatement {
            self.statement(row, &entry)?;
        } else {
            self.uncounted.push_back((row.index, committed));
        }
        // A slice of an order explains nothing that can be relied on.
        let is_whole = matches!(row.text, Text::Whole { .. });
        if is_whole && entry.kind == Kind::Deletion && entry.cause.as_deref() == Some(DELETED) {
            self.orders.extend(Gap::of(&entry));
        }
        (self.log, self.signed) = (Some(leaf.log), Some(signed));
        (self.last, self.after) = (Some(row.index), Some(row.index));
        self.rows += 1;
        Ok(())
    }

    /// The note under which it is proven.
    fn proven(&self, row: &Row) -> Result<String, CopyFault> {
        let proof = TlogProof::parse(&row.proof).filter(|proof| proof.index == row.index);
        let proof = proof.ok_or(CopyFault::Proof)?;
        let (note, checkpoint) = proof.holds(&leaf_hash(row.leaf.as_bytes())).ok_or(CopyFault::Proof)?;
        let is_signed = || {
            let mut keys = self.keys.iter().filter(|key| key.name() == checkpoint.origin);
            keys.any(|key| key.check(&note) == Some(Ok(0)))
        };
        let known = self.signed.as_ref() == Some(&proof.note);
        if known || is_signed() { Ok(proof.note) } else { Err(CopyFault::Proof) }
    }

    fn statement(&mut self, row: &Row, entry: &Entry) -> Result<(), CopyFault> {
        let said = Statement::read(&entry.detail, &self.ods).ok_or(CopyFault::Statement)?;
        // A slice of a statement states nothing that can be relied on.
        let is_whole = matches!(row.text, Text::Whole { .. });
        if !is_whole || said.from != self.stated || said.to < said.from || said.to > row.index {
            return Err(CopyFault::Statement);
        }
        let mut counting = Counting::default();
        while let Some((_, commitment)) = self.uncounted.pop_front_if(|(index, _)| *index < said.to) {
            counting.add(commitment);
        }
        let found = counting.stated(said.from, said.to);
        self.stated = said.to;
        if found != said {
            let (from, to, stated, found) = (said.from, said.to, said.count, found.count);
            self.short.push(Short { statement: row.index, from, to, stated, found, rule: None });
        }
        Ok(())
    }

    fn end(&mut self, end: End) -> Result<(), CopyFault> {
        if end.next < self.last {
            return Err(CopyFault::End);
        }
        self.after = self.after.max(end.next);
        Ok(())
    }
}

/// The text of a row, once it is what the leaf commits to, as far as that can be told.
fn entry(row: &Row, committed: &Hash) -> Result<Entry, CopyFault> {
    match &row.text {
        Text::Whole { salt, entry } => {
            let salt = unhex(salt).ok_or(CopyFault::Body)?;
            if commitment(ENTRY, &salt, entry.as_bytes()) != *committed {
                return Err(CopyFault::Body);
            }
            serde_json::from_str(entry).map_err(|_| CopyFault::Body)
        }
        Text::Slice { slice } => serde_json::from_str(slice).map_err(|_| CopyFault::Slice),
    }
}

impl Short {
    /// For the partner's operator; names nobody.
    pub fn words(&self) -> String {
        let Self { statement, from, to, stated, found, .. } = self;
        let what = format!("entries {from} to {to}: {stated} stated at index {statement}, {found} had");
        match &self.rule {
            Some(rule) => format!("{what}; some were deleted under rule {rule}, others cannot be told"),
            None if stated == found => format!("{what}; one or more are others than were stated"),
            None => what,
        }
    }
}
