//! Takes a partner, how far it has read and the entry that records this reading, gives the next rows that are the partner's,
//! each with the proof of its place; and once a day states to each partner what it should have. Refuses to read what could not
//! be recorded first. Source: audit.md section 11.

use super::{
    Fault, Store, Why, checkpoint,
    rows::{self, int},
    served,
};
use crate::{
    Entry, Key, Kind, Millis,
    canonical::canonical,
    feed::{Counting, End, Partner, Row, Share, Statement, Text, share},
    hash::{Hash, hex},
    manifest::Manifest,
    seal::{Keys, Use},
};
use sql::{Link, Value, first};
use std::sync::Arc;

/// The most rows in one batch.
const MOST: usize = 500;
/// The most entries opened for one batch.
const LOOKED_AT: u64 = 20_000;
/// Entries read from the store at once.
const AT_ONCE: u64 = 1_000;

/// The next rows of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub rows: Vec<Row>,
    pub end: End,
}

impl Store {
    /// The rows behind `after`. `read` says who reads, and is durable before anything is looked at.
    pub async fn feed(
        &self,
        partner: Partner,
        after: Option<u64>,
        read: Entry,
        now: Millis,
    ) -> Result<Batch, Fault> {
        if read.kind != Kind::AuditRead || read.detail.is_empty() {
            return Err(Fault::Rejected(Why::Malformed));
        }
        self.append(vec![read], now).await?;
        let keys = Arc::clone(&self.0.keys);
        let found = self.0.readings.look(move |link| batch(link, &keys, &partner, after)).await?;
        found.ok_or(Fault::Rejected(Why::Conflict))
    }

    /// Writes what this partner should have of everything behind its last statement, once for each `day` (`2026-11-29`).
    /// `None`: it was stated that day, or nothing has come since.
    pub async fn state_feed(
        &self,
        partner: &Partner,
        day: &str,
        now: Millis,
    ) -> Result<Option<Statement>, Fault> {
        let (ods, keys) = (partner.ods.clone(), Arc::clone(&self.0.keys));
        let last = self.0.readings.look(move |link| last_statement(link, &keys, &ods)).await?;
        let key = Key::feed_statement(&partner.ods, day);
        if last.as_ref().is_some_and(|(_, stated)| stated == key.as_str()) {
            return Ok(None);
        }
        let from = last.map_or(0, |(last, _)| last.to);
        let (mut counting, mut after) = (Counting::default(), from.checked_sub(1));
        loop {
            let (commitments, end) = self.counted(partner.clone(), after).await?;
            commitments.into_iter().for_each(|commitment| counting.add(commitment));
            after = end.next;
            if !end.more {
                break;
            }
        }
        let to = after.map_or(0, |last| last + 1);
        if to == from {
            return Ok(None);
        }
        let statement = counting.stated(from, to);
        let mut entry = Entry::new(Kind::FeedStatement, key, now);
        entry.detail = statement.detail(&partner.ods);
        match self.append(vec![entry], now).await {
            // Another replica was quicker.
            Err(Fault::Rejected(Why::Conflict)) => Ok(None),
            done => done.map(|_| Some(statement)),
        }
    }

    /// What is counted of the rows behind `after`, as far as one look goes.
    async fn counted(&self, partner: Partner, after: Option<u64>) -> Result<(Vec<Hash>, End), Fault> {
        let keys = Arc::clone(&self.0.keys);
        let found = self.0.readings.look(move |link| {
            let mut commitments = Vec::new();
            let end = each(link, &keys, (&partner, after), &mut |_, shared| {
                if !shared.is_statement {
                    commitments.push(shared.commitment);
                }
                Ok(true)
            })?;
            Ok(end.map(|end| (commitments, end)))
        });
        found.await?.ok_or(Fault::Rejected(Why::Conflict))
    }
}

/// One entry that is the partner's.
struct Shared {
    index: u64,
    commitment: Hash,
    leaf: Vec<u8>,
    text: Text,
    is_statement: bool,
    /// The key of a disclosure of the partner's own source: beside it stands what was held back.
    disclosed: Option<String>,
}

/// `None`: an entry does not open under our key.
fn batch(
    link: &mut dyn Link,
    keys: &Keys,
    partner: &Partner,
    after: Option<u64>,
) -> Result<Option<Batch>, sql::Fault> {
    let mut rows = Vec::new();
    let end = each(link, keys, (partner, after), &mut |link, shared| {
        let Shared { index, leaf, text, disclosed, .. } = shared;
        let proof = served::proof_of(link, index)?.ok_or(sql::Fault::Damaged)?.text();
        let held = disclosed.map(|key| held(link, keys, (index, &key))).transpose()?.flatten();
        rows.push(Row { index, leaf: utf8(leaf)?, proof, text, held });
        Ok(rows.len() < MOST)
    })?;
    Ok(end.map(|end| Batch { rows, end }))
}

/// Every entry under the newest checkpoint that is the partner's, in order, while `take` wants more and one look goes.
fn each(
    link: &mut dyn Link,
    keys: &Keys,
    (partner, after): (&Partner, Option<u64>),
    take: &mut dyn FnMut(&mut dyn Link, Shared) -> Result<bool, sql::Fault>,
) -> Result<Option<End>, sql::Fault> {
    let size = checkpoint::last(link)?.map_or(0, |last| last.checkpoint.size);
    let begin = after.map_or(0, |after| after.saturating_add(1));
    let stop = size.min(begin.saturating_add(LOOKED_AT));
    let (mut from, mut wanted) = (begin, true);
    while wanted && from < stop {
        let to = stop.min(from + AT_ONCE);
        let sql = "SELECT e.idx, e.key, e.hash, e.sealed, l.leaf FROM entry e JOIN leaf l ON l.idx = e.idx
                   WHERE e.idx >= $1 AND e.idx < $2 ORDER BY e.idx";
        let mut lines = link.query(sql, &[int(from), int(to)])?.into_iter();
        while let Some(mut line) = lines.next().filter(|_| wanted) {
            let (index, key, commitment) = (line.int().cast_unsigned(), line.text(), rows::hash(&mut line)?);
            let (sealed, leaf) = (rows::bytes(&mut line)?, rows::bytes(&mut line)?);
            from = index + 1;
            // What an order took away is nobody's any more; the order itself is everybody's.
            if sealed.is_empty() {
                continue;
            }
            let Some((salt, text, entry)) = opened(keys, &key, &sealed) else { return Ok(None) };
            let text = match share(&entry, partner) {
                None => continue,
                Some(Share::Whole) => Text::Whole { salt: hex(&salt), entry: text },
                Some(Share::Slice(slice)) => {
                    Text::Slice { slice: utf8(canonical(&slice).map_err(|_| sql::Fault::Damaged)?)? }
                }
            };
            let is_statement = entry.kind == Kind::FeedStatement;
            let is_own =
                entry.kind == Kind::Disclosure && entry.sources.iter().all(|line| partner.is_of(line));
            let disclosed = is_own.then_some(key);
            wanted = take(link, Shared { index, commitment, leaf, text, is_statement, disclosed })?;
        }
        if wanted {
            from = to;
        }
    }
    let from = from.max(begin);
    Ok(Some(End { next: from.checked_sub(1), more: from < size }))
}

/// What was held back, sealed to the partner. `None`: the manifest is gone by an order.
fn held(link: &mut dyn Link, keys: &Keys, (index, key): (u64, &str)) -> Result<Option<String>, sql::Fault> {
    let Some(mut line) = first(link, "SELECT sealed FROM manifest WHERE idx = $1", &[int(index)])? else {
        return Ok(None);
    };
    let plain = keys.open(Use::Manifest, key.as_bytes(), &rows::bytes(&mut line)?);
    let plain = plain.map_err(|_| sql::Fault::Damaged)?;
    let manifest = plain.get(32..).and_then(|text| Manifest::from_bytes(text).ok());
    manifest.map(|manifest| Some(manifest.held)).ok_or(sql::Fault::Damaged)
}

/// The salt, the canonical text, and the entry.
fn opened(keys: &Keys, key: &str, sealed: &[u8]) -> Option<([u8; 32], String, Entry)> {
    let plain = keys.open(Use::Entry, key.as_bytes(), sealed).ok()?;
    let (salt, text) = plain.split_first_chunk::<32>()?;
    let entry = serde_json::from_slice(text).ok()?;
    Some((*salt, String::from_utf8(text.to_vec()).ok()?, entry))
}

fn utf8(bytes: Vec<u8>) -> Result<String, sql::Fault> {
    String::from_utf8(bytes).map_err(|_| sql::Fault::Damaged)
}

/// The newest statement to a partner.
fn last_statement(
    link: &mut dyn Link,
    keys: &Keys,
    ods: &str,
) -> Result<Option<(Statement, String)>, sql::Fault> {
    let like = Key::feed_statement(ods, "").as_str().to_owned() + "%";
    let sql = "SELECT key, sealed FROM entry WHERE kind = $1 AND key LIKE $2 ORDER BY idx DESC LIMIT 1";
    let values = [Value::Text(Kind::FeedStatement.name()), Value::Text(&like)];
    let Some(mut line) = first(link, sql, &values)? else { return Ok(None) };
    let (key, sealed) = (line.text(), rows::bytes(&mut line)?);
    let (_, _, entry) = opened(keys, &key, &sealed).ok_or(sql::Fault::Damaged)?;
    let statement = Statement::read(&entry.detail, ods).ok_or(sql::Fault::Damaged)?;
    Ok(Some((statement, key)))
}
