//! AU16 to AU18: whatever is changed in a stored file is found and named.

/// The tree, its checkpoints and the log as others read it.
mod log;

use super::*;
use crate::sample::{self, KEY, NOW};
use std::path::PathBuf;

const ENTRIES: u64 = 8;

/// A stopped store with an opening and its disclosure in it, leaf 0 to 7.
fn written() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = sample::settings(dir.path()).place.path;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = sample::store(dir.path());
        let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
        let manifest = sample::manifest(1, "gp", 1).to_bytes().unwrap();
        store.disclose(&opened, sample::disclosure(1, "gp", 1), manifest, NOW).await.unwrap();
        store.append(vec![sample::ask(1, "acute", 2), sample::refused(1)], NOW).await.unwrap();
        store.close(&opened, sample::close(1), NOW).await.unwrap();
        store.append(vec![sample::refused(2)], NOW).await.unwrap();
        store.stop(NOW).await.unwrap();
    });
    (dir, path)
}

/// As somebody with the file in hand would.
fn tamper(path: &Path, sql: &str) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch("PRAGMA foreign_keys=OFF").unwrap();
    conn.execute_batch(sql).unwrap();
}

/// The index named after one change to a fresh copy.
fn named(path: &Path, key: Option<[u8; 32]>, sql: &str) -> u64 {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("copy.db");
    std::fs::copy(path, &copy).unwrap();
    tamper(&copy, sql);
    let fault = verify(&copy, key, None).expect_err(sql);
    assert!(!fault.what.is_empty());
    fault.at
}

#[test]
fn what_was_written_verifies_with_and_without_the_key() {
    let (_dir, path) = written();
    let seen = verify(&path, None, None).unwrap();
    assert_eq!(verify(&path, Some(KEY), None), Ok(seen.clone()));
    assert_eq!((seen.entries, seen.openings, seen.unclosed, seen.manifests), (ENTRIES, 1, 0, 1));
    assert!(verify(&path, Some([9; 32]), None).is_err(), "another key proves nothing");
    assert!(verify(&path.with_extension("none"), None, None).is_err());
}

#[test]
fn any_byte_of_any_leaf_that_is_flipped_is_named() {
    let (_dir, path) = written();
    let conn = Connection::open(&path).unwrap();
    for index in 0..ENTRIES.cast_signed() {
        let leaf: Vec<u8> =
            conn.query_row("SELECT leaf FROM leaf WHERE idx = ?1", [index], |row| row.get(0)).unwrap();
        for at in 0..leaf.len() {
            let mut flipped = leaf.clone();
            flipped[at] ^= 1 << (at % 8);
            conn.execute("UPDATE leaf SET leaf = ?2 WHERE idx = ?1", (index, flipped)).unwrap();
            let fault = verify(&path, None, None).unwrap_err();
            assert_eq!(fault.at, index.cast_unsigned(), "HAZ-030: byte {at}: {fault}");
        }
        conn.execute("UPDATE leaf SET leaf = ?2 WHERE idx = ?1", (index, leaf)).unwrap();
    }
    verify(&path, Some(KEY), None).unwrap();
}

#[test]
fn a_leaf_rewritten_together_with_its_hash_is_found_at_its_entry_or_at_the_next() {
    let (_dir, path) = written();
    let conn = Connection::open(&path).unwrap();
    for index in 0..ENTRIES.cast_signed() {
        let leaf: String = conn
            .query_row("SELECT leaf FROM leaf WHERE idx = ?1", [index], |row| {
                row.get::<_, Vec<u8>>(0).map(|leaf| String::from_utf8(leaf).unwrap())
            })
            .unwrap();
        let later = leaf.replace("\"at\":1795000000", "\"at\":1795000001");
        assert_ne!(later, leaf);
        let hash = crate::hash::hex(&crate::hash::sha256(&[later.as_bytes()]));
        let sql =
            format!("UPDATE leaf SET leaf = CAST('{later}' AS BLOB), hash = x'{hash}' WHERE idx = {index}");
        let at = named(&path, None, &sql);
        let expected = (index.cast_unsigned() + 1).min(ENTRIES - 1);
        assert_eq!(at, expected, "HAZ-030: the next leaf names another, and over the last the checkpoint");
    }
}

#[test]
fn deleted_inserted_moved_and_doubled_entries_are_named() {
    let (_dir, path) = written();
    let swap = |table: &str, a: i64, b: i64| {
        format!(
            "UPDATE {table} SET idx = -1 WHERE idx = {a}; UPDATE {table} SET idx = {a} WHERE idx = {b};
             UPDATE {table} SET idx = {b} WHERE idx = -1;"
        )
    };
    let shift = "UPDATE leaf SET idx = -idx WHERE idx > 3; UPDATE leaf SET idx = -idx - 1 WHERE idx < 0;
                 UPDATE entry SET idx = -idx WHERE idx > 3; UPDATE entry SET idx = -idx - 1 WHERE idx < 0;";
    for (sql, at) in [
        ("DELETE FROM leaf WHERE idx = 4".to_owned(), 4),
        ("DELETE FROM entry WHERE idx = 4".to_owned(), 4),
        ("DELETE FROM leaf WHERE idx = 4; DELETE FROM entry WHERE idx = 4".to_owned(), 4),
        (format!("DELETE FROM leaf WHERE idx = 3; DELETE FROM entry WHERE idx = 3; {shift}"), 3),
        (swap("leaf", 3, 4), 3),
        (swap("entry", 3, 4), 3),
        (swap("leaf", 3, 4) + &swap("entry", 3, 4), 3),
        ("INSERT INTO leaf SELECT 8, leaf, hash FROM leaf WHERE idx = 7".to_owned(), 8),
        ("INSERT INTO entry SELECT 8, 'x', kind, opening, hash, sealed, person, professional FROM entry WHERE idx = 6".to_owned(), 8),
        ("UPDATE leaf SET idx = 90 WHERE idx = 7; UPDATE entry SET idx = 90 WHERE idx = 7".to_owned(), 7),
    ] {
        assert_eq!(named(&path, None, &sql), at, "HAZ-030: {sql}");
    }
}

#[test]
fn a_chain_cut_short_is_found_and_what_precedes_is_not_blamed() {
    let (_dir, path) = written();
    for keep in 0..ENTRIES {
        let sql = format!("DELETE FROM leaf WHERE idx >= {keep}; DELETE FROM entry WHERE idx >= {keep};");
        assert_eq!(named(&path, None, &sql), keep, "HAZ-030: cut to {keep}");
    }
    // Somebody who also rewrites the head cannot prove it without the key.
    let forged = "DELETE FROM leaf WHERE idx = 7; DELETE FROM entry WHERE idx = 7;
                  UPDATE head SET idx = 6, n = 6, hash = (SELECT hash FROM leaf WHERE idx = 6)";
    assert_eq!(named(&path, Some(KEY), forged), 7, "HAZ-030");
    assert_eq!(named(&path, None, "DELETE FROM head"), ENTRIES);
}

#[test]
fn with_the_key_every_body_manifest_and_search_column_is_proven() {
    let (_dir, path) = written();
    for (sql, at) in [
        ("UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE idx = 6) WHERE idx = 4", 4),
        ("UPDATE entry SET sealed = x'01' WHERE idx = 4", 4),
        (
            "UPDATE entry SET sealed = CAST(substr(sealed, 1, 80) || x'00' || substr(sealed, 82) AS BLOB) WHERE idx = 2",
            2,
        ),
        ("UPDATE entry SET person = NULL WHERE idx = 1", 1),
        ("UPDATE entry SET person = professional WHERE idx = 2", 2),
        ("UPDATE entry SET professional = NULL WHERE idx = 4", 4),
        ("UPDATE entry SET opening = NULL WHERE idx = 3", 3),
        ("UPDATE entry SET opening = '11111111-1111-7111-1111-111111111109' WHERE idx = 4", 4),
        ("UPDATE entry SET key = 'launch-refused:x' WHERE idx = 4", 4),
        ("UPDATE manifest SET sealed = zeroblob(200)", 2),
        ("UPDATE manifest SET hash = zeroblob(32)", 2),
        ("UPDATE manifest SET idx = 3", 2),
        ("UPDATE manifest SET idx = 30", 2),
        ("INSERT INTO manifest SELECT 30, hash, sealed FROM manifest", 30),
        ("UPDATE head SET mac = zeroblob(32)", ENTRIES),
        ("UPDATE opening SET closed = NULL", ENTRIES),
    ] {
        assert_eq!(named(&path, Some(KEY), sql), at, "HAZ-030: {sql}");
    }
}

#[test]
fn a_body_or_a_manifest_that_no_order_took_away_is_named() {
    let (_dir, path) = written();
    let gone = "UPDATE entry SET sealed = x'', person = NULL, professional = NULL WHERE idx = 4";
    assert_eq!(named(&path, None, gone), 4, "HAZ-030");
    assert_eq!(named(&path, Some(KEY), gone), 4, "HAZ-030");
    assert_eq!(named(&path, Some(KEY), "DELETE FROM manifest"), 2, "HAZ-030");
}

// shows: A42
#[test]
fn a_file_cut_at_any_page_or_byte_never_verifies_as_whole() {
    let (_dir, path) = written();
    let whole = std::fs::read(&path).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let cut = dir.path().join("cut.db");
    for length in (0..whole.len()).step_by(997) {
        std::fs::write(&cut, &whole[..length]).unwrap();
        assert!(verify(&cut, Some(KEY), None).is_err(), "HAZ-030: cut at {length}");
    }
}
