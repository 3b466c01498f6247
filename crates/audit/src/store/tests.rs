//! The store as the program uses it, and as the world mistreats it.

use super::*;
use crate::sample::{self, KEY, NOW};
use crate::{Filter, inspect, verify};
use std::path::{Path, PathBuf};

/// Cases that hold wherever a store rests.
pub(in crate::store) mod conform;
/// A store behind faults.
mod faulty;
/// Entries in groups.
mod group;
/// Handles and sessions.
mod launch;
/// Keys of months.
mod months;
/// Small values.
mod note;
/// What replicas share.
mod fleet;
/// Openings from W1 to W3, and the sweep.
mod order;
/// Disks, locks, kills.
mod faults;
/// The tree over the leaves.
mod tree;
/// On a server.
mod server;
/// What is read of one on a server.
mod fed;
/// A log that goes on from another.
mod successor;
/// The store against what others hold.
mod compare;

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

fn found_in(dir: &Path, canary: &[u8]) -> bool {
    let files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(!files.is_empty());
    files.iter().any(|file| std::fs::read(file).unwrap().windows(canary.len()).any(|seen| seen == canary))
}

fn kinds(dir: &Path) -> Vec<String> {
    let views = inspect(&sample::settings(dir).place, KEY, &Filter::default()).unwrap();
    views.iter().map(|view| view.entry["kind"].as_str().unwrap().to_owned()).collect()
}
