//! Takes what sources handed over of one day, from their own addresses or from a file, and the store; gives what became of each
//! source's day, recorded with what somebody has to look into (PO-28). The reading is recorded before an entry is read; a day that
//! is worked out twice is recorded once. Source: audit.md section 10.

use crate::{
    clock,
    entries::{self, reconciled::Reader},
    program::alerts::Rule,
};
use audit::{
    Fault, Kind, Millis, Query, Store, Why,
    reconcile::{Day, HandOver, HandOverFault, Item, Ours, RequestNames, Terms, Told, join, read},
};
use federation::{Federation, SourceConfig};
use fhir::{OdsCode, SourceId};
use std::collections::BTreeMap;

/// Every kind of entry in which an opening leaves a moment.
const KINDS: [Kind; 7] =
    [Kind::Open, Kind::Ask, Kind::Disclosure, Kind::Close, Kind::Sweep, Kind::Objection, Kind::Override];

/// Between a source that stands for practices and the one of them whose log it was.
pub(crate) const OF_PRACTICE: char = '@';

/// Where the entries are, and who hands over.
pub(crate) struct Sides<'a> {
    pub(crate) store: &'a Store,
    pub(crate) federation: &'a Federation,
    pub(crate) names: &'a RequestNames,
}

/// Which day of which sources.
pub(crate) struct Asked {
    pub(crate) day: Day,
    pub(crate) of: Of,
    pub(crate) reader: Reader,
}

pub(crate) enum Of {
    /// As they hand it over at their own addresses.
    Sources(Vec<SourceId>),
    /// As it came by another way; of one practice, where it is named.
    File(SourceId, Option<OdsCode>, Vec<u8>),
}

/// What became of it.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) told: Vec<Told>,
    /// Sources that handed nothing over, and why.
    pub(crate) silent: Vec<(SourceId, String)>,
}

/// Why nothing is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error("there is no source `{0}`")]
    Unknown(SourceId),
    #[error("`{0}` does not stand for practices")]
    NoPractices(SourceId),
    #[error(transparent)]
    HandOver(#[from] HandOverFault),
    #[error("it could not be recorded, so nothing is read ({0})")]
    NotRecorded(Fault),
    #[error("the entries could not be read ({0})")]
    Unreadable(Fault),
}

/// One source's day, and when it was handed over.
struct Handed<'a> {
    source: &'a SourceConfig,
    /// Whose log alone it is, of those that the source stands for.
    practice: Option<&'a OdsCode>,
    lines: HandOver,
    at: Millis,
}

impl Handed<'_> {
    /// Of one practice's day, `gp@ZZ901`: its results and findings are its own.
    fn name(&self) -> String {
        let practice = self.practice.map(|ods| format!("{OF_PRACTICE}{ods}"));
        format!("{}{}", self.source.id, practice.unwrap_or_default())
    }
}

impl Done {
    pub(crate) fn is_clean(&self) -> bool {
        self.told.iter().all(Told::is_clean)
    }
}

/// Cancelled, it has recorded what it said it would read, and perhaps a part of the results; done again, it records the rest.
pub(crate) async fn reconcile(sides: &Sides<'_>, asked: Asked) -> Result<Done, Stopped> {
    let mut done = Done::default();
    let handed = handed_over(sides, &asked, &mut done).await?;
    if handed.is_empty() {
        return Ok(done);
    }
    let ours = ours(sides, &asked, &handed).await?;
    for (one, ours) in handed.iter().zip(ours) {
        let subject_key = sides.federation.subject_key(&one.source.id);
        let outcome = join(&ours, &one.lines, &Terms { day: asked.day, handed_at: one.at, subject_key });
        let (source, partner) = (one.name(), one.source.ods.as_str());
        let source = source.as_str();
        let told = Told::of((source, partner, asked.day), &outcome);
        record(sides.store, told.entry(clock::millis())).await?;
        for item in outcome.items(source, asked.day) {
            raise(sides.store, partner, &item).await?;
        }
        tracing::info!(source.id = source, day = %asked.day, both = told.both, theirs_only = told.theirs_only, ours_only = told.ours_only, different = told.different(), "a source's day was reconciled");
        done.told.push(told);
    }
    Ok(done)
}

async fn handed_over<'a>(
    sides: &Sides<'a>,
    asked: &'a Asked,
    done: &mut Done,
) -> Result<Vec<Handed<'a>>, Stopped> {
    let config = |id: &SourceId| {
        let sources = sides.federation.sources();
        sources.iter().find(|source| source.id == *id).ok_or_else(|| Stopped::Unknown(id.clone()))
    };
    let ids = match &asked.of {
        Of::File(id, practice, bytes) => {
            let (source, practice) = (config(id)?, practice.as_ref());
            if practice.is_some() && !source.kind.is_practice() {
                return Err(Stopped::NoPractices(id.clone()));
            }
            return Ok(vec![Handed { source, practice, lines: read(bytes)?, at: clock::millis() }]);
        }
        Of::Sources(ids) => ids,
    };
    let mut handed = Vec::new();
    for id in ids {
        let (source, at) = (config(id)?, clock::millis());
        let came = sides.federation.access_log(id, &asked.day.to_string(), clock::now()).await;
        let lines = came.map_err(|fault| fault.to_string());
        match lines.and_then(|bytes| read(&bytes).map_err(|fault| fault.to_string())) {
            Ok(lines) => handed.push(Handed { source, practice: None, lines, at }),
            Err(why) => {
                tracing::warn!(source.id = %id, day = %asked.day, %why, "a source did not hand over its log");
                done.silent.push((id.clone(), why));
            }
        }
    }
    Ok(handed)
}

/// Our questions to each of them: the entries are gone through once for all.
async fn ours(sides: &Sides<'_>, asked: &Asked, handed: &[Handed<'_>]) -> Result<Vec<Ours>, Stopped> {
    let sources: Vec<String> = handed.iter().map(Handed::name).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let entry = asked.reader.reads(asked.day, &sources, clock::millis());
    let receipt = sides.store.reads(entry, clock::millis()).await.map_err(Stopped::NotRecorded)?;
    let leading = sides.federation.sources().iter().filter(|source| !source.retrieve_from.is_empty());
    let leading: Vec<&str> = leading.map(|source| source.id.as_str()).collect();
    let of_one = |one: &Handed<'_>| {
        let ours = Ours::new(sides.names, one.source.id.as_str()).led_by(&leading);
        one.practice.iter().fold(ours, |ours, ods| ours.at_practice(ods.as_str()))
    };
    let mut ours: Vec<Ours> = handed.iter().map(of_one).collect();
    let (since, until) = asked.day.entries();
    let mut next = Some(0);
    while let Some(from) = next {
        let (since, until) = (Some(since), Some(until));
        let query = Query { kinds: KINDS.to_vec(), since, until, from, ..Query::default() };
        let page = sides.store.find(query, |entry| entry.opening.is_some(), &receipt).await;
        let page = page.map_err(Stopped::Unreadable)?;
        for found in &page.entries {
            ours.iter_mut().for_each(|one| one.take(&found.entry));
        }
        next = page.next;
    }
    Ok(ours)
}

/// What stands there already, from another moment, is the same.
async fn record(store: &Store, entry: audit::Entry) -> Result<(), Stopped> {
    match store.append(vec![entry], clock::millis()).await {
        Ok(_) | Err(Fault::Rejected(Why::Conflict)) => Ok(()),
        Err(fault) => Err(Stopped::NotRecorded(fault)),
    }
}

async fn raise(store: &Store, partner: &str, item: &Item) -> Result<(), Stopped> {
    let rule = Rule::Reconciliation.id();
    tracing::warn!(alert = rule, "alert raised");
    record(store, entries::reconciled::item(rule, partner, item, clock::millis())).await
}

/// The newest result of each source's days since a moment, by source and day.
pub(crate) async fn results(store: &Store, since: Millis) -> Result<BTreeMap<(String, String), Told>, Fault> {
    let mut results = BTreeMap::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let query = Query { kinds: vec![Kind::Incident], since: Some(since), from, ..Query::default() };
        let page = store.watched(query).await?;
        for told in page.entries.iter().filter_map(|found| Told::read(&found.entry)) {
            results.insert((told.source.clone(), told.day.clone()), told);
        }
        next = page.next;
    }
    Ok(results)
}
