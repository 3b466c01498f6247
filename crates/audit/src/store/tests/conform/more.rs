//! Edges of what a store promises: sizes, repetitions, restarts, many at once.

use super::{
    super::launch::{accepted, handle, session},
    settled, verified,
};
use crate::{
    Filter, OpeningId, inspect,
    sample::{self, KEY, NOW},
    store::*,
    tree::proof,
};
use std::path::Path;

fn refusals(from: u32, count: u32) -> Vec<Entry> {
    (from..from + count).map(sample::refused).collect()
}

fn other(attempt: u32) -> Entry {
    let mut entry = sample::refused(attempt);
    entry.cause = Some("another".to_owned());
    entry
}

async fn whole(dir: &Path, count: u32) {
    let store = sample::store(dir);
    let receipts = settled(async || store.append(refusals(0, count), NOW).await).await.unwrap();
    let indexes: Vec<u64> = receipts.iter().map(|receipt| receipt.index).collect();
    assert_eq!(indexes, (1..=u64::from(count)).collect::<Vec<_>>());
    assert_eq!(verified(dir).entries, u64::from(count) + 1);
}

async fn proven(dir: &Path, leaves: u32) {
    let store = sample::store(dir);
    settled(async || store.append(refusals(0, leaves - 1), NOW).await).await.unwrap();
    let published = store.checkpoint(NOW).await.unwrap();
    assert_eq!(published.checkpoint.size, u64::from(leaves));
    for index in [0, leaves / 2, leaves - 1] {
        let proof = store.prove(u64::from(index)).await.unwrap().unwrap();
        assert_eq!((proof.index, proof.note), (u64::from(index), published.note.clone()));
    }
    assert!(store.prove(u64::from(leaves)).await.unwrap().is_none());
    verified(dir);
}

pub(super) async fn nothing_at_all_is_recorded_by_an_empty_call(dir: &Path) {
    whole(dir, 0).await;
}

pub(super) async fn one_entry_is_one_leaf(dir: &Path) {
    whole(dir, 1).await;
}

pub(super) async fn two_entries_of_one_call_stand_side_by_side(dir: &Path) {
    whole(dir, 2).await;
}

pub(super) async fn a_call_of_255_is_whole(dir: &Path) {
    whole(dir, 255).await;
}

pub(super) async fn a_call_of_256_is_whole(dir: &Path) {
    whole(dir, 256).await;
}

pub(super) async fn a_call_of_257_is_whole(dir: &Path) {
    whole(dir, 257).await;
}

pub(super) async fn a_call_of_1000_is_whole(dir: &Path) {
    whole(dir, 1_000).await;
}

pub(super) async fn a_tree_of_one_leaf_is_signed_and_proven(dir: &Path) {
    proven(dir, 1).await;
}

pub(super) async fn a_tree_of_255_leaves_is_signed_and_proven(dir: &Path) {
    proven(dir, 255).await;
}

pub(super) async fn a_tree_of_256_leaves_is_signed_and_proven(dir: &Path) {
    proven(dir, 256).await;
}

pub(super) async fn a_tree_of_257_leaves_is_signed_and_proven(dir: &Path) {
    proven(dir, 257).await;
}

pub(super) async fn a_tree_of_512_leaves_is_signed_and_proven(dir: &Path) {
    proven(dir, 512).await;
}

pub(super) async fn a_call_with_one_bad_entry_first_records_none(dir: &Path) {
    let store = sample::store(dir);
    store.append(refusals(0, 1), NOW).await.unwrap();
    let refused = store.append(vec![other(0), sample::refused(1)], NOW).await;
    assert_eq!(refused, Err(Fault::Rejected(Why::Conflict)));
    assert_eq!(store.append(refusals(2, 1), NOW).await.unwrap()[0].index, 2, "AU12: no gap");
    assert_eq!(verified(dir).entries, 3);
}

pub(super) async fn a_call_with_one_bad_entry_last_records_none(dir: &Path) {
    let store = sample::store(dir);
    store.append(refusals(0, 1), NOW).await.unwrap();
    let mut call = refusals(1, 50);
    call.push(other(0));
    assert_eq!(store.append(call, NOW).await, Err(Fault::Rejected(Why::Conflict)));
    assert_eq!(verified(dir).entries, 2);
}

pub(super) async fn the_same_call_twice_gives_the_same_receipts(dir: &Path) {
    let store = sample::store(dir);
    let first = store.append(refusals(0, 20), NOW).await.unwrap();
    assert_eq!(store.append(refusals(0, 20), NOW).await.unwrap(), first);
    assert_eq!(verified(dir).entries, 21);
}

pub(super) async fn a_call_that_overlaps_an_earlier_one_records_what_is_new(dir: &Path) {
    let store = sample::store(dir);
    let first = store.append(refusals(0, 10), NOW).await.unwrap();
    let second = store.append(refusals(5, 10), NOW).await.unwrap();
    assert_eq!(second[..5], first[5..]);
    assert_eq!(second[9].index, 15);
    assert_eq!(verified(dir).entries, 16);
}

pub(super) async fn one_key_twice_in_one_call_is_one_entry(dir: &Path) {
    let store = sample::store(dir);
    let receipts = store.append(vec![sample::refused(0), sample::refused(0)], NOW).await.unwrap();
    assert_eq!(receipts[0], receipts[1]);
    assert_eq!(verified(dir).entries, 2);
}

pub(super) async fn one_key_twice_in_one_call_with_two_contents_is_a_conflict(dir: &Path) {
    let store = sample::store(dir);
    let refused = store.append(vec![sample::refused(0), other(0)], NOW).await;
    assert_eq!(refused, Err(Fault::Rejected(Why::Conflict)));
    assert_eq!(verified(dir).entries, 1);
}

pub(super) async fn a_conflict_is_a_conflict_again_after_a_restart(dir: &Path) {
    sample::store(dir).append(refusals(0, 1), NOW).await.unwrap();
    let store = sample::store(dir);
    assert_eq!(store.append(vec![other(0)], NOW).await, Err(Fault::Rejected(Why::Conflict)));
}

pub(super) async fn receipts_are_the_same_after_a_restart(dir: &Path) {
    let first = sample::store(dir).append(refusals(0, 3), NOW).await.unwrap();
    assert_eq!(sample::store(dir).append(refusals(0, 3), NOW).await.unwrap(), first);
}

fn start_of(dir: &Path, which: usize) -> serde_json::Value {
    let filter = Filter { kind: Some(Kind::Replica), ..Filter::default() };
    inspect(&sample::settings(dir).place, KEY, &filter).unwrap()[which].entry.clone()
}

pub(super) async fn a_boot_counts_from_zero_and_names_the_last_leaf(dir: &Path) {
    let last = sample::store(dir).append(refusals(0, 3), NOW).await.unwrap()[2].clone();
    let next = sample::store(dir).append(refusals(3, 1), NOW).await.unwrap()[0].clone();
    assert_eq!((next.boot, next.n), (2, 1), "the start entry is its first");
    let start = start_of(dir, 1);
    assert_eq!(start["detail"]["last_leaf"], crate::hash::hex(&last.leaf));
    assert_eq!(start["detail"]["last_index"], last.index.to_string());
    verified(dir);
}

pub(super) async fn a_boot_after_an_orderly_stop_says_so(dir: &Path) {
    sample::store(dir).stop(NOW).await.unwrap();
    drop(sample::store(dir));
    assert_eq!(start_of(dir, 2)["detail"]["previous_boot"], "in-order");
}

pub(super) async fn a_boot_after_no_stop_says_so(dir: &Path) {
    drop(sample::store(dir));
    drop(sample::store(dir));
    assert_eq!(start_of(dir, 1)["detail"]["previous_boot"], "without-stop", "AU22");
}

pub(super) async fn nothing_is_written_after_the_stop(dir: &Path) {
    let store = sample::store(dir);
    store.stop(NOW).await.unwrap();
    assert_eq!(store.append(refusals(0, 1), NOW).await, Err(Fault::Rejected(Why::Closed)));
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await;
    assert_eq!(opened.unwrap_err(), Fault::Rejected(Why::Closed));
    assert!(!store.is_writable());
    assert_eq!(verified(dir).entries, 2);
}

pub(super) async fn what_is_read_after_the_stop_is_what_was_written(dir: &Path) {
    let store = sample::store(dir);
    store.put_note("state", "anybody", b"kept", NOW.plus_ms(100)).await.unwrap();
    store.stop(NOW).await.unwrap();
    assert_eq!(store.note("state", "anybody", NOW).await.unwrap().unwrap(), b"kept");
    assert_eq!(store.published().await.unwrap().unwrap().checkpoint.size, 2);
}

pub(super) async fn a_replica_of_another_name_begins_a_chain_of_its_own(dir: &Path) {
    sample::store(dir).append(refusals(0, 2), NOW).await.unwrap();
    let settings = Settings { replica: "g2".to_owned(), ..sample::settings(dir) };
    let second = Store::open(settings, NOW).unwrap();
    let receipt = second.append(refusals(2, 1), NOW).await.unwrap()[0].clone();
    assert_eq!((receipt.index, receipt.boot, receipt.n), (4, 1, 1));
    drop(second);
    verified(dir);
}

pub(super) async fn another_key_does_not_open_the_store(dir: &Path) {
    drop(sample::store(dir));
    let wrong = Store::open(Settings { key: [8; 32], ..sample::settings(dir) }, NOW);
    assert!(matches!(wrong, Err(StoreFault::Head)), "{wrong:?}");
}

pub(super) async fn an_opening_is_opened_once(dir: &Path) {
    let store = sample::store(dir);
    let first = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let again = store.open_opening(sample::opening(1), sample::open(1), NOW.plus_ms(5)).await.unwrap();
    assert_eq!(first.receipt(), again.receipt());
    assert_eq!(verified(dir).openings, 1);
}

pub(super) async fn an_opening_opened_by_two_at_once_is_one(dir: &Path) {
    let store = sample::store(dir);
    let open = || store.open_opening(sample::opening(1), sample::open(1), NOW);
    let (one, two) = tokio::join!(open(), open());
    assert_eq!(one.unwrap().receipt(), two.unwrap().receipt());
    assert_eq!(verified(dir).openings, 1);
}

pub(super) async fn an_opening_by_another_professional_is_a_conflict(dir: &Path) {
    let store = sample::store(dir);
    store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let mut somebody = sample::open(1);
    somebody.who.as_mut().unwrap().subject = "somebody-else".to_owned();
    let taken = store.open_opening(sample::opening(1), somebody, NOW).await;
    assert_eq!(taken.unwrap_err(), Fault::Rejected(Why::Conflict));
}

pub(super) async fn a_disclosure_needs_its_opening(dir: &Path) {
    let (store, elsewhere) = (sample::store(dir), tempfile::tempdir().unwrap());
    let other = sample::store(elsewhere.path());
    let opened = other.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let shown = store.disclose(&opened, sample::disclosure(1, "gp", 1), b"{}".to_vec(), NOW).await;
    assert_eq!(shown.unwrap_err(), Fault::Rejected(Why::Unknown), "HAZ-029");
    assert_eq!(verified(dir).entries, 1);
}

pub(super) async fn a_hundred_disclosures_at_once_are_each_recorded(dir: &Path) {
    let store = sample::store(dir);
    let opened =
        std::sync::Arc::new(store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap());
    let tasks: Vec<_> = (0..100)
        .map(|part| {
            let (store, opened) = (store.clone(), std::sync::Arc::clone(&opened));
            tokio::spawn(async move {
                let entry = sample::disclosure(1, "gp", part);
                store.disclose(&opened, entry, b"{}".to_vec(), NOW).await.unwrap().part()
            })
        })
        .collect();
    for (part, task) in (0..).zip(tasks) {
        assert_eq!(task.await.unwrap(), part);
    }
    let seen = verified(dir);
    assert_eq!((seen.entries, seen.manifests), (102, 100));
}

pub(super) async fn disclosures_recorded_together_are_one_group_and_what_is_malformed_fails_alone(
    dir: &Path,
) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let part = |source: &str| (sample::disclosure(1, source, 1), b"{}".to_vec());
    let together = async |sources: &[&str], malformed: Option<Entry>| {
        let mut parts: Vec<_> = sources.iter().map(|source| part(source)).collect();
        parts.splice(1..1, malformed.map(|entry| (entry, Vec::new())));
        store.disclose_all(&opened, parts, NOW).await
    };
    let ended = together(&["gp", "acute", "mh"], Some(sample::refused(1))).await;
    let named: Vec<_> = ended.iter().map(|ended| ended.as_ref().map(Disclosed::source)).collect();
    assert_eq!(named, [Ok("gp"), Err(&Fault::Rejected(Why::Malformed)), Ok("acute"), Ok("mh")]);
    assert!(together(&["gp", "acute"], None).await.iter().all(Result::is_ok), "the same again is settled");
    let seen = verified(dir);
    assert_eq!((seen.entries, seen.manifests), (5, 3));
    store.close(&opened, sample::close(1), NOW).await.unwrap();
    let late = together(&["city", "community"], None).await;
    assert_eq!(late.len(), 2);
    assert!(late.iter().all(|ended| matches!(ended, Err(Fault::Rejected(Why::Closed)))), "HAZ-029: {late:?}");
    assert_eq!(verified(dir).manifests, 3, "nothing of it is left");
    assert!(store.disclose_all(&opened, Vec::new(), NOW).await.is_empty());
}

pub(super) async fn a_disclosure_at_the_moment_of_the_close_is_before_or_refused(dir: &Path) {
    let store = sample::store(dir);
    for n in 1..=20 {
        let opened = store.open_opening(sample::opening(n), sample::open(n), NOW).await.unwrap();
        let (shown, closed) = tokio::join!(
            store.disclose(&opened, sample::disclosure(n, "gp", 1), b"{}".to_vec(), NOW),
            store.close(&opened, sample::close(n), NOW),
        );
        closed.unwrap();
        let recorded = inspect(
            &sample::settings(dir).place,
            KEY,
            &Filter { opening: Some(sample::opening(n)), ..Filter::default() },
        );
        let kinds: Vec<_> = recorded.unwrap().into_iter().map(|view| view.entry["kind"].clone()).collect();
        match shown {
            Ok(_) => assert_eq!(kinds, ["open", "disclosure", "close"]),
            Err(fault) => {
                assert_eq!(fault, Fault::Rejected(Why::Closed));
                assert_eq!(kinds, ["open", "close"]);
            }
        }
    }
}

pub(super) async fn a_second_close_with_other_content_is_a_conflict(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.close(&opened, sample::close(1), NOW).await.unwrap();
    let mut other = sample::close(1);
    other.cause = Some("another".to_owned());
    assert_eq!(store.close(&opened, other, NOW).await, Err(Fault::Rejected(Why::Conflict)));
}

pub(super) async fn an_ask_is_recorded_before_its_disclosure(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let ask = store.append(vec![sample::ask(1, "acute", 2)], NOW).await.unwrap()[0].index;
    store.disclose(&opened, sample::disclosure(1, "acute", 2), b"{}".to_vec(), NOW).await.unwrap();
    let filter = Filter { kind: Some(Kind::Disclosure), ..Filter::default() };
    assert!(inspect(&sample::settings(dir).place, KEY, &filter).unwrap()[0].index > ask);
}

pub(super) async fn a_sweep_leaves_closed_openings_alone(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.close(&opened, sample::close(1), NOW).await.unwrap();
    store.open_opening(sample::opening(2), sample::open(2), NOW).await.unwrap();
    assert_eq!(store.sweep(NOW.plus_ms(1), NOW).await, Ok(1));
    let seen = verified(dir);
    assert_eq!((seen.openings, seen.unclosed, seen.entries), (2, 0, 5));
}

pub(super) async fn a_sweep_of_nothing_writes_nothing(dir: &Path) {
    let store = sample::store(dir);
    assert_eq!(store.sweep(NOW, NOW).await, Ok(0));
    assert_eq!(verified(dir).entries, 1);
}

pub(super) async fn two_sweeps_at_once_close_each_opening_once(dir: &Path) {
    let store = sample::store(dir);
    for n in 0..40 {
        store.open_opening(sample::opening(n), sample::open(n), NOW).await.unwrap();
    }
    let sweep = || store.sweep(NOW.plus_ms(1), NOW);
    let (one, two) = tokio::join!(sweep(), sweep());
    assert_eq!(one.unwrap() + two.unwrap(), 40, "HAZ-031");
    assert_eq!(verified(dir).unclosed, 0);
}

pub(super) async fn a_manifest_of_a_megabyte_comes_back_whole(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let text = format!("\"{}\"", "m".repeat(1 << 20));
    store.disclose(&opened, sample::disclosure(1, "gp", 1), text.clone().into_bytes(), NOW).await.unwrap();
    let filter = Filter { kind: Some(Kind::Disclosure), ..Filter::default() };
    let manifest = inspect(&sample::settings(dir).place, KEY, &filter).unwrap().remove(0).manifest.unwrap();
    assert_eq!(manifest.to_string(), text);
}

pub(super) async fn a_manifest_that_is_too_large_is_malformed(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let large = vec![b' '; 8 * 1024 * 1024 + 1];
    let refused = store.disclose(&opened, sample::disclosure(1, "gp", 1), large, NOW).await;
    assert_eq!(refused.unwrap_err(), Fault::Rejected(Why::Malformed));
}

pub(super) async fn text_of_every_script_comes_back_as_it_was(dir: &Path) {
    let typed = "a\r\n\u{0}\u{202e}\u{1f6d1} Zoë 山 \"quoted\" \\ '; DROP TABLE leaf; --";
    let mut entry = sample::refused(0);
    entry.cause = Some(typed.to_owned());
    sample::store(dir).append(vec![entry], NOW).await.unwrap();
    let views = inspect(&sample::settings(dir).place, KEY, &Filter { from: 1, ..Filter::default() }).unwrap();
    assert_eq!(views[0].entry["cause"], typed, "AU28");
}

pub(super) async fn an_entry_at_the_cap_is_recorded_and_one_over_it_refused(dir: &Path) {
    let store = sample::store(dir);
    let mut entry = sample::refused(0);
    entry.cause = Some(String::new());
    let rest = crate::entry::CAP - entry.canonical().unwrap().len();
    entry.cause = Some("x".repeat(rest));
    store.append(vec![entry.clone()], NOW).await.unwrap();
    entry.cause = Some("x".repeat(rest + 1));
    assert_eq!(store.append(vec![entry], NOW).await, Err(Fault::Rejected(Why::Malformed)));
}

pub(super) async fn a_handle_is_used_until_a_moment_before_its_end(dir: &Path) {
    let store = sample::store(dir);
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    let last = NOW.plus_ms(59_999);
    let entry = sample::session_entry([3; 32], 0);
    store.redeem([1; 32], session([3; 32], [4; 32]), entry, last).await.unwrap();
}

pub(super) async fn a_handle_redeemed_by_a_hundred_at_once_opens_one_session(dir: &Path) {
    let store = sample::store(dir);
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    let tasks: Vec<_> = (0..100_u8)
        .map(|n| {
            let (store, sid) = (store.clone(), [n + 50; 32]);
            tokio::spawn(async move {
                let entry = sample::session_entry(sid, 0);
                store.redeem([1; 32], session(sid, [4; 32]), entry, NOW).await
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(fault) => assert_eq!(fault, Fault::Rejected(Why::Replay), "HAZ-046"),
        }
    }
    assert_eq!(won, 1, "AU14");
    verified(dir);
}

async fn begun(store: &Store, n: u8) -> [u8; 32] {
    let sid = [n + 100; 32];
    store.put_handle(handle([n; 32], n), accepted(n), NOW).await.unwrap();
    store.redeem([n; 32], session(sid, [4; 32]), sample::session_entry(sid, 0), NOW).await.unwrap();
    sid
}

pub(super) async fn a_session_content_is_amended_with_an_entry_or_not_at_all(dir: &Path) {
    let store = sample::store(dir);
    let sid = begun(&store, 1).await;
    store.append(refusals(0, 1), NOW).await.unwrap();
    let refused = store.amend_session(sid, b"two".to_vec(), other(0), NOW).await;
    assert_eq!(refused, Err(Fault::Rejected(Why::Conflict)));
    assert_eq!(store.session(sid).await.unwrap().unwrap().content, b"session-content-canary");
    store.amend_session(sid, b"two".to_vec(), sample::session_entry(sid, 1), NOW).await.unwrap();
    assert_eq!(store.session(sid).await.unwrap().unwrap().content, b"two");
    verified(dir);
}

pub(super) async fn an_amended_session_that_has_ended_is_refused(dir: &Path) {
    let store = sample::store(dir);
    let sid = begun(&store, 1).await;
    store.end_sessions(Which::Sid(sid), "closed", sample::session_entry(sid, 1), NOW).await.unwrap();
    let late = store.amend_session(sid, b"two".to_vec(), sample::session_entry(sid, 2), NOW).await;
    assert_eq!(late, Err(Fault::Rejected(Why::Closed)));
}

pub(super) async fn sessions_of_one_professional_end_together(dir: &Path) {
    let store = sample::store(dir);
    let sid = begun(&store, 1).await;
    begun(&store, 2).await;
    let who = sample::session_entry(sid, 0).who.unwrap();
    let end = |host: &str, n| {
        let which = Which::Subject { host: host.to_owned(), subject: who.subject.clone() };
        store.end_sessions(which, "suspended", sample::session_entry(sid, n), NOW)
    };
    assert_eq!(end("another-host", 1).await, Ok(0), "a number is only one's own within its host");
    assert_eq!(end(&who.host, 2).await, Ok(2));
}

pub(super) async fn a_note_taken_is_gone(dir: &Path) {
    let store = sample::store(dir);
    store.put_note("pending", "one", b"x", NOW.plus_ms(100)).await.unwrap();
    assert_eq!(store.take_note("pending", "one", NOW).await.unwrap().unwrap(), b"x");
    assert_eq!(store.take_note("pending", "one", NOW).await.unwrap(), None);
    assert_eq!(store.note("pending", "one", NOW).await.unwrap(), None);
}

pub(super) async fn notes_of_two_kinds_are_two(dir: &Path) {
    let store = sample::store(dir);
    for what in ["pending", "state"] {
        store.put_note(what, "one", what.as_bytes(), NOW.plus_ms(100)).await.unwrap();
    }
    for what in ["pending", "state"] {
        assert_eq!(store.note(what, "one", NOW).await.unwrap().unwrap(), what.as_bytes());
    }
}

pub(super) async fn consistency_between_every_two_checkpoints_holds(dir: &Path) {
    let store = sample::store(dir);
    let mut signed = Vec::new();
    for (from, count) in [(0, 1), (1, 60), (61, 195), (256, 1), (257, 300)] {
        settled(async || store.append(refusals(from, count), NOW).await).await.unwrap();
        signed.push(store.checkpoint(NOW).await.unwrap().checkpoint);
    }
    for (at, old) in signed.iter().enumerate() {
        for new in &signed[at..] {
            let path = store.consistency(old.size, new.size).await.unwrap();
            assert!(proof::is_consistent((old.size, &old.root), (new.size, &new.root), &path));
        }
    }
}

pub(super) async fn a_checkpoint_is_the_same_for_everybody_who_asks_at_once(dir: &Path) {
    let store = sample::store(dir);
    store.append(refusals(0, 10), NOW).await.unwrap();
    let (one, two) = tokio::join!(store.checkpoint(NOW), store.checkpoint(NOW.plus_ms(7)));
    assert_eq!(one.unwrap(), two.unwrap());
}

pub(super) async fn a_cosignature_of_an_unknown_size_is_refused(dir: &Path) {
    let store = sample::store(dir);
    let signer =
        crate::signed::Signer::new("w.example", crate::signed::Signs::Cosignatures, &[5; 32]).unwrap();
    let refused = store.cosigned(77, signer.verifier(), "— w.example x\n".to_owned()).await;
    assert_eq!(refused, Err(Fault::Rejected(Why::Unknown)));
}

async fn found(store: &Store, query: Query) -> usize {
    store.watched(query).await.unwrap().entries.len()
}

pub(super) async fn a_query_from_beyond_the_end_is_empty(dir: &Path) {
    let store = sample::store(dir);
    assert_eq!(found(&store, Query { from: 1_000_000, ..Query::default() }).await, 0);
    assert_eq!(found(&store, Query { from: u64::MAX >> 1, ..Query::default() }).await, 0);
}

pub(super) async fn a_query_by_a_person_nobody_opened_is_empty(dir: &Path) {
    let store = sample::store(dir);
    store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let nobody = Query { person: Some("9990000999".to_owned()), ..Query::default() };
    assert_eq!(found(&store, nobody).await, 0);
    let never = OpeningId::from_bytes([0; 16]);
    assert_eq!(found(&store, Query { opening: Some(never), ..Query::default() }).await, 0);
}

pub(super) async fn the_probe_of_a_writable_store_says_so(dir: &Path) {
    let store = sample::store(dir);
    assert!(store.is_writable());
    store.append(refusals(0, 1), NOW).await.unwrap();
    assert!(store.is_writable());
}
