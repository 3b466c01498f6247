//! Places: who gets one, who waits, and who is turned away.

use super::*;
use futures_util::FutureExt;

fn admission(places: usize) -> Arc<Admission> {
    let config = config::admission::Admission {
        openings: places,
        shed_first: vec![Role::R9],
        ..config::admission::Admission::default()
    };
    Admission::new(&config)
}

async fn fill(admission: &Arc<Admission>, rank: Rank, many: usize) -> Vec<Place> {
    let mut places = Vec::new();
    for _ in 0..many {
        places.push(admission.enter(rank).await.unwrap());
    }
    places
}

// shows: F47
#[tokio::test]
async fn f47_documents_stop_first_then_the_roles_in_their_order_and_urgent_care_last() {
    let admission = admission(100);
    assert_eq!(admission.rank(Some(Role::R3)), Rank::Last, "urgent care, unless a deployment says otherwise");
    assert_eq!(admission.rank(Some(Role::R9)), Rank::First);
    assert_eq!((admission.rank(Some(Role::R1)), admission.rank(None)), (Rank::Usual, Rank::Usual));
    let mut held = Vec::new();
    for (rank, most) in [(Rank::Document, 70), (Rank::First, 85), (Rank::Usual, 95), (Rank::Last, 100)] {
        let more = most - held.len();
        held.extend(fill(&admission, rank, more).await);
        assert!(admission.enter(rank).await.is_none(), "HAZ-057: {rank:?} beyond {most} of 100");
    }
    assert_eq!(admission.figures(), [100, 100, 0]);
    held.truncate(70);
    assert!(admission.enter(Rank::Document).await.is_none());
    assert!(admission.enter(Rank::First).await.is_some(), "what is free again is given in the same order");
}

// shows: F45
#[tokio::test]
async fn f45_nobody_waits_for_ever_and_a_place_that_is_freed_meanwhile_is_theirs() {
    let admission = admission(1);
    let held = fill(&admission, Rank::Usual, 1).await;
    assert!(admission.enter(Rank::Usual).await.is_none(), "not for ever");
    assert_eq!(admission.figures(), [1, 1, 0]);
    let waits = tokio::spawn({
        let admission = Arc::clone(&admission);
        async move { admission.enter(Rank::Usual).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(admission.figures(), [1, 1, 1]);
    drop(held);
    let place = waits.await.unwrap().expect("HAZ-057");
    assert_eq!(admission.figures(), [1, 1, 0], "handed over, never free in between");
    drop(place);
    assert_eq!(admission.figures(), [1, 0, 0]);
}

/// Who of so many waiters gets the one place that is freed, in the order they came.
async fn who_gets(places: usize, waiters: &[Rank]) -> usize {
    let admission = admission(places);
    let mut held = fill(&admission, Rank::Last, places).await;
    let mut waiting = Vec::new();
    for rank in waiters {
        let (admission, rank) = (Arc::clone(&admission), *rank);
        waiting.push(tokio::spawn(async move { admission.enter(rank).await }));
        tokio::task::yield_now().await;
    }
    drop(held.pop());
    let mut got = Vec::new();
    for (place, waits) in waiting.into_iter().enumerate() {
        // Kept, so that nobody is given it in turn.
        got.extend(waits.await.unwrap().map(|held| (place, held)));
    }
    assert_eq!(got.len(), 1);
    got[0].0
}

// shows: F45
#[tokio::test]
async fn f45_beyond_half_a_queue_whoever_came_last_is_first_and_whoever_is_shed_last_before_all() {
    use Rank::{Last, Usual};
    assert_eq!(who_gets(4, &[Last, Last]).await, 0, "in the order they came");
    assert_eq!(
        who_gets(4, &[Last, Last, Last]).await,
        2,
        "the newest: the others have waited nearly in vain"
    );
    assert_eq!(
        who_gets(4, &[Usual, Last, Usual]).await,
        1,
        "HAZ-057: urgent care before those who came later"
    );
}

// shows: F45
#[tokio::test]
async fn f45_a_queue_as_long_as_there_are_places_takes_nobody_more_and_those_who_leave_make_room() {
    let admission = admission(2);
    let _held = fill(&admission, Rank::Last, 2).await;
    let wait = || {
        let admission = Arc::clone(&admission);
        tokio::spawn(async move { admission.enter(Rank::Last).await })
    };
    let (first, second) = (wait(), wait());
    tokio::task::yield_now().await;
    let third = admission.enter(Rank::Last).now_or_never();
    assert!(matches!(third, Some(None)), "turned away at once");
    first.abort();
    assert!(first.await.is_err());
    assert_eq!(admission.figures(), [2, 2, 1], "who leaves is not waited for");
    assert!(second.await.unwrap().is_none());
    assert_eq!(admission.figures(), [2, 2, 0]);
}

#[tokio::test]
async fn the_place_of_a_link_is_kept_for_its_page_and_not_for_long() {
    let admission = admission(1);
    let place = admission.enter(Rank::Usual).await.unwrap();
    admission.keep_for([1; 32], place);
    assert!(admission.enter(Rank::Usual).await.is_none(), "it is kept");
    assert!(admission.kept_for(&[2; 32]).is_none(), "for nobody else");
    drop(admission.kept_for(&[1; 32]).expect("HAZ-057: whoever was let in comes in"));
    let place = admission.enter(Rank::Usual).await.unwrap();
    admission.keep_for([3; 32], place);
    // Whoever does not come holds up nobody: it is free in the end.
    while admission.enter(Rank::Usual).await.is_none() {}
}
