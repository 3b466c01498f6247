//! AU16 to AU18, AU24 and AU25 of the tree: a thousand leaves, their tiles, checkpoints and heads, in the store and as served.

use super::*;
use crate::{
    policy::Policy,
    sample::{self, KEY, NOW},
    signed::{Signer, Signs},
    store::{Part, Store},
};
use std::collections::BTreeMap;

const LEAVES: u64 = 1_000;

fn witness() -> Signer {
    Signer::new("w.example", Signs::Cosignatures, &[4; 32]).unwrap()
}

/// A stopped store of a thousand leaves under three checkpoints, the second cosigned; and the log as it is served.
fn thousand() -> (tempfile::TempDir, PathBuf, BTreeMap<String, Vec<u8>>, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = sample::settings(dir.path()).place.path;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (served, key) = runtime.block_on(async {
        let store = sample::store(dir.path());
        for (from, to) in [(0, 300), (300, 700), (700, 998)] {
            let entries: Vec<_> = (from..to).map(sample::refused).collect();
            for group in entries.chunks(200) {
                store.append(group.to_vec(), NOW).await.unwrap();
            }
            let published = store.checkpoint(NOW).await.unwrap();
            if from == 300 {
                let line = witness().line(&published.checkpoint.text(), 1_795_000_001);
                store.cosigned(published.checkpoint.size, witness().verifier(), line).await.unwrap();
            }
        }
        store.stop(NOW).await.unwrap();
        (served(&store).await, log_key(&path))
    });
    (dir, path, served, key)
}

fn log_key(path: &Path) -> String {
    let conn = Connection::open(path).unwrap();
    conn.query_row("SELECT verifier FROM log_key ORDER BY generation DESC", [], |row| row.get(0)).unwrap()
}

async fn served(store: &Store) -> BTreeMap<String, Vec<u8>> {
    let mut parts = BTreeMap::new();
    let paths =
        ["checkpoint", "tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003.p/232", "tile/1/000.p/3"];
    let bundles = ["tile/entries/000", "tile/entries/001", "tile/entries/002", "tile/entries/003.p/232"];
    for path in paths.into_iter().chain(bundles) {
        let bytes = match store.part(path).await.unwrap().unwrap() {
            Part::Checkpoint(note) => note.into_bytes(),
            Part::Tile(bytes) => bytes,
        };
        parts.insert(path.to_owned(), bytes);
    }
    parts
}

fn check(parts: &BTreeMap<String, Vec<u8>>, trust: &Trust) -> Result<Checked, VerifyFault> {
    published(&mut |path| parts.get(path).cloned().ok_or(Missing::Absent), trust)
}

fn trust(key: &str, rest: &str) -> Trust {
    let policy = Policy::parse(&format!("log {key}\n{rest}")).unwrap();
    Trust { policy: Some(policy), ..Trust::default() }
}

// shows: A42
/// A bit of every byte of every column that says something, one after another, in one open file. What is flipped is put back.
#[test]
fn au16_no_bit_of_a_tile_checkpoint_cosignature_key_tree_or_head_is_flipped_unseen() {
    let (_dir, path, _, _) = thousand();
    let seen = verify(&path, Some(KEY), None).unwrap();
    assert_eq!((seen.entries, seen.signed, seen.checkpoints), (LEAVES, LEAVES, 4));
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF").unwrap();
    let check = Check::of(&conn);
    let grown = check.tree();
    flip_each(&conn, ("tile", "hashes"), &|| signed::tiles(&conn, &grown, LEAVES));
    let columns = [
        ("checkpoint", "note"),
        ("checkpoint", "root"),
        ("cosignature", "line"),
        ("cosignature", "verifier"),
        ("tree", "root"),
        ("head", "hash"),
        ("head", "mac"),
        ("log_key", "verifier"),
    ];
    for column in columns {
        flip_each(&conn, column, &|| check.all());
    }
    for (table, column) in [
        ("tile", "level"),
        ("tile", "n"),
        ("tree", "size"),
        ("checkpoint", "size"),
        ("cosignature", "size"),
        ("cosignature", "seconds"),
        ("head", "boot"),
        ("head", "n"),
        ("head", "idx"),
        ("log_key", "since"),
    ] {
        flip_number(&check, table, column);
    }
    check.all().unwrap();
    drop(check);
    drop(conn);
    verify(&path, Some(KEY), None).unwrap();
}

/// Another bit in each byte.
fn flip_each(conn: &Connection, (table, column): (&str, &str), check: &dyn Fn() -> Result<(), VerifyFault>) {
    let rows: Vec<(i64, Vec<u8>)> = conn
        .prepare(&format!("SELECT rowid, CAST({column} AS BLOB) FROM {table}"))
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(!rows.is_empty(), "{table}");
    let value = if matches!(column, "note" | "line" | "verifier") { "CAST(?2 AS TEXT)" } else { "?2" };
    let mut put = conn.prepare(&format!("UPDATE {table} SET {column} = {value} WHERE rowid = ?1")).unwrap();
    for (row, bytes) in rows {
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            put.execute((row, flipped)).unwrap();
            assert!(check().is_err(), "HAZ-030: {table}.{column}, row {row}, byte {at}");
        }
        put.execute((row, bytes)).unwrap();
    }
}

fn flip_number(check: &Check<'_>, table: &str, column: &str) {
    let conn = check.conn;
    for bit in 0..40 {
        let b = 1_i64 << bit;
        let first = format!("rowid = (SELECT min(rowid) FROM {table})");
        let flip = format!("UPDATE {table} SET {column} = ({column} | {b}) - ({column} & {b}) WHERE {first}");
        conn.execute_batch("SAVEPOINT flip").unwrap();
        // Where another row has that key already the flip cannot be.
        if conn.execute_batch(&flip).is_ok() {
            assert!(check.all().is_err(), "HAZ-030: {table}.{column}, bit {bit}");
        }
        conn.execute_batch("ROLLBACK TO flip; RELEASE flip").unwrap();
    }
}

/// A leaf with its hash in the tree and in its chain.
type Read = (crate::hash::Hash, Leaf<'static>, crate::hash::Hash);

/// The parts of `verify` that do not read the leaves, over an open file: flipping bits by the thousand would else read a
/// thousand leaves each time.
struct Check<'a> {
    conn: &'a Connection,
    leaves: Vec<Read>,
}

impl<'a> Check<'a> {
    fn of(conn: &'a Connection) -> Self {
        let mut query = conn.prepare("SELECT leaf FROM leaf ORDER BY idx").unwrap();
        let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let read = |bytes: Vec<u8>| {
            // The file of a test is small, and ends with it.
            let bytes: &[u8] = bytes.leak();
            (tree::leaf(bytes), Leaf::read(bytes).unwrap(), crate::hash::sha256(&[bytes]))
        };
        Self { conn, leaves: rows.map(|bytes| read(bytes.unwrap())).collect() }
    }

    fn tree(&self) -> tree::Tree {
        let mut grown = tree::Tree::default();
        self.leaves.iter().for_each(|(hash, ..)| grown.add(*hash));
        grown
    }

    fn all(&self) -> Result<(), VerifyFault> {
        let bodies = Bodies::new(&KEY, None).unwrap();
        let unreadable = |fault: rusqlite::Error| fault_at(0, &fault.to_string());
        let mut walk = Walk::new(self.conn, Some(&bodies), Some(KEY)).map_err(unreadable)?;
        for (index, (tree_hash, leaf, hash)) in (0_u64..).zip(self.leaves.iter()) {
            walk.chains.follow(leaf, index, *hash).map_err(|what| fault_at(index, &what))?;
            walk.tree.add(*tree_hash);
            walk.checkpoints.at(index + 1, &walk.tree).map_err(|what| fault_at(index, &what))?;
            walk.next = index + 1;
        }
        walk.checkpoints.end(self.conn, &walk.tree, walk.next)?;
        walk.heads(self.conn)
    }
}

#[test]
fn au16_a_flipped_leaf_is_named_by_its_index_and_a_flipped_tile_by_the_leaf_under_it() {
    let (_dir, path, _, _) = thousand();
    for index in [0, 255, 256, 700, 999] {
        let sql = format!(
            "UPDATE leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"at\":1795', '\"at\":1796') AS BLOB) WHERE idx = {index}"
        );
        assert_eq!(named(&path, None, &sql), index);
    }
    for (level, n, byte, index) in
        [(0, 0, 0, 0), (0, 1, 32 * 7, 256 + 7), (0, 2, 8_191, 767), (1, 0, 40, 256)]
    {
        let sql = format!(
            "UPDATE tile SET hashes = CAST(substr(hashes, 1, {byte}) || x'0101' || substr(hashes, {byte} + 3) AS BLOB)
             WHERE level = {level} AND n = {n}; UPDATE tile SET hashes = substr(hashes, 1, 8192)"
        );
        assert_eq!(named(&path, None, &sql), index, "tile {level}/{n}");
    }
}

#[test]
fn au17_tiles_checkpoints_and_cosignatures_taken_added_or_exchanged_are_each_named() {
    let (_dir, path, _, _) = thousand();
    for (sql, at) in [
        ("DELETE FROM tile WHERE level = 0 AND n = 1", 256),
        ("DELETE FROM tile WHERE level = 1", 0),
        ("INSERT INTO tile SELECT 0, 3, hashes FROM tile WHERE level = 0 AND n = 2", 0),
        ("INSERT INTO tile SELECT 2, 0, hashes FROM tile WHERE level = 1", 1_000),
        (
            "UPDATE tile SET n = 9 WHERE level = 0 AND n = 0; UPDATE tile SET n = 0 WHERE level = 0 AND n = 1; UPDATE tile SET n = 1 WHERE level = 0 AND n = 9",
            0,
        ),
        ("UPDATE checkpoint SET size = 9999 WHERE size = 1000", 1_000),
        ("UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 301) WHERE size = 701", 700),
        ("UPDATE cosignature SET size = 301", 300),
        (
            "UPDATE cosignature SET line = (SELECT substr(note, instr(note, char(10) || char(10)) + 2) FROM checkpoint WHERE size = 701)",
            700,
        ),
        ("DELETE FROM log_key", 300),
        ("DELETE FROM tree", 1_000),
        ("UPDATE tree SET root = zeroblob(32)", 1_000),
        ("UPDATE meta SET value = 'log.example/audit/Z99/2027' WHERE name = 'origin'", 300),
    ] {
        assert_eq!(named(&path, Some(KEY), sql), at, "HAZ-030: {sql}");
    }
    // A checkpoint or a cosignature that is gone was proof and is none any more; what is left still holds.
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    tamper(&copy, "DELETE FROM cosignature; DELETE FROM checkpoint WHERE size = 701");
    assert_eq!(verify(&copy, Some(KEY), None).unwrap().checkpoints, 3);
}

/// Somebody with the file and the key in hand rewrites a leaf and everything over it: the checkpoint they no longer can.
#[test]
fn au19_a_past_rewritten_with_every_hash_put_right_still_contradicts_the_checkpoint() {
    let (_dir, path, served, key) = thousand();
    let mut forged = served.clone();
    let bundle = forged.get_mut("tile/entries/003.p/232").unwrap();
    let at = bundle.windows(9).rposition(|seen| seen == b"\"at\":1795").unwrap();
    bundle[at + 8] = b'6';
    assert_eq!(check(&forged, &trust(&key, "quorum none\n")).unwrap_err().at, 999);
    let last =
        crate::tree::tile::unbundle(&forged["tile/entries/003.p/232"]).unwrap().pop().unwrap().to_vec();
    let tile = forged.get_mut("tile/0/003.p/232").unwrap();
    let end = tile.len() - 32;
    tile[end..].copy_from_slice(&crate::tree::leaf_hash(&last));
    let fault = check(&forged, &trust(&key, "quorum none\n")).unwrap_err();
    assert!(fault.what.contains("another root"), "HAZ-030: {fault}");
    drop(path);
}

#[test]
fn a_log_is_checked_from_what_it_serves_against_keys_from_elsewhere() {
    let (_dir, _path, parts, key) = thousand();
    let checked = check(&parts, &Trust::default()).unwrap();
    assert_eq!((checked.size, checked.leaves, checked.signed, checked.quorum), (LEAVES, LEAVES, false, true));
    let checked = check(&parts, &trust(&key, "quorum none\n")).unwrap();
    assert!(checked.signed && checked.quorum);
    let later = check(&parts, &Trust { from: 900, ..trust(&key, "quorum none\n") }).unwrap();
    assert_eq!((later.leaves, later.size), (100, LEAVES));
    let other = Signer::new("log.example/audit/Z99/2026", Signs::Notes, &[9; 32]).unwrap();
    let fault = check(&parts, &trust(&other.verifier().to_string(), "quorum none\n")).unwrap_err();
    assert!(!fault.incomplete && fault.what.contains("not signed by a log of the policy"));
}

// shows: A43
/// AU19: whoever has stolen the log's key can sign, but not in the name of the witnesses.
#[test]
fn au19_a_checkpoint_signed_with_a_stolen_key_meets_no_quorum() {
    let (_dir, _path, mut parts, key) = thousand();
    let wanted = trust(&key, &format!("witness w {}\nquorum w\n", witness().verifier()));
    let alone = check(&parts, &wanted).unwrap();
    assert!(alone.signed && !alone.quorum && alone.witnesses.is_empty());
    let note = String::from_utf8(parts["checkpoint"].clone()).unwrap();
    let text = note.split_once("\n\n").unwrap().0.to_owned() + "\n";
    let thief = Signer::new("w.example", Signs::Cosignatures, &[5; 32]).unwrap();
    parts.insert("checkpoint".to_owned(), (note.clone() + &thief.line(&text, 1)).into_bytes());
    assert!(
        !check(&parts, &wanted).unwrap().quorum,
        "another key under the witness's name counts for nothing"
    );
    parts.insert("checkpoint".to_owned(), (note.clone() + &witness().line("other\n", 1)).into_bytes());
    assert!(check(&parts, &wanted).unwrap_err().what.contains("cosignature is false"));
    parts.insert("checkpoint".to_owned(), (note + &witness().line(&text, 1)).into_bytes());
    assert!(check(&parts, &wanted).unwrap().quorum);
}

/// AU16 to AU18 on the log as it is served: every part, at bytes all over it, flipped, cut and missing.
#[test]
fn au18_a_served_part_that_is_changed_cut_or_missing_is_found() {
    let (_dir, _path, parts, key) = thousand();
    let trust = trust(&key, "quorum none\n");
    for (path, bytes) in &parts {
        let step = if path == "checkpoint" { 1 } else { 331 };
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = parts.clone();
            changed.get_mut(path).unwrap()[at] ^= 1 << (at % 8);
            assert!(check(&changed, &trust).is_err(), "HAZ-030: {path}, byte {at}");
            changed.get_mut(path).unwrap().truncate(at);
            changed.get_mut(path).unwrap().extend_from_slice(&bytes[at..at]);
            assert!(check(&changed, &trust).is_err(), "HAZ-030: {path}, cut at {at}");
        }
        let mut less = parts.clone();
        less.remove(path);
        let fault = check(&less, &trust).unwrap_err();
        assert!(fault.incomplete, "{path} cannot be told: {fault}");
        less.insert(path.clone(), [bytes.as_slice(), b"\0"].concat());
        assert!(check(&less, &trust).is_err(), "{path} with a byte more");
    }
}

#[test]
fn hostile_checkpoints_are_refused_by_the_checker_too() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let line = "\u{2014} a AAAAAAA=\n";
    assert!(said::Said::read(&format!("a\n1\n{root}\n\n{line}")).is_some());
    for hostile in [
        String::new(),
        format!("a\n1\n{root}\n"),
        format!("a\n01\n{root}\n\n{line}"),
        format!("a\n+1\n{root}\n\n{line}"),
        format!("\n1\n{root}\n\n{line}"),
        format!("a\n1\n{root}\nmore\n\n{line}"),
        format!("a\n1\nAAAA\n\n{line}"),
        format!("a\n1\n{root}\n\n- a AAAAAAA=\n"),
        format!("a\n1\n{root}\n\n{}", line.trim_end()),
        format!("a\n1\n{root}\n\n\u{2014} a AA==\n"),
    ] {
        assert!(said::Said::read(&hostile).is_none(), "{hostile:?}");
    }
    for hostile in
        ["", "a+b", "a+00000000+AQ==", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]
    {
        assert!(said::Key::read(hostile).is_none(), "{hostile}");
    }
    assert!(said::Key::read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").is_some());
}
