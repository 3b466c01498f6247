//! Whoever reads holds room; whoever finds none waits, and it is nobody's failure but ours.

use super::*;
use crate::{Limits, Stance, gather::tests as scenes, plan, testing::*};
use fhir::{Level, ReplyState, SourceId, reply::Silence};
use futures_util::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

fn bounds(hold: &Hold) -> Bounds {
    let (limits, now) = (Arc::new(Limits::default()), Instant::now());
    Bounds::new(&limits, now, now + Duration::from_millis(50)).holding(hold)
}

#[tokio::test]
async fn room_is_taken_in_steps_before_reading_and_is_free_when_the_answer_is_gone() {
    let hold = Hold::new(10 * STEP);
    let reading = bounds(&hold);
    assert_eq!(hold.held_bytes(), 0);
    for (read, steps) in [(0, 1), (STEP - 1, 1), (1, 2), (1, 2), (3 * STEP, 5)] {
        reading.take(read).unwrap();
        assert_eq!(reading.make_room().await, Ok(false));
        assert_eq!(hold.held_bytes(), steps * STEP, "HAZ-041: {read} more");
    }
    let kept = reading.kept();
    drop(reading);
    assert_eq!(hold.held_bytes(), 5 * STEP, "HAZ-041: the answer is still there");
    drop(kept);
    assert_eq!(hold.held_bytes(), 0);
}

#[tokio::test]
async fn whoever_finds_none_waits_for_it_and_no_longer_than_the_deadline() {
    let hold = Hold::new(STEP);
    let (first, second) = (bounds(&hold), bounds(&hold));
    assert_eq!(first.make_room().await, Ok(false));
    assert_eq!(second.make_room().await, Err(Fault::NoRoom), "HAZ-041");
    let third = bounds(&hold);
    let (waited, ()) = tokio::join!(third.make_room(), async {
        tokio::task::yield_now().await;
        drop(first);
    });
    assert_eq!(waited, Ok(true));
}

#[tokio::test]
async fn without_room_a_source_reads_as_timed_out_and_is_not_blamed() {
    let drips = scenes::server().on("/fhir/Patient/_search", Canned::Drip);
    let sources = vec![scenes::at("drips", &drips).await, scenes::at("well", &scenes::server()).await];
    let limits = Limits { replica_bytes: STEP, floor_after: Duration::from_secs(60), ..hurried() };
    let federation = federation(sources, "http://127.0.0.1:9", limits);
    let only = |id: &'static str| {
        let permitted = move |source: &SourceId, _| {
            if source.as_str() == id { Level::Full } else { Level::Nothing }
        };
        let mut plan = plan::plan(federation.sources(), &permitted, &asking());
        plan.settled.clear();
        federation.gather(plan)
    };
    let mut first = only("drips");
    let dripping = first.next().await.unwrap();
    assert_eq!(dripping.state, ReplyState::DidNotAnswer(Silence::TimedOut));
    assert_eq!(federation.held_bytes(), STEP, "its opening has not ended");
    for _ in 0..3 {
        let state = only("well").next().await.unwrap().state;
        assert_eq!(state, ReplyState::DidNotAnswer(Silence::TimedOut), "HAZ-006: said");
    }
    assert_eq!(federation.stance(&SourceId::new("well")), Stance::Closed, "HAZ-035: it did nothing wrong");
    drop(first);
    assert_eq!(only("well").next().await.unwrap().state, ReplyState::Answered);
}
