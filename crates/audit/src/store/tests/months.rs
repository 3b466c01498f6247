//! Keys of months under a store that runs: which they are, and what came before them. HAZ-030.

use super::*;
use crate::Query;

fn months(dir: &Path) -> PathBuf {
    dir.join("months")
}

fn path(dir: &Path) -> PathBuf {
    sample::settings(dir).place.path
}

fn by_professional() -> Query {
    let who = sample::who();
    Query { professional: Some((who.host, who.subject)), ..Query::default() }
}

#[tokio::test]
async fn what_was_written_before_months_had_keys_is_still_read_and_found() {
    let dir = tempfile::tempdir().unwrap();
    let before = sample::store(dir.path());
    before.append(vec![sample::refused(1)], NOW).await.unwrap();
    before.stop(NOW).await.unwrap();
    drop(before);
    std::fs::create_dir(months(dir.path())).unwrap();
    let store = sample::store(dir.path());
    store.append(vec![sample::refused(2)], NOW).await.unwrap();
    let again = store.append(vec![sample::refused(1)], NOW).await.unwrap();
    assert_eq!(again[0].index, 1, "the same entry again is the same, under whichever key");
    assert_eq!(store.watched(by_professional()).await.unwrap().entries.len(), 2);
    verify(&path(dir.path()), Some(KEY), Some(&months(dir.path()))).unwrap();
    let fault = verify(&path(dir.path()), Some(KEY), None).unwrap_err();
    assert!(fault.incomplete, "{fault}");
    verify(&path(dir.path()), None, None).unwrap();
}

/// A mount point with nothing mounted: what would be sealed under a new key nobody would find again.
#[tokio::test]
async fn a_directory_without_the_key_that_the_store_names_is_not_written_under() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(months(dir.path())).unwrap();
    let store = sample::store(dir.path());
    store.append(vec![sample::refused(1)], NOW).await.unwrap();
    drop(store);
    let away = dir.path().join("away");
    std::fs::rename(months(dir.path()), &away).unwrap();
    let nowhere = Settings {
        place: Place { month_keys: Some(months(dir.path())), ..sample::settings(dir.path()).place },
        ..sample::settings(dir.path())
    };
    let refused = Store::open(nowhere, NOW).unwrap_err();
    assert!(matches!(refused, StoreFault::Start(Fault::Unavailable)), "{refused:?}");
    std::fs::remove_dir_all(months(dir.path())).unwrap();
    std::fs::rename(&away, months(dir.path())).unwrap();
    let store = sample::store(dir.path());
    assert_eq!(store.watched(by_professional()).await.unwrap().entries.len(), 1);
}

/// A month's second key, put in by hand while the store runs under the first.
#[tokio::test]
async fn a_key_exchanged_under_a_running_store_is_told_by_verify() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(months(dir.path())).unwrap();
    let store = sample::store(dir.path());
    store.append(vec![sample::refused(1)], NOW).await.unwrap();
    let conn = rusqlite::Connection::open(path(dir.path())).unwrap();
    conn.execute_batch("UPDATE meta SET value = 'ab' WHERE name LIKE 'month-key %.entries'").unwrap();
    let fault = verify(&path(dir.path()), Some(KEY), Some(&months(dir.path()))).unwrap_err();
    assert!(fault.what.ends_with("is not the one that the store names"), "{fault}");
}
