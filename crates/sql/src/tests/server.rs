//! What is claimed of a server alone: it is relied on only where it keeps what it acknowledged, one node writes to it, it may
//! go and come back, and nothing it says of a row is repeated.

use super::{Row, batch, cases::CONTENT, count, insert, one, open, told};
use crate::{Database, Fault, Value, postgres::Postgres, read, write};
use cluster::{Cluster, client};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

#[test]
fn a_server_is_relied_on_within_what_it_promises() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    type Claim = (&'static str, fn(&Cluster));
    let claims: [Claim; 12] = [
        ("a transaction the server could not order is run again", run_again),
        ("a reader whose table was dropped reads again", dropped_meanwhile),
        ("a failure that was passed over is not a success", passed_over),
        ("faults hold the code and nothing of a row", without_content),
        ("a full disk is told as one", full),
        ("a text that cannot be stored is refused", unstorable),
        ("a second node stays out until the first is gone", second_node),
        ("a node that lost its connection to another stays out", taken_over),
        ("closed connections are replaced unnoticed", replaced),
        ("readers wait for one another rather than use a server up", few_readers),
        ("what was deleted gives its room back", vacuumed),
        ("a wait for a standby that was cancelled is no success", unconfirmed),
    ];
    for (name, claim) in claims {
        println!("PostgreSQL: {name}");
        claim(&cluster);
    }
}

const PLAIN: &str = "CREATE TABLE plain (id BIGINT PRIMARY KEY, what TEXT);";

fn put(database: &dyn Database, id: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO plain (id) VALUES ($1)";
    database.write(&mut |link| link.execute(sql, &[Value::Int(id)]).map(drop))
}

fn raise(state: &str) -> String {
    format!(
        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'walks with a frame', DETAIL = 'walks with a frame'; END $$"
    )
}

fn run_again(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, PLAIN);
    for state in ["40001", "40P01"] {
        let runs = AtomicU32::new(0);
        database
            .write(&mut |link| {
                link.execute("INSERT INTO plain (id) SELECT COUNT(*) FROM plain", &[])?;
                if runs.fetch_add(1, Ordering::Relaxed) < 2 { link.batch(&raise(state)) } else { Ok(()) }
            })
            .unwrap();
        assert_eq!(runs.into_inner(), 3);
    }
    assert_eq!(count(&database, "plain"), 2, "what failed left nothing");
    let runs = AtomicU32::new(0);
    let endless = database.write(&mut |link| {
        runs.fetch_add(1, Ordering::Relaxed);
        link.batch(&raise("40001"))
    });
    assert!(matches!(endless, Err(Fault::Unavailable(_))) && runs.into_inner() == 8);
    let runs = AtomicU32::new(0);
    let other = database.write(&mut |link| {
        runs.fetch_add(1, Ordering::Relaxed);
        link.batch(&raise("22012"))
    });
    assert!(other.is_err() && runs.into_inner() == 1, "nothing else is run again");
}

fn dropped_meanwhile(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, PLAIN);
    batch(&database, "CREATE TABLE content_1 (n BIGINT PRIMARY KEY); INSERT INTO plain (id) VALUES (1);");
    let runs = AtomicU32::new(0);
    let found = read(&database, |link| {
        let named = one(link, "SELECT COUNT(*) FROM plain")?;
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            assert_eq!(named, 1);
            batch(&database, "DELETE FROM plain; DROP TABLE content_1;");
        }
        if named > 0 { one(link, "SELECT COUNT(*) FROM content_1") } else { Ok(-7) }
    });
    assert_eq!((found.unwrap(), runs.into_inner()), (-7, 2));
}

fn passed_over(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, PLAIN);
    put(&database, 1).unwrap();
    let passed_over = database.write(&mut |link| {
        link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(2)])?;
        let _ = link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(1)]);
        Ok(())
    });
    assert!(matches!(passed_over, Err(Fault::Unavailable(_))));
    assert_eq!(count(&database, "plain"), 1);
}

fn without_content(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, "CREATE TABLE plain (id BIGINT, what TEXT UNIQUE);");
    let sql = "INSERT INTO plain (what) VALUES ($1)";
    let put = || write(&database, |link| link.execute(sql, &[Value::Text("walks with a frame")]));
    put().unwrap();
    let faults = [
        put().unwrap_err(),
        database.write(&mut |link| link.batch(&raise("22012"))).unwrap_err(),
        database
            .read(&mut |link| {
                link.query("SELECT id FROM plain WHERE what = $1", &[Value::Bytes(b"walks with a frame")])
                    .map(drop)
            })
            .unwrap_err(),
        database
            .read(&mut |link| link.query("SELECT CAST(what AS BIGINT) FROM plain", &[]).map(drop))
            .unwrap_err(),
        database
            .read(&mut |link| link.query("SELECT CAST(what AS NAME) FROM plain", &[]).map(drop))
            .unwrap_err(),
    ];
    for fault in faults {
        assert!(!told(&fault).contains("walks"), "{fault}");
        assert!(matches!(fault, Fault::Unavailable(_) | Fault::Taken(_)));
    }
    let twice = put().unwrap_err();
    assert!(matches!(twice, Fault::Taken(_)) && told(&twice).contains("SQLSTATE 23505"));
    assert!(!database.describe().contains("owner") && database.describe().starts_with("PostgreSQL 1"));
}

fn full(cluster: &Cluster) {
    let database = open(&cluster.database());
    assert!(matches!(database.write(&mut |link| link.batch(&raise("53100"))), Err(Fault::Full)));
    assert!(matches!(database.write(&mut |link| link.batch(&raise("XX001"))), Err(Fault::Damaged)));
}

/// PostgreSQL has no U+0000 in a text.
fn unstorable(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, PLAIN);
    let sql = "INSERT INTO plain (id, what) VALUES ($1, $2)";
    assert!(write(&database, |link| link.execute(sql, &[Value::Int(1), Value::Text("a\0b")])).is_err());
    assert_eq!(count(&database, "plain"), 0);
}

fn second_node(cluster: &Cluster) {
    let url = cluster.database();
    let first = open(&url);
    batch(&first, PLAIN);
    assert!(matches!(Postgres::open(&url, None, "other"), Err(Fault::Held)));
    put(&first, 1).unwrap();
    drop(first);
    let second = open(&url);
    assert_eq!(count(&second, "plain"), 1);
}

fn ended(cluster: &Cluster, application: &str) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
    assert!(!client(&cluster.url("postgres")).query(sql, &[&application]).unwrap().is_empty());
}

fn taken_over(cluster: &Cluster) {
    let url = cluster.database();
    let first = Postgres::open(&url, None, "first").unwrap();
    batch(&first, PLAIN);
    ended(cluster, "first");
    let second = Postgres::open(&url, None, "second").unwrap();
    assert!(matches!(put(&first, 1), Err(Fault::Held)));
    put(&second, 2).unwrap();
    drop(second);
    put(&first, 1).unwrap();
    assert_eq!(count(&first, "plain"), 2);
}

fn replaced(cluster: &Cluster) {
    let database = Postgres::open(&cluster.database(), None, "replaced").unwrap();
    batch(&database, PLAIN);
    database.read(&mut |_| database.read(&mut |link| one(link, "SELECT 1").map(drop))).unwrap();
    for id in 1..4 {
        ended(cluster, "replaced");
        put(&database, id).unwrap();
        assert_eq!(count(&database, "plain"), id);
        assert_eq!(count(&database, "plain"), id);
        ended(cluster, "replaced");
        database.scrub(&["plain".to_owned()]).unwrap();
    }
}

fn few_readers(cluster: &Cluster) {
    let database = Postgres::open(&cluster.database(), None, "few").unwrap();
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'few'";
    let seen: Vec<i64> = std::thread::scope(|scope| {
        let read = || {
            read(&database, |link| {
                std::thread::sleep(Duration::from_millis(30));
                one(link, sql)
            })
        };
        let readers: Vec<_> = (0..30).map(|_| scope.spawn(read)).collect();
        readers.into_iter().map(|reader| reader.join().unwrap().unwrap()).collect()
    });
    assert!(seen.iter().all(|connections| *connections <= 9), "{seen:?}");
    assert!(seen.iter().any(|connections| *connections > 2), "they read beside one another: {seen:?}");
}

fn vacuumed(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, CONTENT);
    let row = |n| Row {
        n,
        person: None,
        subject: None,
        key: Vec::new(),
        digest: Vec::new(),
        ord: 0,
        received: 0,
        gone: false,
        key_id: 0,
        sealed: vec![0; 500],
    };
    database.write(&mut |link| insert(link, "content_1", &(0..2_000).map(row).collect::<Vec<_>>())).unwrap();
    batch(&database, "DELETE FROM content_1");
    let size = || read(&database, |link| one(link, "SELECT pg_relation_size('content_1')")).unwrap();
    assert!(size() > 1_000_000);
    database.scrub(&["content_1".to_owned()]).unwrap();
    assert_eq!(size(), 0);
    for name in ["plain; DROP TABLE content_1", "Content_1", "\"content_1\""] {
        assert!(matches!(database.scrub(&[name.to_owned()]), Err(Fault::Unusable(_))));
    }
}

fn unconfirmed(cluster: &Cluster) {
    let database = open(&cluster.database());
    batch(&database, PLAIN);
    cluster.set("synchronous_standby_names", Some("nobody"));
    std::thread::scope(|scope| {
        let written = scope.spawn(|| put(&database, 1));
        let sql = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let mut beside = client(&cluster.url("postgres"));
        while beside.query(sql, &[]).unwrap().is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let fault = written.join().unwrap().unwrap_err();
        assert!(told(&fault).contains("not known whether the commit is durable"), "{fault:?}");
    });
    cluster.set("synchronous_standby_names", None);
    put(&database, 2).unwrap();
}

#[test]
fn a_server_that_may_lose_what_it_acknowledged_is_refused() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    let url = cluster.database();
    for (name, bad, good) in [
        ("fsync", "off", "on"),
        ("full_page_writes", "off", "on"),
        ("synchronous_commit", "off", "on"),
        ("synchronous_commit", "local", "remote_apply"),
    ] {
        cluster.set(name, Some(bad));
        let refused = Postgres::open(&url, None, "test").err();
        assert!(matches!(&refused, Some(Fault::Unusable(why)) if why.contains(name)), "{refused:?}");
        cluster.set(name, Some(good));
        Postgres::open(&url, None, "test").unwrap();
    }
}

/// F30: whatever moment it dies at.
#[test]
fn a_server_that_dies_keeps_what_it_acknowledged_and_nothing_else() {
    let Some(mut cluster) = Cluster::start(&[]) else { return };
    let database = open(&cluster.database());
    batch(&database, PLAIN);
    batch(&database, "CREATE TABLE twin (id BIGINT PRIMARY KEY);");
    put(&database, 0).unwrap();
    let fault = database.write(&mut |link| {
        link.execute("DELETE FROM plain", &[])?;
        link.execute("INSERT INTO twin VALUES ($1)", &[Value::Int(0)])?;
        cluster.kill();
        link.execute("INSERT INTO twin VALUES ($1)", &[Value::Int(1)]).map(drop)
    });
    assert!(matches!(fault, Err(Fault::Unavailable(_))));
    assert!(matches!(put(&database, 1), Err(Fault::Unavailable(_))), "it is still away");
    assert!(matches!(database.read(&mut |_| Ok(())), Err(Fault::Unavailable(_))));
    cluster.run();
    assert_eq!((count(&database, "plain"), count(&database, "twin")), (1, 0));
    batch(&database, "DELETE FROM plain");
    for writes in [1, 20, 77] {
        let before = count(&database, "plain");
        let acknowledged = AtomicI64::new(before);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                loop {
                    let id = acknowledged.load(Ordering::Relaxed) + 1;
                    let done = database.write(&mut |link| {
                        link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(id)])?;
                        link.execute("INSERT INTO twin VALUES ($1)", &[Value::Int(id)]).map(drop)
                    });
                    match done {
                        Ok(()) => acknowledged.store(id, Ordering::Relaxed),
                        Err(fault) => return fault,
                    }
                }
            });
            while acknowledged.load(Ordering::Relaxed) < before + writes && !writer.is_finished() {
                std::thread::yield_now();
            }
            cluster.kill();
            assert!(matches!(writer.join().unwrap(), Fault::Unavailable(_)));
        });
        cluster.run();
        let (here, acknowledged) = (count(&database, "plain"), acknowledged.into_inner());
        // Of the one whose commit nobody answered, either may be true.
        assert!(here == acknowledged || here == acknowledged + 1, "{here} of {acknowledged}");
        assert_eq!(count(&database, "twin"), here);
        assert_eq!(
            read(&database, |link| one(link, "SELECT COALESCE(MAX(id), 0) FROM plain")).unwrap(),
            here
        );
        println!("  {} acknowledged before the server died", acknowledged - before);
    }
}
