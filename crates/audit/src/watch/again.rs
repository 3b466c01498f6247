//! PO-20: the same professional opened the same person on many days within 30, each time on nothing but that the host had
//! the record open. Raised on the day that is one too many, and again only after it was fewer.

use super::{
    Rule, Thresholds, Tipped, day,
    seen::{Act, Pseudonym, Seen},
    thresholds::at_least,
};
use crate::Millis;
use std::collections::HashMap;

const HOST_OPEN: &str = "host-open";
/// One bit a day, today's the lowest.
const WITHIN: u32 = (1 << 30) - 1;
const WHAT: &str = "the same record on many days, on nothing but that the host had it open";

/// Whose record, by whom, on which days.
#[derive(Default)]
pub(super) struct Again {
    of: HashMap<Pseudonym, Days>,
}

struct Days {
    last: i64,
    bits: u32,
}

impl Again {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
        if seen.act != Act::Opened || !is_host_open_only(seen) {
            return None;
        }
        let today = day(seen.now);
        let days = self.of.entry(seen.pair()?).or_insert(Days { last: today, bits: 0 });
        let is_too_many = days.add(today) == Some(at_least(thresholds.days_with_one_person, seen.is_direct));
        // Of one pair: the same professional may be told of for another person the same day.
        is_too_many.then_some(())?;
        Some(Tipped { of: seen.pair()?, ..Tipped::by(seen, Rule::SamePersonAgain, WHAT) })
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        let today = day(now);
        self.of.retain(|_, days| today.abs_diff(days.last) < 30);
    }
}

impl Days {
    /// How many there are with this one, where it is new.
    fn add(&mut self, today: i64) -> Option<u32> {
        let apart = u32::try_from(today.abs_diff(self.last)).unwrap_or(u32::MAX);
        let moved =
            if today >= self.last { self.bits.checked_shl(apart) } else { self.bits.checked_shr(apart) };
        let moved = moved.unwrap_or(0) & WITHIN;
        self.last = today;
        self.bits = moved | 1;
        (moved & 1 == 0).then(|| self.bits.count_ones())
    }
}

fn is_host_open_only(seen: &Seen<'_>) -> bool {
    let evidence = seen.entry.why.as_ref().map(|why| why.relationship.as_slice()).unwrap_or_default();
    !evidence.is_empty() && evidence.iter().all(|evidence| evidence.code == HOST_OPEN)
}

#[cfg(test)]
mod tests;
