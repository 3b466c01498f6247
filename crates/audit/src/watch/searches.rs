//! PO-14: several searches found nobody, then one did, all within ten minutes. A search that the national service did not
//! answer is neither. What was found ends the count.

use super::{MINUTE_MS, Rule, Thresholds, Tipped, seen::Act, seen::Seen, window::Times};
use crate::Millis;

const WITHIN_MS: i64 = 10 * MINUTE_MS;
const WHAT: &str = "several searches found nobody, then one found somebody";

pub(super) struct Searches {
    misses: Times,
}

impl Default for Searches {
    fn default() -> Self {
        Self { misses: Times::within(WITHIN_MS) }
    }
}

impl Searches {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
        match seen.act {
            Act::Missed => {
                self.misses.add(seen.who, seen.now);
                None
            }
            Act::Found => {
                let misses = self.misses.count(seen.who, seen.now);
                self.misses.forget(seen.who);
                let is_many = misses >= thresholds.find_misses.get();
                is_many.then(|| Tipped::by(seen, Rule::MissesThenHit, WHAT))
            }
            _ => None,
        }
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        self.misses.sweep(now);
    }
}
