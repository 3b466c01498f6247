//! Ceilings and breakers: a sick source is left alone, a well one is never asked too much. Time is passed in.

/// More than it bears.
mod storm;

use super::{
    Agreed, Closed, Guard, Verdict, Visit,
    breaker::{Breaker, Shut},
    hours::Hours,
};
use crate::{Limits, testing::limits};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn at(clock: &str) -> Visit {
    Visit { clock: clock.to_owned(), opening: "0197-opening".to_owned(), ..Visit::default() }
}

fn open_since(clock: &str) -> Result<bool, Closed> {
    Err(Closed::Open(Shut { since: clock.to_owned(), held_by: None }))
}

fn breaker() -> Breaker {
    Breaker::new(&Limits::default())
}

// shows: F7
#[test]
fn five_failures_in_a_row_open_it_and_four_do_not() {
    let (mut breaker, now) = (breaker(), Instant::now());
    for _ in 0..4 {
        breaker.end(Verdict::Sick, now, &at("08:41"));
    }
    breaker.end(Verdict::Well, now, &at("08:41"));
    for _ in 0..4 {
        breaker.end(Verdict::Sick, now, &at("08:41"));
    }
    assert_eq!(breaker.enter(now), Ok(false), "a success between starts the count again");
    breaker.end(Verdict::Sick, now, &at("08:42"));
    assert_eq!(breaker.enter(now), open_since("08:42"), "HAZ-035, HAZ-036");
}

/// So many ended of which so many failed, never two in a row unless they must, the last a failure; all within `within`.
fn ended(breaker: &mut Breaker, (ended, failed): (u32, u32), from: Instant, within: Duration) -> Instant {
    let mut now = from;
    for n in 1..=ended {
        let has_failed = n * failed / ended > (n - 1) * failed / ended;
        now = from + within * n / ended;
        breaker.end(if has_failed { Verdict::Sick } else { Verdict::Well }, now, &at("08:43"));
    }
    now
}

// shows: F7
#[test]
fn f7_more_than_half_of_twenty_in_ten_seconds_open_it_and_neither_fewer_nor_half_do() {
    let (from, nine) = (Instant::now(), SECOND * 9);
    for ((all, failed), opens) in [
        ((19, 10), false),
        ((19, 14), false),
        ((20, 10), false),
        ((20, 11), true),
        ((100, 50), false),
        ((100, 51), true),
    ] {
        let mut breaker = breaker();
        let now = ended(&mut breaker, (all, failed), from, nine);
        assert_eq!(breaker.enter(now).is_err(), opens, "HAZ-036: {failed} of {all}");
        if opens {
            assert_eq!(breaker.enter(now), open_since("08:43"));
            assert_eq!(breaker.enter(now + SECOND * 10), Ok(true), "and rests as after five in a row");
        }
    }
}

#[test]
fn what_ended_longer_ago_than_ten_seconds_and_what_was_before_it_was_away_is_not_counted() {
    let from = Instant::now();
    let mut slow = breaker();
    let now = ended(&mut slow, (40, 24), from, SECOND * 40);
    assert_eq!(slow.enter(now), Ok(false), "ten in ten seconds, however bad, say nothing");
    let mut breaker = breaker();
    let now = ended(&mut breaker, (20, 11), from, SECOND);
    assert_eq!(breaker.enter(now + SECOND * 10), Ok(true));
    breaker.end(Verdict::Well, now + SECOND * 10, &at("08:44"));
    breaker.end(Verdict::Sick, now + SECOND * 10, &at("08:44"));
    assert_eq!(breaker.enter(now + SECOND * 10), Ok(false), "it begins anew when it is back");
    for _ in 0..30 {
        breaker.end(Verdict::Wait(Duration::ZERO), now + SECOND * 10, &at("08:44"));
        let _ = breaker.enter(now + SECOND * 10);
    }
    assert_eq!(breaker.enter(now + SECOND * 10), Ok(false), "to be asked to wait is no failure");
}

/// Open since 08:41, `now` being when.
fn opened(now: Instant) -> Breaker {
    let mut breaker = breaker();
    (0..5).for_each(|_| breaker.end(Verdict::Sick, now, &at("08:41")));
    breaker
}

// shows: F7
#[test]
fn half_open_lets_one_question_through() {
    let now = Instant::now();
    let mut breaker = opened(now);
    assert!(breaker.enter(now + SECOND * 9).is_err());
    assert_eq!(breaker.enter(now + SECOND * 10), Ok(true), "the probe is a real question");
    assert!(breaker.enter(now + SECOND * 11).is_err(), "HAZ-036: one probe at a time");
    breaker.end(Verdict::Well, now + SECOND * 12, &at("08:41"));
    assert_eq!(breaker.enter(now + SECOND * 12), Ok(false));
}

#[test]
fn each_failed_probe_doubles_the_rest_up_to_two_minutes() {
    let mut now = Instant::now();
    let mut breaker = opened(now);
    for rest_s in [10, 20, 40, 80, 120, 120] {
        assert!(breaker.enter(now + SECOND * (rest_s - 1)).is_err(), "HAZ-036: rests {rest_s} s");
        now += SECOND * rest_s;
        assert_eq!(breaker.enter(now), Ok(true));
        breaker.end(Verdict::Sick, now, &at("later"));
        assert_eq!(breaker.enter(now), open_since("08:41"), "it has been failing since it first opened");
    }
}

#[test]
fn a_probe_whose_professional_left_is_given_back() {
    let now = Instant::now();
    let mut breaker = opened(now);
    let later = now + SECOND * 10;
    assert_eq!(breaker.enter(later), Ok(true));
    breaker.give_back_probe();
    assert_eq!(breaker.enter(later.max(Instant::now())), Ok(true));
}

#[test]
fn a_wrong_person_holds_it_until_cleared() {
    let now = Instant::now();
    let mut breaker = breaker();
    breaker.end(Verdict::WrongPerson, now, &at("09:00"));
    breaker.end(Verdict::Well, now, &at("09:01"));
    let held = Shut { since: "09:00".to_owned(), held_by: Some("0197-opening".to_owned()) };
    assert_eq!(breaker.enter(now + SECOND * 86_400), Err(Closed::Open(held)), "HAZ-004: no time clears it");
    breaker.clear();
    assert_eq!(breaker.enter(now), Ok(false));
}

// shows: F46
#[test]
fn f46_a_source_that_came_back_is_asked_a_quarter_then_half_then_as_usual() {
    let now = Instant::now();
    let mut breaker = opened(now);
    assert_eq!(breaker.enter(now + SECOND * 10), Ok(true));
    breaker.end(Verdict::Well, now + SECOND * 11, &at("08:41"));
    let asked = |breaker: &Breaker, after_s: u32| breaker.ceiling(8, now + SECOND * (11 + after_s));
    assert_eq!([0, 14, 15, 29, 30].map(|after_s| asked(&breaker, after_s)), [2, 2, 4, 4, 8], "HAZ-036");
    breaker.end(Verdict::Well, now + SECOND * 12, &at("08:41"));
    assert_eq!(asked(&breaker, 14), 2, "each answer does not begin it anew");
    assert_eq!(breaker.ceiling(1, now + SECOND * 11), 1, "a source with one place is asked one question");
    breaker.clear();
    assert_eq!(asked(&breaker, 0), 8, "the operator has looked");
    assert_eq!(
        Breaker::new(&Limits::default()).ceiling(8, now),
        8,
        "whoever was never away is asked as usual"
    );
}

#[tokio::test]
async fn past_the_ceiling_a_question_is_busy_and_a_place_freed_is_taken() {
    let guard = Guard::new(&limits(), Agreed::ours(1));
    let first = guard.enter(at("08:30")).await.ok().unwrap();
    assert_eq!(guard.enter(at("08:30")).await.err(), Some(Closed::Busy), "HAZ-036");
    drop(first);
    assert!(guard.enter(at("08:30")).await.is_ok());
}

#[tokio::test]
async fn a_strained_question_leaves_fewer_places_to_those_that_come_after() {
    let guard = Guard::new(&limits(), Agreed { adapts: true, ..Agreed::ours(8) });
    assert_eq!(guard.places(), (4, 8));
    let strained = guard.enter(at("08:30")).await.ok().unwrap();
    strained.errand().strain();
    strained.end(Verdict::Sick);
    assert_eq!(guard.places(), (2, 8), "HAZ-036");
    let (_one, _two) = (guard.enter(at("08:30")).await.ok(), guard.enter(at("08:30")).await.ok());
    assert_eq!(guard.enter(at("08:30")).await.err(), Some(Closed::Busy), "HAZ-036");
}

#[tokio::test]
async fn past_its_rate_a_question_is_busy_and_takes_no_place() {
    let one_a_second = Agreed { per_second: Some(1), ..Agreed::ours(8) };
    let guard = Guard::new(&limits(), one_a_second);
    assert!(guard.enter(at("08:30")).await.is_ok());
    for _ in 0..20 {
        assert_eq!(guard.enter(at("08:30")).await.err(), Some(Closed::Busy), "HAZ-036");
    }
    assert_eq!(guard.room().taken, 0, "whoever was too many has left");
}

#[tokio::test]
async fn outside_its_hours_nobody_is_let_in_whatever_is_asked() {
    let hours = Hours::of(&["14:00-15:00".to_owned()], &[]).unwrap();
    let guard = Guard::new(&limits(), Agreed { hours, ..Agreed::ours(8) });
    let visit = |time: &str| Visit { at: time.parse().unwrap(), ..Visit::default() };
    assert_eq!(guard.enter(visit("2026-11-22T13:59:59Z")).await.err(), Some(Closed::OutOfHours), "HAZ-036");
    assert!(guard.enter(visit("2026-11-22T14:00:00Z")).await.is_ok());
}

#[tokio::test]
async fn a_probe_that_finds_no_turn_is_the_next_question() {
    let one_a_second = Agreed { per_second: Some(1), ..Agreed::ours(8) };
    let guard = Guard::new(&Limits { breaker_first: Duration::ZERO, ..limits() }, one_a_second);
    let first = guard.enter(at("08:30")).await.ok().unwrap();
    (0..4).for_each(|_| guard.breaker().end(Verdict::Sick, Instant::now(), &at("08:30")));
    first.end(Verdict::Sick);
    assert_eq!(guard.enter(at("08:31")).await.err(), Some(Closed::Busy), "half-open, and its turn not come");
    tokio::time::sleep(SECOND).await;
    assert!(guard.enter(at("08:31")).await.is_ok(), "HAZ-006: nobody is left out for ever");
}

#[tokio::test]
async fn a_question_that_never_reached_its_source_tells_its_breaker_nothing() {
    let guard = Guard::new(&Limits { breaker_first: Duration::ZERO, ..limits() }, Agreed::ours(8));
    for _ in 0..2 {
        guard.enter(at("08:30")).await.ok().unwrap().end(Verdict::Sick);
    }
    guard.enter(at("08:31")).await.ok().unwrap().end(Verdict::Unasked);
    assert_ne!(guard.words(), "closed", "HAZ-036: the probe found out nothing");
    let probe = guard.enter(at("08:31")).await.ok().unwrap();
    assert_eq!(
        guard.enter(at("08:31")).await.err(),
        open_since("08:30").err(),
        "and the next one is the probe"
    );
    probe.end(Verdict::Well);
    assert_eq!(guard.words(), "closed");
}

#[tokio::test]
async fn of_one_wait_there_is_as_much_for_a_second_place_as_the_first_has_left() {
    tokio::time::pause();
    let limits = Limits { ceiling_wait: Duration::from_millis(300), ..limits() };
    let (practice, supplier) = (Guard::new(&limits, Agreed::ours(1)), Guard::new(&limits, Agreed::ours(1)));
    let _full = supplier.enter(at("08:30")).await.ok().unwrap();
    let held = practice.enter(at("08:30")).await.ok().unwrap();
    let begun = Instant::now();
    let (second, ()) = tokio::join!(practice.enter(at("08:30")), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(held);
    });
    assert!(!second.ok().unwrap().errand().stands_at(&supplier).await, "HAZ-036");
    let took = begun.elapsed();
    assert!((290..=310).contains(&took.as_millis()), "300 ms in all, on virtual time: {took:?}");
}

#[tokio::test]
async fn a_cancelled_question_counts_for_nothing() {
    let guard = Guard::new(&limits(), Agreed::ours(8));
    for _ in 0..20 {
        drop(guard.enter(at("08:30")).await);
    }
    assert!(guard.enter(at("08:30")).await.is_ok());
}

// shows: F6
#[test]
fn a_source_that_asks_us_to_wait_is_not_asked_before_and_then_as_usual() {
    let (mut breaker, now) = (breaker(), Instant::now());
    breaker.end(Verdict::Wait(SECOND * 20), now, &at("08:41"));
    assert_eq!(breaker.enter(now + SECOND * 5), Err(Closed::Waiting(SECOND * 15)), "HAZ-036");
    breaker.end(Verdict::Well, now + SECOND * 5, &at("08:41"));
    breaker.end(Verdict::Sick, now + SECOND * 5, &at("08:41"));
    breaker.end(Verdict::Wait(SECOND), now + SECOND * 5, &at("08:41"));
    assert_eq!(breaker.words(), "resting: it asked us to wait");
    assert_eq!(
        breaker.enter(now + SECOND * 19),
        Err(Closed::Waiting(SECOND)),
        "HAZ-036: the latest moment stands"
    );
    assert_eq!(breaker.enter(now + SECOND * 20), Ok(false));
    breaker.end(Verdict::Wait(SECOND * 60), now + SECOND * 20, &at("08:42"));
    breaker.clear();
    assert_eq!(breaker.enter(now + SECOND * 20), Ok(false), "the operator may ask");
}

#[test]
fn asking_us_to_wait_neither_closes_nor_loosens_an_open_or_held_breaker() {
    let now = Instant::now();
    let mut breaker = opened(now);
    breaker.end(Verdict::Wait(SECOND), now, &at("08:42"));
    assert_eq!(breaker.enter(now + SECOND * 2), open_since("08:41"));
    breaker.end(Verdict::WrongPerson, now, &at("08:43"));
    breaker.end(Verdict::Wait(SECOND), now, &at("08:44"));
    assert!(breaker.enter(now + SECOND * 500).is_err(), "HAZ-004: held until cleared");
}
