//! Takes the wish to ask a source, gives a ticket or the reason why not: its ceiling is full, or its breaker is open.
//! Protects the partner's clinical system from us and every opening from a sick source (HAZ-035, HAZ-036).

use crate::limits::Limits;
#[cfg(feature = "testing")]
use crate::network;
pub use breaker::Stance;
use breaker::{Breaker, Shut};
pub(crate) use errand::Errand;
use errand::Savings;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout_at},
};

/// When a source has failed too often to be asked.
mod breaker;
/// What one question finds out on its way, and whether it may ask twice.
mod errand;

/// How often a place at a source that has just come back is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The guard of one source, or of one practice behind a source.
pub(crate) struct Guard {
    places: Arc<Semaphore>,
    /// How many places there are.
    full: usize,
    wait: Duration,
    breaker: Mutex<Breaker>,
    savings: Mutex<Savings>,
}

/// Why a question may not be asked now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    Busy,
    /// Open for a while, or held open until somebody clears it.
    Open(Shut),
    /// It asked us to wait, and so long is left (HAZ-036).
    Waiting(Duration),
}

/// Which question comes, for what a breaker says of itself later.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visit {
    /// The time of day to show, should this question open the breaker.
    pub(crate) clock: String,
    pub(crate) opening: String,
}

/// How a question ended, as far as the guard cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Well,
    Sick,
    /// It asked to be left alone so long: neither well nor sick, and never asked before (HAZ-036).
    Wait(Duration),
    /// The source answered about somebody else: it is not asked again until a person clears it (HAZ-004).
    WrongPerson,
}

impl Guard {
    pub(crate) fn new(limits: &Limits, ceiling: Option<usize>) -> Arc<Self> {
        let full = ceiling.unwrap_or(limits.ceiling).max(1);
        #[cfg(feature = "testing")]
        let full = if network::has(network::Planted::CeilingTwice) { full * 2 } else { full };
        let (places, breaker) = (Arc::new(Semaphore::new(full)), Mutex::new(Breaker::new(limits)));
        let savings = Mutex::new(Savings::new(limits));
        Arc::new(Self { places, full, wait: limits.ceiling_wait, breaker, savings })
    }

    /// Waits for a place no longer than the ceiling allows. Cancel-safe.
    pub(crate) async fn enter(self: &Arc<Self>, visit: Visit) -> Result<Ticket, Closed> {
        let is_probe = self.breaker().enter(Instant::now())?;
        let errand = Errand::new(self, is_probe);
        let mut ticket = Ticket { guard: Arc::clone(self), errand, visit, is_probe, place: None };
        ticket.place = Some(self.place().await.ok_or(Closed::Busy)?);
        self.savings().earn();
        Ok(ticket)
    }

    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        let until = Instant::now() + self.wait;
        while let Some(few) = self.few() {
            if few.is_some() {
                return few;
            }
            if Instant::now() >= until {
                return None;
            }
            sleep(LOOK_AGAIN).await;
        }
        timeout_at(until, Arc::clone(&self.places).acquire_owned()).await.ok()?.ok()
    }

    /// `None`: it is asked as usual. Of a source that has just come back, one of the few places that it has now, where one is free.
    fn few(&self) -> Option<Option<OwnedSemaphorePermit>> {
        // Held, so that two are not given the last one.
        let breaker = self.breaker();
        let most = breaker.ceiling(self.full, Instant::now());
        let taken = self.full.saturating_sub(self.places.available_permits());
        (most < self.full)
            .then(|| if taken < most { Arc::clone(&self.places).try_acquire_owned().ok() } else { None })
    }

    /// Closes the breaker whatever opened it: for the operator who has looked.
    pub(crate) fn clear(&self) {
        self.breaker().clear();
    }

    /// The breaker's state in words.
    pub(crate) fn words(&self) -> String {
        self.breaker().words()
    }

    pub(crate) fn stance(&self) -> Stance {
        self.breaker().stance()
    }

    /// How many requests were sent once more since the program began.
    pub(crate) fn repeats(&self) -> u64 {
        self.savings().spent()
    }

    fn savings(&self) -> MutexGuard<'_, Savings> {
        self.savings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One question's place at a source. Dropped without a verdict (the professional left), it counts for nothing.
pub(crate) struct Ticket {
    guard: Arc<Guard>,
    errand: Arc<Errand>,
    visit: Visit,
    is_probe: bool,
    place: Option<OwnedSemaphorePermit>,
}

impl Ticket {
    /// What its requests go by.
    pub(crate) fn errand(&self) -> &Arc<Errand> {
        &self.errand
    }

    pub(crate) fn end(mut self, verdict: Verdict) {
        self.is_probe = false;
        self.guard.breaker().end(verdict, Instant::now(), &self.visit);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.is_probe {
            self.guard.breaker().give_back_probe();
        }
    }
}

#[cfg(test)]
impl Guard {
    /// As after as many questions as can earn anything.
    pub(crate) fn save_for_tests(&self) {
        (0..1000).for_each(|_| self.savings().earn());
    }

    pub(crate) fn errand_for_tests(self: &Arc<Self>) -> Arc<Errand> {
        Errand::new(self, false)
    }
}

#[cfg(test)]
mod tests;
