//! Who is signed in to the host: takes the cookie, gives the session.

use super::users::User;
use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

const COOKIE: &str = "marlowe";

/// One sign-in.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) user: &'static User,
    /// What the host tells the gateway its session is called: not the cookie.
    pub(super) id: String,
    pub(super) signed_in: Timestamp,
    /// Whose shared record was opened last.
    pub(super) opened: Option<usize>,
}

/// All sign-ins since the start.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// A new session; gives its `Set-Cookie` line.
    pub(super) fn start(&self, user: &'static User) -> String {
        let secret = uuid::Uuid::new_v4().simple().to_string();
        let id = uuid::Uuid::new_v4().to_string();
        self.all().insert(secret.clone(), Session { user, id, signed_in: crate::clock::now(), opened: None });
        format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax")
    }

    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        self.all().get(secret(headers)?).cloned()
    }

    /// Remembers whose shared record is open beside whose chart.
    pub(super) fn opens(&self, session: &Session, place: Option<usize>) {
        if let Some(own) = self.all().values_mut().find(|own| own.id == session.id) {
            own.opened = place;
        }
    }

    /// The session that ended, if there was one.
    pub(super) fn end(&self, headers: &HeaderMap) -> Option<Session> {
        self.all().remove(secret(headers)?)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn secret(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
