//! Takes a question about the entries and the receipt of its own durable `audit-read`, gives a page of entries in the order
//! of record; refuses to look without that receipt (HAZ-028). One page reads at most [`LOOKED_AT`] entries and gives at
//! most [`MOST`] of them, and says where to go on.

use super::{
    Fault, Receipt, Store, Why,
    rows::{self, int, number},
};
use crate::{
    Millis, OpeningId,
    entry::{Entry, Kind},
    hash::Hash,
    manifest::Manifest,
    retention::{
        Gone,
        acts::{self, Acts},
    },
    seal::{Keys, Use},
};
use sql::{Line, Link, Value, first};
use std::fmt;

/// The most entries on one page.
const MOST: usize = 500;
/// The most entries opened for one page; a question that fits few of many goes on with another page.
const LOOKED_AT: usize = 50_000;
/// Entries read from the store at once.
const AT_ONCE: usize = 1_000;
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
    /// The newest alone, so many and at most [`MOST`] of them, the newest first: one page, and none after it.
    pub newest: Option<usize>,
    /// With what each disclosure released.
    pub manifests: bool,
}

/// What one look gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Found>,
    /// What would perhaps have fitted, and was deleted by an order: nobody can tell any more what it said.
    pub deleted: Vec<Gone>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<u64>,
    /// Where whoever has read to the last page reads on when there is more.
    pub end: u64,
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
        // An opening asks for the newest, and does not wait for an officer who reads through all of them (HAZ-024).
        let reader = if query.newest.is_some() { &self.0.reader } else { &self.0.readings };
        let page = reader.look(move |link| look(link, &keys, &query, &fits)).await?;
        page.ok_or(Fault::Rejected(Why::Conflict))
    }
}

/// `None`: an entry does not open under our key.
pub(super) fn look(
    link: &mut dyn Link,
    keys: &Keys,
    query: &Query,
    fits: &dyn Fn(&Entry) -> bool,
) -> Result<Option<Page>, sql::Fault> {
    let wanted = Wanted::new(link, keys, query)?;
    let end = number(link, "SELECT COALESCE(MAX(idx) + 1, 0) FROM entry", &[])?.cast_unsigned();
    let mut page = Page { end: end.max(query.from), ..Page::default() };
    let (mut from, mut looked_at) = (wanted.first, 0);
    let mut acts = None;
    loop {
        let lines = wanted.from(link, from)?;
        let read = lines.len();
        for (index, mut line) in lines {
            page.end = page.end.max(index + 1);
            if looked_at == LOOKED_AT || page.entries.len() + page.deleted.len() == MOST {
                page.next = Some(index);
                return Ok(Some(page));
            }
            looked_at += 1;
            from = index.cast_signed() + 1;
            let found = match opened(keys, index, &mut line)? {
                Opened::Is(found) => *found,
                Opened::Not => return Ok(None),
                Opened::Empty => {
                    let acts = match &mut acts {
                        Some(acts) => acts,
                        none => none.insert(acts::read(link, keys, index)?),
                    };
                    let Some(gone) = gone_at(link, acts, index)? else { return Ok(None) };
                    page.deleted.push(gone);
                    continue;
                }
            };
            if query.is_then(found.entry.at) && fits(&found.entry) {
                page.entries.push(found);
            }
        }
        if read < AT_ONCE || query.newest.is_some() {
            return Ok(Some(page));
        }
    }
}

/// A question in the words of the store.
struct Wanted {
    first: i64,
    until: i64,
    person: Option<Vec<Hash>>,
    professional: Option<Vec<Hash>>,
    opening: Option<String>,
    kinds: Vec<&'static str>,
    newest: Option<usize>,
    manifests: bool,
}

impl Wanted {
    fn new(link: &mut dyn Link, keys: &Keys, query: &Query) -> Result<Self, sql::Fault> {
        let mut at = |seconds| first_at(link, seconds).map(u64::cast_signed);
        let first = query.since.map_or(Ok(0), |since| at(since.seconds() - SKEW_S))?;
        let until = query.until.map_or(Ok(i64::MAX), |until| at(until.seconds() + SKEW_S))?;
        let columns = |what, value: &str| super::prepared::columns(keys, what, value);
        let subject = query.professional.as_ref();
        let subject = subject.map(|(host, subject)| super::prepared::professional(host, subject));
        Ok(Self {
            first: first.max(query.from.cast_signed()),
            until,
            person: query.person.as_ref().map(|person| columns("person", person)).transpose()?,
            professional: subject.map(|subject| columns("professional", &subject)).transpose()?,
            opening: query.opening.as_ref().map(|opening| opening.as_str().to_owned()),
            kinds: query.kinds.iter().map(|kind| kind.name()).collect(),
            newest: query.newest.map(|most| most.min(MOST)),
            manifests: query.manifests,
        })
    }

    /// The next of them, each with its index; or the newest.
    fn from(&self, link: &mut dyn Link, from: i64) -> Result<Vec<(u64, Line)>, sql::Fault> {
        let numbered = |mut line: Line| (line.int().cast_unsigned(), line);
        let Some(most) = self.newest else {
            let lines = self.lines(link, from, self.person.as_deref())?;
            return Ok(lines.into_iter().map(numbered).collect());
        };
        // Of one value of the column the index gives the newest first; of several all would have to be sorted.
        let mut lines = Vec::new();
        for person in self.person.as_ref().map_or(vec![None], |hashes| hashes.chunks(1).map(Some).collect()) {
            lines.extend(self.lines(link, from, person)?.into_iter().map(numbered));
        }
        lines.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        lines.truncate(most);
        Ok(lines)
    }

    fn lines(
        &self,
        link: &mut dyn Link,
        from: i64,
        person: Option<&[Hash]>,
    ) -> Result<Vec<Line>, sql::Fault> {
        let mut values = vec![Value::Int(from), Value::Int(self.until)];
        let mut wanted = String::from("e.idx >= $1 AND e.idx < $2");
        if let Some(hashes) = person {
            let hashes = hashes.iter().map(|hash| Value::Bytes(hash));
            wanted.push_str(&format!(" AND e.person IN ({})", rows::places(&mut values, hashes)));
        }
        if let Some(hashes) = &self.professional {
            let hashes = hashes.iter().map(|hash| Value::Bytes(hash));
            // Fewer entries are of one person than of one professional: where both are given, the first leads.
            let is_true = if person.is_some() { " IS TRUE" } else { "" };
            let places = rows::places(&mut values, hashes);
            wanted.push_str(&format!(" AND (e.professional IN ({places})){is_true}"));
        }
        if let Some(opening) = &self.opening {
            values.push(Value::Text(opening));
            wanted.push_str(&format!(" AND e.opening = ${}", values.len()));
        }
        if !self.kinds.is_empty() {
            let kinds = self.kinds.iter().map(|kind| Value::Text(kind));
            wanted.push_str(&format!(" AND e.kind IN ({})", rows::places(&mut values, kinds)));
        }
        let (manifest, join) =
            if self.manifests { (", m.sealed", "LEFT JOIN manifest m ON m.idx = e.idx") } else { ("", "") };
        let (order, most) = self.newest.map_or(("", AT_ONCE), |most| ("DESC", most));
        let sql = format!(
            "SELECT e.idx, e.key, e.hash, e.sealed{manifest} FROM entry e {join} WHERE {wanted}
             ORDER BY e.idx {order} LIMIT {most}"
        );
        link.query(&sql, &values)
    }
}

/// The second at which a leaf says it was written.
pub(crate) fn written_s(leaf: &[u8]) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct At {
        at: i64,
    }
    serde_json::from_slice(leaf).ok().map(|At { at }| at)
}

/// The first index whose leaf was written at that second or later, by halving: leaves stand very nearly in order of time.
pub(crate) fn first_at(link: &mut dyn Link, at_s: i64) -> Result<u64, sql::Fault> {
    let mut low = 0;
    let mut high = number(link, "SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf", &[])?;
    while low < high {
        let middle = low + (high - low) / 2;
        let leaf = first(link, "SELECT leaf FROM leaf WHERE idx = $1", &[int(middle.cast_unsigned())])?;
        let leaf = leaf.and_then(|mut line| line.bytes());
        let written = leaf.and_then(|leaf| written_s(&leaf)).unwrap_or(i64::MIN);
        if written < at_s { low = middle + 1 } else { high = middle }
    }
    Ok(low.cast_unsigned())
}

/// What stands in a row.
enum Opened {
    Is(Box<Found>),
    /// It does not open under our key.
    Not,
    /// There is no body any more.
    Empty,
}

/// By which order the body at this index is gone.
pub(crate) fn gone_at(link: &mut dyn Link, acts: &Acts, index: u64) -> Result<Option<Gone>, sql::Fault> {
    let sql = "SELECT e.kind, l.leaf FROM entry e JOIN leaf l ON l.idx = e.idx WHERE e.idx = $1";
    let Some(mut line) = first(link, sql, &[int(index)])? else { return Ok(None) };
    let (kind, leaf) = (Kind::parse(&line.text()), rows::bytes(&mut line)?);
    Ok(kind.zip(written_s(&leaf)).and_then(|(kind, at_s)| acts.gone(index, kind, at_s)))
}

fn opened(keys: &Keys, index: u64, line: &mut Line) -> Result<Opened, sql::Fault> {
    let (key, commitment) = (line.text(), rows::hash(line)?);
    let open = |of, sealed: &[u8]| {
        let plain = keys.open(of, key.as_bytes(), sealed).ok()?;
        plain.get(32..).map(<[u8]>::to_vec)
    };
    let sealed = rows::bytes(line)?;
    if sealed.is_empty() {
        return Ok(Opened::Empty);
    }
    let entry = open(Use::Entry, &sealed);
    let Some(entry) = entry.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
        return Ok(Opened::Not);
    };
    let manifest = line.bytes().map(|sealed| open(Use::Manifest, &sealed));
    let manifest = match manifest {
        None => None,
        Some(bytes) => match bytes.and_then(|bytes| Manifest::from_bytes(&bytes).ok()) {
            None => return Ok(Opened::Not),
            some => some,
        },
    };
    Ok(Opened::Is(Box::new(Found { index, entry, commitment, manifest })))
}

impl Query {
    fn is_then(&self, at: Millis) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
pub(super) mod tests;
