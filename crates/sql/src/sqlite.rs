//! The embedded store: one file, one writing connection, readers beside it that each see one unmoving state. Refuses a file
//! another process holds and a network file system. Source: SQLite 3 (WAL, `synchronous=FULL`, `secure_delete`).

use crate::{Cell, Column, Database, Fault, Line, Link, Part, Value, Work};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ffi, types::ValueRef};
use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Statements kept ready on each connection.
const KEPT_READY: usize = 64;
/// Pages one connection may hold in memory, in KiB.
const CACHE_KIB: u32 = 16 * 1024;
/// Readers kept for the next question.
const READERS: usize = 8;

/// One file.
pub struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Held as long as the store is open.
    _lock: File,
}

impl Sqlite {
    /// Opens or makes the file. Only its owner can read it.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let lock = lock(path)?;
        let fault = |error| Fault::File(path.display().to_string(), error);
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path).map_err(fault)?;
        let writer = Connection::open(path).map_err(of_sqlite)?;
        settle(&writer)?;
        let mode: String = writer
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
            .map_err(of_sqlite)?;
        if mode != "wal" {
            return Err(Fault::Unusable(format!("its journal mode is `{mode}`, not `wal`")));
        }
        writer.pragma_update(None, "synchronous", "FULL").map_err(of_sqlite)?;
        writer.pragma_update(None, "secure_delete", "ON").map_err(of_sqlite)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::default(), _lock: lock })
    }

    fn reader(&self) -> Result<Connection, Fault> {
        if let Some(reader) = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(reader);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.path, flags).map_err(of_sqlite)?;
        settle(&reader)?;
        reader.pragma_update(None, "query_only", "ON").map_err(of_sqlite)?;
        Ok(reader)
    }
}

impl Database for Sqlite {
    fn read(&self, work: Work<'_>) -> Result<(), Fault> {
        let reader = self.reader()?;
        reader.execute_batch("BEGIN").map_err(of_sqlite)?;
        let done = work(&mut Session(&reader));
        let ended = reader.execute_batch("ROLLBACK").map_err(of_sqlite);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_ok() && readers.len() < READERS {
            readers.push(reader);
        }
        done
    }

    fn write(&self, work: Work<'_>) -> Result<(), Fault> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if !writer.is_autocommit() {
            // The work before panicked: nothing of it is kept.
            writer.execute_batch("ROLLBACK").map_err(of_sqlite)?;
        }
        writer.execute_batch("BEGIN IMMEDIATE").map_err(of_sqlite)?;
        let done = work(&mut Session(&writer));
        let committed = done.and_then(|()| writer.execute_batch("COMMIT").map_err(of_sqlite));
        if committed.is_err() && !writer.is_autocommit() {
            // Nothing of it was durable; should this fail as well, the next BEGIN says so.
            let _ = writer.execute_batch("ROLLBACK");
        }
        committed
    }

    fn scrub(&self, _tables: &[String]) -> Result<(), Fault> {
        // Deleted cells are overwritten as they are deleted; their earlier images leave with the write-ahead log.
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let is_busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        if is_busy.map_err(of_sqlite)? {
            let said =
                "what was deleted is answered no more, and its bytes could not be overwritten yet: repeat it";
            return Err(Fault::Unusable(said.to_owned()));
        }
        Ok(())
    }

    fn describe(&self) -> String {
        format!("SQLite {}, `{}`", rusqlite::version(), self.path.display())
    }
}

/// A connection that is at hand, in the transaction it is in.
pub struct Session<'a>(pub &'a Connection);

impl Link for Session<'_> {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(of_sqlite)?;
        bind(&mut statement, values)?;
        statement.raw_execute().map(|changed| changed as u64).map_err(of_sqlite)
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Line>, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(of_sqlite)?;
        bind(&mut statement, values)?;
        let columns = statement.column_count();
        let (mut rows, mut lines) = (statement.raw_query(), Vec::new());
        while let Some(row) = rows.next().map_err(of_sqlite)? {
            let cells: Result<Vec<Cell>, Fault> =
                (0..columns).map(|column| row.get_ref(column).map_err(of_sqlite).map(cell)).collect();
            lines.push(Line(cells?.into_iter()));
        }
        Ok(lines)
    }

    fn part(&mut self, part: Part) -> Result<(), Fault> {
        self.0.execute_batch(part.sql()).map_err(of_sqlite)
    }

    fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.0.execute_batch(&sql.replace("ROWKEY", "INTEGER")).map_err(of_sqlite)
    }

    fn insert(&mut self, table: &str, columns: &[Column], rows: &[&[Value<'_>]]) -> Result<(), Fault> {
        let sql = crate::insertion(table, columns.len());
        rows.iter().try_for_each(|row| self.execute(&sql, row).map(drop))
    }
}

fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> Result<(), Fault> {
    for (place, value) in values.iter().enumerate() {
        let place = place + 1;
        let bound = match value {
            Value::Int(value) => statement.raw_bind_parameter(place, value),
            Value::Text(value) => statement.raw_bind_parameter(place, value),
            Value::Bytes(value) => statement.raw_bind_parameter(place, value),
            Value::Null => statement.raw_bind_parameter(place, rusqlite::types::Null),
        };
        bound.map_err(of_sqlite)?;
    }
    Ok(())
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Cell::Null,
    }
}

fn settle(connection: &Connection) -> Result<(), Fault> {
    connection.set_prepared_statement_cache_capacity(KEPT_READY);
    connection.busy_timeout(Duration::from_secs(5)).map_err(of_sqlite)?;
    connection.pragma_update(None, "cache_size", -i64::from(CACHE_KIB)).map_err(of_sqlite)?;
    connection.pragma_update(None, "trusted_schema", "OFF").map_err(of_sqlite)
}

/// What the library says went wrong.
pub fn of_sqlite(error: rusqlite::Error) -> Fault {
    const UNSYNCED: [i32; 2] = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
    if matches!(&error, rusqlite::Error::SqliteFailure(code, _) if UNSYNCED.contains(&code.extended_code)) {
        return Fault::Unsynced;
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Fault::Full,
        Some(ErrorCode::ConstraintViolation) => Fault::Taken(Box::new(error)),
        Some(ErrorCode::DatabaseBusy) => Fault::Busy,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Fault::Damaged,
        _ => Fault::Unavailable(Box::new(error)),
    }
}

fn lock(path: &Path) -> Result<File, Fault> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let fault = |error| Fault::File(path.display().to_string(), error);
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(PathBuf::from(name))
        .map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::Held),
        Err(TryLockError::Error(error)) => Err(fault(error)),
    }
}
