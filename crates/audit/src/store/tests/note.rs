//! Small values: found until they end, taken once, and nobody's name in the file.

use super::*;

pub(in crate::store) async fn a_note_is_found_until_it_ends_and_replaced_by_the_next(dir: &Path) {
    let store = sample::store(dir);
    store.put_note("state", sample::NHS_NUMBER, b"one", NOW.plus_ms(100)).await.unwrap();
    assert_eq!(store.note("state", sample::NHS_NUMBER, NOW).await.unwrap().unwrap(), b"one");
    assert_eq!(store.note("other", sample::NHS_NUMBER, NOW).await.unwrap(), None);
    assert_eq!(store.note("state", sample::NHS_NUMBER, NOW.plus_ms(100)).await.unwrap(), None);
    store.put_note("state", sample::NHS_NUMBER, b"two", NOW.plus_ms(200)).await.unwrap();
    assert_eq!(store.note("state", sample::NHS_NUMBER, NOW.plus_ms(100)).await.unwrap().unwrap(), b"two");
}

pub(in crate::store) async fn of_a_hundred_who_take_one_note_exactly_one_gets_it(dir: &Path) {
    let store = sample::store(dir);
    store.put_note("pending", "state", b"verifier", NOW.plus_ms(100)).await.unwrap();
    let takers: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.take_note("pending", "state", NOW).await.unwrap().is_some() })
        })
        .collect();
    let mut got = 0;
    for taker in takers {
        got += u32::from(taker.await.unwrap());
    }
    assert_eq!(got, 1, "HAZ-046");
    store.put_note("pending", "late", b"x", NOW.plus_ms(100)).await.unwrap();
    assert_eq!(store.take_note("pending", "late", NOW.plus_ms(100)).await.unwrap(), None);
}

#[tokio::test]
async fn the_file_tells_neither_name_nor_content() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    store.put_note("state", sample::NHS_NUMBER, b"objected-canary", NOW.plus_ms(100)).await.unwrap();
    drop(store);
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [sample::NHS_NUMBER, "objected-canary"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "HAZ-049");
        }
    }
}

pub(in crate::store) async fn an_assertion_that_opens_nothing_is_used_once_too(dir: &Path) {
    let store = sample::store(dir);
    let assertion =
        || AssertionKey { issuer: "host-a".to_owned(), jti_hash: [5; 32], expires_s: NOW.seconds() + 60 };
    let entry = |n: u8| Entry::new(Kind::Session, Key::session_event(&[n; 32]), NOW);
    store.use_once(assertion(), entry(1), NOW).await.unwrap();
    let again = store.use_once(assertion(), entry(2), NOW).await;
    assert_eq!(again, Err(Fault::Rejected(Why::Replay)), "HAZ-046");
}

#[tokio::test]
async fn a_store_of_an_earlier_version_is_carried_over_and_goes_on() {
    const TO_1: &str = "DROP INDEX session_subject; ALTER TABLE session DROP COLUMN subject; DROP TABLE note;
        PRAGMA user_version=1;";
    for back in [sample::BACK_TO_2.to_owned(), format!("{}{TO_1}", sample::BACK_TO_2)] {
        let dir = tempfile::tempdir().unwrap();
        drop(sample::store(dir.path()));
        let old = rusqlite::Connection::open(dir.path().join("audit.db")).unwrap();
        old.execute_batch(&back).unwrap();
        drop(old);
        let store = sample::store(dir.path());
        store.put_note("state", "anybody", b"one", NOW.plus_ms(100)).await.unwrap();
        let entry = Entry::new(Kind::Session, Key::session_event(&[9; 32]), NOW);
        let ended = store.end_sessions(Which::Host("any-host".to_owned()), "operator", entry, NOW).await;
        assert_eq!(ended, Ok(0), "the tables are those of now");
    }
}
