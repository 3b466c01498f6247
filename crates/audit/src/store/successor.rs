//! Takes the end of a log that may not be gone on with (frozen by evidence, or put back from the past) and two people's word,
//! gives a store of its own that goes on from it: under another name, signed by another key, its first leaf an `incident` that
//! names where the old log ended. Refuses one person, a store that has anything in it, and month keys of another store.
//! The old store is left as it is, with its door shut; what stands in it is read from there.
//! Source: audit.md section 6, "Witnesses", "Rollback".

use super::{
    Part, Place, Settings, Store, StoreFault, checkpoint, frozen, grown, origin, reader,
    rows::{self, int},
    writer::State,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::{hex, unhex},
    retention::are_two,
    seal::{Keys, Use},
    signed::checkpoint::Checkpoint,
};
use serde::Serialize;
use sql::{Link, Value, first};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Causes of the first two entries. They are stored, and never move.
const FORK_AFTER: &str = "fork-after";
const SUCCEEDED: &str = "log succeeded";
/// Where the first of them is served.
const PART: &str = "fork-after";

/// Where a log ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What it last signed.
    pub checkpoint: Checkpoint,
    /// How many leaves it has; those behind the checkpoint were signed by nobody.
    pub leaves: u64,
    /// The number of the key that signed last, and every key there was.
    generation: u32,
    verifiers: Vec<String>,
    /// Why its door is shut, where evidence shut it.
    frozen: Option<String>,
    place: Place,
}

/// Who decided it.
#[derive(Clone)]
pub struct Decided {
    pub by: String,
    pub second: String,
    pub reason: String,
}

/// What a store begins with that goes on from another.
pub(super) struct Begin {
    pub(super) origin: String,
    pub(super) generation: u32,
    pub(super) entries: [Entry; 2],
}

/// Reads where a log ended. `None`: it signed nothing, so there is nothing to go on from.
pub fn ended(old: &Place) -> Result<Option<Ended>, sql::Fault> {
    let frozen = frozen::words(old)?;
    old.look(|link| {
        let Some(last) = checkpoint::last(link)? else { return Ok(None) };
        let (leaves, _) = grown::stands(link)?.unwrap_or_default();
        let mut keys = link.query("SELECT verifier FROM log_key ORDER BY generation", &[])?;
        Ok(Some(Ended {
            checkpoint: last.checkpoint,
            leaves,
            generation: origin::generation(link)?.unwrap_or(0),
            verifiers: keys.iter_mut().map(sql::Line::text).collect(),
            frozen,
            place: old.clone(),
        }))
    })
}

/// Whether anything was ever written there.
pub fn is_begun(place: &Place) -> Result<bool, sql::Fault> {
    if !place.exists() {
        return Ok(false);
    }
    place.look(|link| Ok(rows::number(link, "SELECT COUNT(*) FROM leaf WHERE idx = 0", &[])? > 0))
}

/// What a log says in its first entry of the end of the one before it; `None`: it goes on from none. Blocks.
pub fn goes_on_from(place: &Place, key: &[u8; 32]) -> Result<Option<Checkpoint>, sql::Fault> {
    let keys = Keys::of(key, place).map_err(|_| sql::Fault::Damaged)?;
    let Some((_, text)) = place.look(|link| first_of(link, &keys))? else { return Ok(None) };
    let entry: Entry = serde_json::from_str(&text).map_err(|_| sql::Fault::Damaged)?;
    let said = |name: &str| entry.detail.get(name).filter(|_| entry.cause.as_deref() == Some(FORK_AFTER));
    let end = || {
        let (size, root) = (said("size")?.parse().ok()?, unhex(said("root")?)?);
        Some(Checkpoint { origin: said("log")?.clone(), size, root })
    };
    end().map(Some).ok_or(sql::Fault::Damaged)
}

impl Store {
    /// Shuts the door of `old` for good, for every replica that writes there, and begins the store that goes on from where it then
    /// ends. Blocks.
    pub fn succeed(
        settings: Settings,
        old: &Ended,
        decided: &Decided,
        now: Millis,
    ) -> Result<Self, StoreFault> {
        if !are_two(&decided.by, &decided.second) {
            return Err(StoreFault::Check("two people are needed".to_owned()));
        }
        if is_begun(&settings.place).map_err(StoreFault::Connect)? {
            return Err(StoreFault::Check("the store of the successor has entries already".to_owned()));
        }
        // Beside it stands what shuts the old one's door.
        if settings.place.path == old.place.path {
            return Err(StoreFault::Check("the successor needs another `store`".to_owned()));
        }
        let keys = Keys::of(&settings.key, &settings.place).map_err(|_| StoreFault::Key)?;
        // Whoever deletes a month here would make what the old store has of it unreadable.
        if keys.months().and_then(|months| months.names().ok()).is_some_and(|names| !names.is_empty()) {
            return Err(StoreFault::Check("the directory of month keys is another store's".to_owned()));
        }
        let begin = old.begin(&settings.origin, decided, now);
        let origin = begin.origin.clone();
        let signer = origin::numbered(&keys, &begin.origin, begin.generation)
            .map_err(|_| StoreFault::Origin(begin.origin.clone()))?;
        let key_of = |verifier: &str| verifier.rsplit('+').next().map(str::to_owned);
        let ours = key_of(&signer.verifier().to_string());
        if old.verifiers.iter().any(|verifier| key_of(verifier) == ours) {
            return Err(StoreFault::Check("a key signed for the old log already".to_owned()));
        }
        frozen::for_all(&old.place, &format!("the log goes on as {origin}"))?;
        // Until then somebody may have written there.
        let last = ended(&old.place).map_err(StoreFault::Connect)?.ok_or(StoreFault::Tree)?;
        let last = Ended { frozen: old.frozen.clone(), ..last };
        let begin = last.begin(&settings.origin, decided, now);
        Self::beginning(settings, Some(begin), now, super::base::open)
    }

    /// A log that ended, to be read: what is recorded of the reading is recorded in this store.
    pub fn earlier(&self, old: &Place, key: &[u8; 32]) -> Result<Self, StoreFault> {
        let origin = old.look(origin::of).map_err(StoreFault::Connect)?;
        let inner = super::Inner {
            queue: None,
            thread: Mutex::new(None),
            state: Arc::new(State::ended(old, origin.ok_or(StoreFault::Tree)?)),
            served: false,
            keys: Arc::new(Keys::of(key, old).map_err(|_| StoreFault::Key)?),
            reader: Arc::new(reader::Reader::new(old, super::DEADLINE)?),
            readings: Arc::new(reader::Reader::new(old, super::LOOK)?),
            records_in: Some(self.clone()),
            hears: std::sync::OnceLock::new(),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The first entry of a log that goes on from another, with what its leaf commits to.
    pub(super) async fn fork_after(&self, path: &str) -> Result<Option<Part>, super::Fault> {
        if path != PART {
            return Ok(None);
        }
        let keys = Arc::clone(&self.0.keys);
        let found = self.0.reader.look(move |link| fork_after(link, &keys)).await?;
        Ok(found.map(Part::Tile))
    }
}

#[derive(Serialize)]
struct First {
    index: u64,
    salt: String,
    entry: String,
}

/// `None`: this log goes on from none.
pub(crate) fn fork_after(link: &mut dyn Link, keys: &Keys) -> Result<Option<Vec<u8>>, sql::Fault> {
    let Some((salt, entry)) = first_of(link, keys)? else { return Ok(None) };
    let first = First { index: 0, salt: hex(&salt), entry };
    serde_json::to_vec(&first).map(Some).map_err(|_| sql::Fault::Damaged)
}

/// Its salt and its text.
fn first_of(link: &mut dyn Link, keys: &Keys) -> Result<Option<(Vec<u8>, String)>, sql::Fault> {
    let sql = "SELECT key, sealed FROM entry WHERE idx = $1 AND kind = $2";
    let Some(mut line) = first(link, sql, &[int(0), Value::Text(Kind::Incident.name())])? else {
        return Ok(None);
    };
    let (key, sealed) = (line.text(), rows::bytes(&mut line)?);
    let plain = keys.open(Use::Entry, key.as_bytes(), &sealed).map_err(|_| sql::Fault::Damaged)?;
    let (salt, entry) = plain.split_at_checked(32).ok_or(sql::Fault::Damaged)?;
    let entry = String::from_utf8(entry.to_vec()).map_err(|_| sql::Fault::Damaged)?;
    Ok(Some((salt.to_vec(), entry)))
}

impl Ended {
    fn begin(&self, origin: &str, decided: &Decided, now: Millis) -> Begin {
        let Checkpoint { origin: old, size, root } = &self.checkpoint;
        let origin = origin::after(&origin::named(origin, now.seconds()), old);
        let entry = |n: &str, cause: &str, detail: Vec<(&str, String)>| {
            let mut entry = Entry::new(Kind::Incident, Key::edge(Kind::Incident, &["successor", n]), now);
            entry.cause = Some(cause.to_owned());
            entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
            let detail = detail.into_iter().map(|(name, value)| (name.to_owned(), value));
            entry.detail = detail.collect::<BTreeMap<_, _>>();
            entry
        };
        // The first is for everybody, so it names nobody.
        let head = vec![
            ("log", old.clone()),
            ("size", size.to_string()),
            ("root", hex(root)),
            ("leaves", self.leaves.to_string()),
        ];
        let mut said = vec![
            ("by", decided.by.trim().to_owned()),
            ("second", decided.second.trim().to_owned()),
            ("reason", decided.reason.clone()),
        ];
        said.extend(self.frozen.clone().map(|words| ("frozen", words)));
        let entries = [entry("0", FORK_AFTER, head), entry("1", SUCCEEDED, said)];
        Begin { origin, generation: self.generation + 1, entries }
    }
}
