//! Days as bits: none is counted twice, and none is kept for longer than the window.

use super::*;
use crate::watch::{DAY_MS, seen::Names};

#[test]
fn a_day_counts_once_and_for_thirty_days() {
    let mut days = Days { last: 100, bits: 0 };
    assert_eq!((days.add(100), days.add(100)), (Some(1), None));
    assert_eq!((days.add(129), days.add(130)), (Some(2), Some(2)));
    assert_eq!(days.add(400), Some(1));
    assert_eq!(days.add(399), Some(1), "a clock set back forgets what is still to come");
    assert_eq!(days.add(i64::MIN), Some(1));
    assert_eq!(days.add(i64::MAX), Some(1));
}

#[test]
fn a_pair_that_is_not_met_again_is_forgotten() {
    let mut again = Again::default();
    let names = Names::default();
    again.of.insert(names.of(&["pair", "old"]), Days { last: 0, bits: 1 });
    again.of.insert(names.of(&["pair", "new"]), Days { last: 1, bits: 1 });
    again.sweep(Millis(30 * DAY_MS));
    assert_eq!(again.of.len(), 1);
}
