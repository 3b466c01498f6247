//! AU19, AU23: what partners hold against the store, and what the store asks before it opens.

use super::*;
use crate::{
    compare,
    signed::{Note, Signer, Signs, checkpoint::Checkpoint},
    store::Compared,
    witness::{Witness, request},
};

fn path(dir: &std::path::Path) -> PathBuf {
    sample::settings(dir).place.path
}

#[tokio::test]
async fn au19_two_checkpoints_of_the_logs_own_key_that_disagree_are_a_fork_and_nothing_else_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    store.append((0..300).map(sample::refused).collect(), NOW).await.unwrap();
    let first = store.checkpoint(NOW).await.unwrap();
    store.append((300..310).map(sample::refused).collect(), NOW).await.unwrap();
    let second = store.checkpoint(NOW).await.unwrap();
    for given in [&first, &second] {
        assert_eq!(compare(&Place::file(&path(dir.path())), &given.note).unwrap(), Compared::SameLog);
    }
    // A backup of the file, taken up beside the store: the same key signs another history.
    let copy = tempfile::tempdir().unwrap();
    store.stop(NOW).await.unwrap();
    drop(store);
    std::fs::copy(path(dir.path()), path(copy.path())).unwrap();
    let (one, other) = (sample::store(dir.path()), sample::store(copy.path()));
    one.append(vec![sample::refused(900)], NOW).await.unwrap();
    other.append(vec![sample::refused(901)], NOW).await.unwrap();
    let fork = other.checkpoint(NOW).await.unwrap();
    assert_eq!(compare(&Place::file(&path(dir.path())), &fork.note).unwrap(), Compared::Fork, "HAZ-030");
    other.append(vec![sample::refused(902)], NOW).await.unwrap();
    let further = other.checkpoint(NOW).await.unwrap();
    assert_eq!(compare(&Place::file(&path(dir.path())), &further.note).unwrap(), Compared::Ahead);
    let thief = Signer::new(&fork.checkpoint.origin, Signs::Notes, &[9; 32]).unwrap();
    let text = fork.checkpoint.text();
    for nothing in [
        format!("{text}\n{}", thief.line(&text, 0)),
        text,
        String::new(),
        fork.note.replace("/2026", "/2027"),
    ] {
        assert_eq!(
            compare(&Place::file(&path(dir.path())), &nothing).unwrap(),
            Compared::NotOurs,
            "AU24: it proves nothing"
        );
    }
    crate::freeze(&path(dir.path()), "two histories").unwrap();
    assert_eq!(
        one.append(vec![sample::refused(910)], NOW).await,
        Err(Fault::Unavailable),
        "a running store too"
    );
    crate::freeze(&path(dir.path()), "a later reason").unwrap();
    assert_eq!(one.frozen().as_deref(), Some("two histories"), "the first reason stays");
}

// shows: A42
/// AU23: the file is put back from an earlier day, and a witness remembers the later one.
#[tokio::test]
async fn au23_a_store_put_back_from_an_older_backup_is_known_by_what_a_witness_has_seen() {
    let dir = tempfile::tempdir().unwrap();
    let fresh = crate::before_opening(&sample::settings(dir.path()), NOW).unwrap();
    assert_eq!(fresh.published, 0);
    let store = sample::store(dir.path());
    store.append((0..20).map(sample::refused).collect(), NOW).await.unwrap();
    store.stop(NOW).await.unwrap();
    drop(store);
    let backup = std::fs::read(path(dir.path())).unwrap();
    let store = sample::store(dir.path());
    let published = store.checkpoint(NOW).await.unwrap();
    let log: String = rusqlite::Connection::open(path(dir.path()))
        .unwrap()
        .query_row("SELECT verifier FROM log_key", [], |row| row.get(0))
        .unwrap();
    let log = crate::signed::Verifier::parse(&log).unwrap();
    let signer = Signer::new("w.example", Signs::Cosignatures, &[4; 32]).unwrap();
    let witness = Witness::open(signer, vec![log.clone()], &dir.path().join("w.json")).unwrap();
    let asked = |note: &str| witness.add_checkpoint(request(0, &[], note).as_bytes(), 1);
    assert_eq!(asked(&fresh.note).status, 200, "before there was anything");
    assert_eq!(asked(&published.note).status, 200);
    drop(store);

    let now = crate::before_opening(&sample::settings(dir.path()), NOW).unwrap();
    assert_eq!((asked(&now.note).body, now.published), ("23\n".to_owned(), 23), "as it is");
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(file::beside(&path(dir.path()), ending));
    }
    std::fs::write(path(dir.path()), backup).unwrap();
    let then = crate::before_opening(&sample::settings(dir.path()), NOW).unwrap();
    assert_eq!(
        (asked(&then.note).body, then.published),
        ("23\n".to_owned(), 22),
        "HAZ-030: the witness knows more"
    );
    let note = Note::parse(&then.note).unwrap();
    assert_eq!((log.check(&note), Checkpoint::parse(&note.text).unwrap().size), (Some(Ok(0)), 0));
}
