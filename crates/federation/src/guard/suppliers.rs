//! Takes the address that answers for a practice, gives the question a place there, or says that there is none: hundreds of practices
//! stand behind two or three suppliers' endpoints, which bear less than all of their practices together (HAZ-036).

use super::{Agreed, Guard};
use crate::{fault::Fault, fleet::Fleet, limits::Limits, source::SourceConfig, wire::Bounds};
use reqwest::Url;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Every endpoint that was ever asked for a practice, by scheme, host and port.
pub(crate) struct Suppliers {
    limits: Arc<Limits>,
    /// Questions at once at each.
    ceiling: usize,
    fleet: Fleet,
    known: Mutex<BTreeMap<String, Arc<Guard>>>,
}

impl Suppliers {
    /// The lowest ceiling that any source of practices names.
    pub(crate) fn new(sources: &[SourceConfig], limits: &Arc<Limits>, fleet: &Fleet) -> Self {
        let practices = sources.iter().filter(|source| source.kind.is_practice());
        let ceiling = practices.map(|source| source.at_a_supplier(limits)).min();
        let ceiling = ceiling.unwrap_or(limits.supplier_ceiling);
        Self { limits: Arc::clone(limits), ceiling, fleet: fleet.clone(), known: Mutex::default() }
    }

    /// A place for the whole of the question, whichever of its requests comes first. What was left of the wait for its practice's own
    /// place is all that it waits here. Cancel-safe. [`Fault::Busy`]: there is none.
    pub(crate) async fn enter(&self, root: &str, bounds: &Bounds) -> Result<(), Fault> {
        let Some((origin, errand)) = origin(root).zip(bounds.errand()) else { return Ok(()) };
        let guard = self.endpoint(origin);
        if errand.stands_at(&guard).await { Ok(()) } else { Err(Fault::Busy) }
    }

    fn endpoint(&self, origin: String) -> Arc<Guard> {
        let agreed = || Agreed::ours(self.ceiling);
        let guard = |origin: &String| Guard::shared(&self.limits, agreed(), (&self.fleet, origin));
        Arc::clone(self.known().entry(origin).or_insert_with_key(guard))
    }

    /// Each under its origin.
    pub(crate) fn every(&self) -> Vec<(String, Arc<Guard>)> {
        self.known().iter().map(|(origin, guard)| (origin.clone(), Arc::clone(guard))).collect()
    }

    /// Each endpoint, how many questions are there now, and how many may be at most.
    pub(crate) fn taken(&self) -> Vec<(String, usize, usize)> {
        let known = self.known();
        known.iter().map(|(origin, guard)| (origin.clone(), guard.taken(), guard.places().1)).collect()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Guard>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn origin(root: &str) -> Option<String> {
    Url::parse(root).ok().map(|url| url.origin().ascii_serialization())
}
