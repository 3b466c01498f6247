//! Takes when a request came and when its answer is ready, gives the moment at which it is told: the same whatever was found,
//! so that "unknown", "restricted", "invalidated" and "has objected" cannot be told apart by a watch (HAZ-050).

use crate::entries::Story;
use std::time::Duration;
use tokio::time::Instant;

/// Moments lie so far apart, counted from the request's arrival. Most answers are ready before the first.
const EVERY: Duration = Duration::from_millis(1500);

/// The first moment at which a ready answer may be told.
fn release_at(arrived: Instant, ready: Instant) -> Instant {
    let took = ready.saturating_duration_since(arrived);
    let moments = took.as_nanos().div_ceil(EVERY.as_nanos()).max(1);
    arrived + EVERY * u32::try_from(moments).unwrap_or(u32::MAX)
}

impl Story {
    /// Waits for the next moment of this opening.
    pub(crate) async fn uniform_moment(&self) {
        tokio::time::sleep_until(release_at(self.arrived, Instant::now())).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long one kind of answer takes to be ready, in microseconds: nobody is asked, or PDS is, or PDS and an audit on a
    /// slow disk. Spread by a small generator, so that the test is the same each time.
    struct Kind {
        from_us: u64,
        spread_us: u64,
        state: u64,
    }

    impl Kind {
        fn ready_us(&mut self) -> u64 {
            self.state =
                self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.from_us + (self.state >> 33) % self.spread_us
        }
    }

    const ARRIVALS: usize = 10_000;

    fn told_after(kind: &mut Kind, release: fn(Instant, Instant) -> Instant) -> Vec<u128> {
        let arrived = Instant::now();
        let one = |_| {
            let ready = arrived + Duration::from_micros(kind.ready_us());
            (release(arrived, ready) - arrived).as_micros()
        };
        let mut told: Vec<u128> = (0..ARRIVALS).map(one).collect();
        told.sort_unstable();
        told
    }

    /// The two-sample Kolmogorov-Smirnov distance.
    fn distance(one: &[u128], other: &[u128]) -> f64 {
        let share = |of: &[u128], at: u128| of.partition_point(|value| *value <= at) as f64 / of.len() as f64;
        let points = one.iter().chain(other);
        points.map(|at| (share(one, *at) - share(other, *at)).abs()).fold(0.0, f64::max)
    }

    /// Below it p > 0.01 for two samples of 10,000: 1.628 times the root of 2 / n.
    const CRITICAL: f64 = 0.023_02;

    // shows: R42, A19
    #[test]
    fn t51_what_is_found_cannot_be_told_from_how_long_it_takes() {
        let kinds = || {
            [
                ("refused unasked", 50, 900),
                ("unknown", 20_000, 300_000),
                ("invalidated", 25_000, 320_000),
                ("restricted", 40_000, 700_000),
                ("objected", 90_000, 1_300_000),
            ]
            .map(|(name, from_us, spread_us)| (name, Kind { from_us, spread_us, state: from_us }))
        };
        let told = kinds().map(|(name, mut kind)| (name, told_after(&mut kind, release_at)));
        for (name, one) in &told {
            for (other_name, other) in &told {
                let distance = distance(one, other);
                assert!(distance < CRITICAL, "HAZ-050: {name} and {other_name} lie {distance} apart");
            }
        }
        // The test itself can tell: without the moment the same answers lie far apart.
        let at_once = kinds().map(|(_, mut kind)| told_after(&mut kind, |_, ready| ready));
        assert!(distance(&at_once[0], &at_once[3]) > 0.9);
    }

    #[test]
    fn an_answer_that_comes_late_waits_for_the_next_moment() {
        let arrived = Instant::now();
        for (ready_ms, told_ms) in
            [(0, 1500), (1, 1500), (1499, 1500), (1500, 1500), (1501, 3000), (3200, 4500)]
        {
            let told = release_at(arrived, arrived + Duration::from_millis(ready_ms));
            assert_eq!((told - arrived).as_millis(), told_ms, "{ready_ms}");
        }
    }
}
