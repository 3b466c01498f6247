//! One connection and the transaction that runs on it: plain SQL and its parameters in, cells out. Refuses a type that is not
//! BIGINT, TEXT or BYTEA. Source: PostgreSQL 15 manual, COPY (binary format), BEGIN.

use super::fault::{self, Said};
use crate::{Cell, Column, Fault, Line, Link, Part, Value, Work};
use ::postgres::{
    Client, Error, Statement,
    binary_copy::BinaryCopyInWriter,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};
use bytes::BytesMut;
use std::{
    collections::HashMap,
    error::Error as StdError,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Statements kept ready on a connection; extracts come and go, and their statements with them.
const KEPT_READY: usize = 128;
/// From this many rows on they are copied in.
const COPIED_FROM: usize = 8;

/// One connection.
pub struct Session {
    pub(super) client: Client,
    ready: HashMap<String, Statement>,
    /// Set by the server's warnings.
    warned: Arc<AtomicBool>,
}

/// Why a transaction did not succeed, and whether the same may succeed when it is run again.
pub struct Failed {
    pub fault: Fault,
    pub is_passing: bool,
    /// It may have succeeded all the same: the server was asked to commit and did not answer, or not well.
    pub in_doubt: bool,
}

impl Session {
    pub(super) fn new(client: Client, warned: Arc<AtomicBool>) -> Self {
        Self { client, ready: HashMap::new(), warned }
    }

    /// Runs what is neither asked nor answered: the begin of a transaction, a setting.
    pub fn begin(&mut self, how: &str) -> Result<(), Fault> {
        self.client.batch_execute(how).map_err(|error| fault::of_statement(&error))
    }

    /// Whether it is known to be of no more use.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs `work` in the transaction begun and ends that with nothing changed. The connection comes back if it is fit for another.
    pub fn read(mut self, work: Work<'_>) -> (Option<Self>, Result<(), Failed>) {
        let done = Running { session: &mut self, is_reading: true, failed: None }.run(work);
        (self.undone(), done)
    }

    /// Runs `work` in the transaction begun and commits. Waits for the commit as long as the server takes.
    pub fn write(mut self, work: Work<'_>) -> (Option<Self>, Result<(), Failed>) {
        let done = Running { session: &mut self, is_reading: false, failed: None }.run(work);
        if done.is_err() {
            return (self.undone(), done);
        }
        self.warned.store(false, Ordering::Relaxed);
        if let Err(error) = self.client.batch_execute("COMMIT") {
            let failed = Failed {
                fault: fault::of_statement(&error),
                is_passing: fault::is_passing(&error),
                in_doubt: !fault::is_undone(&error),
            };
            return (self.undone(), Err(failed));
        }
        // A wait for a standby that somebody cancelled ends as a commit with a warning.
        if self.warned.load(Ordering::Relaxed) {
            return (
                None,
                Err(Failed { fault: Said::Unconfirmed.into(), is_passing: false, in_doubt: true }),
            );
        }
        (Some(self), Ok(()))
    }

    /// Refuses a server that does not keep what it has acknowledged. It may have been configured anew since the last time.
    pub fn is_kept(&mut self) -> Result<(), Fault> {
        super::server::checked(&mut self.client)
    }

    /// A statement that no transaction may hold. `Ok(false)`: its table is not there.
    pub(super) fn alone(&mut self, sql: &str) -> Result<bool, Error> {
        self.warned.store(false, Ordering::Relaxed);
        match self.client.batch_execute(sql) {
            Err(error) if fault::is_gone(&error) => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// Whether the server warned of the last statement run alone.
    pub(super) fn is_warned(&self) -> bool {
        self.warned.load(Ordering::Relaxed)
    }

    fn undone(mut self) -> Option<Self> {
        let is_undone = self.client.batch_execute("ROLLBACK").is_ok();
        is_undone.then_some(self)
    }

    fn ready(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.ready.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        if self.ready.len() >= KEPT_READY {
            self.ready.clear();
        }
        self.ready.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// The transaction, as `work` sees it.
struct Running<'a> {
    session: &'a mut Session,
    is_reading: bool,
    /// A statement failed, so the server will not commit; whether running all of it again may help.
    failed: Option<bool>,
}

impl Running<'_> {
    fn run(mut self, work: Work<'_>) -> Result<(), Failed> {
        match (work(&mut self), self.failed) {
            (Ok(()), None) => Ok(()),
            // To commit a failed transaction is to undo it, and the server does not call that an error.
            (Ok(()), Some(is_passing)) => {
                Err(Failed { fault: Said::Swallowed.into(), is_passing, in_doubt: false })
            }
            (Err(fault), failed) => Err(Failed { fault, is_passing: failed == Some(true), in_doubt: false }),
        }
    }

    fn noted<T>(&mut self, done: Result<T, Error>) -> Result<T, Fault> {
        done.map_err(|error| {
            self.failed = Some(fault::is_passing(&error) || self.is_reading && fault::is_gone(&error));
            fault::of_statement(&error)
        })
    }

    fn copy(&mut self, table: &str, columns: &[Column], rows: &[&[Value<'_>]]) -> Result<u64, Error> {
        let to = self.session.client.copy_in(&format!("COPY {table} FROM STDIN (FORMAT binary)"))?;
        let types: Vec<Type> = columns.iter().map(of_column).collect();
        let mut to = BinaryCopyInWriter::new(to, &types);
        for row in rows {
            let bound: Vec<Bound<'_>> = row.iter().copied().map(Bound).collect();
            to.write(&parameters(&bound))?;
        }
        to.finish()
    }
}

impl Link for Running<'_> {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let bound: Vec<Bound<'_>> = values.iter().copied().map(Bound).collect();
        let done = self
            .session
            .ready(sql)
            .and_then(|statement| self.session.client.execute(&statement, &parameters(&bound)));
        self.noted(done)
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Line>, Fault> {
        let bound: Vec<Bound<'_>> = values.iter().copied().map(Bound).collect();
        let lines = self.session.ready(sql).and_then(|statement| {
            let rows = self.session.client.query(&statement, &parameters(&bound))?;
            rows.iter().map(line).collect()
        });
        self.noted(lines)
    }

    fn part(&mut self, part: Part) -> Result<(), Fault> {
        let done = self.session.client.batch_execute(part.sql());
        // What failed within the part is undone with it. What may pass is not: all of it is run again.
        if part == Part::Undo && done.is_ok() && self.failed == Some(false) {
            self.failed = None;
        }
        self.noted(done)
    }

    fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        // Ordered byte by byte, as the embedded store does: no index then depends on the machine's locale and its updates.
        let sql = sql.replace("ROWKEY", "BIGINT").replace(" TEXT", " TEXT COLLATE \"C\"");
        let done = self.session.client.batch_execute(&sql);
        self.noted(done)
    }

    fn insert(&mut self, table: &str, columns: &[Column], rows: &[&[Value<'_>]]) -> Result<(), Fault> {
        if rows.len() >= COPIED_FROM {
            let done = self.copy(table, columns, rows);
            return self.noted(done).map(drop);
        }
        let sql = crate::insertion(table, columns.len());
        rows.iter().try_for_each(|row| self.execute(&sql, row).map(drop))
    }
}

fn of_column(column: &Column) -> Type {
    match column {
        Column::Int => Type::INT8,
        Column::Text => Type::TEXT,
        Column::Bytes => Type::BYTEA,
    }
}

fn parameters<'a>(bound: &'a [Bound<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    bound.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn line(row: &::postgres::Row) -> Result<Line, Error> {
    let cells: Result<Vec<Cell>, Error> = (0..row.len()).map(|column| row.try_get(column)).collect();
    cells.map(|cells| Line(cells.into_iter()))
}

struct Bound<'a>(Value<'a>);

impl fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bound(…)")
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self.0, of) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(value), &Type::INT8) => value.to_sql(of, out),
            (Value::Text(value), &Type::TEXT) => value.to_sql(of, out),
            (Value::Bytes(value), &Type::BYTEA) => value.to_sql(of, out),
            _ => Err("a parameter of another type".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(of: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        match *of {
            Type::INT8 => i64::from_sql(of, raw).map(Cell::Int),
            Type::INT4 => i32::from_sql(of, raw).map(|value| Cell::Int(value.into())),
            Type::BOOL => bool::from_sql(of, raw).map(|value| Cell::Int(value.into())),
            Type::TEXT => String::from_sql(of, raw).map(Cell::Text),
            Type::BYTEA => Ok(Cell::Bytes(raw.to_vec())),
            _ => Err("a column of another type".into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Cell::Null)
    }

    fn accepts(of: &Type) -> bool {
        matches!(*of, Type::INT8 | Type::INT4 | Type::BOOL | Type::TEXT | Type::BYTEA)
    }
}
