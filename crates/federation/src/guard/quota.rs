//! Takes what the schedule allows all replicas together, gives what this one may ask at once: a share that is its own without asking,
//! and what it was lent of the rest, for as long as that holds (HAZ-036). Pure: time is passed in.

use std::time::Duration;
use tokio::time::Instant;

/// How long the most that was needed is remembered, in two halves.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Places are lent in blocks of such a part of the ceiling, at least of one.
const BLOCKS: usize = 8;

/// This replica's part of one ceiling.
pub(super) struct Quota {
    full: usize,
    /// Owned without asking.
    standing: usize,
    /// Lent to one replica at a time.
    pool: usize,
    /// Of it, what a replica has that asks anything at all, so that its next questions need not wait.
    part: usize,
    leased: usize,
    until: Option<Instant>,
    /// Questions that were there or waited, at most, in this half and the one before.
    most: [usize; 2],
    turned: Instant,
}

/// What a replica could use of a pool, and what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) pool: usize,
    pub(crate) wants: usize,
    pub(crate) takes: usize,
}

/// How the others stand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Others {
    pub(crate) taken: usize,
    /// One of them could use more than it has.
    pub(crate) is_wanted: bool,
    /// How many could use any.
    pub(crate) wanting: usize,
}

impl Quota {
    /// Of `replicas` at most; one owns everything.
    pub(super) fn new(full: usize, replicas: usize, now: Instant) -> Self {
        let standing = Self::own(full, replicas);
        let pool = if replicas <= 1 { 0 } else { full - standing * replicas };
        let part = pool / replicas.max(1);
        Self { full, standing, pool, part, leased: 0, until: None, most: [0; 2], turned: now }
    }

    /// Of one replica, before it is lent anything.
    pub(super) fn own(full: usize, replicas: usize) -> usize {
        if replicas <= 1 { full } else { full / 2 / replicas }
    }

    /// How many questions at once, none to all.
    pub(super) fn places(&self, now: Instant) -> usize {
        (self.standing + self.leased(now)).min(self.full)
    }

    /// What it was lent and has not run out.
    pub(super) fn leased(&self, now: Instant) -> usize {
        if self.until.is_none_or(|until| now >= until) {
            return 0;
        }
        #[cfg(feature = "testing")]
        if crate::network::has(crate::network::Planted::LeaseTwice) {
            return self.leased * 2;
        }
        self.leased
    }

    /// So many are there or wait.
    pub(super) fn needs(&mut self, at_once: usize) {
        let [most, _] = &mut self.most;
        *most = at_once.max(*most);
    }

    /// What to ask for. From now on no more is used than is asked for, so that what others are told is so already. `taken`: are there
    /// now; `waiting`: would be. `None`: nothing of this ceiling is lent.
    pub(super) fn wish(
        &mut self,
        (taken, waiting): (usize, usize),
        others: Others,
        now: Instant,
    ) -> Option<Wish> {
        if self.pool == 0 {
            return None;
        }
        self.turn(now);
        let at_once = taken + waiting;
        self.needs(at_once);
        let is_short = others.is_wanted && others.taken + self.leased >= self.pool;
        let most = if is_short { at_once } else { self.most.into_iter().max().unwrap_or_default() };
        let block = (self.full / BLOCKS).max(1);
        let at_least = if most > 0 { self.part } else { 0 };
        let needs = most.saturating_sub(self.standing).div_ceil(block) * block;
        let wants = needs.max(at_least).min(self.pool);
        let fair = if is_short { self.pool / (others.wanting + 1) } else { self.pool };
        // INVARIANT: what is there now was let in under the share and what was lent, so it is never more than both.
        let kept = taken.saturating_sub(self.standing).min(self.pool);
        let takes = wants.min(fair).max(kept);
        self.leased = self.leased.min(takes);
        Some(Wish { pool: self.pool, wants: wants.max(kept), takes })
    }

    fn turn(&mut self, now: Instant) {
        let [of_late, _] = self.most;
        if now >= self.turned + REMEMBERED {
            (self.most, self.turned) = ([0; 2], now);
        } else if now >= self.turned + REMEMBERED / 2 {
            (self.most, self.turned) = ([0, of_late], now);
        }
    }

    /// It was lent so many, until then.
    pub(super) fn lent(&mut self, places: usize, until: Instant) {
        self.leased = places.min(self.pool);
        self.until = Some(until);
    }
}

#[cfg(test)]
mod tests;
