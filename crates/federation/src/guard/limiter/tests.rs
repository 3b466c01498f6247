//! How many questions at once: time is passed in, and nothing waits.

use super::*;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

/// A source and the moment it is at.
struct Scene {
    limiter: Limiter,
    now: Instant,
}

impl Scene {
    fn new(most: usize) -> Self {
        let now = Instant::now();
        Self { limiter: Limiter::new(&Limits::default(), (most, true), now), now }
    }

    /// Ten seconds in which all places were taken and ten questions were answered, each after so long.
    fn busy(&mut self, took: Duration) -> usize {
        self.limiter.is_full(self.now);
        self.answers(took, 10)
    }

    fn answers(&mut self, took: Duration, count: u32) -> usize {
        for _ in 0..count {
            self.limiter.answered(self.now.checked_sub(took).unwrap(), self.now);
        }
        self.now += SECOND * 10;
        self.limiter.places(self.now)
    }

    fn strain(&mut self) -> usize {
        self.limiter.strained(self.now, self.now);
        self.now += MS;
        self.limiter.places(self.now)
    }
}

#[test]
fn it_starts_at_four_and_takes_one_more_after_each_full_window_up_to_the_ceiling() {
    let mut scene = Scene::new(8);
    assert_eq!(scene.limiter.places(scene.now), 4);
    assert_eq!([(); 6].map(|()| scene.busy(MS * 200)), [5, 6, 7, 8, 8, 8], "HAZ-036");
    assert_eq!(Scene::new(2).limiter.places(Instant::now()), 2, "HAZ-036: never more than its ceiling");
}

#[test]
fn a_window_in_which_a_place_was_free_or_that_is_not_over_gives_no_more() {
    let mut scene = Scene::new(8);
    assert_eq!(scene.answers(MS * 200, 50), 4, "nobody needed more");
    scene.limiter.is_full(scene.now);
    scene.limiter.answered(scene.now, scene.now);
    assert_eq!(scene.limiter.places(scene.now + SECOND * 9), 4);
    assert_eq!(scene.limiter.places(scene.now + SECOND * 10), 5);
}

#[test]
fn a_source_that_answers_nobody_in_a_window_is_not_asked_more() {
    let mut scene = Scene::new(8);
    scene.limiter.is_full(scene.now);
    assert_eq!(scene.answers(MS, 0), 4, "HAZ-036: full of questions that hang");
}

// shows: F6
#[test]
fn f6_strain_takes_three_tenths_down_to_one() {
    let mut scene = Scene::new(8);
    for _ in 0..4 {
        scene.busy(MS * 200);
    }
    assert_eq!([(); 5].map(|()| scene.strain()), [5, 3, 2, 1, 1], "HAZ-036");
}

#[test]
fn where_a_schedule_promises_its_ceiling_nothing_is_found_out() {
    let now = Instant::now();
    let mut limiter = Limiter::new(&Limits::default(), (8, false), now);
    limiter.strained(now, now);
    assert_eq!(limiter.places(now), 8);
}

#[test]
fn questions_that_had_already_left_say_nothing_new() {
    let mut scene = Scene::new(8);
    let left = scene.now;
    scene.now += SECOND * 6;
    for _ in 0..4 {
        scene.limiter.strained(left, scene.now);
    }
    assert_eq!(scene.limiter.places(scene.now), 2, "four that ran out of time together are one strain");
}

#[test]
fn answers_twice_as_slow_as_the_fastest_of_five_minutes_are_a_strain() {
    let mut scene = Scene::new(8);
    assert_eq!(scene.busy(MS * 200), 5);
    assert_eq!(scene.busy(MS * 390), 6, "slower, and not twice");
    assert_eq!(scene.busy(MS * 410), 4, "HAZ-036: twice the fastest");
    for _ in 0..32 {
        scene.answers(MS * 410, 10);
    }
    assert_eq!(scene.limiter.places(scene.now), 1, "HAZ-036: asked less and less, as long as it stays so");
    assert_eq!(scene.busy(MS * 410), 2, "after five minutes that is how fast it is");
}

#[test]
fn a_few_slow_answers_or_a_difference_nobody_notices_are_none() {
    let mut scene = Scene::new(8);
    scene.answers(MS * 5, 10);
    assert_eq!(scene.answers(MS * 40, 10), 4, "35 ms are noise");
    assert_eq!(scene.answers(MS * 900, 4), 4, "four answers have no middle to speak of");
    assert_eq!(scene.answers(MS * 900, 5), 2, "HAZ-036");
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_place_and_never_more_than_the_ceiling(
        most in 1_usize..20,
        steps in prop::collection::vec((0_u8..4, 0_u64..20_000), 0..200),
    ) {
        let mut scene = Scene::new(most);
        for (what, ms) in steps {
            let left = scene.now;
            scene.now += Duration::from_millis(ms);
            match what {
                0 => scene.limiter.answered(left, scene.now),
                1 => scene.limiter.strained(left, scene.now),
                2 => scene.limiter.is_full(scene.now),
                _ => {}
            }
            let places = scene.limiter.places(scene.now);
            prop_assert!((1..=most).contains(&places), "HAZ-036: {places} of {most}");
        }
    }
}
