//! A log that goes on from one that ended. HAZ-030.

use super::*;
use crate::{
    Decided, Ended, Part, Query, compare, ended, goes_on_from, is_begun,
    store::Compared,
    verify::{Checked, Missing, Trust, published},
};

fn decided() -> Decided {
    let [by, second, reason] = ["A. Keeper", "B. Guardian", "a witness was told two histories"];
    Decided { by: by.to_owned(), second: second.to_owned(), reason: reason.to_owned() }
}

/// An opening that nobody closed, signed, and one entry behind that was not; frozen.
async fn old(dir: &Path) -> Ended {
    let store = sample::store(dir);
    store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.checkpoint(NOW).await.unwrap();
    store.append(vec![sample::refused(2)], NOW).await.unwrap();
    drop(store);
    freeze(&sample::settings(dir).place.path, "two histories").unwrap();
    ended(&sample::settings(dir).place).unwrap().unwrap()
}

async fn fetched(log: &Store, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Result<Checked, String> {
    let size = log.published().await.unwrap().unwrap().checkpoint.size;
    let mut parts = std::collections::BTreeMap::new();
    for path in
        ["checkpoint", "fork-after", &format!("tile/0/000.p/{size}"), &format!("tile/entries/000.p/{size}")]
    {
        let bytes = match log.part(path).await.unwrap() {
            Some(Part::Checkpoint(note)) => note.into_bytes(),
            Some(Part::Tile(bytes)) => bytes,
            None => continue,
        };
        parts.insert(path.to_owned(), change(path, bytes));
    }
    let mut fetch = |path: &str| parts.get(path).cloned().ok_or(Missing::Absent);
    published(&mut fetch, &Trust::default()).map_err(|fault| fault.to_string())
}

#[tokio::test]
async fn a_log_that_goes_on_names_where_the_old_one_ended_under_another_name_and_key() {
    let [before, after] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let end = old(before.path()).await;
    assert_eq!((end.checkpoint.size, end.leaves), (2, 3));
    let settings = sample::settings(after.path());
    assert!(!is_begun(&settings.place).unwrap());
    let store = Store::succeed(settings.clone(), &end, &decided(), NOW).unwrap();
    assert_eq!(store.origin(), "log.example/audit/Z99/2026-2");
    store.checkpoint(NOW).await.unwrap();
    let checked = fetched(&store, |_, bytes| bytes).await.unwrap();
    let from = checked.goes_on_from.unwrap();
    assert_eq!((from.origin.as_str(), from.size), ("log.example/audit/Z99/2026", 2));
    assert_eq!(from.root, end.checkpoint.root);
    let entries = store.watched(Query::default()).await.unwrap().entries;
    let causes: Vec<_> = entries.iter().map(|found| found.entry.cause.clone().unwrap_or_default()).collect();
    assert_eq!(causes, ["fork-after", "log succeeded", ""], "and then the start of the replica");
    assert_eq!(entries[1].entry.detail["frozen"], "two histories");
    assert!(entries[0].entry.detail.values().all(|told| !told.contains("Keeper")), "the first names nobody");
    // What the old log signed is no checkpoint of the new one.
    let note = before_note(before.path()).await;
    assert_eq!(compare(&settings.place, &note).unwrap(), Compared::NotOurs);
    let keys = |dir: &Path| crate::export::log_keys(&sample::settings(dir).place).unwrap().pop().unwrap().1;
    let key = |verifier: String| verifier.rsplit('+').next().unwrap().to_owned();
    assert_ne!(key(keys(before.path())), key(keys(after.path())), "AU24: no key signs for two logs");
    store.stop(NOW).await.unwrap();
    drop(store);
    assert!(is_begun(&settings.place).unwrap());
    verify(&settings.place.path, Some(KEY), None).unwrap();
    verify(&sample::settings(before.path()).place.path, Some(KEY), None).unwrap();
    // It is opened again as any other, signs on and rotates on.
    let store = sample::store(after.path());
    store.rotate_key(["A".to_owned(), "B".to_owned()], NOW).await.unwrap();
    drop(store);
    verify(&settings.place.path, Some(KEY), None).unwrap();
}

async fn before_note(dir: &Path) -> String {
    let place = sample::settings(dir).place;
    place.look(checkpoint::last).unwrap().unwrap().note
}

#[tokio::test]
async fn a_first_leaf_that_is_hidden_or_changed_is_found() {
    let [before, after] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let end = old(before.path()).await;
    let store = Store::succeed(sample::settings(after.path()), &end, &decided(), NOW).unwrap();
    store.checkpoint(NOW).await.unwrap();
    for (from, to) in
        [("\\\"size\\\":\\\"2\\\"", "\\\"size\\\":\\\"1\\\""), ("\"index\":0", "\"index\":1"), ("{", "")]
    {
        let changed = fetched(&store, |path, bytes| match path {
            "fork-after" => String::from_utf8(bytes).unwrap().replacen(from, to, 1).into_bytes(),
            _ => bytes,
        });
        let told = changed.await.unwrap_err();
        assert_eq!(told, "index 0: what this log goes on from is not what its first leaf commits to");
    }
    let third = tempfile::tempdir().unwrap();
    let alone = sample::store(third.path());
    alone.checkpoint(NOW).await.unwrap();
    assert_eq!(alone.part("fork-after").await.unwrap(), None, "a log that goes on from none");
    assert_eq!(fetched(&alone, |_, bytes| bytes).await.unwrap().goes_on_from, None);
}

#[tokio::test]
async fn one_person_a_store_in_use_and_another_stores_month_keys_are_refused() {
    let [before, after] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let end = old(before.path()).await;
    let refused = |settings: Settings, decided: &Decided| {
        Store::succeed(settings, &end, decided, NOW).unwrap_err().to_string()
    };
    let one = Decided { second: " a. keeper ".to_owned(), ..decided() };
    let settings = sample::settings(after.path());
    assert!(refused(settings.clone(), &one).contains("two people"));
    assert!(!settings.place.path.exists(), "nothing is left behind");
    assert!(refused(sample::settings(before.path()), &decided()).contains("has entries already"));
    let months = after.path().join("months");
    std::fs::create_dir(&months).unwrap();
    std::fs::write(months.join("2026-11.entries"), "another store's").unwrap();
    assert!(refused(sample::settings(after.path()), &decided()).contains("month keys"));
    std::fs::remove_dir_all(&months).unwrap();
    // A successor of the successor has the next name; the one that was followed cannot be opened.
    let store = Store::succeed(settings.clone(), &end, &decided(), NOW).unwrap();
    store.checkpoint(NOW).await.unwrap();
    let end = ended(&settings.place).unwrap().unwrap();
    let third = tempfile::tempdir().unwrap();
    let while_it_is_written = Store::succeed(sample::settings(third.path()), &end, &decided(), NOW);
    assert!(matches!(while_it_is_written, Err(StoreFault::Held)), "{while_it_is_written:?}");
    assert!(store.frozen().is_none() && store.is_writable(), "nothing is shut by what is refused");
    drop(store);
    let store = Store::succeed(sample::settings(third.path()), &end, &decided(), NOW).unwrap();
    assert_eq!(store.origin(), "log.example/audit/Z99/2026-3");
    assert!(matches!(Store::open(settings, NOW), Err(StoreFault::Frozen(_))));
}

#[tokio::test]
async fn what_stands_in_a_log_that_ended_is_read_from_there_and_the_reading_recorded_in_the_new_one() {
    let [before, after] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let end = old(before.path()).await;
    let store = Store::succeed(sample::settings(after.path()), &end, &decided(), NOW).unwrap();
    let earlier = store.earlier(&sample::settings(before.path()).place, &KEY).unwrap();
    assert_eq!(earlier.origin(), "log.example/audit/Z99/2026");
    let who = sample::who();
    let query = Query { professional: Some((who.host, who.subject)), ..Query::default() };
    let mut reading = sample::whole(crate::Kind::AuditRead, Key::audit_read("1"), &sample::opening(1));
    reading.opening = None;
    let read = earlier.reads(reading, NOW).await.unwrap();
    assert_eq!(read.index(), 3, "behind the three entries that the new log begins with");
    let found = earlier.find(query, |_| true, &read).await.unwrap().entries;
    assert_eq!(found.iter().map(|found| found.index).collect::<Vec<_>>(), [1, 2]);
    assert!(matches!(earlier.part("checkpoint").await.unwrap(), Some(Part::Checkpoint(_))));
    // The first of them to go does not shut the other.
    drop(store);
    assert_eq!(earlier.prove(0).await.unwrap().unwrap().index, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_a_server_a_log_is_gone_on_from_behind_a_door_that_is_shut_for_every_replica() {
    let Some(pair) = tokio::task::block_in_place(server::Pair::start) else { return };
    let [before, beside, after] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    tokio::task::block_in_place(|| {
        pair.tables(before.path());
        pair.tables(after.path());
    });
    // Another replica of the old log, on another machine, to which nobody said a word.
    std::fs::copy(before.path().join("server"), beside.path().join("server")).unwrap();
    let place = |dir: &Path| Place { path: dir.join("other.db"), ..sample::settings(dir).place };
    let other =
        Settings { place: place(beside.path()), replica: "g2".to_owned(), ..sample::settings(beside.path()) };
    let (one, other) = (sample::store(before.path()), Store::open(other, NOW).unwrap());
    one.checkpoint(NOW).await.unwrap();
    let end = ended(&sample::settings(before.path()).place).unwrap().unwrap();
    other.append(vec![sample::refused(1)], NOW).await.unwrap();
    other.checkpoint(NOW).await.unwrap();

    let same_switches = Settings {
        place: Place { path: sample::settings(before.path()).place.path, ..place(after.path()) },
        ..sample::settings(after.path())
    };
    let refused = Store::succeed(same_switches, &end, &decided(), NOW).unwrap_err().to_string();
    assert!(refused.contains("another `store`"), "{refused}");
    other.append(vec![sample::refused(2)], NOW).await.unwrap();

    let settings = sample::settings(after.path());
    let store = Store::succeed(settings.clone(), &end, &decided(), NOW).unwrap();
    store.checkpoint(NOW).await.unwrap();
    for replica in [&one, &other] {
        assert_eq!(replica.append(vec![sample::refused(3)], NOW).await, Err(Fault::Unavailable), "HAZ-030");
    }
    assert_eq!(other.frozen().as_deref(), Some("the log goes on as log.example/audit/Z99/2026-2"));
    let old = ended(&sample::settings(before.path()).place).unwrap().unwrap();
    assert_eq!(
        (old.checkpoint.size, old.leaves),
        (3, 4),
        "what was written since it was first looked at counts"
    );
    assert_eq!(goes_on_from(&settings.place, &KEY).unwrap(), Some(old.checkpoint));
    assert_eq!(goes_on_from(&sample::settings(before.path()).place, &KEY).unwrap(), None);

    let earlier = store.earlier(&sample::settings(before.path()).place, &KEY).unwrap();
    let found = earlier.watched(Query::default()).await.unwrap().entries;
    assert_eq!(found.len(), 4, "the old log is read from where it rests");
    store.stop(NOW).await.unwrap();
    drop((one, other, earlier, store));
    for dir in [before.path(), after.path()] {
        let copy = dir.join("copy.db");
        mirror(&sample::settings(dir).place, &copy).unwrap();
        verify(&copy, Some(KEY), Some(&dir.join("months"))).unwrap();
    }
    assert!(matches!(Store::open(sample::settings(before.path()), NOW), Err(StoreFault::Frozen(_))));
    sample::store(after.path()).append(vec![sample::refused(1)], NOW).await.unwrap();
}
