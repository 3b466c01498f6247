//! What happened at this node, in a log of its own that nobody can quietly change: what came in, what was answered to whom,
//! what the partner held back, deleted, saved and restored. Nothing is answered before its entry is durable.
//! Source: audit.md.

use audit::{Entry, Key, Kind, Millis};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One node's log.
pub(crate) struct Journal {
    store: audit::Store,
    runtime: tokio::runtime::Handle,
}

/// It could not be recorded, so it is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it could not be recorded")]
pub struct NotRecorded;

impl Journal {
    /// Must be called on a runtime. Blocks.
    pub(crate) fn open(
        place: audit::Place,
        key: [u8; 32],
        origin: String,
        now: Timestamp,
    ) -> Result<Self, audit::StoreFault> {
        let settings = audit::Settings { place, key, replica: "edge".to_owned(), origin };
        let store = audit::Store::open(settings, millis(now))?;
        Ok(Self { store, runtime: tokio::runtime::Handle::current() })
    }

    /// Durable when it returns.
    pub(crate) async fn record(&self, entry: Entry) -> Result<(), NotRecorded> {
        let now = entry.at;
        match self.store.append(vec![entry.clone()], now).await {
            Ok(_) => Ok(()),
            // It may be there: the same entry again settles it.
            Err(audit::Fault::Unknown) => {
                self.store.append(vec![entry], now).await.map(drop).map_err(|_| NotRecorded)
            }
            Err(_) => Err(NotRecorded),
        }
    }

    /// The same, from a thread that may block.
    pub(crate) fn record_blocking(&self, entry: Entry) -> Result<(), NotRecorded> {
        self.runtime.block_on(self.record(entry))
    }

    /// Signs the log where it has grown.
    pub(crate) async fn checkpoint(&self, now: Timestamp) {
        if let Err(fault) = self.store.checkpoint(millis(now)).await {
            tracing::error!(?fault, "the log could not be signed");
        }
    }

    /// What was answered between two moments, in the order of record. Whoever asks has recorded that they do.
    pub(crate) async fn answers(&self, since: Millis, until: Millis) -> Result<Vec<Entry>, audit::Fault> {
        let mut answers = Vec::new();
        let mut next = Some(0);
        while let Some(from) = next {
            let query = audit::Query {
                kinds: vec![Kind::Answer],
                since: Some(since),
                until: Some(until),
                from,
                ..Default::default()
            };
            let page = self.store.watched(query).await?;
            answers.extend(page.entries.into_iter().map(|found| found.entry));
            next = page.next;
        }
        Ok(answers)
    }

    pub(crate) async fn stop(&self, now: Timestamp) {
        if self.store.stop(millis(now)).await.is_err() {
            tracing::warn!("the end of the log could not be written");
        }
    }
}

pub(crate) fn millis(at: Timestamp) -> Millis {
    Millis(at.as_millisecond())
}

/// An entry with a random key: what happens twice is recorded twice.
pub(crate) fn entry(kind: Kind, at: Timestamp, detail: &[(&str, String)]) -> Entry {
    let id = uuid::Uuid::new_v4().to_string();
    let mut entry = Entry::new(kind, Key::edge(kind, &[&id]), millis(at));
    entry.detail =
        detail.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<BTreeMap<_, _>>();
    entry
}

/// The person an entry is about.
pub(crate) fn whom(number: &fhir::NhsNumber) -> audit::Whom {
    audit::Whom {
        nhs_number: number.digits().to_owned(),
        sent: number.digits().to_owned(),
        superseded: Vec::new(),
        trace: "as asked".to_owned(),
        differed: Vec::new(),
    }
}
