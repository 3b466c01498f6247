//! Takes a question about the entries and the receipt of its own durable `audit-read`, gives a page of entries in the order
//! of record; refuses to look without that receipt (HAZ-028). One page reads at most [`LOOKED_AT`] entries and gives at
//! most [`MOST`] of them, and says where to go on.

use super::{Fault, Receipt, Store, Why};
use crate::{
    Millis, OpeningId,
    entry::{Entry, Kind},
    hash::Hash,
    manifest::Manifest,
    seal::{Keys, Use},
};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};
use std::fmt;

/// The most entries on one page.
const MOST: usize = 500;
/// The most entries opened for one page; a question that fits few of many goes on with another page.
const LOOKED_AT: usize = 50_000;
/// How far the clocks of what wrote the entries may lie apart.
const SKEW_S: i64 = 60 * 60;

/// The entry that says who is about to read, why and what, is on disk. Made by the store alone.
#[derive(Debug)]
pub struct ReadReceipt {
    receipt: Receipt,
}

impl ReadReceipt {
    /// Where the reading itself is recorded.
    pub fn index(&self) -> u64 {
        self.receipt.index
    }
}

/// Which entries; everything that is given must fit.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// An NHS number as traced.
    pub person: Option<String>,
    /// A host's client id and its own id of the professional.
    pub professional: Option<(String, String)>,
    pub opening: Option<OpeningId>,
    /// Empty: of every kind.
    pub kinds: Vec<Kind>,
    /// Not before, on the clock of whoever wrote the entry.
    pub since: Option<Millis>,
    /// Before.
    pub until: Option<Millis>,
    /// From this index on.
    pub from: u64,
    /// With what each disclosure released.
    pub manifests: bool,
}

/// What one look gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Found>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<u64>,
}

/// One entry as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    pub index: u64,
    pub entry: Entry,
    /// What the leaf commits to.
    pub commitment: Hash,
    /// What a disclosure released, where it was asked for and while it is kept.
    pub manifest: Option<Manifest>,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query(from {}, …)", self.from)
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Found({}, {:?})", self.index, self.entry)
    }
}

impl Store {
    /// Records that somebody is about to read. The entry names them, their reason and the question.
    pub async fn reads(&self, entry: Entry, now: Millis) -> Result<ReadReceipt, Fault> {
        if entry.kind != Kind::AuditRead || entry.who.is_none() || entry.why.is_none() {
            return Err(Fault::Rejected(Why::Malformed));
        }
        let receipt = self.append(vec![entry], now).await?.pop().ok_or(Fault::Unavailable)?;
        Ok(ReadReceipt { receipt })
    }

    /// Every entry that fits and that `fits` wants, as far as one page goes. What the receipt's own entry says is among
    /// what may be found.
    pub async fn find(
        &self,
        query: Query,
        fits: impl Fn(&Entry) -> bool + Send + 'static,
        read: &ReadReceipt,
    ) -> Result<Page, Fault> {
        tracing::debug!(read = read.index(), "the audit is read");
        self.look_through(query, fits).await
    }

    /// For the gateway's own watch over its entries, which shows them to nobody.
    pub async fn watched(&self, query: Query) -> Result<Page, Fault> {
        self.look_through(query, |_| true).await
    }

    async fn look_through(
        &self,
        query: Query,
        fits: impl Fn(&Entry) -> bool + Send + 'static,
    ) -> Result<Page, Fault> {
        let keys = std::sync::Arc::clone(&self.0.keys);
        let page = self.0.readings.look(move |conn| look(conn, &keys, &query, &fits)).await?;
        page.ok_or(Fault::Rejected(Why::Conflict))
    }
}

/// `None`: an entry does not open under our key.
fn look(
    conn: &Connection,
    keys: &Keys,
    query: &Query,
    fits: &dyn Fn(&Entry) -> bool,
) -> rusqlite::Result<Option<Page>> {
    let (sql, values) = sql(conn, keys, query)?;
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut page = Page::default();
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        let index = row.get::<_, i64>(0)?.cast_unsigned();
        if looked_at == LOOKED_AT || page.entries.len() == MOST {
            page.next = Some(index);
            break;
        }
        looked_at += 1;
        let Some(found) = opened(keys, index, row)? else { return Ok(None) };
        if query.is_then(found.entry.at) && fits(&found.entry) {
            page.entries.push(found);
        }
    }
    Ok(Some(page))
}

fn sql(conn: &Connection, keys: &Keys, query: &Query) -> rusqlite::Result<(String, Vec<Value>)> {
    let first = query.since.map_or(Ok(0), |since| first_at(conn, since.seconds() - SKEW_S))?;
    let mut values = vec![Value::Integer(first.max(query.from.cast_signed()))];
    let mut wanted = String::from("e.idx >= ?");
    if let Some(until) = query.until {
        wanted.push_str(" AND e.idx < ?");
        values.push(Value::Integer(first_at(conn, until.seconds() + SKEW_S)?));
    }
    let mut also = |column: &str, value: Value| {
        wanted.push_str(&format!(" AND e.{column} = ?"));
        values.push(value);
    };
    if let Some(person) = &query.person {
        also("person", Value::Blob(keys.search("person", person).to_vec()));
    }
    if let Some((host, subject)) = &query.professional {
        let named = super::prepared::professional(host, subject);
        also("professional", Value::Blob(keys.search("professional", &named).to_vec()));
    }
    if let Some(opening) = &query.opening {
        also("opening", Value::Text(opening.as_str().to_owned()));
    }
    if !query.kinds.is_empty() {
        let places = vec!["?"; query.kinds.len()].join(", ");
        wanted.push_str(&format!(" AND e.kind IN ({places})"));
        values.extend(query.kinds.iter().map(|kind| Value::Text(kind.name().to_owned())));
    }
    let (manifest, join) =
        if query.manifests { ("m.sealed", "LEFT JOIN manifest m ON m.idx = e.idx") } else { ("NULL", "") };
    let sql = format!(
        "SELECT e.idx, e.key, e.hash, e.sealed, {manifest} FROM entry e {join} WHERE {wanted} ORDER BY e.idx"
    );
    Ok((sql, values))
}

/// The first index whose leaf was written at that second or later, by halving: leaves stand very nearly in order of time.
fn first_at(conn: &Connection, at_s: i64) -> rusqlite::Result<i64> {
    let mut low = 0;
    let mut high: i64 = conn.query_row("SELECT coalesce(max(idx) + 1, 0) FROM leaf", [], |row| row.get(0))?;
    let mut leaf =
        conn.prepare_cached("SELECT json_extract(CAST(leaf AS TEXT), '$.at') FROM leaf WHERE idx = ?1")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let written: Option<i64> = leaf.query_row([middle], |row| row.get(0)).optional()?;
        if written.unwrap_or(i64::MIN) < at_s { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

fn opened(keys: &Keys, index: u64, row: &Row<'_>) -> rusqlite::Result<Option<Found>> {
    let key: String = row.get(1)?;
    let open = |of, sealed: &[u8]| {
        let plain = keys.open(of, key.as_bytes(), sealed).ok()?;
        plain.get(32..).map(<[u8]>::to_vec)
    };
    let entry = open(Use::Entry, &row.get::<_, Vec<u8>>(3)?);
    let Some(entry) = entry.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else { return Ok(None) };
    let manifest = row.get::<_, Option<Vec<u8>>>(4)?.map(|sealed| open(Use::Manifest, &sealed));
    let manifest = match manifest {
        None => None,
        Some(bytes) => match bytes.and_then(|bytes| Manifest::from_bytes(&bytes).ok()) {
            None => return Ok(None),
            some => some,
        },
    };
    Ok(Some(Found { index, entry, commitment: row.get(2)?, manifest }))
}

impl Query {
    fn is_then(&self, at: Millis) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
mod tests;
