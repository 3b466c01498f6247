//! Goes through what an order covers, in the order of record: counts what would go and what stays, or takes it away. Both
//! decide with the same words, so that a dry run says what will happen.

use super::{
    Order, RetentionFault, Scope, What,
    acts::{self, Acts, DELETED},
};
use crate::{
    Entry, Kind, OpeningId,
    seal::Keys,
    store::{Place, removal::Removal, rows},
};
use sql::{Fault, Line, Link, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Entries read at once, and deleted in one transaction.
const AT_ONCE: usize = 1_000;

/// What an order would do, or has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The first index behind the range that was gone through.
    pub end: u64,
    pub bodies: u64,
    pub manifests: u64,
    /// Entries that stay because a legal hold is about them.
    pub held: u64,
    /// Entries that stay because their opening is not closed.
    pub unclosed: u64,
    /// Entries that stay because others need them (orders, statements to partners, holds), or are younger than the order.
    pub kept: u64,
    /// Keys that were destroyed, by the names of their files.
    pub keys: Vec<String>,
    /// The holds that stand, by index.
    pub holds: Vec<u64>,
    /// What goes, of an order about one entry or one opening.
    pub(super) indexes: Vec<u64>,
    pub(super) tried: Vec<BTreeMap<String, String>>,
}

impl Tally {
    /// What a dry run and its order agree in, and what is printed.
    pub fn counts(&self) -> [(&'static str, u64); 5] {
        [
            ("bodies", self.bodies),
            ("manifests", self.manifests),
            ("held", self.held),
            ("unclosed", self.unclosed),
            ("kept", self.kept),
        ]
    }
}

/// What becomes of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Goes {
        manifest: bool,
    },
    Held,
    Unclosed,
    Kept,
    /// Went before, or never had what the order is about.
    Nothing,
}

/// Counts what an order would do. Blocks; changes nothing.
pub fn tally(place: &Place, key: &[u8; 32], order: &Order) -> Result<Tally, RetentionFault> {
    let keys = Keys::of(key, place).map_err(|_| RetentionFault::Key)?;
    place.look(|link| Ok(counted(link, &keys, order))).map_err(RetentionFault::Read)?
}

fn counted(link: &mut dyn Link, keys: &Keys, order: &Order) -> Result<Tally, RetentionFault> {
    let range = range(link, &order.scope).map_err(RetentionFault::Read)?;
    let mut pass = Pass::new(link, keys, order, range)?;
    let mut tally = Tally {
        end: range.1,
        holds: pass.acts.holds.iter().map(|hold| hold.index).collect(),
        tried: std::mem::take(&mut pass.acts.tried),
        ..Tally::default()
    };
    while let Some(fates) = pass.next(link)? {
        for (index, fate) in fates {
            tally.count(index, fate, order);
        }
    }
    Ok(tally)
}

/// Takes away what an order covers, as far as `end`. Each transaction decides anew what is held and what is closed.
pub(super) fn remove(
    removal: &mut Removal,
    keys: &Keys,
    order: &Order,
    end: u64,
) -> Result<Tally, RetentionFault> {
    let (mut tally, mut from, mut done) = (Tally { end, ..Tally::default() }, 0, false);
    while !done {
        let mut wrong = None;
        let mut part = None;
        let written = removal.transact(&mut |link| {
            let (start, _) = range(link, &order.scope)?;
            match taken(link, keys, order, (start.max(from), end)) {
                Ok(taken) => {
                    part = Some(taken);
                    Ok(())
                }
                Err(RetentionFault::Read(fault)) => Err(fault),
                Err(fault) => {
                    wrong = Some(fault);
                    Err(Fault::Damaged)
                }
            }
        });
        if let Some(fault) = wrong {
            return Err(fault);
        }
        written.map_err(RetentionFault::Remove)?;
        match part.flatten() {
            Some(fates) => {
                for (index, fate) in fates {
                    from = index + 1;
                    tally.count(index, fate, order);
                }
            }
            None => done = true,
        }
    }
    Ok(tally)
}

/// One transaction's part. `None`: there is no more.
fn taken(
    link: &mut dyn Link,
    keys: &Keys,
    order: &Order,
    range: (u64, u64),
) -> Result<Option<Vec<(u64, Fate)>>, RetentionFault> {
    let Some(fates) = Pass::new(link, keys, order, range)?.next(link)? else { return Ok(None) };
    let goes = |with: bool| {
        let of = fates.iter().filter(move |(_, fate)| match fate {
            Fate::Goes { manifest } => *manifest || !with,
            _ => false,
        });
        of.map(|(index, _)| index.to_string()).collect::<Vec<_>>().join(", ")
    };
    let (all, manifests) = (goes(false), goes(true));
    if !manifests.is_empty() {
        let sql = format!("DELETE FROM manifest WHERE idx IN ({manifests})");
        link.execute(&sql, &[]).map_err(RetentionFault::Read)?;
    }
    if order.what == What::Entries && !all.is_empty() {
        let sql =
            format!("UPDATE entry SET sealed = $1, person = NULL, professional = NULL WHERE idx IN ({all})");
        link.execute(&sql, &[Value::Bytes(&[])]).map_err(RetentionFault::Read)?;
    }
    Ok(Some(fates))
}

/// The first index that an order may be about, and the first behind the last.
fn range(link: &mut dyn Link, scope: &Scope) -> Result<(u64, u64), Fault> {
    Ok(match scope {
        Scope::Before { at_s } => (0, crate::store::first_at(link, *at_s)?),
        Scope::Entry(index) => (*index, index.saturating_add(1)),
        Scope::Opening(_) => (0, rows::number(link, "SELECT COUNT(*) FROM leaf", &[])?.cast_unsigned()),
    })
}

struct Pass<'a> {
    keys: &'a Keys,
    order: &'a Order,
    from: u64,
    end: u64,
    acts: Acts,
    unclosed: BTreeSet<OpeningId>,
    /// Openings of which an entry was held: the others of them are held, too.
    held: BTreeSet<OpeningId>,
}

impl<'a> Pass<'a> {
    fn new(
        link: &mut dyn Link,
        keys: &'a Keys,
        order: &'a Order,
        (from, end): (u64, u64),
    ) -> Result<Self, RetentionFault> {
        let acts = acts::read(link, keys, 0).map_err(RetentionFault::Read)?;
        let unclosed = acts::unclosed(link).map_err(RetentionFault::Read)?;
        let held = acts.openings_held(link, keys).map_err(RetentionFault::Read)?;
        Ok(Self { keys, order, from, end, acts, unclosed, held })
    }

    /// The next entries in order, and what becomes of each.
    fn next(&mut self, link: &mut dyn Link) -> Result<Option<Vec<(u64, Fate)>>, RetentionFault> {
        let mut values = vec![rows::int(self.from), rows::int(self.end)];
        let mut wanted = String::new();
        if let Scope::Opening(id) = &self.order.scope {
            values.push(Value::Text(id.as_str()));
            wanted.push_str("AND e.opening = $3");
        }
        let sql = format!(
            "SELECT l.idx, l.leaf, e.key, e.sealed, m.idx FROM leaf l JOIN entry e ON e.idx = l.idx
             LEFT JOIN manifest m ON m.idx = l.idx
             WHERE l.idx >= $1 AND l.idx < $2 {wanted} ORDER BY l.idx LIMIT {AT_ONCE}"
        );
        let lines = link.query(&sql, &values).map_err(RetentionFault::Read)?;
        if lines.is_empty() {
            return Ok(None);
        }
        let mut fates = Vec::with_capacity(lines.len());
        for line in lines {
            let (index, fate) = self.fate(line)?;
            self.from = index + 1;
            fates.push((index, fate));
        }
        Ok(Some(fates))
    }

    fn fate(&mut self, mut line: Line) -> Result<(u64, Fate), RetentionFault> {
        let index = line.int().cast_unsigned();
        let leaf = rows::bytes(&mut line).map_err(RetentionFault::Read)?;
        let (key, sealed) = (line.text(), rows::bytes(&mut line).map_err(RetentionFault::Read)?);
        let manifest = line.maybe_int().is_some();
        if sealed.is_empty() || (self.order.what == What::Manifests && !manifest) {
            return Ok((index, Fate::Nothing));
        }
        let entry = acts::opened(self.keys, &key, &sealed).ok_or(RetentionFault::Sealed(index))?;
        let at_s = crate::store::written_s(&leaf).ok_or(RetentionFault::Sealed(index))?;
        let is_too_young = matches!(self.order.scope, Scope::Before { at_s: before } if at_s >= before);
        let of =
            |openings: &BTreeSet<OpeningId>| entry.opening.as_ref().is_some_and(|id| openings.contains(id));
        let fate = if is_too_young || self.is_needed(index, &entry) {
            Fate::Kept
        } else if of(&self.unclosed) {
            Fate::Unclosed
        } else if of(&self.held) || self.acts.is_held(&entry) {
            self.held.extend(entry.opening);
            Fate::Held
        } else {
            Fate::Goes { manifest }
        };
        Ok((index, fate))
    }

    /// Orders explain what is missing, statements are what partners compare with, and holds hold.
    fn is_needed(&self, index: u64, entry: &Entry) -> bool {
        let is_order = entry.kind == Kind::Deletion && entry.cause.as_deref() == Some(DELETED);
        is_order || entry.kind == Kind::FeedStatement || self.acts.is_hold(index)
    }
}

impl Tally {
    fn count(&mut self, index: u64, fate: Fate, order: &Order) {
        match fate {
            Fate::Goes { manifest } => {
                self.bodies += u64::from(order.what == What::Entries);
                self.manifests += u64::from(manifest);
                if matches!(order.scope, Scope::Opening(_)) {
                    self.indexes.push(index);
                }
            }
            Fate::Held => self.held += 1,
            Fate::Unclosed => self.unclosed += 1,
            Fate::Kept => self.kept += 1,
            Fate::Nothing => {}
        }
    }
}
