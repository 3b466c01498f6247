//! The seam between what the vault says and the database it says it to: plain SQL that SQLite and PostgreSQL both take,
//! parameters `$1`, `$2` in the order they first stand. Everything blocks: callers are on threads that may.
//! Source: SQL subset common to SQLite 3 and PostgreSQL 15.

/// Embedded, the default.
pub(crate) mod sqlite;
/// On a server.
pub(crate) mod postgres;

use crate::config::Store;
use std::{fs::File, io::Read, os::unix::fs::PermissionsExt, path::Path};

/// How a server's operator sees this node.
const APPLICATION: &str = "shcr-edge";
/// A connection string is shorter.
const URL_MAX_BYTES: u64 = 64 * 1024;

/// Why the store did not do what was asked. For the operator; holds no content.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("the store's disk is full")]
    Full,
    #[error("another process holds the store")]
    Held,
    #[error("the store lies on a network file system (`{0}`)")]
    Network(String),
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    #[error("the store could not be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("could not read or write `{0}`")]
    File(String, #[source] std::io::Error),
    #[error("the store is sealed under a key that this node does not have")]
    WrongKey,
    #[error("what rests here is not as it was written")]
    Damaged,
}

/// A parameter.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Null,
}

impl<'a> Value<'a> {
    pub(crate) fn maybe(bytes: Option<&'a [u8]>) -> Self {
        bytes.map_or(Value::Null, Value::Bytes)
    }
}

/// A value that came back.
#[derive(Clone, Default)]
pub(crate) enum Cell {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    #[default]
    Null,
}

impl Cell {
    pub(crate) fn int(&self) -> i64 {
        if let Cell::Int(value) = self { *value } else { 0 }
    }

    pub(crate) fn text(&mut self) -> String {
        if let Cell::Text(value) = std::mem::take(self) { value } else { String::new() }
    }

    pub(crate) fn bytes(&mut self) -> Option<Vec<u8>> {
        if let Cell::Bytes(value) = std::mem::take(self) { Some(value) } else { None }
    }
}

/// One row of an answer, cell by cell from the left.
pub(crate) struct Line(pub(crate) std::vec::IntoIter<Cell>);

impl Line {
    pub(crate) fn int(&mut self) -> i64 {
        self.0.next().unwrap_or_default().int()
    }

    pub(crate) fn text(&mut self) -> String {
        self.0.next().unwrap_or_default().text()
    }

    pub(crate) fn bytes(&mut self) -> Option<Vec<u8>> {
        self.0.next().unwrap_or_default().bytes()
    }
}

/// One row of content, as it is written.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) n: i64,
    /// `None` for what is held: no person is sure.
    pub(crate) person: Option<Vec<u8>>,
    /// The sender's own record of the person.
    pub(crate) subject: Option<Vec<u8>>,
    pub(crate) key: Vec<u8>,
    pub(crate) digest: Vec<u8>,
    pub(crate) ord: i64,
    pub(crate) received: i64,
    /// A tombstone: whatever had this key is no more.
    pub(crate) gone: bool,
    pub(crate) key_id: i64,
    pub(crate) sealed: Vec<u8>,
}

impl Row {
    /// In the order of the columns.
    pub(crate) fn values(&self) -> [Value<'_>; 10] {
        [
            Value::Int(self.n),
            Value::maybe(self.person.as_deref()),
            Value::maybe(self.subject.as_deref()),
            Value::Bytes(&self.key),
            Value::Bytes(&self.digest),
            Value::Int(self.ord),
            Value::Int(self.received),
            Value::Int(i64::from(self.gone)),
            Value::Int(self.key_id),
            Value::Bytes(&self.sealed),
        ]
    }
}

/// One transaction.
pub(crate) trait Link {
    /// Rows changed.
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreFault>;

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Line>, StoreFault>;

    /// Several statements without parameters; `ROWKEY` stands for the type of a row's own number.
    fn batch(&mut self, sql: &str) -> Result<(), StoreFault>;

    /// Many rows at once, into a table of content.
    fn insert(&mut self, table: &str, rows: &[Row]) -> Result<(), StoreFault>;
}

/// What is done in one transaction. May be run again where the database asks for it.
pub(crate) type Work<'a> = &'a mut dyn FnMut(&mut dyn Link) -> Result<(), StoreFault>;

/// A database.
pub(crate) trait Database: Send + Sync {
    /// Reads from one unmoving state of everything.
    fn read(&self, work: Work<'_>) -> Result<(), StoreFault>;

    /// All or nothing, durable once it returns.
    fn write(&self, work: Work<'_>) -> Result<(), StoreFault>;

    /// Frees and overwrites what was deleted from these tables.
    fn scrub(&self, tables: &[String]) -> Result<(), StoreFault>;

    /// What it is, in words for the operator.
    fn describe(&self) -> String;
}

/// Opens the store a configuration names. Blocks.
pub(crate) fn open(store: &Store) -> Result<Box<dyn Database>, StoreFault> {
    Ok(match store {
        Store::Sqlite { file } => Box::new(sqlite::Sqlite::open(file)?),
        Store::Postgresql { url_file, ca_file } => {
            let url = private(url_file)?;
            Box::new(postgres::Postgres::open(&url, ca_file.as_deref(), APPLICATION)?)
        }
    })
}

/// The text of a file that only its owner may read.
fn private(path: &Path) -> Result<String, StoreFault> {
    let name = path.display().to_string();
    let fault = |error| StoreFault::File(name.clone(), error);
    let file = File::open(path).map_err(fault)?;
    if file.metadata().map_err(fault)?.permissions().mode() & 0o077 != 0 {
        return Err(StoreFault::Unusable(format!("others than its owner may read `{name}`: `chmod 600` it")));
    }
    let mut text = String::new();
    file.take(URL_MAX_BYTES).read_to_string(&mut text).map_err(fault)?;
    Ok(text)
}

/// Reads one value out of a transaction.
pub(crate) fn read<T>(
    database: &dyn Database,
    mut work: impl FnMut(&mut dyn Link) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    let mut out = None;
    database.read(&mut |link| {
        out = Some(work(link)?);
        Ok(())
    })?;
    out.ok_or(StoreFault::Damaged)
}

/// The same, of one that writes.
pub(crate) fn write<T>(
    database: &dyn Database,
    mut work: impl FnMut(&mut dyn Link) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    let mut out = None;
    database.write(&mut |link| {
        out = Some(work(link)?);
        Ok(())
    })?;
    out.ok_or(StoreFault::Damaged)
}

#[cfg(test)]
pub(crate) mod tests;
