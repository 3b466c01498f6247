//! The store as the program uses it, and as the world mistreats it.

use super::*;
use crate::sample::{self, KEY, NOW};
use crate::{Filter, inspect, verify};

/// Handles and sessions.
mod launch;
/// Small values.
mod note;
/// Openings from W1 to W3, and the sweep.
mod order;
/// Disks, locks, kills.
mod faults;
/// The tree over the leaves.
mod tree;
/// The store against what others hold.
mod compare;

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_are_all_in_the_chain_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
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
    let verified = verify(&sample::settings(dir.path()).path, Some(KEY)).unwrap();
    assert_eq!(verified.entries, 501);
}

#[tokio::test]
async fn the_same_entry_again_is_the_same_receipt_and_another_under_its_key_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let first = store.append(vec![sample::refused(1)], NOW).await.unwrap();
    assert_eq!(store.append(vec![sample::refused(1)], NOW).await.unwrap(), first);
    let mut other = sample::refused(1);
    other.cause = Some("another".to_owned());
    let conflict = store.append(vec![sample::refused(2), other], NOW).await;
    assert_eq!(conflict, Err(Fault::Rejected(Why::Conflict)));
    let next = store.append(vec![sample::refused(3)], NOW).await.unwrap();
    assert_eq!(next[0].index, 2, "AU12: all or none, and what was refused left no gap");
    verify(&sample::settings(dir.path()).path, Some(KEY)).unwrap();
}

#[tokio::test]
async fn one_refusal_in_a_group_leaves_its_neighbours_recorded_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
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
    verify(&sample::settings(dir.path()).path, Some(KEY)).unwrap();
}

#[tokio::test]
async fn kinds_that_a_receipt_hangs_on_cannot_be_appended_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
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

/// AU26. Written with every kind of secret and identifier, then looked for in the raw files, write-ahead log included.
#[tokio::test]
async fn no_identifier_stands_unsealed_in_any_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let (handle, sid, cookie) = ([0xa1; 32], [0xb2; 32], [0xc3; 32]);
    store.put_handle(launch::handle(handle, 1), launch::accepted(1), NOW).await.unwrap();
    store.redeem(handle, launch::session(sid, cookie), sample::session_entry(sid, 0), NOW).await.unwrap();
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let manifest = sample::manifest(1, "gp", 1).to_bytes().unwrap();
    store.disclose(&opened, sample::disclosure(1, "gp", 1), manifest, NOW).await.unwrap();
    let mut typed = sample::refused(1);
    typed.cause = Some(format!("typed about {} by mistake", sample::NHS_NUMBER));
    store.append(vec![typed], NOW).await.unwrap();

    let canaries = [
        sample::NHS_NUMBER.as_bytes(),
        sample::FAMILY.as_bytes(),
        sample::SUBJECT.as_bytes(),
        sample::HOST_SESSION.as_bytes(),
        b"launch-content-canary",
        b"session-content-canary",
        b"manifest-item-canary",
        &handle,
        &sid,
        &cookie,
        &KEY,
    ];
    // The host's id is meant to stand there: the scan finds what it looks for.
    assert!(found_in(dir.path(), b"host-a"), "the scan itself");
    for canary in canaries {
        assert!(!found_in(dir.path(), canary), "HAZ-049: {}", String::from_utf8_lossy(canary));
        let hex = crate::hash::hex(canary);
        assert!(!found_in(dir.path(), hex.as_bytes()), "HAZ-049: in hexadecimal");
    }
    drop(store);
    for canary in canaries {
        assert!(!found_in(dir.path(), canary), "HAZ-049: after the log was folded in");
    }
}

fn found_in(dir: &std::path::Path, canary: &[u8]) -> bool {
    let files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(!files.is_empty());
    files.iter().any(|file| std::fs::read(file).unwrap().windows(canary.len()).any(|seen| seen == canary))
}

fn kinds(dir: &std::path::Path) -> Vec<String> {
    let views = inspect(&sample::settings(dir).path, KEY, &Filter::default()).unwrap();
    views.iter().map(|view| view.entry["kind"].as_str().unwrap().to_owned()).collect()
}
