//! One opening from W1 to W3, and what becomes of it when nobody finishes it. Gives the two values that open the next
//! doors: `Opened` to ask, `Disclosed` to send. Refuses whatever comes after the end.

use super::{
    Fault, Receipt, Store, Why,
    desk::{Desk, Stop},
    prepared::Prepared,
    rows::{self, int},
};
use crate::{
    Millis, OpeningId,
    entry::{Entry, EntryFault, Key, Kind, SourceLine, cause::POSSIBLY_SHOWN},
};
use sql::Value;
use std::{collections::BTreeSet, sync::Arc};

#[cfg(any(test, feature = "testing"))]
use super::testing::planted::Planted;

/// Openings swept in one transaction.
const SWEPT_AT_ONCE: u32 = 32;
/// How long a handle, an assertion or a session is kept after its end, so that a late second use is still known.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// The receipt of W1, and the only way to ask a source anything.
#[derive(Debug)]
pub struct Opened {
    opening: OpeningId,
    receipt: Receipt,
}

impl Opened {
    pub fn opening(&self) -> &OpeningId {
        &self.opening
    }

    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

/// The receipt of W2, and the only way to send a source's part.
#[derive(Debug)]
pub struct Disclosed {
    source: String,
    part: u32,
}

impl Disclosed {
    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn part(&self) -> u32 {
        self.part
    }
}

impl Store {
    /// W1: makes the opening durable. `Rejected(Conflict)` when its id was used for anything else.
    pub async fn open_opening(&self, opening: OpeningId, entry: Entry, now: Millis) -> Result<Opened, Fault> {
        belongs(&entry, Kind::Open, &Key::open(&opening), &opening)?;
        let row = Arc::new(self.prepare(&entry)?);
        let id = opening.as_str().to_owned();
        let write = move |desk: &mut Desk<'_>| {
            let receipt = desk.record(&row, now)?;
            desk.execute(
                "INSERT INTO opening (id, idx, at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
                &[Value::Text(&id), int(receipt.index), Value::Int(now.0)],
            )?;
            desk.must_be_open(Some(&id))?;
            Ok(Ok(receipt))
        };
        #[cfg(any(test, feature = "testing"))]
        if super::testing::planted::has(Planted::OpenUnrecorded) {
            return Ok(Opened { opening, receipt: super::testing::planted::no_receipt() });
        }
        let receipt = self.write(1, write).await?;
        Ok(Opened { opening, receipt })
    }

    /// W2: makes it durable that one part of one source is about to be shown. The manifest is stored beside the entry,
    /// which carries its commitment. The entry has exactly one source line, with its part.
    pub async fn disclose(
        &self,
        opened: &Opened,
        entry: Entry,
        manifest: Vec<u8>,
        now: Millis,
    ) -> Result<Disclosed, Fault> {
        let (disclosed, row) = self.disclosing(opened, entry, manifest)?;
        self.recorded_while_open(row.into_iter().collect(), now).await?;
        Ok(disclosed)
    }

    /// The same of several parts at once, in their order and in one commit. A part that cannot be an entry fails alone; the others
    /// are recorded together or not at all.
    pub async fn disclose_all(
        &self,
        opened: &Opened,
        parts: Vec<(Entry, Vec<u8>)>,
        now: Millis,
    ) -> Vec<Result<Disclosed, Fault>> {
        let parts = parts.into_iter().map(|(entry, manifest)| self.disclosing(opened, entry, manifest));
        let parts: Vec<_> = parts.collect();
        let rows = parts.iter().flatten().filter_map(|(_, row)| row.clone()).collect();
        let ended = self.recorded_while_open(rows, now).await;
        parts.into_iter().map(|part| part.and_then(|(disclosed, _)| ended.map(|()| disclosed))).collect()
    }

    /// A receipt that holds once the row, where there is one, is durable.
    fn disclosing(
        &self,
        opened: &Opened,
        entry: Entry,
        manifest: Vec<u8>,
    ) -> Result<(Disclosed, Option<Arc<Prepared>>), Fault> {
        let [SourceLine { source, part: Some(part), .. }] = entry.sources.as_slice() else {
            return Err(Fault::Rejected(Why::Malformed));
        };
        let disclosed = Disclosed { source: source.clone(), part: *part };
        #[cfg(any(test, feature = "testing"))]
        if super::testing::planted::has(Planted::DisclosureUnrecorded) {
            return Ok((disclosed, None));
        }
        let key = Key::disclosure(&opened.opening, &disclosed.source, disclosed.part);
        belongs(&entry, Kind::Disclosure, &key, &opened.opening)?;
        let row = Prepared::with_manifest(entry, manifest, &self.0.keys)?;
        Ok((disclosed, Some(Arc::new(row))))
    }

    async fn recorded_while_open(&self, rows: Vec<Arc<Prepared>>, now: Millis) -> Result<(), Fault> {
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        let work = move |desk: &mut Desk<'_>| {
            rows.iter().try_for_each(|row| desk.record_while_open(row, now).map(drop)).map(Ok)
        };
        self.write(count, work).await
    }

    /// W3: the end of every source. After it nothing more is disclosed; after a sweep it is `Rejected(Closed)`.
    pub async fn close(&self, opened: &Opened, entry: Entry, now: Millis) -> Result<(), Fault> {
        belongs(&entry, Kind::Close, &Key::close(&opened.opening), &opened.opening)?;
        let row = Arc::new(self.prepare(&entry)?);
        self.write(1, move |desk| {
            if desk.has(&row.key)? {
                desk.record(&row, now)?;
                return Ok(Ok(()));
            }
            desk.must_be_open(row.opening.as_deref())?;
            desk.record(&row, now)?;
            end(desk, row.opening.as_deref(), Kind::Close)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Closes every opening that began before the moment `older_than` and was never closed, with a `sweep` entry made
    /// from what the store knows: every source is reported as possibly shown (HAZ-031). Gives how many. Also removes
    /// handles, assertions and sessions a day after their end.
    pub async fn sweep(&self, older_than: Millis, now: Millis) -> Result<u32, Fault> {
        self.write(1, move |desk| remove_ended(desk, now).map(Ok)).await?;
        let mut swept = 0;
        loop {
            let some = self
                .write(SWEPT_AT_ONCE as usize, move |desk| sweep_some(desk, older_than, now).map(Ok))
                .await?;
            swept += some;
            if some < SWEPT_AT_ONCE {
                return Ok(swept);
            }
        }
    }
}

/// An entry is written only under the key and opening it is about.
fn belongs(entry: &Entry, kind: Kind, key: &Key, opening: &OpeningId) -> Result<(), Fault> {
    let right = entry.kind == kind && entry.key == *key && entry.opening.as_ref() == Some(opening);
    if right { Ok(()) } else { Err(Fault::Rejected(Why::Malformed)) }
}

fn end(desk: &mut Desk<'_>, opening: Option<&str>, by: Kind) -> Result<(), Stop> {
    let sql = "UPDATE opening SET closed = $1 WHERE id = $2";
    desk.execute(sql, &[Value::Text(by.name()), Value::Text(opening.unwrap_or_default())])?;
    Ok(())
}

fn sweep_some(desk: &mut Desk<'_>, older_than: Millis, now: Millis) -> Result<u32, Stop> {
    let sql = "SELECT id FROM opening WHERE closed IS NULL AND at < $1 ORDER BY at LIMIT $2";
    let limit = Value::Int(SWEPT_AT_ONCE.into());
    let mut unclosed = desk.query(sql, &[Value::Int(older_than.0), limit])?;
    let unclosed: Vec<String> = unclosed.iter_mut().map(sql::Line::text).collect();
    for id in &unclosed {
        let opening = OpeningId::parse(id).map_err(|_| Stop::Refuse(Why::Conflict))?;
        let entry = possibly_shown(&opening, &known_of(desk, id)?, now);
        desk.author(&entry, now)?;
        end(desk, Some(id), Kind::Sweep)?;
    }
    Ok(u32::try_from(unclosed.len()).unwrap_or(SWEPT_AT_ONCE))
}

/// What was recorded of an opening, in order. An entry that cannot be read is left out: the sweep must not stop at it.
fn known_of(desk: &mut Desk<'_>, opening: &str) -> Result<Vec<Entry>, Stop> {
    let sql = "SELECT key, sealed FROM entry WHERE opening = $1 ORDER BY idx";
    let mut lines = desk.query(sql, &[Value::Text(opening)])?;
    let rows: Vec<(String, Vec<u8>)> = lines
        .iter_mut()
        .map(|line| Ok((line.text(), rows::bytes(line)?)))
        .collect::<Result<_, sql::Fault>>()?;
    let body = |(key, sealed): &(String, Vec<u8>)| desk.body(key, sealed).ok();
    Ok(rows.iter().filter_map(body).filter_map(|body| serde_json::from_slice(&body).ok()).collect())
}

fn possibly_shown(opening: &OpeningId, known: &[Entry], now: Millis) -> Entry {
    let mut sweep = Entry::new(Kind::Sweep, Key::sweep(opening), now);
    sweep.opening = Some(opening.clone());
    sweep.cause = Some("not-closed".to_owned());
    if let Some(open) = known.iter().find(|entry| entry.kind == Kind::Open) {
        sweep.configuration = open.configuration.clone();
        sweep.software = open.software.clone();
        sweep.who = open.who.clone();
        sweep.how = open.how.clone();
        sweep.whom = open.whom.clone();
        sweep.why = open.why.clone();
        sweep.decision = open.decision.clone();
    }
    let lines = |kind| known.iter().filter(move |entry| entry.kind == kind).flat_map(|entry| &entry.sources);
    let disclosed: Vec<&SourceLine> = lines(Kind::Disclosure).collect();
    let said = |line: &&SourceLine| {
        let covers =
            |one: &&SourceLine| one.source == line.source && (line.part.is_none() || one.part == line.part);
        !disclosed.iter().any(covers)
    };
    let shown = disclosed.iter().map(|line| short(line, line.state.as_deref().unwrap_or(POSSIBLY_SHOWN)));
    let silent =
        lines(Kind::Open).chain(lines(Kind::Ask)).filter(said).map(|line| short(line, POSSIBLY_SHOWN));
    sweep.sources = shown.chain(silent).collect();
    within_the_cap(sweep)
}

/// A sweep is put together from several entries, so it alone can outgrow the cap. It then says less of each source, and
/// still names every one: a sweep that could not be written would leave the opening open for ever.
fn within_the_cap(mut sweep: Entry) -> Entry {
    if sweep.canonical() == Err(EntryFault::Size) {
        let names: BTreeSet<&str> = sweep.sources.iter().map(|line| line.source.as_str()).collect();
        let detail = names.into_iter().collect::<Vec<_>>().join(" ");
        sweep.detail.insert(POSSIBLY_SHOWN.to_owned(), detail);
        sweep.sources.clear();
        sweep.decision = None;
    }
    sweep
}

/// The same source and part, without the detail its own entry has.
fn short(line: &SourceLine, state: &str) -> SourceLine {
    SourceLine {
        source: line.source.clone(),
        partner: line.partner.clone(),
        part: line.part,
        state: Some(state.to_owned()),
        reason: Some(POSSIBLY_SHOWN.to_owned()),
        ..SourceLine::default()
    }
}

fn remove_ended(desk: &mut Desk<'_>, now: Millis) -> Result<(), Stop> {
    let before = now.plus_ms(-KEPT_MS);
    desk.execute("DELETE FROM one_time WHERE expires_s < $1", &[Value::Int(before.seconds())])?;
    desk.execute("DELETE FROM handle WHERE expires < $1", &[Value::Int(before.0)])?;
    desk.execute("DELETE FROM session WHERE absolute_until < $1", &[Value::Int(before.0)])?;
    desk.execute("DELETE FROM note WHERE until <= $1", &[Value::Int(now.0)])?;
    Ok(())
}
