//! Takes one person's number, gives what is kept of them, feed by feed, oldest first; a lower layer's row is not given where a
//! higher one has its key. There is no way in it to go from one person to the next.

use super::{
    Owner, Ring, Vault,
    generation::{self, Generation, Mode},
    place,
};
use crate::{
    seal::Seal,
    sql::{Line, Link, StoreFault, Value},
};
use fhir::NhsNumber;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// One unit, opened.
pub(crate) struct KeptRow {
    pub(crate) order: i64,
    pub(crate) body: Vec<u8>,
}

/// What one feed has of a person, and how fresh it is.
pub(crate) struct Holding {
    pub(crate) rows: Vec<KeptRow>,
    pub(crate) state: FeedState,
}

/// A feed as the store knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FeedState {
    /// When the sender made what is here, of its newest part; `None` when nothing ever came. Milliseconds since 1970.
    pub(crate) as_at: Option<i64>,
    /// The number of the newest extract.
    pub(crate) sequence: i64,
    /// When it came.
    pub(crate) received: Option<i64>,
}

/// A row before it is opened.
struct Found {
    key: Vec<u8>,
    order: i64,
    received: i64,
    is_gone: bool,
    key_id: i64,
    sealed: Vec<u8>,
    layer: usize,
}

/// Answers about one person from one unmoving state of the store.
pub(crate) struct Reading<'a> {
    pub(crate) link: &'a mut dyn Link,
    pub(crate) ring: &'a Ring,
    pub(crate) ods: &'a str,
}

impl Vault {
    /// All reading within `work` sees the same state, whatever is published meanwhile, and the keys that belong to it: where
    /// they changed in between, it is read again.
    pub(crate) fn reading<T>(
        &self,
        mut work: impl FnMut(&mut Reading<'_>) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let mut ring = self.ring()?;
        loop {
            let read = self.read(|link| work(&mut Reading { link, ring: &ring, ods: &self.ods }));
            let now = self.ring()?;
            if Arc::ptr_eq(&ring, &now) {
                return read;
            }
            ring = now;
        }
    }

    pub(crate) fn feed_state(&self, feed: &str) -> Result<FeedState, StoreFault> {
        self.read(|link| Ok(state(&generation::live(link, feed)?)))
    }
}

impl Reading<'_> {
    /// What one feed has of the person. `since`: messages that came before it are no longer kept.
    pub(crate) fn holding(
        &mut self,
        feed: &str,
        number: &NhsNumber,
        since: i64,
    ) -> Result<Holding, StoreFault> {
        let token = self.ring.column(Owner::Person(number))?.unwrap_or_default();
        let layers = generation::live(self.link, feed)?;
        let mut found = Vec::new();
        for (layer, of) in layers.iter().enumerate() {
            found.extend(self.found(of, &token, layer)?);
        }
        found.retain(|row| row.received >= since);
        let found = self.uncorrected(&layers, &token, found)?;
        let kept = match layers.iter().any(|layer| layer.mode == Mode::Messages) {
            true => latest_of_each_key(found),
            false => top_layer_of_each_key(found),
        };
        let rows = self.open(feed, &token, kept)?;
        Ok(Holding { rows, state: state(&layers) })
    }

    /// Without what the sender has since said, under the same key, of somebody else; of an extract, of nobody sure either
    /// (HAZ-004, HAZ-043).
    fn uncorrected(
        &mut self,
        layers: &[Generation],
        token: &[u8],
        found: Vec<Found>,
    ) -> Result<Vec<Found>, StoreFault> {
        let mut kept = Vec::with_capacity(found.len());
        for row in found {
            let mut is_corrected = false;
            for of in layers.iter().skip(row.layer + 1) {
                let sql = format!(
                    "SELECT n FROM {} WHERE key = $1 AND (person IS NULL OR person <> $2) LIMIT 1",
                    of.content()
                );
                let values = [Value::Bytes(&row.key), Value::Bytes(token)];
                is_corrected |= of.mode != Mode::Messages && !self.link.query(&sql, &values)?.is_empty();
            }
            if !is_corrected {
                kept.push(row);
            }
        }
        Ok(kept)
    }

    fn found(&mut self, of: &Generation, token: &[u8], layer: usize) -> Result<Vec<Found>, StoreFault> {
        let sql = format!(
            "SELECT key, ord, received, gone, key_id, sealed FROM {} WHERE person = $1 ORDER BY ord, n",
            of.content()
        );
        let read = |mut line: Line| Found {
            key: line.bytes().unwrap_or_default(),
            order: line.int(),
            received: line.int(),
            is_gone: line.int() != 0,
            key_id: line.int(),
            sealed: line.bytes().unwrap_or_default(),
            layer,
        };
        Ok(self.link.query(&sql, &[Value::Bytes(token)])?.into_iter().map(read).collect())
    }

    fn open(&self, feed: &str, token: &[u8], found: Vec<Found>) -> Result<Vec<KeptRow>, StoreFault> {
        let mut seals: HashMap<i64, Seal> = HashMap::new();
        let mut rows = Vec::with_capacity(found.len());
        for row in found {
            let seal = match seals.entry(row.key_id) {
                std::collections::hash_map::Entry::Occupied(there) => there.into_mut(),
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(self.ring.seal_of(self.ring.by_id(row.key_id)?, Some(token))?)
                }
            };
            let body = seal.open(&place(self.ods, feed, Some(token), &row.key), &row.sealed);
            rows.push(KeptRow { order: row.order, body: body.map_err(|_| StoreFault::Damaged)? });
        }
        Ok(rows)
    }

    /// The units others refer to by these names (`Type/id`), such as practitioners.
    pub(crate) fn shared(&mut self, feed: &str, names: &HashSet<String>) -> Result<Vec<KeptRow>, StoreFault> {
        let layers = generation::live(self.link, feed)?;
        let mut rows = Vec::new();
        for name in names {
            for of in layers.iter().rev() {
                let found = self.named(of, name, Some(&[]))?;
                if let Some(row) = found.into_iter().next_back() {
                    rows.extend(self.open(feed, &[], vec![row])?);
                    break;
                }
            }
        }
        Ok(rows)
    }

    fn named(&mut self, of: &Generation, name: &str, owner: Option<&[u8]>) -> Result<Vec<Found>, StoreFault> {
        let name = self.ring.secret.name("resource", &[name]);
        let sql = format!(
            "SELECT c.key, c.ord, c.received, c.gone, c.key_id, c.sealed, c.person FROM {} c \
             JOIN {} s ON s.n = c.n WHERE s.name = $1 ORDER BY c.ord, c.n",
            of.content(),
            of.names()
        );
        let lines = self.link.query(&sql, &[Value::Bytes(&name)])?;
        let read = |mut line: Line| {
            let found = Found {
                key: line.bytes().unwrap_or_default(),
                order: line.int(),
                received: line.int(),
                is_gone: line.int() != 0,
                key_id: line.int(),
                sealed: line.bytes().unwrap_or_default(),
                layer: 0,
            };
            let person = line.bytes();
            (owner.is_none() || person.as_deref() == owner).then_some(found)
        };
        Ok(lines.into_iter().filter_map(read).filter(|found| !found.is_gone).collect())
    }

    /// Whose a resource of that name (`Type/id`) is, in any feed.
    pub(crate) fn person_named(
        &mut self,
        feeds: &[&str],
        name: &str,
    ) -> Result<Option<NhsNumber>, StoreFault> {
        let hidden = self.ring.secret.name("resource", &[name]);
        for feed in feeds {
            for of in generation::live(self.link, feed)? {
                let sql = format!(
                    "SELECT c.person FROM {} c JOIN {} s ON s.n = c.n WHERE s.name = $1 AND c.person IS NOT NULL",
                    of.content(),
                    of.names()
                );
                let lines = self.link.query(&sql, &[Value::Bytes(&hidden)])?;
                let mut numbers =
                    lines.into_iter().filter_map(|mut line| self.ring.secret.number(&line.bytes()?));
                if let Some(number) = numbers.next_back() {
                    return Ok(Some(number));
                }
            }
        }
        Ok(None)
    }
}

fn state(layers: &[Generation]) -> FeedState {
    let Some(newest) = layers.iter().max_by_key(|layer| (layer.sequence, layer.as_at)) else {
        return FeedState::default();
    };
    let came = |at: i64| (at > 0).then_some(at);
    FeedState { as_at: came(newest.as_at), sequence: newest.sequence, received: came(newest.received) }
}

/// Of messages that replace one another, the latest.
fn latest_of_each_key(found: Vec<Found>) -> Vec<Found> {
    let mut last: HashMap<Vec<u8>, usize> = HashMap::new();
    for (place, row) in found.iter().enumerate() {
        last.insert(row.key.clone(), place);
    }
    let kept: HashSet<usize> = last.into_values().collect();
    let mut place = 0..;
    found
        .into_iter()
        .filter(|row| place.next().is_some_and(|place| kept.contains(&place)) && !row.is_gone)
        .collect()
}

/// Of extracts that lie on one another, all that the highest says of each key.
fn top_layer_of_each_key(mut found: Vec<Found>) -> Vec<Found> {
    let mut top: HashMap<Vec<u8>, usize> = HashMap::new();
    for row in &found {
        let layer = top.entry(row.key.clone()).or_default();
        *layer = row.layer.max(*layer);
    }
    found.retain(|row| top.get(&row.key) == Some(&row.layer) && !row.is_gone);
    found.sort_by_key(|row| row.order);
    found
}
