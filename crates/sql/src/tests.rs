//! One list of claims, made of both databases: what the vault relies on holds in each. Those of PostgreSQL are made of a real
//! server that the test starts, and are skipped, loudly, where none is installed.

/// What is claimed of any database.
mod cases;
/// What is claimed of a server alone.
mod server;
/// What is claimed of the way to it.
mod way;

use super::{Column, Database, Fault, Link, Value, postgres::Postgres, sqlite::Sqlite};
use cluster::Cluster;

/// A claim, made of a database in which nothing is.
type Case = (&'static str, fn(Box<dyn Database>));

fn each_on_sqlite(cases: &[Case]) {
    for (name, claim) in cases {
        println!("SQLite: {name}");
        let folder = tempfile::tempdir().unwrap();
        claim(Box::new(Sqlite::open(&folder.path().join("store.db")).unwrap()));
    }
}

fn each_on_postgres(cases: &[Case]) {
    let Some(cluster) = Cluster::start(&[]) else { return };
    for (name, claim) in cases {
        let began = std::time::Instant::now();
        claim(Box::new(open(&cluster.database())));
        println!("PostgreSQL: {name}: {:?}", began.elapsed());
    }
}

fn open(url: &str) -> Postgres {
    Postgres::open(url, None, "test").unwrap()
}

/// One number out of a transaction.
fn one(link: &mut dyn Link, sql: &str) -> Result<i64, Fault> {
    Ok(link.query(sql, &[])?.pop().map_or(-1, |mut line| line.int()))
}

fn count(database: &dyn Database, table: &str) -> i64 {
    super::read(database, |link| one(link, &format!("SELECT COUNT(*) FROM {table}"))).unwrap()
}

fn batch(database: &dyn Database, sql: &str) {
    database.write(&mut |link| link.batch(sql)).unwrap();
}

/// All that a fault tells, its causes too.
fn told(fault: &Fault) -> String {
    let mut told = format!("{fault} {fault:?}");
    let mut cause = std::error::Error::source(fault);
    while let Some(error) = cause {
        told = format!("{told} {error} {error:?}");
        cause = error.source();
    }
    told
}

/// A row with some of everything, for the tables of [`cases::CONTENT`].
#[derive(Clone)]
struct Row {
    n: i64,
    person: Option<Vec<u8>>,
    subject: Option<Vec<u8>>,
    key: Vec<u8>,
    digest: Vec<u8>,
    ord: i64,
    received: i64,
    gone: bool,
    key_id: i64,
    sealed: Vec<u8>,
}

const COLUMNS: [Column; 10] = {
    use Column::{Bytes, Int};
    [Int, Bytes, Bytes, Bytes, Bytes, Int, Int, Int, Int, Bytes]
};

fn insert(link: &mut dyn Link, table: &str, rows: &[Row]) -> Result<(), Fault> {
    let values: Vec<[Value<'_>; 10]> = rows
        .iter()
        .map(|row| {
            [
                Value::Int(row.n),
                Value::maybe(row.person.as_deref()),
                Value::maybe(row.subject.as_deref()),
                Value::Bytes(&row.key),
                Value::Bytes(&row.digest),
                Value::Int(row.ord),
                Value::Int(row.received),
                Value::Int(i64::from(row.gone)),
                Value::Int(row.key_id),
                Value::Bytes(&row.sealed),
            ]
        })
        .collect();
    let rows: Vec<&[Value<'_>]> = values.iter().map(<[Value<'_>; 10]>::as_slice).collect();
    link.insert(table, &COLUMNS, &rows)
}
