//! Handles and sessions: one-time, hashed where they are secrets, sealed where they say something. Refuses a second use,
//! and takes the second use of a handle as a sign that its first was not the host's (HAZ-046).

use super::{
    Fault, Store, Why,
    desk::{Desk, Kept, Stop},
    prepared::Prepared,
    rows::{self, maybe},
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::{self, Hash},
    seal::{Keys, Use},
};
use sql::{Line, Value, first};
use std::{fmt, sync::Arc};

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
        let row = Arc::new(self.appendable(&entry)?);
        let handle = hash::secret(&h.handle);
        let launch = self.sealed(Use::Handle, &handle, &h.launch)?;
        let (assertion, expires) = (h.assertion, h.expires);
        self.write(1, move |desk| {
            if !is_first(desk, &assertion, &handle)? {
                if !is_ours(desk, &assertion, &handle)? {
                    return Err(Stop::Refuse(Why::Replay));
                }
                return desk.record(&row, now).map(|_| Ok(()));
            }
            desk.execute(
                "INSERT INTO handle (handle, launch, expires) VALUES ($1, $2, $3)",
                &[Value::Bytes(&handle), Value::Bytes(&launch), Value::Int(expires.0)],
            )?;
            desk.record(&row, now)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Uses an assertion up that opens nothing itself: an event, a logout, the code of another server. `Rejected(Replay)`
    /// where it was used before.
    pub async fn use_once(&self, assertion: AssertionKey, entry: Entry, now: Millis) -> Result<(), Fault> {
        let row = Arc::new(self.appendable(&entry)?);
        self.write(1, move |desk| {
            if !is_first(desk, &assertion, &[0; 32])? {
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
            .look(move |link| {
                let sql = "SELECT launch FROM handle WHERE handle = $1 AND used_by IS NULL AND expires > $2";
                let found = first(link, sql, &[Value::Bytes(&handle), Value::Int(now.0)])?;
                found.map(|mut line| rows::bytes(&mut line)).transpose()
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
        let row = Arc::new(self.prepare(&entry)?);
        let handle = hash::secret(&handle);
        let session = SessionRow::new(session, &entry, &self.0.keys)?;
        #[cfg(any(test, feature = "testing"))]
        let saw_free = super::testing::planted::saw_free(self, handle).await;
        let write = move |desk: &mut Desk<'_>| {
            #[cfg(any(test, feature = "testing"))]
            super::testing::planted::takes(desk, saw_free, &handle)?;
            redeem(desk, &handle, (&session, &row), now)
        };
        let sealed = self.write(2, write).await?;
        Ok(Redeemed { launch: self.opened(Use::Handle, &handle, &sealed)? })
    }

    /// `None` for a session that never was, or whose row has gone a day after its end.
    pub async fn session(&self, sid: [u8; 32]) -> Result<Option<Session>, Fault> {
        let sid = hash::secret(&sid);
        let found = self
            .0
            .reader
            .look(move |link| {
                let sql =
                    "SELECT content, cookie, idle_until, absolute_until, ended FROM session WHERE sid = $1";
                let found = first(link, sql, &[Value::Bytes(&sid)])?;
                found.map(|mut line| read_session(&mut line)).transpose()
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
            let sql = "SELECT ended, idle_until, absolute_until FROM session WHERE sid = $1";
            let Some(mut found) = first(desk.link, sql, &[Value::Bytes(&sid)])? else {
                return Err(Stop::Refuse(Why::Unknown));
            };
            if found.maybe_text().is_some() {
                return Err(Stop::Refuse(Why::Closed));
            }
            let (idle, absolute) = (found.int(), found.int());
            let until = idle.max(idle_until.0.min(absolute));
            let sql = "UPDATE session SET idle_until = $1 WHERE sid = $2";
            desk.execute(sql, &[Value::Int(until), Value::Bytes(&sid)])?;
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
        let row = Arc::new(self.appendable(&entry)?);
        let sid = hash::secret(&sid);
        let content = self.sealed(Use::Session, &sid, &content)?;
        self.write(1, move |desk| {
            let sql = "UPDATE session SET content = $1 WHERE sid = $2 AND ended IS NULL";
            let changed = desk.execute(sql, &[Value::Bytes(&content), Value::Bytes(&sid)])?;
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

    fn insert(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        desk.execute(
            "INSERT INTO session (sid, cookie, browser, host_session, content, idle_until, absolute_until, subject, host)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                Value::Bytes(&self.sid),
                Value::Bytes(&self.cookie),
                maybe(self.browser.as_ref()),
                maybe(self.host_session.as_ref()),
                Value::Bytes(&self.content),
                Value::Int(self.idle_until.0),
                Value::Int(self.absolute_until.0),
                maybe(self.subject.as_ref()),
                maybe(self.host.as_ref()),
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
    (session, entry): (&SessionRow, &Arc<Prepared>),
    now: Millis,
) -> Result<Kept<Vec<u8>>, Stop> {
    let sql = "SELECT launch, expires, used_by FROM handle WHERE handle = $1";
    let found = first(desk.link, sql, &[Value::Bytes(handle)])?
        .map(|mut line| Ok((rows::bytes(&mut line)?, line.int(), rows::maybe_hash(&mut line)?)))
        .transpose()
        .map_err(|fault: sql::Fault| Stop::from(fault))?;
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
            let sql = "UPDATE handle SET used_by = $1 WHERE handle = $2";
            desk.execute(sql, &[Value::Bytes(&session.sid), Value::Bytes(handle)])?;
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
fn end_where(desk: &mut Desk<'_>, column: &str, value: &Hash, cause: &str) -> Result<Vec<Hash>, Stop> {
    let sql = format!(
        "UPDATE session SET ended = $1
         WHERE sid IN (SELECT sid FROM session WHERE {column} = $2 AND ended IS NULL LIMIT $3) RETURNING sid"
    );
    let values = [Value::Text(cause), Value::Bytes(value), Value::Int(ENDED_AT_ONCE.into())];
    let mut ended = desk.query(&sql, &values)?;
    Ok(ended.iter_mut().map(rows::hash).collect::<Result<_, _>>()?)
}

/// Uses an assertion up for this handle. Of many at once one is the first.
fn is_first(desk: &mut Desk<'_>, assertion: &AssertionKey, handle: &Hash) -> Result<bool, Stop> {
    let inserted = desk.execute(
        "INSERT INTO one_time (issuer, jti, expires_s, handle) VALUES ($1, $2, $3, $4)
         ON CONFLICT (issuer, jti) DO NOTHING",
        &[
            Value::Text(&assertion.issuer),
            Value::Bytes(&assertion.jti_hash),
            Value::Int(assertion.expires_s),
            Value::Bytes(handle),
        ],
    )?;
    Ok(inserted > 0)
}

fn is_ours(desk: &mut Desk<'_>, assertion: &AssertionKey, handle: &Hash) -> Result<bool, Stop> {
    let sql = "SELECT handle FROM one_time WHERE issuer = $1 AND jti = $2";
    let found = first(desk.link, sql, &[Value::Text(&assertion.issuer), Value::Bytes(&assertion.jti_hash)])?;
    Ok(found.and_then(|mut line| line.bytes()).is_some_and(|known| known == handle))
}

fn read_session(line: &mut Line) -> Result<Session, sql::Fault> {
    Ok(Session {
        content: rows::bytes(line)?,
        cookie_hash: rows::hash(line)?,
        idle_until: Millis(line.int()),
        absolute_until: Millis(line.int()),
        ended: line.maybe_text(),
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
