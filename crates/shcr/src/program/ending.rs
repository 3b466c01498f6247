//! Ends views: one, all of a host's session, all of a professional's, all whose time is over. Every way to an end comes through
//! here or through [`super::browser`]; the store then says the same to every replica, and open pages ask it.
//! Source: access.md section 4 (4, 5); HAZ-003.

use super::Program;
use crate::{clock, entries};
use access::{
    Launch,
    keys::Issuer,
    session::{self as secret, Ending, SessionContent},
};
use audit::{Entry, Fault, Key, Kind, Which};
use std::sync::Arc;
use web::gateway::EndSessions;

/// What is kept of an operator's words.
const WORDS_CHARS: usize = 256;

impl Program {
    /// Ends one view; `false` where that could not be recorded. A view that has ended stays as it ended.
    pub(crate) async fn end_view(&self, sid: [u8; 32], ending: Ending) -> bool {
        let stored = match self.store.session(sid).await {
            Ok(Some(stored)) => stored,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let Ok(content) = serde_json::from_slice::<SessionContent>(&stored.content) else { return false };
        let now = clock::millis();
        let key = Key::session_event(&secret::new_secret());
        let entry = entries::session(&content.launch, key, ending.code(), "", now);
        self.store.end_sessions(Which::Sid(sid), ending.code(), entry, now).await.is_ok()
    }

    /// A host that shows one chart at a time: opening the next ends the view of the last (HAZ-003). `false` where that could
    /// not be recorded.
    pub(super) async fn end_earlier_view(&self, launch: &Launch, address: &str) -> bool {
        let single = self.hosts.find(&launch.host).is_none_or(|host| host.single_context);
        let Some(host_session) = entries::host_session(launch).filter(|_| single) else { return true };
        let now = clock::millis();
        let key = Key::session_event(&secret::new_secret());
        let entry = entries::sessions_ended(launch, key, Ending::NextLaunch, address, now);
        let which = Which::HostSession(host_session);
        self.store.end_sessions(which, Ending::NextLaunch.code(), entry, now).await.is_ok()
    }

    /// Sessions known by what somebody outside called them. `told` names who that was, never the professional.
    pub(super) async fn end_named(
        &self,
        which: Which,
        ending: Ending,
        (told, by): (&str, &str),
    ) -> Result<u32, Fault> {
        let now = clock::millis();
        let mut entry = Entry::new(Kind::Session, Key::session_event(&secret::new_secret()), now);
        entry.cause = Some(ending.code().to_owned());
        entry.detail.insert(told.to_owned(), by.to_owned());
        self.store.end_sessions(which, ending.code(), entry, now).await
    }

    /// The operator's word on one professional or on a host, recorded whether or not anything was open.
    pub(super) async fn end_by_operator(&self, of: EndSessions) -> Option<u32> {
        let now = clock::millis();
        let short = |text: &str| text.chars().take(WORDS_CHARS).collect::<String>();
        let by = short(&of.by);
        let mut entry = Entry::new(Kind::Session, Key::session_event(&secret::new_secret()), now);
        let whose = if of.all { "all sessions of a host" } else { "a professional's sessions" };
        entry.cause = Some(format!("operator ends {whose}"));
        let told = [("by", &of.by), ("reason", &of.reason), ("host", &of.host), ("subject", &of.sub)];
        let told = told.into_iter().filter(|(_, words)| !words.is_empty());
        entry.detail.extend(told.map(|(name, words)| (name.to_owned(), short(words))));
        self.store.append(vec![entry], now).await.ok()?;
        let which = match of.all {
            true => Which::Host(of.host),
            false => Which::Subject { host: of.host, subject: of.sub },
        };
        let mut ended = 0;
        loop {
            let more = self.end_named(which.clone(), Ending::Operator, ("by", &by)).await.ok()?;
            ended += more;
            if more < audit::ENDED_AT_ONCE {
                return Some(ended);
            }
        }
    }

    /// Whether a host's set of keys still holds the one that began a view, as last read; while views rest on it, it is read anew once a
    /// minute, beside whoever asks.
    pub(crate) fn still_has_key(&self, issuer: &Issuer, thumbprint: &str) -> bool {
        let now = clock::now();
        if self.keys.is_due(issuer, now) {
            let (keys, issuer) = (Arc::clone(&self.keys), issuer.clone());
            tokio::spawn(async move { keys.follow(&issuer, now).await });
        }
        !self.keys.has_withdrawn(issuer, thumbprint, now)
    }

    /// What nobody used, and what has lasted long enough: recorded as ended, not only refused.
    pub(crate) async fn end_expired(&self) {
        match self.store.end_expired_sessions(clock::millis()).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "sessions ended by their time"),
            Err(fault) => {
                tracing::error!(?fault, "sessions whose time is over could not be recorded as ended")
            }
        }
    }
}
