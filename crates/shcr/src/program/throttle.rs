//! How many launches a host may make: takes a host's name, its allowance and a moment, says whether there is room. A bucket
//! holds two seconds' worth and fills by the second; one host's haste empties no other's. Time is passed in.

use audit::Millis;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// A host that was quiet may make this many seconds' worth at once.
const BURST_S: u32 = 2;

/// Every host's bucket.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Bucket>>);

struct Bucket {
    /// In thousandths of a launch.
    thousandths: i64,
    at: Millis,
}

impl Throttle {
    /// Takes one, if there is one. `host` must be registered: nobody else gets a bucket.
    pub(crate) fn takes(&self, host: &str, per_second: u32, now: Millis) -> bool {
        let full = i64::from(per_second) * i64::from(BURST_S) * 1000;
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(host.to_owned()).or_insert(Bucket { thousandths: full, at: now });
        // A clock that went back fills nothing.
        let passed_ms = (now.0 - bucket.at.0).clamp(0, 60_000);
        bucket.thousandths = full.min(bucket.thousandths + passed_ms * i64::from(per_second));
        bucket.at = now;
        let room = bucket.thousandths >= 1000;
        if room {
            bucket.thousandths -= 1000;
        }
        room
    }
}

#[cfg(test)]
mod tests {
    //! One host's haste, and everybody else's calm.

    use super::*;

    // shows: R32
    #[test]
    fn t80_a_host_at_a_hundred_a_second_is_throttled_and_no_other_is() {
        let throttle = Throttle::default();
        let mut let_in = 0;
        for step in 0..1000 {
            let now = Millis(1_000_000 + step * 10);
            let_in += u32::from(throttle.takes("hasty", 20, now));
            if step % 100 == 0 {
                assert!(throttle.takes("calm", 20, now), "HAZ-057: the others are unmoved");
            }
        }
        assert!((220..=240).contains(&let_in), "ten seconds at 20, and the burst: {let_in}");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_and_takes_nothing() {
        let throttle = Throttle::default();
        for _ in 0..4 {
            assert!(throttle.takes("host", 2, Millis(10_000)));
        }
        assert!(!throttle.takes("host", 2, Millis(5_000)));
        assert!(throttle.takes("host", 2, Millis(5_500)));
    }
}
