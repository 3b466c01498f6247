//! Sessions as time and browsers find them: takes a browser's secret, gives the sessions begun under it; takes the time, ends
//! what has outlived it, each with an entry of the store's own that says why. Whoever comes second finds nothing left to end.

use super::{
    super::{Fault, Store, desk::Stop},
    ENDED_AT_ONCE, Session, Which, read_session,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::Hash,
    seal::Use,
};

/// Nobody did anything for too long.
const IDLE: &str = "idle";
/// The longest a session may last.
const ABSOLUTE: &str = "absolute";

impl Store {
    /// The sessions begun under that secret ([`super::NewSession::browser`]) which nobody has ended. Whether one is over by time is the
    /// caller's to see, who knows the time.
    pub async fn sessions_of_browser(&self, browser: [u8; 32]) -> Result<Vec<Session>, Fault> {
        let (column, value) = Which::Browser(browser).column(&self.0.keys);
        let sql = format!(
            "SELECT content, cookie, idle_until, absolute_until, ended, sid FROM session
             WHERE {column} = ?1 AND ended IS NULL"
        );
        let found = self
            .0
            .reader
            .look(move |conn| {
                let mut query = conn.prepare_cached(&sql)?;
                let read = |row: &rusqlite::Row<'_>| Ok((read_session(row)?, row.get::<_, Hash>(5)?));
                query.query_map([value], read)?.collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let opened = |(stored, sid): (Session, Hash)| {
            Ok(Session { content: self.opened(Use::Session, &sid, &stored.content)?, ..stored })
        };
        found.into_iter().map(opened).collect()
    }

    /// Ends the sessions whose time is over, at most 256 at once: `idle` or `absolute`. Gives how many.
    pub async fn end_expired_sessions(&self, now: Millis) -> Result<u32, Fault> {
        self.write(1, move |desk| {
            let over: Vec<(Hash, bool)> = desk
                .conn
                .prepare_cached(
                    "UPDATE session SET ended = iif(absolute_until <= ?1, 'absolute', 'idle')
                     WHERE sid IN (SELECT sid FROM session
                                   WHERE ended IS NULL AND min(idle_until, absolute_until) <= ?1 LIMIT ?2)
                     RETURNING sid, absolute_until <= ?1",
                )?
                .query_map((now.0, ENDED_AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()
                .map_err(Stop::from)?;
            for (sid, absolute) in &over {
                let cause = if *absolute { ABSOLUTE } else { IDLE };
                let mut entry = Entry::new(Kind::Session, Key::session_ended(sid, cause), now);
                entry.cause = Some(cause.to_owned());
                desk.author(&entry, now)?;
            }
            Ok(Ok(u32::try_from(over.len()).unwrap_or(ENDED_AT_ONCE)))
        })
        .await
    }
}
