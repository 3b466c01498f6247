//! What is older than the window is gone from memory once it was swept.

use super::*;
use crate::watch::seen::Names;

#[test]
fn what_nobody_does_any_more_is_forgotten() {
    let names = Names::default();
    let (mut times, mut numbers) = (Times::within(100), Numbers::within(100));
    for n in 0..1_000_u32 {
        let who = names.of(&["host", &n.to_string()]);
        assert_eq!(times.add(who, Millis(0)), 1);
        numbers.add(who, n, Millis(0));
    }
    let late = names.of(&["host", "late"]);
    times.add(late, Millis(50));
    numbers.add(late, 1, Millis(50));
    times.sweep(Millis(100));
    numbers.sweep(Millis(100));
    assert_eq!((times.of.len(), numbers.of.len()), (1, 1));
    assert_eq!(times.count(late, Millis(149)), 1);
    assert_eq!(times.count(late, Millis(150)), 0);
}

#[test]
fn a_number_met_again_stays_as_long_as_its_last_time() {
    let who = Names::default().of(&["host", "one"]);
    let mut numbers = Numbers::within(100);
    numbers.add(who, 7, Millis(0));
    numbers.add(who, 7, Millis(60));
    assert_eq!(numbers.add(who, 8, Millis(120)).len(), 2);
    assert_eq!(numbers.add(who, 9, Millis(161)).keys().copied().collect::<Vec<_>>(), [8, 9]);
}
