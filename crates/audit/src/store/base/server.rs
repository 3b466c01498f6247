//! The store on a PostgreSQL server that several replicas of the gateway write to. The order of record is given inside the
//! writing transaction, under the lock of the tree's own row: whoever holds it leads, and a leader that falls silent between
//! two statements is undone by the server. Refuses a server that may lose what it acknowledged, that answers before a
//! standby has it, and a role that may change what was written.
//! Source: PostgreSQL 15 manual, 13.3.2 (row locks), 19.5.1 and 19.6.2 (synchronous replication), 19.11.1 (time-outs);
//! decision 0037.

use super::{
    super::{Fault, Place, Server, StoreFault, desk::End, frozen, schema},
    Base, Work,
};
use sql::{
    Link, Value, first,
    postgres::{Server as Remote, Session},
};
use std::path::PathBuf;

/// How a server's operator sees a gateway.
const APPLICATION: &str = "shcr-audit";
/// Waiting for another replica's commit is given up before the caller's deadline. So is a transaction whose replica says
/// nothing: nothing of it was asked to be committed. A wait for a commit has no deadline.
const SETTINGS: &str = "SET lock_timeout = 1500; SET idle_in_transaction_session_timeout = 2000";
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Whoever has this row is the one who writes.
const LEAD: &str =
    "SELECT size, (SELECT value FROM meta WHERE name = 'frozen') FROM tree WHERE one = 1 FOR UPDATE";
/// Runs of one transaction that the server asks to run again.
const RUNS: u32 = 4;
/// As `server_version_num` has it.
const VERSION_MIN: u32 = 150_000;
/// Tables of which a row, once written, never changes.
const KEPT: [&str; 4] = ["leaf", "entry", "manifest", "checkpoint"];

pub(in super::super) struct Served {
    server: Remote,
    switches: PathBuf,
    session: Option<Session>,
}

impl Served {
    pub(super) fn open(place: &Place, server: &Server) -> Result<Self, StoreFault> {
        let remote = remote(server).map_err(StoreFault::Connect)?;
        let session = connect(&remote)?;
        Ok(Self { server: remote, switches: place.path.clone(), session: Some(session) })
    }

    fn once(&mut self, work: Work<'_>) -> Result<(), (End, bool)> {
        let Some(mut session) = self.session.take() else { return Err((End::unavailable(), false)) };
        session.begin(WRITE).map_err(|fault| (End::from(fault), false))?;
        let (mut ended, mut told) = (None, None);
        let (session, done) = session.write(&mut |link| {
            let mut row = first(link, LEAD, &[])?.ok_or(sql::Fault::Damaged)?;
            row.int();
            if let Some(words) = row.maybe_text() {
                told = Some(words);
                return Err(sql::Fault::Damaged);
            }
            work(link).map_err(|end| {
                ended = Some(end);
                sql::Fault::Damaged
            })
        });
        self.session = session;
        if let Some(words) = told {
            // Whoever saw the evidence said so to all.
            let _ = frozen::freeze(&self.switches, &words);
        }
        done.map_err(|failed| {
            let fault = if failed.in_doubt { Fault::Unknown } else { Fault::Unavailable };
            let end = ended.unwrap_or(End { fault, ..End::from(failed.fault) });
            (end, failed.is_passing)
        })
    }
}

impl Base for Served {
    fn ready(&mut self) -> Result<bool, Fault> {
        if self.session.as_ref().is_some_and(|session| !session.is_closed()) {
            return Ok(false);
        }
        self.session = None;
        let session = connect(&self.server).map_err(|fault| {
            tracing::warn!(%fault, "the audit store's server cannot be used");
            Fault::Unavailable
        })?;
        self.session = Some(session);
        Ok(true)
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), End> {
        let mut run = 1;
        loop {
            match self.once(work) {
                Ok(()) => return Ok(()),
                Err((_, true)) if run < RUNS && self.session.is_some() => run += 1,
                Err((end, _)) => return Err(end),
            }
        }
    }

    fn leave(&mut self) {
        self.session = None;
    }

    fn upkeep(&mut self) -> Result<(), End> {
        Ok(())
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn tell_frozen(&mut self, words: &str) -> Result<(), End> {
        let sql = "INSERT INTO meta (name, value) VALUES ('frozen', $1) ON CONFLICT (name) DO NOTHING";
        self.transact(&mut |link| Ok(link.execute(sql, &[Value::Text(words)]).map(drop)?))
    }
}

/// A connection that only looks, always at the server that is written to: what a standby has may be of an earlier time.
pub(in super::super) struct Looking {
    server: Remote,
    session: Option<Session>,
}

impl Looking {
    pub(in super::super) fn new(server: &Server) -> Result<Self, sql::Fault> {
        Ok(Self { server: remote(server)?, session: None })
    }

    /// One look, at one moment. A connection that turns out to be closed is replaced once.
    pub(in super::super) fn look<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Link) -> Result<T, sql::Fault>,
    ) -> Result<T, sql::Fault> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.server.session()?,
        };
        if session.begin(READ).is_err() {
            session = self.server.session()?;
            session.begin(READ)?;
        }
        let (mut work, mut found) = (Some(work), None);
        let (session, done) = session.read(&mut |link| {
            let work = work.take().ok_or(sql::Fault::Busy)?;
            found = Some(work(link)?);
            Ok(())
        });
        self.session = session;
        done.map_err(|failed| failed.fault)?;
        found.ok_or(sql::Fault::Damaged)
    }
}

/// One look without a connection kept.
pub(super) fn look<T>(
    server: &Server,
    work: impl FnOnce(&mut dyn Link) -> Result<T, sql::Fault>,
) -> Result<T, sql::Fault> {
    Looking::new(server)?.look(work)
}

/// Why the door is shut for all who write there, where it is.
pub(in super::super) fn frozen(link: &mut dyn Link) -> Result<Option<String>, sql::Fault> {
    let found = first(link, "SELECT value FROM meta WHERE name = 'frozen'", &[])?;
    Ok(found.map(|mut line| line.text()))
}

/// Shuts it behind whoever writes at this moment. That it is shut is read back: a commit that nobody confirmed shuts nothing.
pub(in super::super) fn shut(place: &Place, server: &Server, words: &str) -> Result<(), StoreFault> {
    apart(|| {
        // It may be shut already.
        let _ = Served::open(place, server)?.tell_frozen(words);
        let is_shut = look(server, frozen).map_err(StoreFault::Connect)?.is_some();
        is_shut.then_some(()).ok_or_else(|| StoreFault::Check("its door could not be shut".to_owned()))
    })
}

/// On a thread of its own: the driver waits with a runtime of its own, which another runtime's threads may not.
pub(in super::super) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// Makes the tables in a database that has none, and gives the role of the gateways what it needs of them and no more. Run
/// once, by the owner of the tables, who is nobody's gateway. Blocks.
pub fn create(server: &Server, role: &str) -> Result<(), StoreFault> {
    let log = schema::new_log()?;
    as_owner(server, role, &mut |link| schema::create_on_server(link, &log, role))
}

/// Gives another role, which is no gateway's either, what deleting takes. Run by the owner of the tables. Blocks.
pub fn grant_retention(server: &Server, role: &str) -> Result<(), StoreFault> {
    as_owner(server, role, &mut |link| schema::grant_retention(link, role))
}

fn as_owner(
    server: &Server,
    role: &str,
    work: &mut (dyn FnMut(&mut dyn Link) -> Result<(), sql::Fault> + Send),
) -> Result<(), StoreFault> {
    if role.is_empty() || !role.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(StoreFault::Check(format!("`{role}` is no name of a role: a-z, 0-9 and `_`")));
    }
    apart(|| {
        let mut session = remote(server).and_then(|remote| remote.session()).map_err(StoreFault::Connect)?;
        session.begin(WRITE).map_err(StoreFault::Connect)?;
        let (_, done) = session.write(work);
        done.map_err(|failed| StoreFault::Connect(failed.fault))
    })
}

pub(super) fn remote(server: &Server) -> Result<Remote, sql::Fault> {
    Remote::new(&server.url, server.ca_file.as_deref(), APPLICATION)
}

/// A connection to whichever server is written to now, checked anew: it may have been configured since, or be another.
fn connect(remote: &Remote) -> Result<Session, StoreFault> {
    let mut session = remote.session().map_err(StoreFault::Connect)?;
    session.is_kept().map_err(StoreFault::Connect)?;
    session.begin(SETTINGS).map_err(StoreFault::Connect)?;
    session.begin(READ).map_err(StoreFault::Connect)?;
    let mut wrong = None;
    let (session, done) = session.read(&mut |link| {
        wrong = refusal(link)?;
        Ok(())
    });
    done.map_err(|failed| StoreFault::Connect(failed.fault))?;
    match (wrong, session) {
        (Some(wrong), _) => Err(StoreFault::Check(wrong)),
        (None, session) => session.ok_or(StoreFault::Connect(sql::Fault::Busy)),
    }
}

/// Why this server or this role cannot be relied on, if so.
fn refusal(link: &mut dyn Link) -> Result<Option<String>, sql::Fault> {
    let mut setting = |name: &str| -> Result<String, sql::Fault> {
        let found = first(link, "SELECT current_setting($1)", &[Value::Text(name)])?;
        Ok(found.map(|mut line| line.text()).unwrap_or_default())
    };
    if setting("server_version_num")?.parse::<u32>().unwrap_or(0) < VERSION_MIN {
        return Ok(Some(format!("PostgreSQL {} or later is needed", VERSION_MIN / 10_000)));
    }
    if setting("data_checksums")? != "on" {
        return Ok(Some("the server has no data checksums (`pg_checksums --enable`)".to_owned()));
    }
    if setting("synchronous_standby_names")?.trim().is_empty() {
        return Ok(Some(
            "`synchronous_standby_names` is empty: what only one server has is not yet kept".to_owned(),
        ));
    }
    let tables = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = 'entry'";
    if super::super::rows::number(link, tables, &[])? == 0 {
        return Ok(Some("there are no tables yet: `shcr audit create` makes them".to_owned()));
    }
    let version = first(link, "SELECT value FROM meta WHERE name = 'version'", &[])?;
    if version.map(|mut line| line.text()) != Some(schema::VERSION.to_string()) {
        return Ok(Some("the tables are of another version".to_owned()));
    }
    for table in KEPT {
        for right in ["UPDATE", "DELETE", "TRUNCATE"] {
            // Of one column is enough to change a row.
            let sql = match right {
                "UPDATE" => "SELECT has_any_column_privilege($1, $2)",
                _ => "SELECT has_table_privilege($1, $2)",
            };
            let may = first(link, sql, &[Value::Text(table), Value::Text(right)])?;
            if may.is_none_or(|mut line| line.int() != 0) {
                return Ok(Some(format!(
                    "the role may {right} rows of `{table}`: give the gateway a role that owns nothing"
                )));
            }
        }
    }
    Ok(None)
}
