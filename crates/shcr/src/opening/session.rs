//! Takes a request under `/s/{sid}/`, gives the session whose cookie it carries; everything else is one refusal.
//! The path names the person and is no credential; the cookie proves the professional and names nobody (HAZ-002).

use crate::{
    clock,
    program::{Program, alerts::Rule},
};
use access::{
    Refusal,
    break_glass::Exception,
    launch::Route,
    policy::Circumstances,
    session::{self, Ending, SessionContent},
};
use audit::{Millis, Session};
use web::{
    gateway::{Left, Refused, Within},
    page::Life,
};

/// A live session of this browser.
pub(crate) struct Entered {
    pub(crate) sid: [u8; 32],
    pub(crate) sid_text: String,
    pub(crate) content: SessionContent,
    pub(crate) idle_until: Millis,
    pub(crate) absolute_until: Millis,
}

impl Entered {
    /// What is left of it, in seconds.
    pub(crate) fn left(&self, now: Millis) -> Left {
        let left = |until: Millis| (until.0 - now.0).max(0) / 1000;
        Left { idle_s: left(self.idle_until.min(self.absolute_until)), absolute_s: left(self.absolute_until) }
    }

    /// The same, for a page that is made now.
    pub(crate) fn life(&self, now: Millis) -> Life {
        let Left { idle_s, absolute_s } = self.left(now);
        Life { idle_s, absolute_s }
    }
}

/// How a request stands to the session its path names.
pub(crate) enum Standing {
    Live(Box<Entered>),
    /// The cause and the frame are for the browser whose view it was; another is told neither.
    Ended {
        ending: Option<Ending>,
        frame: Option<String>,
    },
    /// The store cannot be read.
    Unreadable,
}

impl Standing {
    fn refused(ending: Option<Ending>, frame: Option<String>) -> Self {
        Standing::Ended { ending, frame }
    }

    const NOBODYS: Self = Standing::Ended { ending: None, frame: None };
}

impl Entered {
    /// What stands beside the launch before the person's wish is known: an exception under way, where there is one.
    pub(crate) fn beside(&self) -> Circumstances {
        self.content.circumstances(clock::now())
    }
}

/// Whether the exception of that session is under way still: neither run out, nor ended, nor gone with its view. What cannot be
/// read is taken to be over.
pub(crate) async fn still_has(program: &Program, sid: &[u8; 32], exception: &Exception) -> bool {
    let now = clock::now();
    if !exception.is_in_force(now) {
        return false;
    }
    let Ok(Some(stored)) = program.store.session(*sid).await else { return false };
    let content = serde_json::from_slice::<SessionContent>(&stored.content).ok();
    let held = content.filter(|_| stored.ended.is_none()).and_then(|content| content.break_glass);
    held.is_some_and(|held| held.is_in_force(now) && held.opening == exception.opening)
}

/// Reads the session anew on every request, so that ending it works at once. A page view is activity; what a host's server asks
/// is none.
pub(crate) async fn enter(program: &Program, within: &Within) -> Result<Entered, Refused> {
    if let Some(bearer) = &within.bearer {
        return program.bearers(within, bearer).await;
    }
    let mut entered = look(program, within).await?;
    let idle = clock::millis().plus_ms(program.life(entered.content.launch.route).idle_ms);
    entered.idle_until = idle.min(entered.absolute_until);
    if program.store.touch(entered.sid, entered.idle_until).await.is_err() {
        tracing::warn!("a session's idle time could not be moved");
    }
    Ok(entered)
}

/// The same check without counting as activity: for background requests.
pub(crate) async fn look(program: &Program, within: &Within) -> Result<Entered, Refused> {
    let refused = |refusal, frame_ancestor| Refused { refusal, reference: String::new(), frame_ancestor };
    match stand(program, within).await {
        Standing::Live(entered) => Ok(*entered),
        Standing::Ended { frame, .. } => Err(refused(Refusal::ViewEnded, frame)),
        Standing::Unreadable => Err(refused(Refusal::CannotRecord, None)),
    }
}

/// What a reader is told whose opening came to no end of its own.
pub(crate) fn broken_off() -> Refused {
    Refused { refusal: Refusal::Busy, reference: String::new(), frame_ancestor: None }
}

/// Whether the view lives, and for this browser.
pub(crate) async fn stand(program: &Program, within: &Within) -> Standing {
    let cookies: Vec<[u8; 32]> = within.browser.cookies().filter_map(session::decode).collect();
    let Some(sid) = session::decode(&within.sid).filter(|_| !cookies.is_empty()) else {
        return Standing::NOBODYS;
    };
    let stored = match program.store.session(sid).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Standing::NOBODYS,
        Err(_) => return Standing::Unreadable,
    };
    let Ok(content) = serde_json::from_slice::<SessionContent>(&stored.content) else {
        return Standing::NOBODYS;
    };
    // A token is no cookie: a server's session has no browser.
    let own = cookies.into_iter().find(|cookie| content.server.is_none() && stored.has_cookie(cookie));
    let over = over(&stored, clock::millis());
    let Some(cookie) = own else {
        if over.is_none() {
            let about = session::hex(&session::hash(&sid));
            program.raise(Rule::ForeignCookie, &about, "the cookie of one session was used on another").await;
        }
        return Standing::NOBODYS;
    };
    if let Some(ending) = over {
        return Standing::refused(ending, content.frame);
    }
    if !program.is_its_browser(&content, &within.browser) {
        program.end_browser(cookie, Ending::OtherBrowser, &content, &within.browser.address).await;
        return Standing::NOBODYS;
    }
    if !is_trusted(program, &content) {
        program.end_view(sid, Ending::HostDisabled).await;
        return Standing::refused(Some(Ending::HostDisabled), content.frame);
    }
    let Session { idle_until, absolute_until, .. } = stored;
    Standing::Live(Box::new(Entered {
        sid,
        sid_text: within.sid.clone(),
        content,
        idle_until,
        absolute_until,
    }))
}

/// The cause, once a view has ended, for whoever still writes its page. A store that cannot be read ends nothing: whatever
/// is shown further needs a disclosure recorded in it.
pub(crate) async fn ended(program: &Program, sid: [u8; 32]) -> Option<Ending> {
    let stored = match program.store.session(sid).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Some(Ending::Absolute),
        Err(_) => return None,
    };
    over(&stored, clock::millis()).map(|ending| ending.unwrap_or(Ending::Operator))
}

/// Whether it is over, and why where that is known.
pub(crate) fn over(stored: &Session, now: Millis) -> Option<Option<Ending>> {
    match &stored.ended {
        Some(cause) => Some(Ending::parse(cause)),
        None if now >= stored.absolute_until => Some(Some(Ending::Absolute)),
        None if now >= stored.idle_until => Some(Some(Ending::Idle)),
        None => None,
    }
}

/// A host that is no longer registered has nobody to launch for, and neither has a key that is no longer in its host's set. Direct
/// access has no host.
pub(super) fn is_trusted(program: &Program, content: &SessionContent) -> bool {
    let launch = &content.launch;
    if launch.route == Route::Direct {
        return true;
    }
    let Some(host) = program.hosts.find(&launch.host) else { return false };
    launch.signed_by.as_ref().is_none_or(|key| program.still_has_key(&host.issuer, key))
}
