//! AU8, AU10, AU11, AU13: the store on a PostgreSQL server with a standby, both made by the test.

use super::*;
use crate::export::export;
use cluster::{any_of, client};
use std::sync::atomic::{AtomicU32, Ordering};

const ROLE: &str = "gateway";

/// A primary and its standby, and tables on them.
pub(super) struct Pair {
    pair: cluster::Pair,
    made: AtomicU32,
}

impl Pair {
    pub(super) fn start() -> Option<Self> {
        let pair = cluster::Pair::start(&format!("CREATE ROLE {ROLE} LOGIN"))?;
        Some(Self { pair, made: AtomicU32::new(0) })
    }

    /// Tables in which nothing is; whoever has the folder writes to them.
    pub(super) fn tables(&self, dir: &Path) {
        let schema = format!("audit_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let owner = self.url("owner", &schema);
        let mut sql = client(&owner);
        sql.batch_execute(&format!("CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO {ROLE};"))
            .unwrap();
        create(&Server { url: owner, ca_file: None }, ROLE).unwrap_or_else(|fault| panic!("{fault:?}"));
        std::fs::create_dir_all(dir.join("months")).unwrap();
        std::fs::write(dir.join("server"), self.url(ROLE, &schema)).unwrap();
    }
}

impl std::ops::Deref for Pair {
    type Target = cluster::Pair;
    fn deref(&self) -> &cluster::Pair {
        &self.pair
    }
}

impl std::ops::DerefMut for Pair {
    fn deref_mut(&mut self) -> &mut cluster::Pair {
        &mut self.pair
    }
}

fn replica(dir: &Path, name: &str) -> Store {
    let settings = Settings { replica: name.to_owned(), ..sample::settings(dir) };
    Store::open(settings, NOW).unwrap_or_else(|fault| panic!("{fault:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_write_one_log_in_one_order() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    let dir = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| pair.tables(dir.path()));
    let stores = [replica(dir.path(), "g1"), replica(dir.path(), "g2")];
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move {
                store
                    .append(vec![sample::refused(u32::try_from(n).unwrap())], NOW)
                    .await
                    .unwrap()
                    .remove(0)
                    .index
            })
        })
        .collect();
    let mut indexes = Vec::new();
    for task in tasks {
        indexes.push(task.await.unwrap());
    }
    indexes.sort_unstable();
    assert_eq!(indexes, (2..202).collect::<Vec<_>>(), "each once, none twice");
    let place = sample::settings(dir.path()).place;
    assert_eq!(check_tree(&place).unwrap(), 202);
    let published = stores[1].checkpoint(NOW).await.unwrap();
    assert_eq!(stores[0].published().await.unwrap().unwrap(), published, "one log, whoever signs");
    let bundle = dir.path().join("bundle");
    export(&place, &KEY, 0..202, &bundle).unwrap();
    // What one replica began, the other goes on with.
    let opened = stores[0].open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let again = stores[1].open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    assert_eq!(opened.receipt(), again.receipt());
    stores[1].close(&opened, sample::close(1), NOW).await.unwrap();
    let late = stores[0].disclose(&again, sample::disclosure(1, "gp", 1), b"{}".to_vec(), NOW).await;
    assert_eq!(late.unwrap_err(), Fault::Rejected(Why::Closed));
}

/// The same entry until it is acknowledged.
async fn settled(store: &Store, n: u32) -> Receipt {
    loop {
        match store.append(vec![sample::refused(n)], NOW).await {
            Ok(mut receipts) => return receipts.remove(0),
            Err(Fault::Rejected(why)) => panic!("{why:?}"),
            Err(Fault::Unavailable | Fault::Unknown) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// How many; `SHCR_FAILOVERS` for more of them.
fn failovers() -> u32 {
    std::env::var("SHCR_FAILOVERS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

// shows: F38
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn au10_nothing_acknowledged_is_lost_or_doubled_when_the_primary_dies_and_its_standby_takes_over() {
    let Some(mut pair) = tokio::task::block_in_place(Pair::start) else { return };
    let dir = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| pair.tables(dir.path()));
    let stores = [replica(dir.path(), "g1"), replica(dir.path(), "g2")];
    let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let acknowledged = Arc::new(AtomicU32::new(0));
    let writers: Vec<_> = (0..12_u32)
        .map(|writer| {
            let (store, over) = (stores[writer as usize % 2].clone(), Arc::clone(&over));
            let counter = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                let mut kept = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let n = writer * 1_000_000 + kept.len() as u32;
                    kept.push((n, settled(&store, n).await));
                    counter.fetch_add(1, Ordering::Relaxed);
                }
                kept
            })
        })
        .collect();
    for round in 0..failovers() {
        let before = acknowledged.load(Ordering::Relaxed);
        while acknowledged.load(Ordering::Relaxed) < before + 50 + round % 37 {
            tokio::time::sleep(Duration::from_micros(700)).await;
        }
        tokio::task::block_in_place(|| {
            pair.fail_over();
            pair.rejoin();
        });
    }
    let before = acknowledged.load(Ordering::Relaxed);
    while acknowledged.load(Ordering::Relaxed) < before + 50 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    over.store(true, Ordering::Relaxed);
    let place = sample::settings(dir.path()).place;
    let mut all = Vec::new();
    for writer in writers {
        all.extend(writer.await.unwrap());
    }
    let entries = check_tree(&place).unwrap();
    let views = inspect(&place, KEY, &Filter::default()).unwrap();
    for (n, receipt) in &all {
        let view = &views[usize::try_from(receipt.index).unwrap()];
        let key = sample::refused(*n).key;
        assert_eq!((view.index, view.entry["key"].as_str()), (receipt.index, Some(key.as_str())), "HAZ-030");
    }
    let mut keys: Vec<String> = views.iter().map(|view| view.entry["key"].to_string()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len() as u64, entries, "none twice");
    println!("{} failovers: {} acknowledged, {entries} in the log", failovers(), all.len());
}

// shows: F35, F36
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn au10_au11_a_commit_nobody_confirmed_is_unknown_until_a_standby_has_it() {
    let Some(mut pair) = tokio::task::block_in_place(Pair::start) else { return };
    let dir = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| pair.tables(dir.path()));
    let store = replica(dir.path(), "g1");
    store.append(vec![sample::refused(0)], NOW).await.unwrap();
    let end = |how: &str| {
        let sql = format!("SELECT {how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        let mut beside = client(&pair.one.url("postgres"));
        while beside.query(&sql, &[]).unwrap().is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    for (n, how) in [(1, "pg_cancel_backend"), (2, "pg_terminate_backend")] {
        pair.two.pause(true);
        let late = store.append(vec![sample::refused(n)], NOW).await;
        assert_eq!(late, Err(Fault::Unknown), "{how}: it waits, and nobody waits for it");
        assert!(!store.is_writable(), "HAZ-029: the door is shut meanwhile");
        tokio::task::block_in_place(|| end(how));
        let again = store.append(vec![sample::refused(n)], NOW).await;
        assert_eq!(again, Err(Fault::Unknown), "{how}: a row that is there is not yet a row that is safe");
        pair.two.pause(false);
        let receipt = settled(&store, n).await;
        assert_eq!(receipt.index, u64::from(n) + 1, "{how}: recorded once");
    }

    // The primary has the row, comes back, and the standby has still not seen it.
    pair.two.pause(true);
    assert_eq!(store.append(vec![sample::refused(3)], NOW).await, Err(Fault::Unknown));
    tokio::task::block_in_place(|| {
        pair.one.crash();
        pair.one.run();
    });
    for _ in 0..3 {
        let unsafe_yet = store.append(vec![sample::refused(3)], NOW).await;
        assert!(matches!(unsafe_yet, Err(Fault::Unknown | Fault::Unavailable)), "AU12: {unsafe_yet:?}");
    }
    pair.two.pause(false);
    assert_eq!(settled(&store, 3).await.index, 4);
    assert_eq!(check_tree(&sample::settings(dir.path()).place).unwrap(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn au21_a_replica_that_falls_silent_while_it_leads_is_undone_and_the_others_go_on() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    let dir = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| pair.tables(dir.path()));
    let (one, two) = (replica(dir.path(), "g1"), replica(dir.path(), "g2"));
    let (silent, answer) = Task::new(1, |desk: &mut Desk<'_>| {
        desk.author(&sample::refused(7), NOW)?;
        std::thread::sleep(Duration::from_millis(4_000));
        Ok(Ok(()))
    });
    one.0.queue.as_ref().unwrap().try_send(Box::new(silent)).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = std::time::Instant::now();
    let receipt = settled(&two, 1).await;
    assert!(began.elapsed() < Duration::from_millis(3_500), "the other did not wait for its end");
    assert_eq!(receipt.index, 2, "what the silent one had begun left no leaf");
    assert_eq!(answer.await.unwrap(), Err(Fault::Unavailable), "and it is told so");
    assert_eq!(settled(&one, 2).await.index, 3, "awake again, it goes on behind them");

    // Somebody starts another process under a name that is in use.
    let newer = replica(dir.path(), "g1");
    let fenced = one.append(vec![sample::refused(3)], NOW).await;
    assert_eq!(fenced, Err(Fault::Unavailable), "the earlier process is fenced");
    assert_eq!(one.append(vec![sample::refused(3)], NOW).await, Err(Fault::Unavailable), "for good");
    settled(&newer, 3).await;
    assert_eq!(check_tree(&sample::settings(dir.path()).place).unwrap(), 6);
}

// shows: A44
#[tokio::test(flavor = "multi_thread")]
async fn au13_the_role_of_a_gateway_adds_and_changes_nothing_and_another_role_is_refused() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    let dir = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| pair.tables(dir.path()));
    let store = replica(dir.path(), "g1");
    store.append(vec![sample::refused(0)], NOW).await.unwrap();
    tokio::task::block_in_place(|| {
        let mut role = client(&std::fs::read_to_string(dir.path().join("server")).unwrap());
        for (sql, table) in [
            ("UPDATE x SET idx = 9", "entry"),
            ("DELETE FROM x", "entry"),
            ("TRUNCATE x", "entry"),
            ("DROP TABLE x", "entry"),
            ("ALTER TABLE x ADD COLUMN y BIGINT", "entry"),
            ("CREATE INDEX y ON x (idx)", "leaf"),
            ("UPDATE x SET leaf = ''", "leaf"),
            ("DELETE FROM x", "leaf"),
            ("UPDATE x SET note = ''", "checkpoint"),
            ("DELETE FROM x", "checkpoint"),
            ("UPDATE x SET sealed = ''", "manifest"),
            ("DELETE FROM x", "head"),
            ("DELETE FROM x", "opening"),
            ("UPDATE x SET handle = ''", "one_time"),
            ("UPDATE x SET value = ''", "meta"),
        ] {
            let sql = sql.replace(" x", &format!(" {table}"));
            let said = role.batch_execute(&sql).unwrap_err();
            assert_eq!(said.code().map(|code| code.code()), Some("42501"), "{sql}");
        }
        assert!(role.batch_execute("CREATE TABLE y (a BIGINT)").is_err());
    });
    assert_eq!(check_tree(&sample::settings(dir.path()).place).unwrap(), 2);

    let as_role = std::fs::read_to_string(dir.path().join("server")).unwrap();
    let refused = |url: String, why: &str| {
        let server = Some(Server { url, ca_file: None });
        let place = Place { path: dir.path().join("audit.db"), server, month_keys: None };
        let fault = Store::open(Settings { place, ..sample::settings(dir.path()) }, NOW).unwrap_err();
        let told = format!("{fault} {fault:?}");
        assert!(told.contains(why), "{why}: {told}");
    };
    refused(as_role.replace("user=gateway", "user=owner"), "the role may UPDATE rows of `leaf`");
    let standby = any_of(&[&pair.two], ROLE, "postgres", "audit_0");
    // AU15: nothing is decided by what a standby has.
    refused(standby, "does not allow writes");
    let keeper = "CREATE ROLE keeper LOGIN; GRANT gateway TO keeper; GRANT UPDATE (sealed) ON audit_0.entry TO keeper;";
    tokio::task::block_in_place(|| pair.one.sql(keeper));
    refused(as_role.replace("user=gateway", "user=keeper"), "the role may UPDATE rows of `entry`");
    refused(as_role.replace("audit_0", "public"), "there are no tables yet");
    tokio::task::block_in_place(|| pair.one.set("synchronous_commit", Some("local")));
    refused(as_role.clone(), "synchronous_commit");
    tokio::task::block_in_place(|| pair.one.set("synchronous_commit", None));
    replica(dir.path(), "g3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn evidence_that_shuts_the_door_of_one_replica_shuts_it_for_all() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    let (one_dir, two_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    tokio::task::block_in_place(|| pair.tables(one_dir.path()));
    std::fs::copy(one_dir.path().join("server"), two_dir.path().join("server")).unwrap();
    let (one, two) = (replica(one_dir.path(), "g1"), replica(two_dir.path(), "g2"));
    two.append(vec![sample::refused(0)], NOW).await.unwrap();
    freeze(&sample::settings(one_dir.path()).place.path, "two histories").unwrap();
    assert_eq!(one.append(vec![sample::refused(1)], NOW).await, Err(Fault::Unavailable));
    assert_eq!(two.append(vec![sample::refused(2)], NOW).await, Err(Fault::Unavailable), "AU19");
    assert_eq!(two.frozen().as_deref(), Some("two histories"));
    let third = Store::open(Settings { replica: "g3".to_owned(), ..sample::settings(two_dir.path()) }, NOW);
    assert!(matches!(third, Err(StoreFault::Frozen(_))), "{third:?}");
}
