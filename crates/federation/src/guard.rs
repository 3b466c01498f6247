//! Takes the wish to ask a source, gives a ticket or the reason why not: its ceiling is full or its rate used up, its breaker is
//! open, or these are not the hours agreed.
//! Protects the partner's clinical system from us and every opening from a sick source (HAZ-035, HAZ-036).

#[cfg(feature = "testing")]
use crate::network;
use crate::{fleet::Fleet, limits::Limits};
pub(crate) use agreed::Agreed;
pub use breaker::Stance;
use breaker::{Breaker, Shut};
pub(crate) use errand::Errand;
use errand::Savings;
use hours::Hours;
use jiff::Timestamp;
use limiter::Limiter;
use quota::Quota;
pub(crate) use quota::{Others, Wish};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
pub(crate) use suppliers::Suppliers;
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};
pub(crate) use turns::Turns;

/// What its schedule says.
mod agreed;
/// When it may be asked.
pub(crate) mod hours;
/// How many leave in a second.
mod turns;
/// When a source has failed too often to be asked.
mod breaker;
/// What one question finds out on its way, and whether it may ask twice.
mod errand;
/// How many questions at once a source bears.
mod limiter;
/// Who answers for many.
mod suppliers;
/// What replicas share.
mod quota;

/// How often a place is looked for that nobody has left.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The guard of one source, or of one practice behind a source.
pub(crate) struct Guard {
    /// How many places there are at most.
    full: usize,
    wait: Duration,
    breaker: Mutex<Breaker>,
    savings: Mutex<Savings>,
    room: Mutex<Room>,
    /// Somebody left.
    freed: Notify,
    /// Of one of our own look-ups there is none, or it is counted elsewhere.
    turns: Option<Turns>,
    hours: Hours,
    /// Where its ceiling is every replica's.
    fleet: Option<Fleet>,
    /// It asked us to wait, and others do not know.
    waits: Mutex<Option<Instant>>,
}

/// Who is at the source now.
struct Room {
    taken: usize,
    /// Whoever found no place yet.
    waiting: usize,
    limiter: Limiter,
    quota: Quota,
}

/// Why a question may not be asked now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    Busy,
    /// Its schedule says so.
    OutOfHours,
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
    /// Of the opening.
    pub(crate) at: Timestamp,
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
    /// Nothing reached it: nothing is known of it that was not known before.
    Unasked,
}

impl Guard {
    /// Of a ceiling that is this replica's alone.
    pub(crate) fn new(limits: &Limits, agreed: Agreed) -> Arc<Self> {
        Arc::new(Self::of(limits, agreed, 1))
    }

    /// Of one that all replicas share, under that name.
    pub(crate) fn shared(limits: &Limits, agreed: Agreed, (fleet, quota): (&Fleet, &str)) -> Arc<Self> {
        let guard = Self { fleet: Some(fleet.clone()), ..Self::of(limits, agreed, limits.replicas) };
        if let Some(until) = fleet.rests_until(quota) {
            guard.rest(until);
        }
        Arc::new(guard)
    }

    fn of(limits: &Limits, agreed: Agreed, replicas: usize) -> Self {
        let full = agreed.ceiling.max(1);
        #[cfg(feature = "testing")]
        let full = if network::has(network::Planted::CeilingTwice) { full * 2 } else { full };
        let now = Instant::now();
        Self {
            full,
            wait: limits.ceiling_wait,
            breaker: Mutex::new(Breaker::new(limits)),
            savings: Mutex::new(Savings::new(limits)),
            room: Mutex::new(Room {
                taken: 0,
                waiting: 0,
                limiter: Limiter::new(limits, (full, agreed.adapts), now),
                quota: Quota::new(full, replicas, now),
            }),
            freed: Notify::new(),
            turns: agreed.per_second.map(Turns::new),
            hours: agreed.hours,
            fleet: None,
            waits: Mutex::default(),
        }
    }

    /// Waits for a place and a turn no longer than the ceiling allows. Cancel-safe.
    pub(crate) async fn enter(self: &Arc<Self>, visit: Visit) -> Result<Ticket, Closed> {
        if !self.hours.hold(visit.at) {
            return Err(Closed::OutOfHours);
        }
        let is_probe = self.breaker().enter(Instant::now())?;
        let errand = Errand::new(self, is_probe);
        let (guard, left) = (Arc::clone(self), Instant::now());
        let mut ticket = Ticket { guard, errand, visit, is_probe, left, seat: None };
        let until = left + self.wait;
        ticket.seat = Some(self.seat(until).await.ok_or(Closed::Busy)?);
        if let Some(turns) = &self.turns
            && !turns.take(until.saturating_duration_since(Instant::now())).await
        {
            return Err(Closed::Busy);
        }
        ticket.left = Instant::now();
        ticket.errand.may_wait(until.saturating_duration_since(ticket.left));
        self.savings().earn();
        Ok(ticket)
    }

    async fn seat(self: &Arc<Self>, until: Instant) -> Option<Seat> {
        let mut waiting = None;
        loop {
            let freed = self.freed.notified();
            let now = Instant::now();
            if let Some(seat) = self.free_seat(now, waiting.is_some()) {
                return Some(seat);
            }
            if now >= until {
                return None;
            }
            waiting.get_or_insert_with(|| Waiting::begin(self));
            self.stir(now);
            // There are more of them with time, too.
            let _ = timeout_at(until.min(now + LOOK_AGAIN), freed).await;
        }
    }

    /// `waits`: whoever asks is counted among the waiting.
    fn free_seat(self: &Arc<Self>, now: Instant, waits: bool) -> Option<Seat> {
        let back = self.breaker().ceiling(self.full, now);
        let mut room = self.room();
        let bears = room.limiter.places(now).min(back);
        let back = back.min(room.quota.places(now));
        let most = bears.min(back);
        let is_free = room.taken < most;
        if is_free {
            room.taken += 1;
        }
        let besides = room.taken + room.waiting - usize::from(waits && room.waiting > 0);
        room.quota.needs((besides + usize::from(!is_free)).min(bears));
        // All that there are, and not those alone that a source has which has just come back.
        if room.taken >= most && most < back {
            room.limiter.is_full(now);
        }
        is_free.then(|| Seat(Arc::clone(self)))
    }

    /// How many questions at once it is asked now, and at most.
    pub(crate) fn places(&self) -> (usize, usize) {
        let now = Instant::now();
        let back = self.breaker().ceiling(self.full, now);
        let mut room = self.room();
        let shared = room.quota.places(now);
        (room.limiter.places(now).min(back).min(shared), self.full)
    }

    /// Whoever waits could have a place if more were lent.
    fn stir(&self, now: Instant) {
        let Some(fleet) = &self.fleet else { return };
        let back = self.breaker().ceiling(self.full, now);
        let mut room = self.room();
        if room.quota.places(now) < room.limiter.places(now).min(back) {
            fleet.stir();
        }
    }

    /// What it asks for of what is lent. From now on it uses no more.
    pub(crate) fn wish(&self, others: Others, now: Instant) -> Option<Wish> {
        let back = self.breaker().ceiling(self.full, now);
        let mut room = self.room();
        let Room { taken, waiting, limiter, quota } = &mut *room;
        let waiting = (*waiting).min(limiter.places(now).min(back).saturating_sub(*taken));
        quota.wish((*taken, waiting), others, now)
    }

    /// It was lent so many, until then.
    pub(crate) fn lent(&self, places: usize, until: Instant) {
        self.room().quota.lent(places, until);
        self.freed.notify_waiters();
    }

    pub(crate) fn leased(&self, now: Instant) -> usize {
        self.room().quota.leased(now)
    }

    /// Until when it asked to be left alone, where others must be told.
    pub(crate) fn wait_to_tell(&self) -> Option<Instant> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Another replica was asked to leave it alone until then.
    pub(crate) fn rest(&self, until: Instant) {
        self.breaker().rest(until);
    }

    fn must_wait(&self, until: Instant) {
        let Some(fleet) = &self.fleet else { return };
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        *waits = Some(waits.map_or(until, |known| known.max(until)));
        drop(waits);
        fleet.stir();
    }

    /// How many questions are there now.
    pub(crate) fn taken(&self) -> usize {
        self.room().taken
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

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// When it found its place.
    left: Instant,
    seat: Option<Seat>,
}

/// A place at the source, until dropped.
struct Seat(Arc<Guard>);

/// Whoever waits for a place, until dropped.
struct Waiting<'a>(&'a Guard);

impl<'a> Waiting<'a> {
    fn begin(guard: &'a Guard) -> Self {
        guard.room().waiting += 1;
        Self(guard)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut room = self.0.room();
        room.waiting = room.waiting.saturating_sub(1);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = self.0.room();
        room.taken = room.taken.saturating_sub(1);
        drop(room);
        self.0.freed.notify_one();
    }
}

impl Ticket {
    /// What its requests go by.
    pub(crate) fn errand(&self) -> &Arc<Errand> {
        &self.errand
    }

    pub(crate) fn end(mut self, verdict: Verdict) {
        if verdict == Verdict::Unasked {
            return;
        }
        self.is_probe = false;
        let now = Instant::now();
        if self.errand.is_strained() {
            self.guard.room().limiter.strained(self.left, now);
        } else if verdict == Verdict::Well {
            self.guard.room().limiter.answered(self.left, now);
        }
        self.guard.breaker().end(verdict, now, &self.visit);
        if let Verdict::Wait(wait) = verdict {
            self.guard.must_wait(now + wait);
        }
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
