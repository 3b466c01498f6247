//! The tree beside the leaves: what is signed, served and proven, and when nothing is signed any more.

use super::{
    conform::{settled, verified},
    *,
};
use crate::{
    hash::Hash,
    signed::{Note, Signer, Signs, Verifier, checkpoint::Checkpoint},
    tree::{self, leaf_hash, proof, tile::unbundle},
};
use rusqlite::Connection;

fn path(dir: &Path) -> PathBuf {
    sample::settings(dir).place.path
}

fn tamper(dir: &Path, sql: &str) {
    Connection::open(path(dir)).unwrap().execute_batch(sql).unwrap();
}

/// Fills a store in groups, so that a test of many entries is quick.
async fn fill(store: &Store, from: u32, count: u32) {
    let entries: Vec<_> = (from..from + count).map(sample::refused).collect();
    for group in entries.chunks(256) {
        settled(async || store.append(group.to_vec(), NOW).await).await.unwrap();
    }
}

fn leaves(dir: &Path) -> Vec<Hash> {
    let read = sample::settings(dir).place.look(|link| link.query("SELECT leaf FROM leaf ORDER BY idx", &[]));
    read.unwrap().iter_mut().map(|line| leaf_hash(&line.bytes().unwrap())).collect()
}

fn witness(seed: u8) -> Signer {
    Signer::new(&format!("w{seed}.example"), Signs::Cosignatures, &[seed; 32]).unwrap()
}

pub(in crate::store) async fn a_checkpoint_says_the_root_over_every_leaf_and_is_made_only_when_the_tree_has_grown(
    dir: &Path,
) {
    let store = sample::store(dir);
    assert_eq!(store.published().await.unwrap(), None);
    fill(&store, 0, 600).await;
    let first = store.checkpoint(NOW).await.unwrap();
    assert_eq!(first.checkpoint.origin, "log.example/audit/Z99/2026");
    assert_eq!((first.checkpoint.size, first.checkpoint.root), (601, tree::root_of(&leaves(dir))));
    assert_eq!(store.published().await.unwrap(), Some(first.clone()), "durable before it is given out");
    assert_eq!(store.checkpoint(NOW.plus_ms(10_000)).await.unwrap(), first);
    fill(&store, 600, 1).await;
    let second = store.checkpoint(NOW).await.unwrap();
    let path = store.consistency(601, 602).await.unwrap();
    let of = |published: &Published| (published.checkpoint.size, published.checkpoint.root);
    let ((old, old_root), (new, new_root)) = (of(&first), of(&second));
    assert!(proof::is_consistent((old, &old_root), (new, &new_root), &path));
    store.stop(NOW).await.unwrap();
    assert_eq!(
        store.published().await.unwrap().unwrap().checkpoint.size,
        603,
        "the stop entry is covered too"
    );
}

pub(in crate::store) async fn tiles_and_bundles_are_served_as_far_as_the_checkpoint_goes_and_no_further(
    dir: &Path,
) {
    let store = sample::store(dir);
    fill(&store, 0, 599).await;
    assert_eq!(store.part("tile/0/000").await.unwrap(), None, "nothing was published yet");
    let published = store.checkpoint(NOW).await.unwrap();
    fill(&store, 700, 300).await;
    let part = async |path: &str| match store.part(path).await.unwrap() {
        Some(Part::Tile(bytes)) => Some(bytes),
        Some(Part::Checkpoint(_)) => panic!("{path}"),
        None => None,
    };
    let hashes = leaves(dir);
    assert_eq!(part("tile/0/001").await.unwrap(), hashes[256..512].concat());
    assert_eq!(part("tile/0/002.p/88").await.unwrap(), hashes[512..600].concat());
    let level_1 = [tree::root_of(&hashes[..256]), tree::root_of(&hashes[256..512])];
    assert_eq!(part("tile/1/000.p/2").await.unwrap(), level_1.concat());
    let bundle = part("tile/entries/002.p/88").await.unwrap();
    assert!(
        unbundle(&bundle).unwrap().iter().map(|leaf| leaf_hash(leaf)).eq(hashes[512..600].iter().copied())
    );
    for beyond in [
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/entries/002",
        "tile/entries/003.p/1",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "nothing",
        "",
    ] {
        assert_eq!(part(beyond).await, None, "{beyond}");
    }
    assert_eq!(store.part("checkpoint").await.unwrap(), Some(Part::Checkpoint(published.note)));
}

pub(in crate::store) async fn every_entry_covered_by_a_checkpoint_can_be_proven_to_whoever_has_the_logs_key(
    dir: &Path,
) {
    let store = sample::store(dir);
    fill(&store, 0, 300).await;
    let published = store.checkpoint(NOW).await.unwrap();
    let hashes = leaves(dir);
    let keys = crate::export::log_keys(&sample::settings(dir).place).unwrap();
    let verifier = Verifier::parse(&keys[0].1).unwrap();
    for index in [0, 1, 255, 256, 300] {
        let proof = store.prove(index).await.unwrap().unwrap();
        let (note, checkpoint) = proof.holds(&hashes[usize::try_from(index).unwrap()]).unwrap();
        assert_eq!((verifier.check(&note), checkpoint), (Some(Ok(0)), published.checkpoint.clone()));
    }
    assert_eq!(store.prove(301).await.unwrap(), None);
}

pub(in crate::store) async fn a_store_taken_up_again_grows_the_same_tree_over_full_tiles_and_both_sides_of_them(
    dir: &Path,
) {
    let mut written = 0;
    for count in [1, 252, 1, 1, 1, 300, 511] {
        let store = sample::store(dir);
        fill(&store, written, count).await;
        written += count;
        let published = store.checkpoint(NOW).await.unwrap();
        assert_eq!(published.checkpoint.root, tree::root_of(&leaves(dir)));
        drop(store);
    }
}

/// The version before: no tree, no checkpoint, no name.
#[tokio::test]
async fn a_store_from_before_the_tree_is_given_one_over_all_its_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    fill(&store, 0, 700).await;
    drop(store);
    tamper(dir.path(), sample::BACK_TO_2);
    let store = sample::store(dir.path());
    let published = store.checkpoint(NOW).await.unwrap();
    assert_eq!(
        (published.checkpoint.size, published.checkpoint.root),
        (702, tree::root_of(&leaves(dir.path())))
    );
    drop(store);
    verify(&path(dir.path()), Some(KEY), None).unwrap();
}

#[tokio::test]
async fn the_log_keeps_the_name_it_began_with_and_takes_none_that_cannot_be_signed() {
    let dir = tempfile::tempdir().unwrap();
    drop(sample::store(dir.path()));
    let renamed =
        Settings { origin: "elsewhere.example/audit/Z99".to_owned(), ..sample::settings(dir.path()) };
    let store = Store::open(renamed, sample::NOW.plus_ms(400 * 86_400_000)).unwrap();
    assert_eq!(store.origin(), "log.example/audit/Z99/2026");
    for hostile in ["", "a b", "a+b", "a\nb"] {
        let fresh = tempfile::tempdir().unwrap();
        let settings = Settings { origin: hostile.to_owned(), ..sample::settings(fresh.path()) };
        assert!(matches!(Store::open(settings, NOW), Err(StoreFault::Origin(_))), "{hostile:?}");
    }
}

/// AU17, AU23: what was signed is not what is stored, so nothing more is.
#[tokio::test]
async fn au17_nothing_is_signed_over_a_changed_past_and_the_door_shuts_for_good() {
    for (sql, words) in [
        ("UPDATE tile SET hashes = zeroblob(32) WHERE level = 1", "does not begin"),
        ("DELETE FROM tile WHERE level = 1", "is gone"),
        ("UPDATE checkpoint SET note = replace(note, '/2026', '/2027')", "is not what was signed"),
        ("UPDATE checkpoint SET note = substr(note, 1, 60)", "cannot be read"),
        (
            "UPDATE leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"at\":1795000000', '\"at\":1795000001') AS BLOB) WHERE idx = 299",
            "does not begin",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = sample::store(dir.path());
        fill(&store, 0, 299).await;
        store.checkpoint(NOW).await.unwrap();
        fill(&store, 500, 3).await;
        tamper(dir.path(), sql);
        assert_eq!(store.checkpoint(NOW).await, Err(Fault::Rejected(Why::Closed)), "HAZ-030: {sql}");
        assert!(store.frozen().unwrap().contains(words), "{sql}: {:?}", store.frozen());
        assert!(!store.is_writable());
        assert_eq!(store.append(vec![sample::refused(900)], NOW).await, Err(Fault::Unavailable), "HAZ-030");
        drop(store);
        let again = Store::open(sample::settings(dir.path()), NOW);
        assert!(matches!(again, Err(StoreFault::Frozen(_))), "a restart does not open it: {again:?}");
    }
}

#[tokio::test]
async fn a_store_whose_tree_is_not_that_of_its_leaves_is_not_opened() {
    for sql in [
        "UPDATE tree SET root = zeroblob(32)",
        "UPDATE tree SET size = size - 1",
        "DELETE FROM tree",
        "DELETE FROM tile WHERE level = 1",
        "UPDATE tile SET hashes = zeroblob(32) WHERE level = 1",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = sample::store(dir.path());
        fill(&store, 0, 299).await;
        drop(store);
        tamper(dir.path(), sql);
        let opened = Store::open(sample::settings(dir.path()), NOW);
        assert!(matches!(opened, Err(StoreFault::Tree)), "HAZ-030: {sql}: {opened:?}");
    }
}

pub(in crate::store) async fn au24_after_a_rotation_the_old_key_has_signed_the_leaf_that_names_the_new_and_the_new_signs_on(
    dir: &Path,
) {
    let store = sample::store(dir);
    fill(&store, 0, 5).await;
    store.checkpoint(NOW).await.unwrap();
    let new = store.rotate_key(["A. First".to_owned(), "B. Second".to_owned()], NOW).await.unwrap();
    let keys = crate::export::log_keys(&sample::settings(dir).place).unwrap();
    let old = Verifier::parse(&keys[0].1).unwrap();
    assert_eq!(keys[1], (7, new.to_string()));
    let covering = store.published().await.unwrap().unwrap();
    assert_eq!(covering.checkpoint.size, 7, "the leaf is under the last checkpoint of the old key");
    assert_eq!(old.check(&Note::parse(&covering.note).unwrap()), Some(Ok(0)));
    fill(&store, 50, 1).await;
    let note = Note::parse(&store.checkpoint(NOW).await.unwrap().note).unwrap();
    assert_eq!((new.check(&note), old.check(&note)), (Some(Ok(0)), None));
    let filter = Filter { kind: Some(Kind::Configuration), ..Filter::default() };
    let said = inspect(&sample::settings(dir).place, KEY, &filter).unwrap().remove(0).entry;
    assert_eq!(said["detail"]["after"], new.to_string());
    assert_eq!((&said["detail"]["by"], &said["detail"]["second"]), (&"A. First".into(), &"B. Second".into()));
    store.stop(NOW).await.unwrap();
    drop(store);
    verified(dir);
    drop(sample::store(dir));
}

pub(in crate::store) async fn a_witness_is_added_to_the_checkpoint_it_saw_and_only_by_its_own_hand(
    dir: &Path,
) {
    let store = sample::store(dir);
    let first = store.checkpoint(NOW).await.unwrap();
    let (one, other) = (witness(1), witness(2));
    let text = first.checkpoint.text();
    store.cosigned(1, one.verifier(), one.line(&text, 77)).await.unwrap();
    let malformed = Err(Fault::Rejected(Why::Malformed));
    assert_eq!(store.cosigned(1, other.verifier(), one.line(&text, 77)).await, malformed);
    assert_eq!(store.cosigned(1, other.verifier(), other.line("another\n", 77)).await, malformed);
    assert_eq!(store.cosigned(1, other.verifier(), "\n\n".to_owned()).await, malformed);
    assert_eq!(
        store.cosigned(9, one.verifier(), one.line(&text, 77)).await,
        Err(Fault::Rejected(Why::Unknown))
    );
    let log = Signer::new(&first.checkpoint.origin, Signs::Notes, &[1; 32]).unwrap();
    assert_eq!(
        store.cosigned(1, log.verifier(), log.line(&text, 0)).await,
        malformed,
        "a log does not witness"
    );
    let published = store.published().await.unwrap().unwrap();
    assert_eq!(published.cosigned.values().copied().collect::<Vec<_>>(), [77]);
    let note = Note::parse(&published.note).unwrap();
    assert_eq!(
        (one.verifier().check(&note), Checkpoint::parse(&note.text)),
        (Some(Ok(77)), Some(first.checkpoint))
    );
}

pub(in crate::store) async fn what_is_refused_leaves_no_leaf_in_the_tree(dir: &Path) {
    let store = sample::store(dir);
    store.append(vec![sample::refused(0)], NOW).await.unwrap();
    let mut clash = sample::refused(0);
    clash.cause = None;
    let (a, b, c) = tokio::join!(
        store.append(vec![sample::refused(1)], NOW),
        store.append(vec![sample::refused(2), clash], NOW),
        store.append(vec![sample::refused(3)], NOW),
    );
    assert!(a.is_ok() && b.is_err() && c.is_ok());
    let published = store.checkpoint(NOW).await.unwrap();
    assert_eq!(
        (published.checkpoint.size, published.checkpoint.root),
        (4, tree::root_of(&leaves(dir))),
        "AU12"
    );
}
