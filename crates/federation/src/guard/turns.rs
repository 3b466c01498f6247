//! Takes the wish to ask, gives a turn within the rate agreed, or none if the wait would be longer than an opening can bear. In no
//! second do more leave than agreed (HAZ-036). Of PDS the rate is the application's. Source: NHS England PDS FHIR API, rate limits.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

const SECOND: Duration = Duration::from_secs(1);

/// The moments of the last turns, at most as many as may be taken in a second.
pub(crate) struct Turns {
    per_second: usize,
    turns: Mutex<VecDeque<Instant>>,
}

impl Turns {
    /// `per_second`: one at least.
    pub(crate) fn new(per_second: usize) -> Self {
        Self { per_second: per_second.max(1), turns: Mutex::default() }
    }

    /// Whether there is a turn within `wait_max`; waits for it. A turn whose taker went away is lost.
    pub(crate) async fn take(&self, wait_max: Duration) -> bool {
        let Some(turn) = self.book(Instant::now(), wait_max) else {
            return false;
        };
        sleep_until(turn).await;
        true
    }

    fn book(&self, now: Instant, wait_max: Duration) -> Option<Instant> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let free =
            if turns.len() < self.per_second { None } else { turns.front().map(|first| *first + SECOND) };
        let turn = free.map_or(now, |free| free.max(now));
        if turn > now + wait_max {
            return None;
        }
        if turns.len() >= self.per_second {
            turns.pop_front();
        }
        turns.push_back(turn);
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_sees_more_than_agreed_and_nobody_waits_for_long() {
        let turns = Turns::new(5);
        let (start, wait) = (Instant::now(), Duration::from_millis(300));
        let booked: Vec<Instant> =
            (0..300_u64).filter_map(|n| turns.book(start + Duration::from_millis(n * 10), wait)).collect();
        for window in booked.windows(6) {
            assert!(window[5] - window[0] >= SECOND, "HAZ-036: six in less than a second");
        }
        assert_eq!(booked.len(), 20, "the whole rate is used: at 0, 1, 2 and 3 seconds");
        let late = turns.book(start + Duration::from_millis(2995), wait);
        assert_eq!(late, None, "the turns at 3 s are taken, the next is too far");
    }
}
