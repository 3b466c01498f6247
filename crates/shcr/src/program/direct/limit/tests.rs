//! Ten in ten minutes, and a pause after three misses.

use super::{Looks, WINDOW_MS};

// shows: T32
#[test]
fn the_eleventh_attempt_in_ten_minutes_is_refused_and_one_falls_free_after_them() {
    let mut looks = Looks::default();
    let taken: Vec<bool> = (0..11).map(|n| looks.take(n)).collect();
    assert!(taken.iter().take(10).all(|may| *may) && !taken[10], "HAZ-048");
    assert!(!looks.take(WINDOW_MS - 1));
    assert!(looks.take(WINDOW_MS), "the first is ten minutes old");
}

#[test]
fn t32_three_misses_begin_a_pause_of_ten_minutes() {
    let mut looks = Looks::default();
    assert!(looks.take(0) && !looks.missed(0));
    assert!(looks.take(1) && !looks.missed(1));
    assert!(looks.take(2) && looks.missed(2), "HAZ-048");
    assert!(!looks.take(3) && !looks.take(2 + WINDOW_MS - 1));
    assert!(looks.take(2 + WINDOW_MS));
    assert!(!looks.missed(2 + WINDOW_MS), "a pause begins the count anew");
}
