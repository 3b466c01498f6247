//! Handles and sessions: one-time, hashed where they are secrets, sealed where they say something. Refuses a second use,
//! and takes the second use of a handle as a sign that its first was not the host's (HAZ-046).

use super::{
    Fault, Store, Why,
    desk::{Desk, Kept, Stop},
    prepared::Prepared,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::{self, Hash},
    seal::{Keys, Use},
};
use rusqlite::{OptionalExtension, Row, params};
use std::fmt;

/// Sessions as time and browsers find them.
mod living;

/// What makes a launch assertion one of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionKey {
    pub issuer: String,
    /// SHA-256 of the `jti`.
    pub jti_hash: [u8; 32],
    /// Epoch seconds from which the assertion would be refused anyway.
    pub expires_s: i64,
}

/// A launch accepted at the back channel, waiting for its browser.
pub struct NewHandle {
    pub handle: [u8; 32],
    pub assertion: AssertionKey,
    /// The launch, sealed by the store.
    pub launch: Vec<u8>,
    pub expires: Millis,
}

/// A session to be made when a handle is redeemed.
pub struct NewSession {
    /// The secret in the path; only its hash is stored.
    pub sid: [u8; 32],
    /// The secret in the cookie; only its hash is stored.
    pub cookie: [u8; 32],
    /// What the sessions of one professional in one browser have in common, if anything; only its hash is stored.
    pub browser: Option<[u8; 32]>,
    /// Ids and scopes, sealed by the store; never clinical.
    pub content: Vec<u8>,
    pub idle_until: Millis,
    pub absolute_until: Millis,
}

/// A handle used for the first time.
#[derive(PartialEq, Eq)]
pub struct Redeemed {
    pub launch: Vec<u8>,
}

/// A session as stored. Whether it is over by time is the caller's to see, who knows the time.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub content: Vec<u8>,
    pub cookie_hash: Hash,
    pub idle_until: Millis,
    pub absolute_until: Millis,
    /// The cause, once it was ended.
    pub ended: Option<String>,
}

/// Which sessions to end.
#[derive(Clone, PartialEq, Eq)]
pub enum Which {
    /// The secret of the path.
    Sid([u8; 32]),
    /// As it stood in `how.host_session` of the entry the session began with.
    HostSession(String),
    /// As it stood in [`NewSession::browser`].
    Browser([u8; 32]),
    /// The professional: host and subject as they stood in `who` of the entry the session began with.
    Subject { host: String, subject: String },
    /// Everybody of a host, as it stood in `who`: at most [`ENDED_AT_ONCE`] by one call. Not those begun by a release before this one.
    Host(String),
}

/// Sessions ended by one call or one pass: the writer has others to serve, and one entry names them all.
pub const ENDED_AT_ONCE: u32 = 256;

impl Session {
    /// Compared without telling by its time where they differ.
    pub fn has_cookie(&self, cookie: &[u8; 32]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.cookie_hash, &hash::secret(cookie)).is_ok()
    }
}

impl Store {
    /// Keeps a launch until its browser comes. The insert of issuer and `jti` is the replay check: `Rejected(Replay)`
    /// for every other handle that is offered for the same assertion. The same handle again is settled.
    pub async fn put_handle(&self, h: NewHandle, entry: Entry, now: Millis) -> Result<(), Fault> {
        let row = self.appendable(&entry)?;
        let handle = hash::secret(&h.handle);
        let launch = self.sealed(Use::Handle, &handle, &h.launch)?;
        let (assertion, expires) = (h.assertion, h.expires);
        self.write(1, move |desk| {
            let first = desk.conn.execute(
                "INSERT OR IGNORE INTO one_time (issuer, jti, expires_s, handle) VALUES (?1, ?2, ?3, ?4)",
                (&assertion.issuer, assertion.jti_hash, assertion.expires_s, handle),
            )?;
            if first == 0 {
                if !is_ours(desk, &assertion, &handle)? {
                    return Err(Stop::Refuse(Why::Replay));
                }
                return desk.record(&row, now).map(|_| Ok(()));
            }
            desk.conn.execute(
                "INSERT INTO handle (handle, launch, expires) VALUES (?1, ?2, ?3)",
                (handle, &launch, expires.0),
            )?;
            desk.record(&row, now)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Uses an assertion up that opens nothing itself: an event, a logout, the code of another server. `Rejected(Replay)`
    /// where it was used before.
    pub async fn use_once(&self, assertion: AssertionKey, entry: Entry, now: Millis) -> Result<(), Fault> {
        let row = self.appendable(&entry)?;
        self.write(1, move |desk| {
            let first = desk.conn.execute(
                "INSERT OR IGNORE INTO one_time (issuer, jti, expires_s, handle) VALUES (?1, ?2, ?3, zeroblob(32))",
                (&assertion.issuer, assertion.jti_hash, assertion.expires_s),
            )?;
            if first == 0 {
                return Err(Stop::Refuse(Why::Replay));
            }
            desk.record(&row, now)?;
            Ok(Ok(()))
        })
        .await
    }

    /// The launch behind a handle that is live and unused; `None` for every other. Consumes nothing.
    pub async fn peek_handle(&self, handle: [u8; 32], now: Millis) -> Result<Option<Vec<u8>>, Fault> {
        let handle = hash::secret(&handle);
        let sealed: Option<Vec<u8>> = self
            .0
            .reader
            .look(move |conn| {
                conn.query_row(
                    "SELECT launch FROM handle WHERE handle = ?1 AND used_by IS NULL AND expires > ?2",
                    (handle, now.0),
                    |row| row.get(0),
                )
                .optional()
            })
            .await?;
        sealed.map(|sealed| self.opened(Use::Handle, &handle, &sealed)).transpose()
    }

    /// Uses a handle up and makes its session, in one transaction with the `session` entry. A second use is
    /// `Rejected(Replay)` and ends the session the first one made, with an entry of the store's own; a handle that is
    /// unknown or too late is `Rejected(Unknown)`. The same session again is settled.
    pub async fn redeem(
        &self,
        handle: [u8; 32],
        session: NewSession,
        entry: Entry,
        now: Millis,
    ) -> Result<Redeemed, Fault> {
        if entry.kind != Kind::Session {
            return Err(Fault::Rejected(Why::Malformed));
        }
        let row = self.prepare(&entry)?;
        let handle = hash::secret(&handle);
        let session = SessionRow::new(session, &entry, &self.0.keys)?;
        let sealed = self.write(2, move |desk| redeem(desk, &handle, (&session, &row), now)).await?;
        Ok(Redeemed { launch: self.opened(Use::Handle, &handle, &sealed)? })
    }

    /// `None` for a session that never was, or whose row has gone a day after its end.
    pub async fn session(&self, sid: [u8; 32]) -> Result<Option<Session>, Fault> {
        let sid = hash::secret(&sid);
        let found = self
            .0
            .reader
            .look(move |conn| {
                conn.prepare_cached(
                    "SELECT content, cookie, idle_until, absolute_until, ended FROM session WHERE sid = ?1",
                )?
                .query_row([sid], read_session)
                .optional()
            })
            .await?;
        found
            .map(|stored| {
                Ok(Session { content: self.opened(Use::Session, &sid, &stored.content)?, ..stored })
            })
            .transpose()
    }

    /// Puts the idle time-out off, never beyond the absolute one and never back.
    pub async fn touch(&self, sid: [u8; 32], idle_until: Millis) -> Result<(), Fault> {
        let sid = hash::secret(&sid);
        self.write(1, move |desk| {
            let ended: Option<Option<String>> = desk
                .conn
                .query_row("SELECT ended FROM session WHERE sid = ?1", [sid], |row| row.get(0))
                .optional()?;
            match ended {
                None => return Err(Stop::Refuse(Why::Unknown)),
                Some(Some(_)) => return Err(Stop::Refuse(Why::Closed)),
                Some(None) => {}
            }
            desk.conn.execute(
                "UPDATE session SET idle_until = max(idle_until, min(?2, absolute_until)) WHERE sid = ?1",
                (sid, idle_until.0),
            )?;
            Ok(Ok(()))
        })
        .await
    }

    /// Puts new content into a live session, in one transaction with the `entry` that says why.
    pub async fn amend_session(
        &self,
        sid: [u8; 32],
        content: Vec<u8>,
        entry: Entry,
        now: Millis,
    ) -> Result<(), Fault> {
        let row = self.appendable(&entry)?;
        let sid = hash::secret(&sid);
        let content = self.sealed(Use::Session, &sid, &content)?;
        self.write(1, move |desk| {
            let changed = desk.conn.execute(
                "UPDATE session SET content = ?2 WHERE sid = ?1 AND ended IS NULL",
                (sid, &content),
            )?;
            if changed == 0 {
                return Err(Stop::Refuse(Why::Closed));
            }
            desk.record(&row, now)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Ends every live session that fits, with the caller's entry, to which the store adds the hashes of the sessions
    /// ended; at most [`ENDED_AT_ONCE`]. Where none fits nothing is written and the count is 0.
    pub async fn end_sessions(
        &self,
        which: Which,
        cause: &str,
        entry: Entry,
        now: Millis,
    ) -> Result<u32, Fault> {
        if entry.kind != Kind::Session {
            return Err(Fault::Rejected(Why::Malformed));
        }
        let cause = cause.to_owned();
        let (column, value) = which.column(&self.0.keys);
        self.write(1, move |desk| {
            let ended = end_where(desk, column, &value, &cause)?;
            let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
            if count > 0 {
                let mut entry = entry.clone();
                entry.cause.get_or_insert_with(|| cause.clone());
                let listed = ended.iter().map(|sid| hash::hex(sid)).collect::<Vec<_>>().join(" ");
                entry.detail.insert("sessions".to_owned(), listed);
                desk.author(&entry, now)?;
            }
            Ok(Ok(count))
        })
        .await
    }

    fn sealed(&self, of: Use, row: &Hash, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        self.0.keys.seal(of, row, bytes).map_err(|_| Fault::Unavailable)
    }

    /// A row that does not open under our key is no row of ours.
    pub(super) fn opened(&self, of: Use, row: &Hash, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.0.keys.open(of, row, sealed).map_err(|_| Fault::Rejected(Why::Conflict))
    }
}

struct SessionRow {
    sid: Hash,
    cookie: Hash,
    browser: Option<Hash>,
    host_session: Option<Hash>,
    subject: Option<Hash>,
    host: Option<Hash>,
    content: Vec<u8>,
    idle_until: Millis,
    absolute_until: Millis,
}

impl SessionRow {
    fn new(session: NewSession, entry: &Entry, keys: &Keys) -> Result<Self, Fault> {
        let sid = hash::secret(&session.sid);
        let host_session = entry.how.as_ref().and_then(|how| how.host_session.as_deref());
        Ok(Self {
            sid,
            cookie: hash::secret(&session.cookie),
            browser: session.browser.as_ref().map(hash::secret),
            host_session: host_session.map(|id| keys.search("host-session", id)),
            subject: entry.who.as_ref().map(|who| subject(keys, &who.host, &who.subject)),
            host: entry.who.as_ref().map(|who| of_host(keys, &who.host)),
            content: keys.seal(Use::Session, &sid, &session.content).map_err(|_| Fault::Unavailable)?,
            idle_until: session.idle_until.min(session.absolute_until),
            absolute_until: session.absolute_until,
        })
    }

    fn insert(&self, desk: &Desk<'_>) -> Result<(), Stop> {
        desk.conn.execute(
            "INSERT INTO session (sid, cookie, browser, host_session, content, idle_until, absolute_until, subject, host)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                self.sid,
                self.cookie,
                self.browser,
                self.host_session,
                self.content,
                self.idle_until.0,
                self.absolute_until.0,
                self.subject,
                self.host
            ],
        )?;
        Ok(())
    }
}

impl Which {
    fn column(&self, keys: &Keys) -> (&'static str, Hash) {
        match self {
            Which::Sid(sid) => ("sid", hash::secret(sid)),
            Which::HostSession(id) => ("host_session", keys.search("host-session", id)),
            Which::Browser(browser) => ("browser", hash::secret(browser)),
            Which::Subject { host, subject: named } => ("subject", subject(keys, host, named)),
            Which::Host(host) => ("host", of_host(keys, host)),
        }
    }
}

fn subject(keys: &Keys, host: &str, subject: &str) -> Hash {
    keys.search("session-subject", &format!("{host} {subject}"))
}

fn of_host(keys: &Keys, host: &str) -> Hash {
    keys.search("session-host", host)
}

/// Gives the sealed launch.
fn redeem(
    desk: &mut Desk<'_>,
    handle: &Hash,
    (session, entry): (&SessionRow, &Prepared),
    now: Millis,
) -> Result<Kept<Vec<u8>>, Stop> {
    let found: Option<(Vec<u8>, i64, Option<Hash>)> = desk
        .conn
        .query_row("SELECT launch, expires, used_by FROM handle WHERE handle = ?1", [handle], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match found {
        None => Err(Stop::Refuse(Why::Unknown)),
        Some((launch, _, Some(used_by))) if used_by == session.sid => {
            desk.record(entry, now)?;
            Ok(Ok(launch))
        }
        Some((_, _, Some(used_by))) => {
            revoke_first(desk, &used_by, now)?;
            Ok(Err(Why::Replay))
        }
        Some((_, expires, None)) if expires <= now.0 => Err(Stop::Refuse(Why::Unknown)),
        Some((launch, _, None)) => {
            desk.conn.execute("UPDATE handle SET used_by = ?2 WHERE handle = ?1", (handle, session.sid))?;
            session.insert(desk)?;
            desk.record(entry, now)?;
            Ok(Ok(launch))
        }
    }
}

fn revoke_first(desk: &mut Desk<'_>, sid: &Hash, now: Millis) -> Result<(), Stop> {
    const CAUSE: &str = "handle-reuse";
    if !end_where(desk, "sid", sid, CAUSE)?.is_empty() {
        let mut entry = Entry::new(Kind::Session, Key::session_ended(sid, CAUSE), now);
        entry.cause = Some(CAUSE.to_owned());
        desk.author(&entry, now)?;
    }
    Ok(())
}

/// `column` is one of ours, never a caller's text.
fn end_where(desk: &Desk<'_>, column: &str, value: &Hash, cause: &str) -> Result<Vec<Hash>, Stop> {
    let sql = format!(
        "UPDATE session SET ended = ?2
         WHERE sid IN (SELECT sid FROM session WHERE {column} = ?1 AND ended IS NULL LIMIT ?3) RETURNING sid"
    );
    let mut update = desk.conn.prepare_cached(&sql)?;
    let ended =
        update.query_map((value, cause, ENDED_AT_ONCE), |row| row.get(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(ended)
}

fn is_ours(desk: &Desk<'_>, assertion: &AssertionKey, handle: &Hash) -> Result<bool, Stop> {
    let sql = "SELECT handle = ?3 FROM one_time WHERE issuer = ?1 AND jti = ?2";
    Ok(desk.conn.query_row(sql, (&assertion.issuer, assertion.jti_hash, handle), |row| row.get(0))?)
}

fn read_session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        content: row.get(0)?,
        cookie_hash: row.get(1)?,
        idle_until: Millis(row.get(2)?),
        absolute_until: Millis(row.get(3)?),
        ended: row.get(4)?,
    })
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

redacted!(NewHandle, NewSession, Redeemed, Session, Which);
