//! One list of claims, made of both databases: what the vault relies on holds in each. Those of PostgreSQL are made of a real
//! server that the test starts, and are skipped, loudly, where none is installed.

/// A server of the test's own.
pub(crate) mod cluster;
/// What is claimed of any database.
mod cases;
/// What is claimed of a server alone.
mod server;
/// What is claimed of the way to it.
mod way;

use super::{Database, Link, StoreFault, postgres::Postgres, sqlite::Sqlite};
use cluster::Cluster;

/// A claim, made of a database in which nothing is.
pub(crate) type Case = (&'static str, fn(Box<dyn Database>));

pub(crate) fn each_on_sqlite(cases: &[Case]) {
    for (name, claim) in cases {
        println!("SQLite: {name}");
        let folder = tempfile::tempdir().unwrap();
        claim(Box::new(Sqlite::open(&folder.path().join("store.db")).unwrap()));
    }
}

pub(crate) fn each_on_postgres(cases: &[Case]) {
    let Some(cluster) = Cluster::start(&[]) else { return };
    for (name, claim) in cases {
        let began = std::time::Instant::now();
        claim(Box::new(open(&cluster.database())));
        println!("PostgreSQL: {name}: {:?}", began.elapsed());
    }
}

fn open(url: &str) -> Postgres {
    Postgres::open(url, None, "shcr-edge test").unwrap()
}

/// One number out of a transaction.
fn one(link: &mut dyn Link, sql: &str) -> Result<i64, StoreFault> {
    Ok(link.query(sql, &[])?.pop().map_or(-1, |mut line| line.int()))
}

fn count(database: &dyn Database, table: &str) -> i64 {
    super::read(database, |link| one(link, &format!("SELECT COUNT(*) FROM {table}"))).unwrap()
}

fn batch(database: &dyn Database, sql: &str) {
    database.write(&mut |link| link.batch(sql)).unwrap();
}

/// All that a fault tells, its causes too.
fn told(fault: &StoreFault) -> String {
    let mut told = format!("{fault} {fault:?}");
    let mut cause = std::error::Error::source(fault);
    while let Some(error) = cause {
        told = format!("{told} {error} {error:?}");
        cause = error.source();
    }
    told
}
