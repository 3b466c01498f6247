//! What a simulation saw: a trace of everything in its order, the entries that are durable so far, and every law that was broken.

use audit::{Entry, Found, Kind, OpeningId, Store};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// What must always hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Law {
    /// No clinical byte without an earlier durable disclosure of that professional, person and source.
    I1,
    /// No question without an earlier durable open of that opening and source.
    I2,
    /// Nothing is said to be empty that did not answer completely and empty.
    I3,
    /// Nothing is shown of anybody but the launched person.
    I4,
    /// Every launch and every link is used at most once.
    I5,
    /// What was acknowledged stands in the tree once, and the tree only grows.
    I6,
    /// No more questions at a source than its ceiling.
    I7,
    /// Every source ends in one state, in time.
    I8,
    /// Nothing of one opening is in another.
    I9,
    /// Nothing is shown against a wish that was heard (HAZ-022).
    Wish,
    /// What was shown is told as no less afterwards (HAZ-031).
    Told,
    /// Once nothing is wrong any more, a record opens whole.
    Heals,
}

/// Shared by everybody in one simulation.
pub(super) struct Watch {
    begun: Instant,
    said: Mutex<Said>,
    ledger: Mutex<Ledger>,
}

/// The trace, and what came of it.
pub(super) struct Said {
    hash: u64,
    /// Only where somebody reads them.
    lines: Option<Vec<String>>,
    pub(super) broken: Vec<(Law, String)>,
    pub(super) met: BTreeMap<&'static str, u32>,
}

impl Said {
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn lines(&mut self) -> Vec<String> {
        self.lines.take().unwrap_or_default()
    }
}

impl Watch {
    pub(super) fn begin(is_read: bool) -> Self {
        let lines = is_read.then(Vec::new);
        let said = Said { hash: FNV_BASIS, lines, broken: Vec::new(), met: BTreeMap::new() };
        Self { begun: Instant::now(), said: Mutex::new(said), ledger: Mutex::default() }
    }

    /// One thing that happened. Holds nothing that differs from one run of a seed to the next.
    pub(super) fn trace(&self, what: std::fmt::Arguments<'_>) {
        let line = format!("{} {what}", self.begun.elapsed().as_millis());
        let mut said = self.said();
        said.hash = line
            .bytes()
            .chain([b'\n'])
            .fold(said.hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        if let Some(lines) = &mut said.lines {
            lines.push(line);
        }
    }

    pub(super) fn broken(&self, law: Law, what: String) {
        self.trace(format_args!("BROKEN {law:?} {what}"));
        self.said().broken.push((law, what));
    }

    pub(super) fn must(&self, holds: bool, law: Law, what: impl FnOnce() -> String) {
        if !holds {
            self.broken(law, what());
        }
    }

    /// Counted, so that it can be told whether a run met what it is for.
    pub(super) fn met(&self, what: &'static str) {
        *self.said().met.entry(what).or_default() += 1;
    }

    pub(super) fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As far as it is durable now.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(what) = ledger.catch_up() {
            self.broken(Law::I6, what);
        }
        ledger
    }

    /// By whose eyes the log is read from now on.
    pub(super) fn reads(&self, store: Store) {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).store = Some(store);
    }
}

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Every durable entry, as far as the laws speak of it.
#[derive(Default)]
pub(super) struct Ledger {
    store: Option<Store>,
    next: u64,
    pub(super) opens: BTreeMap<String, Noted>,
    disclosed: BTreeMap<(String, String), Noted>,
    pub(super) ends: BTreeMap<String, Vec<Entry>>,
}

/// Whom an entry is about, and who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) sources: BTreeSet<String>,
    pub(super) person: String,
    pub(super) subject: String,
}

impl Noted {
    fn of(entry: &Entry) -> Self {
        Self {
            sources: entry.sources.iter().map(|line| line.source.clone()).collect(),
            person: entry.whom.as_ref().map(|whom| whom.nhs_number.clone()).unwrap_or_default(),
            subject: entry.who.as_ref().map(|who| who.subject.clone()).unwrap_or_default(),
        }
    }
}

impl Ledger {
    pub(super) fn disclosure(&self, opening: &str, source: &str) -> Option<&Noted> {
        self.disclosed.get(&(opening.to_owned(), source.to_owned()))
    }

    pub(super) fn size(&self) -> u64 {
        self.next
    }

    fn catch_up(&mut self) -> Result<(), String> {
        let Some(store) = self.store.clone() else { return Ok(()) };
        loop {
            let found =
                store.recorded(self.next).map_err(|fault| format!("the log cannot be read: {fault}"))?;
            if found.is_empty() {
                return Ok(());
            }
            found.into_iter().try_for_each(|found| self.add(found))?;
        }
    }

    fn add(&mut self, found: Found) -> Result<(), String> {
        if found.index != self.next {
            return Err(format!("the leaf after {} is {}", self.next, found.index));
        }
        self.next += 1;
        let entry = found.entry;
        let Some(opening) = entry.opening.as_ref().map(OpeningId::to_string) else { return Ok(()) };
        match entry.kind {
            Kind::Open => {
                self.opens.insert(opening, Noted::of(&entry));
            }
            Kind::Disclosure => {
                let noted = Noted::of(&entry);
                let sources = noted.sources.clone();
                self.disclosed
                    .extend(sources.into_iter().map(|source| ((opening.clone(), source), noted.clone())));
            }
            Kind::Close | Kind::Sweep => self.ends.entry(opening).or_default().push(entry),
            _ => {}
        }
        Ok(())
    }
}
