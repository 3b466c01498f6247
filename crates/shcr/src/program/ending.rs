//! Ends views: one, all of a host's session, all of a professional's, all whose time is over. Every way to an end comes through
//! here or through [`super::browser`]; the store then says the same to every replica, and open pages ask it.
//! Source: access.md section 4 (4, 5); HAZ-003.

use super::Program;
use crate::{clock, entries};
use access::{
    Launch,
    session::{self as secret, Ending, SessionContent},
};
use audit::{Entry, Fault, Key, Kind, Which};
use web::gateway::EndSessions;

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

    /// The operator's word, recorded whether or not anything was open.
    pub(super) async fn end_professional(&self, of: EndSessions) -> Option<u32> {
        let now = clock::millis();
        let by: String = of.by.chars().take(100).collect();
        let mut entry = Entry::new(Kind::Session, Key::session_event(&secret::new_secret()), now);
        entry.cause = Some("operator ends a professional's sessions".to_owned());
        entry.detail.insert("by".to_owned(), by.clone());
        entry.detail.insert("host".to_owned(), of.host.chars().take(100).collect());
        entry.detail.insert("subject".to_owned(), of.sub.chars().take(256).collect());
        self.store.append(vec![entry], now).await.ok()?;
        let which = Which::Subject { host: of.host, subject: of.sub };
        self.end_named(which, Ending::Operator, ("by", &by)).await.ok()
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
