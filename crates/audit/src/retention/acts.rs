//! Takes the `deletion` entries of a store, gives the holds that stand, what was tried, and what was deleted by whose order.

use super::{
    hold::Held,
    scope::{Covers, What},
};
use crate::{
    Entry, Kind, Millis, OpeningId,
    seal::{Keys, Use},
    store::{columns, professional, rows},
};
use sql::{Fault, Link, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

// Causes of `deletion` entries. They are stored, and never move.
pub(crate) const DELETED: &str = "deleted";
pub(super) const TRIED: &str = "deletion tried";
pub(super) const HELD: &str = "legal hold";
pub(super) const LIFTED: &str = "legal hold lifted";

/// What was done before about keeping.
#[derive(Default)]
pub(crate) struct Acts {
    /// Those that stand.
    pub(super) holds: Vec<Hold>,
    pub(super) tried: Vec<BTreeMap<String, String>>,
    done: Vec<Done>,
}

/// A hold that was not lifted.
pub(super) struct Hold {
    pub(super) index: u64,
    pub(super) held: Held,
    pub(super) by: String,
}

/// One order that was carried out, or is being.
struct Done {
    index: u64,
    what: What,
    covers: Covers,
    indexes: BTreeSet<u64>,
    rule: String,
    at: Millis,
}

/// What an order left open in a partner's copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub rule: String,
    covers: Covers,
    indexes: BTreeSet<u64>,
}

impl Gap {
    /// `None` where the entry is no order, or one about manifests.
    pub fn of(entry: &Entry) -> Option<Self> {
        let detail = |name: &str| entry.detail.get(name).map(String::as_str).unwrap_or_default();
        let (what, covers) = Covers::read(detail("covers"))?;
        let rule = detail("rule").to_owned();
        (what == What::Entries).then(|| Self { rule, covers, indexes: indexes(detail("indexes")) })
    }

    /// Whether it took, or may have taken, entries from `from` to before `to`.
    pub fn reaches(&self, from: u64, to: u64) -> bool {
        match self.covers {
            Covers::Before { end, .. } => from < end && from < to,
            Covers::Entry(index) => (from..to).contains(&index),
            Covers::Opening => self.indexes.range(from..to.max(from)).next().is_some(),
        }
    }
}

fn indexes(words: &str) -> BTreeSet<u64> {
    words.split_whitespace().filter_map(|index| index.parse().ok()).collect()
}

/// An entry whose body is gone, by an order that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub index: u64,
    pub kind: Kind,
    pub rule: String,
    pub at: Millis,
    /// Where the order stands in the log.
    pub order: u64,
}

impl fmt::Display for Gone {
    /// `entry 4,217,733: deleted under rule entries after 8 years on 2034-11-22`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = jiff::Timestamp::from_millisecond(self.at.0).unwrap_or_default().strftime("%Y-%m-%d");
        write!(f, "entry {}: deleted under rule {} on {day}", grouped(self.index), self.rule)
    }
}

impl Acts {
    /// By which order a body is gone; `at_s` is its leaf's. `None`: by none, so somebody took it.
    pub(crate) fn gone(&self, index: u64, kind: Kind, at_s: i64) -> Option<Gone> {
        let done = self.done.iter().find(|done| done.what == What::Entries && done.covers(index, at_s))?;
        Some(Gone { index, kind, rule: done.rule.clone(), at: done.at, order: done.index })
    }

    pub(super) fn is_held(&self, entry: &Entry) -> bool {
        self.holds.iter().any(|hold| hold.held.is_about(entry))
    }

    /// Openings that hold somebody's or something's entry, wherever in the store it stands.
    pub(super) fn openings_held(
        &self,
        link: &mut dyn Link,
        keys: &Keys,
    ) -> Result<BTreeSet<OpeningId>, Fault> {
        let mut openings = BTreeSet::new();
        for hold in &self.holds {
            let (column, value) = match &hold.held {
                Held::Person(number) => ("person", number.clone()),
                Held::Professional { host, subject } => ("professional", professional(host, subject)),
                Held::Opening(id) => {
                    openings.insert(id.clone());
                    continue;
                }
            };
            let (hashes, mut values) = (columns(keys, column, &value)?, Vec::new());
            let places = rows::places(&mut values, hashes.iter().map(|hash| Value::Bytes(hash)));
            let sql = format!(
                "SELECT DISTINCT opening FROM entry WHERE {column} IN ({places}) AND opening IS NOT NULL"
            );
            for mut line in link.query(&sql, &values)? {
                openings.insert(OpeningId::parse(&line.text()).map_err(|_| Fault::Damaged)?);
            }
        }
        Ok(openings)
    }

    pub(super) fn is_hold(&self, index: u64) -> bool {
        self.holds.iter().any(|hold| hold.index == index)
    }
}

impl Done {
    fn covers(&self, index: u64, written_s: i64) -> bool {
        match self.covers {
            Covers::Before { end, at_s } => index < end && written_s < at_s,
            Covers::Entry(one) => index == one,
            Covers::Opening => self.indexes.contains(&index),
        }
    }
}

/// Those from this index on.
pub(crate) fn read(link: &mut dyn Link, keys: &Keys, from: u64) -> Result<Acts, Fault> {
    let sql = "SELECT idx, key, sealed FROM entry WHERE kind = $1 AND idx >= $2 ORDER BY idx";
    let values = [Value::Text(Kind::Deletion.name()), rows::int(from)];
    let mut acts = Acts::default();
    for mut line in link.query(sql, &values)? {
        let (index, key, sealed) = (line.int().cast_unsigned(), line.text(), rows::bytes(&mut line)?);
        // A hold that was lifted, and a dry run, may go like any other entry.
        if !sealed.is_empty() {
            acts.take(index, opened(keys, &key, &sealed).ok_or(Fault::Damaged)?)?;
        }
    }
    Ok(acts)
}

/// The entry in a row that is not gone.
pub(super) fn opened(keys: &Keys, key: &str, sealed: &[u8]) -> Option<Entry> {
    // Every sealed row begins with its salt.
    serde_json::from_slice(keys.open(Use::Entry, key.as_bytes(), sealed).ok()?.get(32..)?).ok()
}

impl Acts {
    fn take(&mut self, index: u64, entry: Entry) -> Result<(), Fault> {
        let detail = |name: &str| entry.detail.get(name).cloned().unwrap_or_default();
        match entry.cause.as_deref() {
            Some(HELD) => {
                let held = Held::read(&entry).ok_or(Fault::Damaged)?;
                self.holds.push(Hold { index, held, by: detail("by") });
            }
            Some(LIFTED) => {
                let lifted = detail("hold");
                self.holds.retain(|hold| hold.index.to_string() != lifted);
            }
            Some(TRIED) => self.tried.push(entry.detail),
            Some(DELETED) => {
                let (what, covers) = Covers::read(&detail("covers")).ok_or(Fault::Damaged)?;
                let indexes = indexes(&detail("indexes"));
                let (rule, at) = (detail("rule"), entry.at);
                self.done.push(Done { index, what, covers, indexes, rule, at });
            }
            _ => {}
        }
        Ok(())
    }
}

/// `4,217,733`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Unclosed openings are not for any order.
pub(super) fn unclosed(link: &mut dyn Link) -> Result<BTreeSet<OpeningId>, Fault> {
    let mut lines = link.query("SELECT id FROM opening WHERE closed IS NULL", &[])?;
    lines.iter_mut().map(|line| OpeningId::parse(&line.text()).map_err(|_| Fault::Damaged)).collect()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn an_index_is_printed_in_groups_of_three() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (4_217_733, "4,217,733"), (12_345, "12,345")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
