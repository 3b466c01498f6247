//! The store on a PostgreSQL server: one connection that writes, some that read, each read from one unmoving state. Refuses a
//! server that may lose what it acknowledged, a way to it that others can listen on, and a store another node writes to.
//! Source: PostgreSQL 15 manual, 13.2 (isolation), 14.4 (COPY), 25.1 (VACUUM); decision 0020.
//!
//! INVARIANT: opened and used on threads that may block, never within the runtime.

/// What may be told of a failure.
mod fault;
/// An encrypted connection.
mod tls;
/// One connection and its transaction.
mod session;
/// Where it is, and whether it may be relied on.
mod server;

pub use server::Server;
pub use session::{Failed, Session};

use crate::{Database, Fault, Work};
use fault::Said;
use server::Identity;
use std::{
    path::Path,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Connections that read, at most: a server has a hundred for everybody.
const READERS: usize = 8;
const READER_WAIT_MAX: Duration = Duration::from_secs(10);
/// Runs of one transaction that the server asks to run again.
const RUNS: u32 = 8;

/// Only one connection writes, so nothing is gained by a stricter isolation than this.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// One database on a server.
pub struct Postgres {
    server: Server,
    version: String,
    writer: Mutex<Writer>,
    readers: Mutex<Readers>,
    freed: Condvar,
}

/// While a transaction runs its connection is taken out: should the work panic, it is closed, and the server undoes all.
#[derive(Default)]
struct Writer {
    session: Option<Session>,
    /// Which session it was last.
    own: Option<Identity>,
}

#[derive(Default)]
struct Readers {
    idle: Vec<Session>,
    /// In use.
    out: usize,
}

impl Postgres {
    /// Connects, and claims the right to write. `application` is how the server's operator sees this node.
    pub fn open(url: &str, ca_file: Option<&Path>, application: &str) -> Result<Self, Fault> {
        let server = Server::new(url, ca_file, application)?;
        let (mut session, own) = server.writer(None)?;
        let row = session.client.query_one("SELECT current_setting('server_version')", &[]);
        let version: Result<String, _> = row.and_then(|row| row.try_get(0));
        let version = version.map_err(|error| fault::of_statement(&error))?;
        Ok(Self {
            server,
            version: version.split_whitespace().next().unwrap_or_default().to_owned(),
            writer: Mutex::new(Writer { session: Some(session), own: Some(own) }),
            readers: Mutex::default(),
            freed: Condvar::new(),
        })
    }

    fn reader(&self) -> Result<Reader<'_>, Fault> {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_used_up = |readers: &mut Readers| readers.out >= READERS;
        let waited = self.freed.wait_timeout_while(readers, READER_WAIT_MAX, is_used_up);
        let (mut readers, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(Said::Busy.into());
        }
        readers.out += 1;
        Ok(Reader { of: self, session: readers.idle.pop() })
    }
}

impl Writer {
    fn connect(&mut self, server: &Server) -> Result<Session, Fault> {
        let (session, own) = server.writer(self.own)?;
        self.own = Some(own);
        Ok(session)
    }
}

impl Database for Postgres {
    fn read(&self, work: Work<'_>) -> Result<(), Fault> {
        let mut reader = self.reader()?;
        again(|| {
            let session = begun(reader.session.take(), READ, || self.server.session())?;
            let (session, done) = session.read(work);
            reader.session = session;
            done
        })
    }

    fn write(&self, work: Work<'_>) -> Result<(), Fault> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        again(|| {
            let session = begun(writer.session.take(), WRITE, || writer.connect(&self.server))?;
            let (session, done) = session.write(work);
            writer.session = session;
            done
        })
    }

    /// Dead rows leave their tables, so that others take their place. What the disk holds beneath is not overwritten.
    fn scrub(&self, tables: &[String]) -> Result<(), Fault> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Shows that the connection lives.
        let session = begun(writer.session.take(), "SELECT 1", || writer.connect(&self.server))?;
        let session = writer.session.insert(session);
        for table in tables {
            if !table.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                return Err(Fault::Unusable("a table of that name is none of its own".to_owned()));
            }
            let is_there =
                session.alone(&format!("VACUUM {table}")).map_err(|error| fault::of_statement(&error))?;
            if is_there && session.is_warned() {
                return Err(Fault::Unusable(format!("it would not vacuum `{table}`")));
            }
        }
        Ok(())
    }

    fn describe(&self) -> String {
        self.server.describe(&self.version)
    }
}

impl Drop for Postgres {
    /// A connection waits for its own end, which the runtime's threads may not: so another thread does.
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).session.take();
        let readers = std::mem::take(self.readers.get_mut().unwrap_or_else(PoisonError::into_inner));
        let end = std::thread::Builder::new().spawn(move || drop((writer, readers)));
        let _ = end.map(std::thread::JoinHandle::join);
    }
}

/// A connection in which `how` has been said: the one that was kept, or a new one where that turns out to be closed. Nothing
/// of a transaction is lost by that.
fn begun(
    kept: Option<Session>,
    how: &str,
    connect: impl FnOnce() -> Result<Session, Fault>,
) -> Result<Session, Failed> {
    if let Some(mut session) = kept
        && session.begin(how).is_ok()
    {
        return Ok(session);
    }
    let mut session = connect()?;
    session.begin(how)?;
    Ok(session)
}

/// Runs a transaction until it succeeds or fails for good.
fn again(mut transaction: impl FnMut() -> Result<(), Failed>) -> Result<(), Fault> {
    let mut run = 1;
    loop {
        match transaction() {
            Err(failed) if failed.is_passing && run < RUNS => {
                std::thread::sleep(Duration::from_millis(1 << run));
                run += 1;
            }
            done => return done.map_err(|failed| failed.fault),
        }
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self { fault, is_passing: false, in_doubt: false }
    }
}

impl From<Failed> for Fault {
    fn from(failed: Failed) -> Self {
        failed.fault
    }
}

/// One of the connections that read, until it is given back.
struct Reader<'a> {
    of: &'a Postgres,
    session: Option<Session>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut readers = self.of.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.out -= 1;
        readers.idle.extend(self.session.take());
        self.of.freed.notify_one();
    }
}
