//! Takes what the requests of one question find out about its source, gives the guard what it must know of it; says whether one
//! of them may be sent once more, out of what the source's questions have saved (HAZ-036).

use super::{Guard, Seat};
use crate::limits::Limits;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Mutex, time::Instant};

/// What one source's questions have earned in repetitions. Pure.
#[derive(Debug)]
pub(super) struct Savings {
    /// How many shares one repetition costs; a question earns one.
    price: u32,
    most: u32,
    shares: u32,
    spent: u64,
}

impl Savings {
    pub(super) fn new(limits: &Limits) -> Self {
        let price = limits.repeat_every.max(1);
        let most = price.saturating_mul(limits.repeats_saved);
        // No simulation asks for long enough to save much, and it must live what is rare.
        #[cfg(feature = "testing")]
        let shares = if crate::network::is_laid() { most } else { 0 };
        #[cfg(not(feature = "testing"))]
        let shares = 0;
        Self { price, most, shares, spent: 0 }
    }

    pub(super) fn earn(&mut self) {
        self.shares = self.shares.saturating_add(1).min(self.most);
    }

    fn can_spend(&self) -> bool {
        self.shares >= self.price
    }

    fn spend(&mut self) -> bool {
        let can = self.can_spend();
        if can {
            self.shares -= self.price;
            self.spent += 1;
        }
        can
    }

    pub(super) fn spent(&self) -> u64 {
        self.spent
    }
}

/// One question's way through its guard. Its requests share it.
pub(crate) struct Errand {
    guard: Arc<Guard>,
    may_repeat: AtomicBool,
    is_strained: AtomicBool,
    elsewhere: Mutex<Elsewhere>,
}

/// Its places at those who answer for several, until it is over.
#[derive(Default)]
struct Elsewhere {
    seats: Vec<Seat>,
    /// How long it may still wait for one.
    may_wait: Duration,
}

impl Errand {
    /// A question that finds out whether a source is back does not insist.
    pub(super) fn new(guard: &Arc<Guard>, is_probe: bool) -> Arc<Self> {
        Arc::new(Self {
            guard: Arc::clone(guard),
            may_repeat: AtomicBool::new(!is_probe),
            is_strained: AtomicBool::new(false),
            elsewhere: Mutex::default(),
        })
    }

    /// What it did not use of the time that it may wait for places.
    pub(super) fn may_wait(&self, left: Duration) {
        // Nobody else knows of it yet.
        if let Ok(mut elsewhere) = self.elsewhere.try_lock() {
            elsewhere.may_wait = left;
        }
    }

    /// Takes a place there, unless it has one; `false`: none became free in time. Cancel-safe.
    pub(super) async fn stands_at(&self, endpoint: &Arc<Guard>) -> bool {
        let mut elsewhere = self.elsewhere.lock().await;
        if elsewhere.seats.iter().any(|seat| Arc::ptr_eq(&seat.0, endpoint)) {
            return true;
        }
        let until = Instant::now() + elsewhere.may_wait;
        let seat = endpoint.seat(until).await;
        elsewhere.may_wait = until.saturating_duration_since(Instant::now());
        let has_one = seat.is_some();
        elsewhere.seats.extend(seat);
        has_one
    }

    /// Whether it is worth keeping a request to send again.
    pub(crate) fn may_repeat(&self) -> bool {
        self.may_repeat.load(Ordering::Relaxed) && self.guard.savings().can_spend()
    }

    /// Takes the question's one repetition, and pays for it.
    pub(crate) fn repeat(&self) -> bool {
        self.may_repeat.swap(false, Ordering::Relaxed) && self.guard.savings().spend()
    }

    /// The source has refused, or asked us to wait: nothing is sent twice from now on.
    pub(crate) fn forgo(&self) {
        self.may_repeat.store(false, Ordering::Relaxed);
    }

    /// A request ran out of time, or was told that there are too many.
    pub(crate) fn strain(&self) {
        self.is_strained.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_strained(&self) -> bool {
        self.is_strained.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
