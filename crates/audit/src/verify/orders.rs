//! Takes the orders by which bodies and manifests were deleted, refuses one that is missing without. With the key an order is
//! read from its body, which [`super::bodies`] checks in its turn; without it from its key, which says what it covers.

use super::bodies::Bodies;
use rusqlite::{Connection, Row};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every order, the first first.
pub(super) struct Orders {
    orders: Vec<Order>,
    /// Bodies that are gone, by the order's place in the list.
    gone: BTreeMap<usize, u64>,
    manifests: u64,
    /// An order says how much goes by it.
    counted: bool,
}

struct Order {
    covers: Covers,
    /// Of manifests alone.
    manifests_only: bool,
    rule: String,
    /// How many bodies and manifests; without the key nobody knows.
    stated: (u64, u64),
}

enum Covers {
    Before {
        end: u64,
        at: i64,
    },
    Entry(u64),
    /// With the key, by index; without it by the column beside the body.
    Opening {
        id: String,
        indexes: Option<BTreeSet<u64>>,
    },
}

impl Orders {
    pub(super) fn read(conn: &Connection, bodies: Option<&Bodies>) -> rusqlite::Result<Self> {
        let mut query =
            conn.prepare("SELECT idx, key, sealed FROM entry WHERE kind = 'deletion' ORDER BY idx")?;
        let rows = query.query_map([], |row: &Row<'_>| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
        })?;
        let mut orders = Vec::new();
        for row in rows {
            let (index, key, sealed) = row?;
            orders.extend(match bodies {
                Some(bodies) => bodies.unsealed(&key, &sealed).ok().and_then(|(_, body)| of_body(&body)),
                None => of_key(&key, index),
            });
        }
        Ok(Self { orders, gone: BTreeMap::new(), manifests: 0, counted: bodies.is_some() })
    }

    /// The body at this index is gone; `at` its leaf's, `opening` its column's. No column that finds it may be left, and no
    /// manifest.
    pub(super) fn body(
        &mut self,
        index: u64,
        at: i64,
        (opening, columns): (Option<&str>, bool),
    ) -> Result<(), String> {
        let covers = |order: &Order| !order.manifests_only && order.covers.has(index, at, opening);
        let by = self.orders.iter().position(covers);
        let by = by.ok_or("the body is missing, and no order says that it was deleted")?;
        if columns {
            return Err("the body was deleted, and something that belongs to it was left".to_owned());
        }
        *self.gone.entry(by).or_default() += 1;
        Ok(())
    }

    /// The manifest of the entry at this index is gone.
    pub(super) fn manifest(&mut self, index: u64, at: i64) -> Result<(), String> {
        if !self.orders.iter().any(|order| order.covers.has(index, at, None)) {
            return Err("the manifest is missing, and no order says that it was deleted".to_owned());
        }
        self.manifests += 1;
        Ok(())
    }

    /// No more may be gone than was ordered: what an order spared, nobody else may take.
    pub(super) fn end(&self) -> Result<(), String> {
        let bodies: u64 = self.orders.iter().map(|order| order.stated.0).sum();
        let manifests: u64 = self.orders.iter().map(|order| order.stated.1).sum();
        let gone: u64 = self.gone.values().sum();
        if self.counted && (gone > bodies || self.manifests > manifests) {
            return Err(format!("{gone} bodies are missing, and only {bodies} were ordered to be deleted"));
        }
        Ok(())
    }

    pub(super) fn deleted(&self) -> BTreeMap<String, u64> {
        let mut deleted = BTreeMap::new();
        for (order, count) in &self.gone {
            let rule = self.orders.get(*order).map(|order| order.rule.clone()).unwrap_or_default();
            *deleted.entry(rule).or_default() += count;
        }
        deleted
    }
}

impl Covers {
    fn read(text: &str) -> Option<(bool, Self)> {
        let mut parts = text.split('/');
        let manifests_only = match parts.next()? {
            "entries" => false,
            "manifests" => true,
            _ => return None,
        };
        let covers = match (parts.next()?, parts.next()?, parts.next()) {
            ("before", end, Some(at)) => Covers::Before { end: end.parse().ok()?, at: at.parse().ok()? },
            ("entry", index, None) => Covers::Entry(index.parse().ok()?),
            ("opening", id, None) => Covers::Opening { id: id.to_owned(), indexes: None },
            _ => return None,
        };
        Some((manifests_only, covers))
    }

    fn has(&self, index: u64, written: i64, opening: Option<&str>) -> bool {
        match self {
            Covers::Before { end, at } => index < *end && written < *at,
            Covers::Entry(one) => index == *one,
            Covers::Opening { indexes: Some(indexes), .. } => indexes.contains(&index),
            Covers::Opening { id, indexes: None } => opening == Some(id),
        }
    }
}

/// Whether the text of an entry is an order that covers the body at this index.
pub(super) fn is_covered(order: &[u8], index: u64, at: i64) -> bool {
    of_body(order).is_some_and(|order| !order.manifests_only && order.covers.has(index, at, None))
}

/// `None`: another entry of this kind.
fn of_body(body: &[u8]) -> Option<Order> {
    let body: Value = serde_json::from_slice(body).ok()?;
    if body.get("cause").and_then(Value::as_str) != Some("deleted") {
        return None;
    }
    let detail = |name: &str| body.get("detail")?.get(name)?.as_str();
    let (manifests_only, mut covers) = Covers::read(detail("covers")?)?;
    if let Covers::Opening { indexes, .. } = &mut covers {
        let listed = detail("indexes").unwrap_or_default();
        *indexes = Some(listed.split_whitespace().filter_map(|index| index.parse().ok()).collect());
    }
    let count = |name| detail(name).and_then(|count| count.parse().ok()).unwrap_or(0);
    let stated = (count("bodies"), count("manifests"));
    Some(Order { covers, manifests_only, rule: detail("rule").unwrap_or_default().to_owned(), stated })
}

/// `deletion:done:<covers>:<id>`
fn of_key(key: &str, index: u64) -> Option<Order> {
    let covers = key.strip_prefix("deletion:done:")?.split(':').next()?;
    let (manifests_only, covers) = Covers::read(covers)?;
    Some(Order { covers, manifests_only, rule: format!("of the order at {index}"), stated: (0, 0) })
}
