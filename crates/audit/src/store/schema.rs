//! The tables of the stored format, and the checks of SQLite before it is trusted. Refuses an old library, a wrong
//! pragma, a damaged file or another program's file.
//! Source: SQLite documentation, `pragma.html`, `wal.html`; WAL-reset defect fixed in 3.51.3.
//!
//! `leaf` is the order of record and never changes; `entry` holds what the leaves commit to, sealed; `manifest` may be
//! deleted earlier than its entry. `head` proves where each replica's chain ends. Nothing unsealed names a person.

use super::{StoreFault, grown};
use crate::{hash, seal, tree};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use sql::{
    Link, Value,
    sqlite::{Session, of_sqlite},
};
use std::{path::Path, time::Duration};

/// `shca`: how the file says whose it is.
pub(crate) const APPLICATION: i64 = 0x7368_6361;
/// The version of the tables.
pub(crate) const VERSION: i64 = 3;
const OLDEST_LIBRARY: i32 = 3_051_003;
/// Pages the writer holds in memory. The search columns are random, so a group changes pages all over their indices: those that do not
/// fit are written twice, and read again by the next group.
const CACHE_KIB: i64 = 64 * 1024;
/// Statements kept ready.
const KEPT_READY: usize = 64;
/// Shorter than the caller's deadline, so that a blocked file reads as unavailable and not as unknown.
const BUSY: Duration = Duration::from_millis(500);

const TABLES: &str = "
CREATE TABLE leaf (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY REFERENCES leaf (idx), key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, opening TEXT,
  hash BLOB NOT NULL, sealed BLOB NOT NULL, person BLOB, professional BLOB) STRICT;
CREATE INDEX entry_opening ON entry (opening);
CREATE INDEX entry_person ON entry (person);
CREATE INDEX entry_professional ON entry (professional);
CREATE TABLE manifest (
  idx INTEGER PRIMARY KEY REFERENCES entry (idx), hash BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE opening (
  id TEXT PRIMARY KEY, idx INTEGER NOT NULL REFERENCES entry (idx), at INTEGER NOT NULL, closed TEXT) STRICT;
CREATE INDEX opening_unclosed ON opening (at) WHERE closed IS NULL;
CREATE TABLE head (
  replica TEXT PRIMARY KEY, boot INTEGER NOT NULL, n INTEGER NOT NULL, idx INTEGER NOT NULL,
  hash BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
CREATE TABLE one_time (
  issuer TEXT NOT NULL, jti BLOB NOT NULL, expires_s INTEGER NOT NULL, handle BLOB NOT NULL,
  PRIMARY KEY (issuer, jti)) STRICT;
CREATE TABLE handle (
  handle BLOB PRIMARY KEY, launch BLOB NOT NULL, expires INTEGER NOT NULL, used_by BLOB) STRICT;
CREATE TABLE session (
  sid BLOB PRIMARY KEY, cookie BLOB NOT NULL, browser BLOB, host_session BLOB, content BLOB NOT NULL,
  idle_until INTEGER NOT NULL, absolute_until INTEGER NOT NULL, ended TEXT, subject BLOB, host BLOB) STRICT;
CREATE INDEX session_subject ON session (subject);
CREATE INDEX session_of_host ON session (host);
CREATE INDEX session_browser ON session (browser);
CREATE INDEX session_host ON session (host_session);
CREATE TABLE attempt (id NUMBERED, key TEXT, at INTEGER NOT NULL) STRICT;
CREATE TABLE note (
  what TEXT NOT NULL, name BLOB NOT NULL, content BLOB NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (what, name)) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
";

/// The tree over the leaves. `tile` has level 0 when full, higher levels as they grow, 32 bytes for each hash; `tree` is
/// where the tree stands; `checkpoint` is what was said of it, one row for each size, `note` with our own signature alone;
/// `log_key` is who signed, from which size on.
const TREE: &str = "
CREATE TABLE tile (level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, n)) STRICT;
CREATE TABLE tree (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY, root BLOB NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE cosignature (
  size INTEGER NOT NULL REFERENCES checkpoint (size), verifier TEXT NOT NULL, line TEXT NOT NULL,
  seconds INTEGER NOT NULL, PRIMARY KEY (size, verifier)) STRICT;
CREATE TABLE log_key (generation INTEGER PRIMARY KEY, verifier TEXT NOT NULL, since INTEGER NOT NULL) STRICT;
";

/// From version 1: what sessions and doors need beside.
const FROM_1: &str = "
ALTER TABLE session ADD COLUMN subject BLOB;
CREATE INDEX session_subject ON session (subject);
CREATE TABLE note (
  what TEXT NOT NULL, name BLOB NOT NULL, content BLOB NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (what, name)) STRICT;
PRAGMA user_version=2;
";

/// From version 2: a session knows its host; and the tree, which [`connect`] grows over the leaves that are there.
const FROM_2: &str = "
ALTER TABLE session ADD COLUMN host BLOB;
CREATE INDEX session_of_host ON session (host);
PRAGMA user_version=3;
";

/// A name for a log that is new.
pub(super) fn new_log() -> Result<String, StoreFault> {
    let log = seal::random().map_err(|_| StoreFault::Key)?;
    Ok(hash::hex(log.get(..16).unwrap_or_default()))
}

/// The same tables on a server, and what the role of the gateways may do with them: nothing that was recorded is ever changed
/// by it, and what has an end may go.
pub(super) fn create_on_server(link: &mut dyn Link, log: &str, role: &str) -> Result<(), sql::Fault> {
    let typed = [TABLES, TREE].concat();
    let typed = typed
        .replace("NUMBERED", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        .replace("INTEGER", "BIGINT")
        .replace("BLOB", "BYTEA")
        .replace(" STRICT", "")
        .replace("REFERENCES entry (idx)", "REFERENCES entry (idx) DEFERRABLE INITIALLY DEFERRED");
    link.batch(&typed)?;
    let meta = "INSERT INTO meta (name, value) VALUES ($1, $2)";
    link.execute(meta, &[Value::Text("log"), Value::Text(log)])?;
    link.execute(meta, &[Value::Text("version"), Value::Text(&VERSION.to_string())])?;
    let root = tree::root_of(&[]);
    link.execute("INSERT INTO tree (one, size, root) VALUES (1, 0, $1)", &[Value::Bytes(&root)])?;
    link.batch(&format!(
        "GRANT SELECT, INSERT ON leaf, entry, manifest, checkpoint, log_key, meta TO {role};
         GRANT SELECT, INSERT, UPDATE ON opening, head, tile, tree, cosignature TO {role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON handle, session, note TO {role};
         GRANT SELECT, INSERT, DELETE ON one_time, attempt TO {role};"
    ))
}

/// What the role of those who delete may do: take bodies, search columns and manifests away, seal what stays anew, and nothing
/// else.
pub(super) fn grant_retention(link: &mut dyn Link, role: &str) -> Result<(), sql::Fault> {
    link.batch(&format!(
        "GRANT SELECT ON leaf, entry, manifest, opening, meta TO {role};
         GRANT UPDATE (sealed, person, professional) ON entry TO {role};
         GRANT DELETE, UPDATE (sealed) ON manifest TO {role};"
    ))
}

/// The one connection that writes and checkpoints. The file must exist; an empty one is given its tables when `fresh`.
pub(super) fn connect(path: &Path, fresh: Option<&str>) -> Result<Connection, StoreFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(lost)?;
    conn.busy_timeout(BUSY).map_err(lost)?;
    configure(&conn)?;
    if let Some(log) = fresh
        && pragma(&conn, "application_id")? == 0
        && is_empty(&conn)?
    {
        create(&conn, log).map_err(lost)?;
    }
    if pragma(&conn, "application_id")? == APPLICATION {
        upgrade(&conn, pragma(&conn, "user_version")?).map_err(StoreFault::Connect)?;
    }
    recognise(&conn)?;
    Ok(conn)
}

/// A connection that can only look.
pub(super) fn look(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;")?;
    Ok(conn)
}

/// The same, of a store that may be in use, at one moment.
pub(super) fn look_only(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; BEGIN;")?;
    Ok(conn)
}

/// `quick_check` over the whole file.
pub(super) fn check(conn: &Connection) -> Result<(), StoreFault> {
    let said: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(lost)?;
    if said == "ok" { Ok(()) } else { Err(StoreFault::Check("`quick_check` found damage".to_owned())) }
}

fn lost(fault: rusqlite::Error) -> StoreFault {
    StoreFault::Connect(of_sqlite(fault))
}

fn configure(conn: &Connection) -> Result<(), StoreFault> {
    if rusqlite::version_number() < OLDEST_LIBRARY {
        return Err(StoreFault::Check(format!("SQLite {} is too old", rusqlite::version())));
    }
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(lost)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(lost)?;
    // Otherwise a statement that is kept ready is planned anew for every value, which took a fifth of the writer's time.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(lost)?;
    // Checkpoints are made by hand, because an automatic one swallows its errors.
    conn.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;
         PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0;",
    )
    .map_err(lost)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB).map_err(lost)?;
    conn.set_prepared_statement_cache_capacity(KEPT_READY);
    let journal: String = conn.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0)).map_err(lost)?;
    if journal != "wal" {
        return Err(StoreFault::Check("`journal_mode` is not `wal`".to_owned()));
    }
    for (name, right) in
        [("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("wal_autocheckpoint", 0)]
    {
        if pragma(conn, name)? != right {
            return Err(StoreFault::Check(format!("`{name}` is not {right}")));
        }
    }
    Ok(())
}

fn pragma(conn: &Connection, name: &str) -> Result<i64, StoreFault> {
    conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(lost)
}

fn is_empty(conn: &Connection) -> Result<bool, StoreFault> {
    conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0)).map_err(lost)
}

fn create(conn: &Connection, log: &str) -> rusqlite::Result<()> {
    let tx = conn.unchecked_transaction()?;
    tx.execute_batch(&TABLES.replace("NUMBERED", "INTEGER PRIMARY KEY"))?;
    tx.execute_batch(TREE)?;
    tx.execute("INSERT INTO meta (name, value) VALUES ('log', ?1)", [log])?;
    tx.execute_batch(&format!("PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION};"))?;
    tx.commit()
}

fn upgrade(conn: &Connection, version: i64) -> Result<(), sql::Fault> {
    let tx = conn.unchecked_transaction().map_err(of_sqlite)?;
    if version == 1 {
        tx.execute_batch(FROM_1).map_err(of_sqlite)?;
    }
    if matches!(version, 1 | 2) {
        tx.execute_batch(TREE).map_err(of_sqlite)?;
        grown::over_every_leaf(&mut Session(&tx))?;
        tx.execute_batch(FROM_2).map_err(of_sqlite)?;
    }
    tx.commit().map_err(of_sqlite)
}

fn recognise(conn: &Connection) -> Result<(), StoreFault> {
    if pragma(conn, "application_id")? != APPLICATION {
        return Err(StoreFault::Check("the file is not an audit store".to_owned()));
    }
    if pragma(conn, "user_version")? != VERSION {
        return Err(StoreFault::Check("the tables are of another version".to_owned()));
    }
    Ok(())
}
