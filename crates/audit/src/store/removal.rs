//! Takes bodies out of the tables so that their bytes are not left behind. In a file: as its only user, with deleted cells
//! overwritten, the whole file written anew and the write-ahead log emptied. On a server: under a role of its own, which may
//! delete and is no gateway's; dead rows are the server's to clear away.
//! Source: SQLite documentation, `PRAGMA secure_delete`, `VACUUM`; PostgreSQL 15 manual, 25.1.2.

use super::{Place, StoreFault, base, schema};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use sql::{
    Fault, Link, postgres,
    sqlite::{Session, of_sqlite},
};
use std::fs::File;

/// How a server's operator sees whoever deletes.
const APPLICATION: &str = "shcr-audit-retention";
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";

/// A store that can be deleted from.
pub(crate) enum Removal {
    /// The lock last, so that it is let go after the connection.
    File {
        conn: Connection,
        _lock: File,
    },
    Server(Box<(postgres::Server, Option<postgres::Session>)>),
}

impl Removal {
    pub(crate) fn open(place: &Place) -> Result<Self, StoreFault> {
        if let Some(server) = &place.server {
            let remote = postgres::Server::new(&server.url, server.ca_file.as_deref(), APPLICATION)
                .map_err(StoreFault::Connect)?;
            return Ok(Self::Server(Box::new((remote, None))));
        }
        let lock = base::must_be_ours(&place.path)?;
        let conn = schema::connect(&place.path, None)?;
        conn.pragma_update(None, "secure_delete", "ON")
            .map_err(|fault| StoreFault::Connect(of_sqlite(fault)))?;
        Ok(Self::File { conn, _lock: lock })
    }

    /// All or nothing.
    pub(crate) fn transact(
        &mut self,
        work: &mut (dyn FnMut(&mut dyn Link) -> Result<(), Fault> + Send),
    ) -> Result<(), Fault> {
        match self {
            Self::File { conn, .. } => {
                let tx =
                    Transaction::new_unchecked(conn, TransactionBehavior::Immediate).map_err(of_sqlite)?;
                work(&mut Session(&tx))?;
                tx.commit().map_err(of_sqlite)
            }
            Self::Server(server) => base::server::apart(|| {
                let (remote, kept) = &mut **server;
                let mut session = match kept.take() {
                    Some(session) => session,
                    None => remote.session()?,
                };
                session.begin(BEGIN)?;
                let (session, done) = session.write(work);
                *kept = session;
                done.map_err(|failed| failed.fault)
            }),
        }
    }

    /// Overwrites what deleted rows left.
    pub(crate) fn scrub(&mut self) -> Result<(), Fault> {
        let Self::File { conn, .. } = self else { return Ok(()) };
        // Pages that were copied when the tree of a table was balanced, before cells were overwritten, go with the old file.
        conn.execute_batch("VACUUM").map_err(of_sqlite)?;
        let is_busy: bool =
            conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(of_sqlite)?;
        if is_busy { Err(Fault::Busy) } else { Ok(()) }
    }
}

impl Drop for Removal {
    /// A connection to a server waits for its own end, which the runtime's threads may not.
    fn drop(&mut self) {
        if let Self::Server(server) = self {
            let session = server.1.take();
            base::server::apart(|| drop(session));
        }
    }
}
