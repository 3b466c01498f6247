//! Sessions as time and browsers find them: takes a browser's secret, gives the sessions begun under it; takes the time, ends
//! what has outlived it, each with an entry of the store's own that says why. Whoever comes second finds nothing left to end.

use super::{
    super::{Fault, Store, rows},
    ENDED_AT_ONCE, Session, Which, read_session,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::Hash,
    seal::Use,
};
use sql::Value;

impl Store {
    /// The sessions begun under that secret ([`super::NewSession::browser`]) which nobody has ended. Whether one is over by time is the
    /// caller's to see, who knows the time.
    pub async fn sessions_of_browser(&self, browser: [u8; 32]) -> Result<Vec<Session>, Fault> {
        let (column, value) = Which::Browser(browser).column(&self.0.keys);
        let sql = format!(
            "SELECT content, cookie, idle_until, absolute_until, ended, sid FROM session
             WHERE {column} = $1 AND ended IS NULL"
        );
        let found: Vec<(Session, Hash)> = self
            .0
            .reader
            .look(move |link| {
                let mut found = link.query(&sql, &[Value::Bytes(&value)])?;
                found.iter_mut().map(|line| Ok((read_session(line)?, rows::hash(line)?))).collect()
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
            let mut over = desk.query(
                "UPDATE session SET ended = CASE WHEN absolute_until <= $1 THEN 'absolute' ELSE 'idle' END
                 WHERE sid IN (SELECT sid FROM session
                               WHERE ended IS NULL AND (idle_until <= $1 OR absolute_until <= $1) LIMIT $2)
                 RETURNING sid, ended",
                &[Value::Int(now.0), Value::Int(ENDED_AT_ONCE.into())],
            )?;
            let over: Vec<(Hash, String)> = over
                .iter_mut()
                .map(|line| Ok((rows::hash(line)?, line.text())))
                .collect::<Result<_, sql::Fault>>()?;
            for (sid, cause) in &over {
                let mut entry = Entry::new(Kind::Session, Key::session_ended(sid, cause), now);
                entry.cause = Some(cause.clone());
                desk.author(&entry, now)?;
            }
            Ok(Ok(u32::try_from(over.len()).unwrap_or(ENDED_AT_ONCE)))
        })
        .await
    }
}
