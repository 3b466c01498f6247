//! AU32, AU33: what goes, what stays, and who must have said so. HAZ-030.
//!
//! shows: R49

/// What a copy of the store still has.
mod months;
/// Whatever is held, tried or ordered wrongly.
mod refused;
/// On a server.
mod server;

use super::*;
use crate::{
    Filter, Query, Verified,
    export::{export, prove},
    inspect::inspect,
    sample::{self, KEY, NHS_NUMBER, NOW},
    store::Settings,
    verify::{self, Trust, verify},
};
use std::path::{Path, PathBuf};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const OLD: Millis = Millis(NOW.0 - 400 * DAY_MS);
const AUTHORITY: &str = "Guardian's decision 12/26";
const TWO: [&str; 2] = ["A. Keeper", "B. Guardian"];
/// What a person's entries contain, and what must not be found in any file any more.
const CANARY: &str = "manifest-item-canary";

fn at(entry: Entry, at: Millis) -> Entry {
    Entry { at, ..entry }
}

fn year() -> Period {
    Period::parse("1 year").unwrap()
}

/// Everything older than the year that is kept.
pub(super) fn by_rule() -> Order {
    Order::by_rule(What::Entries, &year(), NOW.seconds() - 380 * 86_400, NOW)
        .unwrap()
        .ordered(AUTHORITY, TWO[0], TWO[1])
}

/// Leaves 0 to 9: a start; an old opening 1 with its disclosure, closed; an old refusal; an old opening 2, not closed; a new
/// opening 3, closed.
pub(super) async fn written(dir: &Path) -> Store {
    let mut settings = sample::settings(dir);
    settings.replica = "g1".to_owned();
    let store = Store::open(settings, OLD).unwrap();
    let one = store.open_opening(sample::opening(1), at(sample::open(1), OLD), OLD).await.unwrap();
    let manifest = sample::manifest(1, "gp", 1).to_bytes().unwrap();
    store.disclose(&one, at(sample::disclosure(1, "gp", 1), OLD), manifest, OLD).await.unwrap();
    store.close(&one, at(sample::close(1), OLD), OLD).await.unwrap();
    store.append(vec![at(sample::refused(1), OLD)], OLD).await.unwrap();
    store.open_opening(sample::opening(2), at(sample::open(2), OLD), OLD).await.unwrap();
    let three = store.open_opening(sample::opening(3), sample::open(3), NOW).await.unwrap();
    let manifest = sample::manifest(3, "gp", 1).to_bytes().unwrap();
    store.disclose(&three, sample::disclosure(3, "gp", 1), manifest, NOW).await.unwrap();
    store.close(&three, sample::close(3), NOW).await.unwrap();
    store.checkpoint(NOW).await.unwrap();
    store
}

pub(super) fn place(dir: &Path) -> Place {
    sample::settings(dir).place
}

pub(super) fn counted(dir: &Path, order: &Order) -> Tally {
    tally(&place(dir), &KEY, order).unwrap()
}

/// Tried, ordered, recorded, carried out; the store is closed after it.
async fn deleted(dir: &Path, store: Store, order: Order) -> (Tally, u64) {
    dry_run(&store, &order, &counted(dir, &order), NOW).await.unwrap();
    let recorded = record(&store, order.clone(), &counted(dir, &order), NOW).await.unwrap();
    store.checkpoint(NOW).await.unwrap();
    store.stop(NOW).await.unwrap();
    drop(store);
    (recorded.carry_out(&place(dir), &KEY).unwrap(), recorded.index())
}

fn row(path: &Path, index: u64) -> Vec<u8> {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.query_row("SELECT sealed FROM entry WHERE idx = ?1", [index.cast_signed()], |row| row.get(0))
        .unwrap()
}

fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let path = place(dir).path;
    let wal = PathBuf::from(format!("{}-wal", path.display()));
    [path, wal].into_iter().filter_map(|path| Some((path.clone(), std::fs::read(path).ok()?))).collect()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn au32_what_is_older_than_the_rule_goes_its_proofs_stay_and_no_byte_of_it_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    let path = place(dir.path()).path;
    let before: Vec<Vec<u8>> = (1..=4).map(|index| row(&path, index)).collect();
    let (done, order) = deleted(dir.path(), store, by_rule()).await;
    // The opening that nobody closed and the start of that day's boot: the one stays, the other goes.
    assert_eq!((done.bodies, done.manifests, done.unclosed, done.held), (5, 1, 1, 0));
    for (file, bytes) in files(dir.path()) {
        for sealed in &before {
            assert!(!holds(&bytes, &sealed[1..]), "bytes remain in {}", file.display());
        }
    }
    let seen = verify(&path, Some(KEY), None).unwrap();
    assert_eq!(seen.deleted, BTreeMap::from([("entries after 1 year".to_owned(), 5)]));
    assert_eq!(seen.manifests, 1);
    let plain: Verified = verify(&path, None, None).unwrap();
    assert_eq!(plain.deleted, BTreeMap::from([(format!("of the order at {order}"), 5)]));
    let said = crate::gone(&place(dir.path()), &KEY, 2).unwrap().unwrap();
    assert_eq!(said.to_string(), "entry 2: deleted under rule entries after 1 year on 2026-11-18");
    assert_eq!(crate::gone(&place(dir.path()), &KEY, 7).unwrap(), None);
    assert_eq!(prove(&place(dir.path()), 2).unwrap().index, 2, "its proof can still be had");
}

#[tokio::test]
async fn au32_searches_name_what_was_deleted_and_an_export_proves_by_which_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    deleted(dir.path(), store, by_rule()).await;
    let views = inspect(&place(dir.path()), KEY, &Filter::default()).unwrap();
    assert!(views.iter().all(|view| view.index >= 5), "what is gone is not among them");
    let store = sample::store(dir.path());
    let page = store.watched(Query::default()).await.unwrap();
    assert_eq!(page.deleted.iter().map(|gone| gone.index).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(page.deleted[1].kind, Kind::Open);
    let by_person = Query { person: Some(NHS_NUMBER.to_owned()), ..Query::default() };
    let page = store.watched(by_person).await.unwrap();
    assert!(page.deleted.is_empty() && page.entries.iter().all(|found| found.index >= 5));
    let size = store.checkpoint(NOW).await.unwrap().checkpoint.size;
    let bundle = dir.path().join("bundle");
    export(&place(dir.path()), &KEY, 0..size, &bundle).unwrap();
    let mut fetch = |path: &str| std::fs::read(bundle.join(path)).map_err(|_| verify::Missing::Absent);
    let checked = verify::published(&mut fetch, &Trust::default()).unwrap();
    assert_eq!((checked.deleted, checked.bodies, checked.proofs), (5, size - 5, size));
    // An order moved to another entry, or forged, proves nothing.
    let lines = std::fs::read_to_string(bundle.join("bodies.ndjson")).unwrap();
    for (from, to) in
        [("entries/before/6/", "entries/before/1/"), ("\"index\":2,\"deleted\"", "\"index\":9,\"deleted\"")]
    {
        let forged = lines.replace(from, to);
        assert_ne!(forged, lines);
        let mut fetch = |path: &str| match path {
            "bodies.ndjson" => Ok(forged.clone().into_bytes()),
            path => std::fs::read(bundle.join(path)).map_err(|_| verify::Missing::Absent),
        };
        assert!(verify::published(&mut fetch, &Trust::default()).is_err());
    }
}

#[tokio::test]
async fn au32_a_month_of_manifests_goes_and_its_entries_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    let order = Order { what: What::Manifests, rule: "manifests after 1 year".to_owned(), ..by_rule() };
    let (done, _) = deleted(dir.path(), store, order).await;
    assert_eq!((done.bodies, done.manifests), (0, 1));
    let seen = verify(&place(dir.path()).path, Some(KEY), None).unwrap();
    assert_eq!((seen.manifests, seen.deleted.len()), (1, 0));
    let views = inspect(&place(dir.path()), KEY, &Filter::default()).unwrap();
    let with: Vec<_> = views.iter().filter(|view| view.manifest.is_some()).collect();
    assert!(with.len() == 1 && with[0].manifest.as_ref().unwrap().to_string().contains(CANARY));
}

#[tokio::test]
async fn an_opening_is_erased_inside_its_retention_under_an_authoritys_reference() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    let order =
        Order::erasure(Scope::Opening(sample::opening(3))).ordered("Court order 7/26", TWO[0], TWO[1]);
    let (done, _) = deleted(dir.path(), store, order).await;
    assert_eq!((done.bodies, done.manifests), (3, 1));
    let path = place(dir.path()).path;
    assert_eq!(verify(&path, Some(KEY), None).unwrap().deleted, BTreeMap::from([("erasure".to_owned(), 3)]));
    verify(&path, None, None).unwrap();
    // Whoever takes another entry and calls it a part of that opening is found.
    let conn = rusqlite::Connection::open(&path).unwrap();
    let take = format!(
        "UPDATE entry SET sealed = x'', person = NULL, professional = NULL, opening = '{}' WHERE idx = 4",
        sample::opening(3)
    );
    conn.execute_batch(&take).unwrap();
    assert_eq!(verify(&path, Some(KEY), None).unwrap_err().at, 4);
}

#[tokio::test]
async fn what_an_order_spared_nobody_else_takes_unseen() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    hold(&store, &Held::Opening(sample::opening(1)), [TWO[0], AUTHORITY, "a complaint is open"], NOW)
        .await
        .unwrap();
    let (done, _) = deleted(dir.path(), store, by_rule()).await;
    assert_eq!((done.bodies, done.held), (2, 3));
    let path = place(dir.path()).path;
    verify(&path, Some(KEY), None).unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("UPDATE entry SET sealed = x'', person = NULL, professional = NULL WHERE idx = 3")
        .unwrap();
    let fault = verify(&path, Some(KEY), None).unwrap_err();
    assert_eq!(fault.what, "3 bodies are missing, and only 2 were ordered to be deleted");
}
