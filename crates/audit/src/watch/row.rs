//! PO-21: numbers next to each other, opened, refused or looked for within an hour by one professional. Only the numbers'
//! first nine digits are compared, the tenth follows from them. Names stand in no entry, so runs of the alphabet are not seen.

use super::{
    HOUR_MS, Rule, Thresholds, Tipped,
    seen::{Act, Seen},
    thresholds::at_least,
    window::Numbers,
};
use crate::Millis;
use std::collections::BTreeMap;

const WHAT: &str = "numbers next to each other within one hour";

pub(super) struct Row {
    lately: Numbers,
}

impl Default for Row {
    fn default() -> Self {
        Self { lately: Numbers::within(HOUR_MS) }
    }
}

impl Row {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
        let counts = match seen.act {
            Act::Opened | Act::Refused | Act::Looked | Act::Missed | Act::Found => true,
            Act::OpenedDocument | Act::Disclosed | Act::Closed | Act::IdentityContinued | Act::Printed => {
                false
            }
        };
        let number = if counts { seen.number()? } else { return None };
        let numbers = self.lately.add(seen.who, number, seen.now);
        let enough = at_least(thresholds.numbers_in_a_row, seen.is_direct);
        let longest = longest(numbers, number, thresholds.row_span.get());
        (longest >= enough).then(|| Tipped::by(seen, Rule::NumbersInARow, WHAT))
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        self.lately.sweep(now);
    }
}

/// The most numbers within one span of which this is one.
fn longest(numbers: &BTreeMap<u32, Millis>, number: u32, span: u32) -> u32 {
    let starts = numbers.range(number.saturating_sub(span)..=number);
    let lengths = starts.map(|(first, _)| numbers.range(*first..=first.saturating_add(span)).count());
    lengths.max().and_then(|most| u32::try_from(most).ok()).unwrap_or_default()
}
