//! Many at once, all or none, each once.

use super::{conform::verified, *};

pub(in crate::store) async fn many_writers_at_once_are_all_in_the_chain_in_order(dir: &Path) {
    let store = sample::store(dir);
    let tasks: Vec<_> = (0..500)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.append(vec![sample::refused(n)], NOW).await.unwrap().remove(0) })
        })
        .collect();
    let mut indexes = Vec::new();
    for task in tasks {
        let receipt = task.await.unwrap();
        assert_eq!((receipt.boot, receipt.n), (1, receipt.index));
        indexes.push(receipt.index);
    }
    indexes.sort_unstable();
    assert_eq!(indexes, (1..=500).collect::<Vec<_>>(), "HAZ-030: each once, none twice");
    let verified = verified(dir);
    assert_eq!(verified.entries, 501);
}

pub(in crate::store) async fn the_same_entry_again_is_the_same_receipt_and_another_under_its_key_a_conflict(
    dir: &Path,
) {
    let store = sample::store(dir);
    let first = store.append(vec![sample::refused(1)], NOW).await.unwrap();
    assert_eq!(store.append(vec![sample::refused(1)], NOW).await.unwrap(), first);
    let mut other = sample::refused(1);
    other.cause = Some("another".to_owned());
    let conflict = store.append(vec![sample::refused(2), other], NOW).await;
    assert_eq!(conflict, Err(Fault::Rejected(Why::Conflict)));
    let next = store.append(vec![sample::refused(3)], NOW).await.unwrap();
    assert_eq!(next[0].index, 2, "AU12: all or none, and what was refused left no gap");
    verified(dir);
}

pub(in crate::store) async fn one_refusal_in_a_group_leaves_its_neighbours_recorded_without_a_gap(
    dir: &Path,
) {
    let store = sample::store(dir);
    store.append(vec![sample::refused(0)], NOW).await.unwrap();
    let mut clash = sample::refused(0);
    clash.cause = None;
    let (a, b, c) = tokio::join!(
        store.append(vec![sample::refused(1)], NOW),
        store.append(vec![clash], NOW),
        store.append(vec![sample::refused(2)], NOW),
    );
    assert_eq!(b, Err(Fault::Rejected(Why::Conflict)));
    assert_eq!((a.unwrap()[0].n, c.unwrap()[0].n), (2, 3), "AU12");
    verified(dir);
}

pub(in crate::store) async fn kinds_that_a_receipt_hangs_on_cannot_be_appended_by_hand(dir: &Path) {
    let store = sample::store(dir);
    for entry in [sample::open(1), sample::disclosure(1, "gp", 1), sample::close(1)] {
        assert_eq!(store.append(vec![entry], NOW).await, Err(Fault::Rejected(Why::Malformed)));
    }
    let mut forged = sample::refused(1);
    forged.manifest = Some("00".repeat(32));
    assert_eq!(store.append(vec![forged], NOW).await, Err(Fault::Rejected(Why::Malformed)));
    let mut large = sample::refused(1);
    large.cause = Some("x".repeat(crate::entry::CAP));
    assert_eq!(store.append(vec![large], NOW).await, Err(Fault::Rejected(Why::Malformed)), "AU28");
}
