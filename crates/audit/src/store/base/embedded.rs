//! The embedded store: one file, one connection that writes and checkpoints. Before every transaction the file is looked at:
//! one that was taken away or exchanged is not written. A failed sync is the caller's to remember.
//! Source: SQLite documentation, `wal.html`, `howtocorrupt.html`.

use super::{
    super::{Fault, StoreFault, desk::End, file::Identity, schema},
    Base, Work, is_same, must_be_ours,
};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use sql::sqlite::{Session, of_sqlite};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// Transactions between two checkpoints of the write-ahead log.
const CHECKPOINT: u32 = 200;

pub(in super::super) struct Embedded {
    path: PathBuf,
    /// The connection and the file it is to; of a new one the write-ahead log may not be there yet.
    open: Option<(Connection, Option<Identity>)>,
    transactions: u32,
    /// Last, so that it is let go after the connection.
    _lock: File,
}

impl Embedded {
    pub(super) fn open(path: &Path, log: &str) -> Result<Self, StoreFault> {
        let lock = must_be_ours(path)?;
        let conn = schema::connect(path, Some(log))?;
        schema::check(&conn)?;
        let open = Some((conn, None));
        Ok(Self { path: path.to_owned(), open, transactions: 0, _lock: lock })
    }
}

impl Base for Embedded {
    fn ready(&mut self) -> Result<bool, Fault> {
        let known = self.open.as_ref().map(|(_, identity)| *identity);
        if known.is_some_and(|known| known.is_none_or(|known| is_same(&self.path, known))) {
            return Ok(false);
        }
        self.open = None;
        let conn = schema::connect(&self.path, None).map_err(|_| Fault::Unavailable)?;
        self.open = Some((conn, None));
        Ok(true)
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), End> {
        let Some((conn, identity)) = &mut self.open else { return Err(End::unavailable()) };
        transact(conn, work)?;
        self.transactions += 1;
        if identity.is_none() {
            *identity = Identity::of(&self.path);
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.open = None;
    }

    /// Moves the write-ahead log into the file, so that it does not grow for ever. Everything acknowledged is in one of
    /// the two before and after.
    fn upkeep(&mut self) -> Result<(), End> {
        let Some((conn, _)) = &self.open else { return Ok(()) };
        if self.transactions < CHECKPOINT {
            return Ok(());
        }
        self.transactions = 0;
        let done = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        done.map_err(|fault| End::from(of_sqlite(fault)))
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn tell_frozen(&mut self, _words: &str) -> Result<(), End> {
        Ok(())
    }
}

fn transact(conn: &Connection, work: Work<'_>) -> Result<(), End> {
    let of = |fault| End::from(of_sqlite(fault));
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate).map_err(of)?;
    work(&mut Session(&tx))?;
    tx.commit().map_err(in_doubt)
}

/// A commit that found no room or no permission wrote no commit frame. Of any other failure nobody knows.
fn in_doubt(fault: rusqlite::Error) -> End {
    let undone = matches!(
        fault.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::DatabaseBusy)
    );
    End { fault: if undone { Fault::Unavailable } else { Fault::Unknown }, ..End::from(of_sqlite(fault)) }
}
