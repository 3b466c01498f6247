//! What replicas share: lent once, whoever asks at once, and found again by a store that is opened anew.

use super::*;
use crate::fleet::{Ask, Asks};

fn asks(replica: &str, wants: u32) -> Asks {
    let ask = Ask { quota: "acute/".to_owned(), pool: 10, wants, takes: wants };
    Asks { replica: replica.to_owned(), asks: vec![ask], ..Asks::default() }
}

pub(in crate::store) async fn of_twenty_who_ask_at_once_no_two_are_lent_the_same_place(dir: &Path) {
    let store = sample::store(dir);
    let askers: Vec<_> = (0..20)
        .map(|n| {
            let (store, replica) = (store.clone(), format!("r{n}"));
            tokio::spawn(async move {
                let ledger = store.settle_fleet(asks(&replica, 3), NOW).await.unwrap();
                ledger.stand("acute/", &replica).own
            })
        })
        .collect();
    let mut lent = Vec::new();
    for asker in askers {
        lent.push(asker.await.unwrap());
    }
    lent.sort_unstable();
    let (none, some) = lent.split_at(16);
    assert_eq!((none.iter().sum::<u32>(), some), (0, &[1, 3, 3, 3][..]), "HAZ-036");
}

pub(in crate::store) async fn what_is_lent_stands_after_a_restart_and_is_lent_again_once_it_is_given_back(
    dir: &Path,
) {
    let store = sample::store(dir);
    assert_eq!(store.fleet().await.unwrap().heard().count(), 0);
    store.settle_fleet(asks("a", 7), NOW).await.unwrap();
    drop(store);
    let store = sample::store(dir);
    let known = store.fleet().await.unwrap();
    assert_eq!(known.stand("acute/", "a").own, 7);
    let ledger = store.settle_fleet(asks("b", 7), NOW.plus_ms(1)).await.unwrap();
    assert_eq!(ledger.stand("acute/", "b").own, 3, "HAZ-036: nothing is forgotten with the process");
    store.settle_fleet(Asks { replica: "a".to_owned(), ..Asks::default() }, NOW.plus_ms(2)).await.unwrap();
    let ledger = store.settle_fleet(asks("b", 7), NOW.plus_ms(3)).await.unwrap();
    assert_eq!((ledger.stand("acute/", "b").own, store.fleet().await.unwrap() == ledger), (7, true));
}

pub(in crate::store) async fn a_wait_that_one_replica_was_asked_for_is_known_to_every_other(dir: &Path) {
    let (store, until) = (sample::store(dir), NOW.plus_ms(20_000));
    let waits = vec![("acute/".to_owned(), until)];
    store.settle_fleet(Asks { replica: "a".to_owned(), waits, ..Asks::default() }, NOW).await.unwrap();
    let known = store.fleet().await.unwrap();
    assert_eq!(known.waits().collect::<Vec<_>>(), [("acute/", until)], "HAZ-036");
    store.sweep(NOW, NOW.plus_ms(60_000)).await.unwrap();
    assert_eq!(store.fleet().await.unwrap(), known, "who sweeps openings leaves it");
}
