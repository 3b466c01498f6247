//! Takes a request under `/s/{sid}/`, gives the session whose cookie it carries; everything else is one refusal.
//! The path names the person and is no credential; the cookie proves the professional and names nobody (HAZ-002).

use crate::{
    clock,
    program::{Program, alerts::Rule},
};
use access::{
    Refusal,
    policy::Circumstances,
    session::{self, SessionContent},
};
use web::gateway::{Refused, Within};

/// A live session of this browser.
pub(crate) struct Entered {
    pub(crate) sid: [u8; 32],
    pub(crate) sid_text: String,
    pub(crate) content: SessionContent,
    pub(crate) absolute_until: audit::Millis,
}

impl Entered {
    /// What stands beside the launch before the person's wish is known: an exception under way, where there is one.
    pub(crate) fn beside(&self) -> Circumstances {
        Circumstances::default()
    }
}

/// Reads the session anew on every request, so that ending it works at once. A page view is activity.
pub(crate) async fn enter(program: &Program, within: &Within) -> Result<Entered, Refused> {
    let entered = look(program, within).await?;
    let idle = clock::millis().plus_ms(program.idle_ms());
    let until = idle.min(entered.absolute_until);
    if program.store.touch(entered.sid, until).await.is_err() {
        tracing::warn!("a session's idle time could not be moved");
    }
    Ok(entered)
}

/// The same check without counting as activity: for background requests.
pub(crate) async fn look(program: &Program, within: &Within) -> Result<Entered, Refused> {
    let refused = |refusal| Refused { refusal, reference: String::new(), frame_ancestor: None };
    let ended = || refused(Refusal::ViewEnded);
    let sid = session::decode(&within.sid).ok_or_else(ended)?;
    let cookie = within.browser.cookie.as_deref().and_then(session::decode).ok_or_else(ended)?;
    let stored = match program.store.session(sid).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Err(ended()),
        Err(_) => return Err(refused(Refusal::CannotRecord)),
    };
    let now = clock::millis();
    let live = stored.ended.is_none() && now < stored.idle_until && now < stored.absolute_until;
    if !live || !stored.has_cookie(&cookie) {
        if live {
            let about = session::hex(&session::hash(&sid));
            program.raise(Rule::ForeignCookie, &about, "the cookie of one session was used on another").await;
        }
        return Err(ended());
    }
    let content: SessionContent = serde_json::from_slice(&stored.content).map_err(|_| ended())?;
    Ok(Entered { sid, sid_text: within.sid.clone(), content, absolute_until: stored.absolute_until })
}

/// Whether a view is still open, whoever has it. What cannot be read is taken to be: then it goes on being watched.
pub(crate) async fn is_live(program: &Program, sid: &[u8; 32]) -> bool {
    let now = clock::millis();
    match program.store.session(*sid).await {
        Ok(Some(stored)) => stored.ended.is_none() && now < stored.idle_until && now < stored.absolute_until,
        Ok(None) => false,
        Err(_) => true,
    }
}
