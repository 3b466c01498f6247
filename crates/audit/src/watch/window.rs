//! What was done lately: moments, or persons' numbers, by whom, as far back as one length of time. What is older is dropped
//! where it is met, and everywhere by a sweep.

use super::seen::Pseudonym;
use crate::Millis;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// How often.
pub(super) struct Times {
    back_ms: i64,
    of: HashMap<Pseudonym, VecDeque<Millis>>,
}

impl Times {
    pub(super) fn within(back_ms: i64) -> Self {
        Self { back_ms, of: HashMap::new() }
    }

    /// Gives how many there are with this one.
    pub(super) fn add(&mut self, who: Pseudonym, now: Millis) -> u32 {
        self.of.entry(who).or_default().push_back(now);
        self.count(who, now)
    }

    pub(super) fn count(&mut self, who: Pseudonym, now: Millis) -> u32 {
        let Some(times) = self.of.get_mut(&who) else { return 0 };
        while times.front().is_some_and(|at| !is_within(*at, now, self.back_ms)) {
            times.pop_front();
        }
        u32::try_from(times.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn forget(&mut self, who: Pseudonym) {
        self.of.remove(&who);
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        let back_ms = self.back_ms;
        self.of.retain(|_, times| times.back().is_some_and(|at| is_within(*at, now, back_ms)));
    }
}

/// Which persons, by the first nine digits of their numbers.
pub(super) struct Numbers {
    back_ms: i64,
    of: HashMap<Pseudonym, Distinct>,
}

#[derive(Default)]
struct Distinct {
    order: VecDeque<(Millis, u32)>,
    /// Each number, and when last.
    last: BTreeMap<u32, Millis>,
}

impl Numbers {
    pub(super) fn within(back_ms: i64) -> Self {
        Self { back_ms, of: HashMap::new() }
    }

    /// Gives every number there is, with this one.
    pub(super) fn add(&mut self, who: Pseudonym, number: u32, now: Millis) -> &BTreeMap<u32, Millis> {
        let distinct = self.of.entry(who).or_default();
        distinct.order.push_back((now, number));
        distinct.last.insert(number, now);
        while let Some((at, number)) = distinct.order.front().copied()
            && !is_within(at, now, self.back_ms)
        {
            distinct.order.pop_front();
            if distinct.last.get(&number) == Some(&at) {
                distinct.last.remove(&number);
            }
        }
        &distinct.last
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        let back_ms = self.back_ms;
        self.of
            .retain(|_, distinct| distinct.order.back().is_some_and(|(at, _)| is_within(*at, now, back_ms)));
    }
}

/// Neither too long ago nor, after the clock was set back, still to come.
fn is_within(at: Millis, now: Millis, back_ms: i64) -> bool {
    at <= now && at > now.plus_ms(-back_ms)
}

#[cfg(test)]
mod tests;
