//! AU32: what was deleted cannot be had from a copy of the store that was made before, once its month's keys are gone.

use super::*;

const MONTH: [&str; 2] = ["2025-10.entries", "2025-10.manifests"];

/// A folder for a store whose months have keys.
pub(super) fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("months")).unwrap();
    dir
}

/// The store's files as they are now, in a folder that shares the directory of keys.
fn backup(dir: &Path) -> (tempfile::TempDir, Place) {
    let kept = tempfile::tempdir().unwrap();
    for (path, bytes) in files(dir) {
        std::fs::write(kept.path().join(path.file_name().unwrap()), bytes).unwrap();
    }
    let place = Place { month_keys: Some(dir.join("months")), ..place(kept.path()) };
    (kept, place)
}

fn read(place: &Place, from: u64) -> Result<usize, crate::InspectFault> {
    inspect(place, KEY, &Filter { from, ..Filter::default() }).map(|views| views.len())
}

fn verified(dir: &Path) -> Verified {
    verify(&place(dir).path, Some(KEY), Some(&dir.join("months"))).unwrap()
}

#[tokio::test]
async fn au32_a_deleted_month_cannot_be_had_from_the_store_nor_from_a_copy_made_before() {
    let dir = folder();
    let store = written(dir.path()).await;
    store.checkpoint(NOW).await.unwrap();
    let (_kept, copy) = backup(dir.path());
    assert_eq!(read(&copy, 0).unwrap(), 9, "the copy can be read while its month has a key");
    let (done, _) = deleted(dir.path(), store, by_rule()).await;
    assert_eq!((done.bodies, done.unclosed), (5, 1));
    assert_eq!(done.keys, MONTH);
    let seen = verified(dir.path());
    assert_eq!(seen.deleted, BTreeMap::from([("entries after 1 year".to_owned(), 5)]));
    assert_eq!(read(&place(dir.path()), 0).unwrap(), 7, "what stays can be read: it was sealed anew");
    assert!(matches!(read(&copy, 0), Err(crate::InspectFault::Sealed(0))));
    let fault = verify(&copy.path, Some(KEY), copy.month_keys.as_deref()).unwrap_err();
    assert_eq!(fault.what, format!("sealed under the month key `{}`, which is not there", MONTH[0]));
    assert!(!fault.incomplete);
    // Nor whom it was about: a number that is tried is not found in its column.
    let conn = rusqlite::Connection::open(&copy.path).unwrap();
    let column: Vec<u8> =
        conn.query_row("SELECT person FROM entry WHERE idx = 1", [], |row| row.get(0)).unwrap();
    let keys = Keys::of(&KEY, &copy).unwrap();
    assert!(keys.columns("person", NHS_NUMBER).unwrap().iter().all(|tried| tried[..] != column));
    assert_eq!(prove(&place(dir.path()), 2).unwrap().index, 2, "its proof can still be had");
}

#[tokio::test]
async fn au32_what_is_held_stays_readable_and_is_found_when_its_month_has_gone() {
    let dir = folder();
    let store = written(dir.path()).await;
    hold(&store, &Held::Opening(sample::opening(1)), [TWO[0], AUTHORITY, "a complaint is open"], NOW)
        .await
        .unwrap();
    let (_kept, copy) = backup(dir.path());
    let (done, _) = deleted(dir.path(), store, by_rule()).await;
    assert_eq!((done.held, done.keys.len()), (3, 2));
    let seen = verified(dir.path());
    assert_eq!(seen.manifests, 2, "of the held opening and of the new one");
    let store = sample::store(dir.path());
    let query = Query { person: Some(NHS_NUMBER.to_owned()), manifests: true, ..Query::default() };
    let found = store.watched(query).await.unwrap().entries;
    assert!(found.iter().any(|found| found.index == 2 && found.manifest.is_some()));
    // The copy has the refusal that went, under a key that is gone with what was held.
    assert!(matches!(read(&copy, 4), Err(crate::InspectFault::Sealed(4))));
}

#[tokio::test]
async fn au32_a_month_of_manifests_cannot_be_had_from_a_copy_and_its_entries_can() {
    let dir = folder();
    let store = written(dir.path()).await;
    let (_kept, copy) = backup(dir.path());
    let order = Order { what: What::Manifests, rule: "manifests after 1 year".to_owned(), ..by_rule() };
    let (done, _) = deleted(dir.path(), store, order).await;
    assert_eq!(done.keys, [MONTH[1]]);
    verified(dir.path());
    assert!(matches!(read(&copy, 0), Err(crate::InspectFault::Sealed(2))), "of the disclosure alone");
    assert_eq!(read(&copy, 3).unwrap(), 6);
}

#[tokio::test]
async fn an_erasure_and_an_order_in_the_midst_of_a_month_leave_its_key() {
    let dir = folder();
    let store = written(dir.path()).await;
    let order = Order::erasure(Scope::Entry(4)).ordered("Court order 7/26", TWO[0], TWO[1]);
    assert!(deleted(dir.path(), store, order).await.0.keys.is_empty());
    let store = sample::store(dir.path());
    let midst = Order::by_rule(What::Entries, &year(), OLD.seconds() + 86_400, NOW).unwrap();
    let order = midst.ordered(AUTHORITY, TWO[0], TWO[1]);
    assert!(deleted(dir.path(), store, order).await.0.keys.is_empty());
    verified(dir.path());
}

#[tokio::test]
async fn a_row_that_cannot_be_sealed_anew_keeps_the_key_of_its_month() {
    let dir = folder();
    let store = written(dir.path()).await;
    dry_run(&store, &by_rule(), &counted(dir.path(), &by_rule()), NOW).await.unwrap();
    let recorded = record(&store, by_rule(), &counted(dir.path(), &by_rule()), NOW).await.unwrap();
    store.stop(NOW).await.unwrap();
    drop(store);
    // Behind everything the order is about, as a clock that went wrong would leave it, and damaged.
    let conn = rusqlite::Connection::open(place(dir.path()).path).unwrap();
    let old: Vec<u8> =
        conn.query_row("SELECT sealed FROM entry WHERE idx = 1", [], |row| row.get(0)).unwrap();
    let damaged = [&old[..40], &[0; 40]].concat();
    conn.execute("UPDATE entry SET sealed = ?1 WHERE idx = 8", [damaged]).unwrap();
    drop(conn);
    let fault = recorded.carry_out(&place(dir.path()), &KEY).unwrap_err();
    assert!(matches!(fault, RetentionFault::Sealed(8)), "{fault}");
    for name in MONTH {
        assert!(dir.path().join("months").join(name).exists());
    }
}
