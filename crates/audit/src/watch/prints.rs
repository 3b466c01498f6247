//! PO-30: many prints or downloads within an hour, or more prints than openings of records within a day. A document opened
//! is a download; it is no print, since several documents of one record are read in the normal course.

use super::{
    DAY_MS, HOUR_MS, Rule, Thresholds, Tipped,
    seen::{Act, Seen},
    thresholds::at_least,
    window::Times,
};
use crate::Millis;

const MANY: &str = "many prints or downloads within one hour";
const MORE: &str = "more prints than openings within one day";

pub(super) struct Prints {
    /// Prints and downloads.
    lately: Times,
    prints: Times,
    openings: Times,
}

impl Default for Prints {
    fn default() -> Self {
        Self {
            lately: Times::within(HOUR_MS),
            prints: Times::within(DAY_MS),
            openings: Times::within(DAY_MS),
        }
    }
}

impl Prints {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
        let (who, now) = (seen.who, seen.now);
        let is_print = match seen.act {
            Act::Opened => {
                self.openings.add(who, now);
                return None;
            }
            Act::OpenedDocument => false,
            Act::Printed => true,
            _ => return None,
        };
        let is_many = self.lately.add(who, now) >= at_least(thresholds.prints_an_hour, seen.is_direct);
        let is_more = is_print && self.prints.add(who, now) > self.openings.count(who, now);
        match (is_many, is_more) {
            (true, _) => Some(Tipped::by(seen, Rule::MuchPrinted, MANY)),
            (false, true) => Some(Tipped::by(seen, Rule::MuchPrinted, MORE)),
            (false, false) => None,
        }
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        for times in [&mut self.lately, &mut self.prints, &mut self.openings] {
            times.sweep(now);
        }
    }
}
