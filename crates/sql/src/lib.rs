//! The seam between what a store says and the database it says it to: plain SQL that SQLite and PostgreSQL both take,
//! parameters `$1`, `$2` in the order they first stand. Everything blocks: callers are on threads that may.
//! Source: SQL subset common to SQLite 3 and PostgreSQL 15.

/// Embedded, the default.
pub mod sqlite;
/// On a server.
pub mod postgres;

use std::{fs::File, io::Read, os::unix::fs::PermissionsExt, path::Path};

/// A connection string is shorter.
const URL_MAX_BYTES: u64 = 64 * 1024;

/// Why a database did not do what was asked. For the operator; holds no content.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the store's disk is full")]
    Full,
    #[error("another process holds the store")]
    Held,
    #[error("the store lies on a network file system (`{0}`)")]
    Network(String),
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    #[error("a row with this key is there already")]
    Taken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another program holds the file for a moment.
    #[error("the store is in use")]
    Busy,
    /// What the system holds in memory may not be what is on disk.
    #[error("the disk did not confirm a write")]
    Unsynced,
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
pub enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Null,
}

impl<'a> Value<'a> {
    pub fn maybe(bytes: Option<&'a [u8]>) -> Self {
        bytes.map_or(Value::Null, Value::Bytes)
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Int,
    Text,
    Bytes,
}

/// A value that came back.
#[derive(Clone, Default)]
pub enum Cell {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    #[default]
    Null,
}

impl Cell {
    pub fn int(&self) -> i64 {
        if let Cell::Int(value) = self { *value } else { 0 }
    }

    pub fn text(&mut self) -> String {
        if let Cell::Text(value) = std::mem::take(self) { value } else { String::new() }
    }

    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        if let Cell::Bytes(value) = std::mem::take(self) { Some(value) } else { None }
    }
}

/// One row of an answer, cell by cell from the left.
pub struct Line(pub std::vec::IntoIter<Cell>);

impl Line {
    pub fn int(&mut self) -> i64 {
        self.0.next().unwrap_or_default().int()
    }

    pub fn text(&mut self) -> String {
        self.0.next().unwrap_or_default().text()
    }

    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        self.0.next().unwrap_or_default().bytes()
    }

    pub fn maybe_text(&mut self) -> Option<String> {
        if let Some(Cell::Text(value)) = self.0.next() { Some(value) } else { None }
    }

    pub fn maybe_int(&mut self) -> Option<i64> {
        if let Some(Cell::Int(value)) = self.0.next() { Some(value) } else { None }
    }
}

/// The first row of an answer.
pub fn first(link: &mut dyn Link, sql: &str, values: &[Value<'_>]) -> Result<Option<Line>, Fault> {
    Ok(link.query(sql, values)?.into_iter().next())
}

/// A part of a transaction that can be undone alone. One at a time, never within another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Begin,
    Keep,
    Undo,
}

impl Part {
    fn sql(self) -> &'static str {
        match self {
            Part::Begin => "SAVEPOINT part",
            Part::Keep => "RELEASE SAVEPOINT part",
            Part::Undo => "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part",
        }
    }
}

/// One transaction.
pub trait Link {
    /// Rows changed.
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault>;

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Line>, Fault>;

    fn part(&mut self, part: Part) -> Result<(), Fault>;

    /// Several statements without parameters; `ROWKEY` stands for the type of a row's own number.
    fn batch(&mut self, sql: &str) -> Result<(), Fault>;

    /// Many rows at once, into every column of a table, in the order they were made in.
    fn insert(&mut self, table: &str, columns: &[Column], rows: &[&[Value<'_>]]) -> Result<(), Fault>;
}

/// What is done in one transaction. May be run again where the database asks for it.
pub type Work<'a> = &'a mut dyn FnMut(&mut dyn Link) -> Result<(), Fault>;

/// A database.
pub trait Database: Send + Sync {
    /// Reads from one unmoving state of everything.
    fn read(&self, work: Work<'_>) -> Result<(), Fault>;

    /// All or nothing, durable once it returns.
    fn write(&self, work: Work<'_>) -> Result<(), Fault>;

    /// Frees and overwrites what was deleted from these tables.
    fn scrub(&self, tables: &[String]) -> Result<(), Fault>;

    /// What it is, in words for the operator.
    fn describe(&self) -> String;
}

/// Reads one value out of a transaction.
pub fn read<T>(
    database: &dyn Database,
    mut work: impl FnMut(&mut dyn Link) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut out = None;
    database.read(&mut |link| {
        out = Some(work(link)?);
        Ok(())
    })?;
    out.ok_or(Fault::Damaged)
}

/// The same, of one that writes.
pub fn write<T>(
    database: &dyn Database,
    mut work: impl FnMut(&mut dyn Link) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut out = None;
    database.write(&mut |link| {
        out = Some(work(link)?);
        Ok(())
    })?;
    out.ok_or(Fault::Damaged)
}

/// The text of a file that only its owner may read.
pub fn private(path: &Path) -> Result<String, Fault> {
    let name = path.display().to_string();
    let fault = |error| Fault::File(name.clone(), error);
    let file = File::open(path).map_err(fault)?;
    if file.metadata().map_err(fault)?.permissions().mode() & 0o077 != 0 {
        return Err(Fault::Unusable(format!("others than its owner may read `{name}`: `chmod 600` it")));
    }
    let mut text = String::new();
    file.take(URL_MAX_BYTES).read_to_string(&mut text).map_err(fault)?;
    Ok(text)
}

/// One row with every column of a table.
fn insertion(table: &str, columns: usize) -> String {
    let places: Vec<String> = (1..=columns).map(|place| format!("${place}")).collect();
    format!("INSERT INTO {table} VALUES ({})", places.join(", "))
}

#[cfg(test)]
mod tests;
