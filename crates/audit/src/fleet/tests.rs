//! Whoever asks in whatever order: never more is lent than there is.

use super::*;
use crate::sample::NOW;
use proptest::prelude::*;

fn asks(replica: &str, quota: &str, (pool, wants): (u32, u32)) -> Asks {
    let ask = Ask { quota: quota.to_owned(), pool, wants, takes: wants };
    Asks { replica: replica.to_owned(), asks: vec![ask], ..Asks::default() }
}

#[test]
fn what_is_left_is_lent_and_what_is_not_named_any_more_is_given_back() {
    let mut ledger = Ledger::default();
    ledger.settle(&asks("a", "acute", (5, 4)), NOW);
    ledger.settle(&asks("b", "acute", (5, 4)), NOW);
    let stand = ledger.stand("acute", "b");
    assert_eq!((stand.own, stand.others, stand.is_wanted, stand.wanting), (1, 4, false, 1));
    assert!(ledger.stand("acute", "a").is_wanted, "HAZ-036: b could use more");
    ledger.settle(&Asks { replica: "a".to_owned(), ..Asks::default() }, NOW);
    ledger.settle(&asks("b", "acute", (5, 4)), NOW);
    assert_eq!(ledger.stand("acute", "b").own, 4);
    assert_eq!(Ledger::read(&ledger.bytes().unwrap()), Some(ledger));
}

#[test]
fn a_replica_is_given_up_on_only_while_its_number_is_the_one_that_was_watched() {
    let mut ledger = Ledger::default();
    ledger.settle(&asks("a", "acute", (2, 2)), NOW);
    let (_, watched) = ledger.heard().next().unwrap();
    ledger.settle(&asks("a", "acute", (2, 2)), NOW);
    let silent = |number| Asks { silent: vec![("a".to_owned(), number)], ..asks("b", "acute", (2, 2)) };
    ledger.settle(&silent(watched), NOW);
    assert_eq!(ledger.stand("acute", "b").own, 0, "HAZ-036: it was heard of since, in the same moment");
    let (_, now) = ledger.heard().find(|(replica, _)| *replica == "a").unwrap();
    ledger.settle(&silent(now), NOW);
    assert_eq!(ledger.stand("acute", "b").own, 2);
    ledger.settle(&Asks { silent: vec![("b".to_owned(), NOW.0)], ..asks("b", "acute", (2, 2)) }, NOW);
    assert_eq!(ledger.stand("acute", "b").own, 2, "nobody gives up on itself");
}

#[test]
fn the_latest_moment_asked_for_stands_and_goes_once_it_is_over() {
    let wait = |until| Asks { waits: vec![("acute".to_owned(), until)], ..Asks::default() };
    let mut ledger = Ledger::default();
    ledger.settle(&wait(NOW.plus_ms(20_000)), NOW);
    ledger.settle(&wait(NOW.plus_ms(5_000)), NOW);
    assert_eq!(ledger.waits().collect::<Vec<_>>(), [("acute", NOW.plus_ms(20_000))], "HAZ-036");
    ledger.settle(&Asks::default(), NOW.plus_ms(90_000));
    assert_eq!(ledger.waits().count(), 0);
}

proptest! {
    /// Σ leases ≤ Q.
    #[test]
    fn never_more_is_lent_than_there_is(
        pool in 0_u32..12,
        steps in prop::collection::vec((0_u8..4, 0_u32..16, 0_u32..16, any::<bool>()), 1..60),
    ) {
        let mut ledger = Ledger::default();
        for (step, (replica, wants, takes, gives_up)) in (0..).zip(steps) {
            let silent = if gives_up {
                ledger.heard().map(|(replica, number)| (replica.to_owned(), number)).collect()
            } else {
                Vec::new()
            };
            let asks = |quota: &str| Ask { quota: quota.to_owned(), pool, wants, takes };
            let asks = vec![asks("acute"), asks("gp/ZZ901")];
            ledger.settle(&Asks { replica: format!("r{replica}"), asks, silent, waits: Vec::new() }, NOW.plus_ms(step));
            for quota in ["acute", "gp/ZZ901"] {
                let lent: u32 = (0..4).map(|replica| ledger.stand(quota, &format!("r{replica}")).own).sum();
                prop_assert!(lent <= pool, "HAZ-036: {lent} of {pool}");
                let own = ledger.stand(quota, &format!("r{replica}")).own;
                prop_assert!(own <= takes, "nobody has more than it takes");
            }
        }
    }
}
