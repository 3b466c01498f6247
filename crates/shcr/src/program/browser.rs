//! Takes a launch and the browser it arrived in, gives the secret its session is entered with: the one that this
//! professional's other sessions in that browser have, or a new one. Whoever else had a session there loses it first
//! (HAZ-047). INVARIANT: the sessions under one secret are one professional's, in one browser, all framed or none.
//! Source: access.md section 4 (1, 2); CHIPS.

use super::{Program, alerts::Rule, doors::refused};
use crate::{clock, entries};
use access::{
    Launch, Refusal,
    session::{self as secret, Ending, SessionContent},
};
use audit::{Key, Which};
use web::gateway::{Browser, Refused};

/// What a cookie that came with a launch stands for.
enum Whose {
    /// No living session, or one of another jar: it is left alone.
    Nobodys,
    Ours,
    /// Its sessions end.
    Others(Ending, Box<SessionContent>),
}

impl Program {
    /// A cookie is taken over only where it opens a living session of the same professional in the same kind of place, so
    /// that nobody can plant one. A frame's cookie and a window's are never each other's.
    pub(super) async fn secret_for(&self, launch: &Launch, browser: &Browser) -> Result<[u8; 32], Refused> {
        let mut ours = None;
        for cookie in browser.cookies().filter_map(secret::decode) {
            match self.whose(cookie, launch, browser).await? {
                Whose::Nobodys => {}
                Whose::Ours => ours = ours.or(Some(cookie)),
                Whose::Others(ending, content) => {
                    if !self.end_browser(cookie, ending, &content, &browser.address).await {
                        return Err(refused(Refusal::CannotRecord));
                    }
                }
            }
        }
        Ok(ours.unwrap_or_else(secret::new_secret))
    }

    async fn whose(&self, cookie: [u8; 32], launch: &Launch, browser: &Browser) -> Result<Whose, Refused> {
        let stored = self.store.sessions_of_browser(cookie).await;
        let stored = stored.map_err(|_| refused(Refusal::CannotRecord))?;
        let now = clock::millis();
        let living = stored.iter().filter(|one| now < one.idle_until.min(one.absolute_until));
        let contents = living.filter_map(|one| serde_json::from_slice::<SessionContent>(&one.content).ok());
        let mut whose = Whose::Nobodys;
        for content in contents {
            if !self.is_its_browser(&content, browser) {
                return Ok(Whose::Others(Ending::OtherBrowser, Box::new(content)));
            }
            if !content.is_same_professional(launch) {
                return Ok(Whose::Others(Ending::AnotherProfessional, Box::new(content)));
            }
            if content.frame.is_some() == browser.framed {
                whose = Whose::Ours;
            }
        }
        Ok(whose)
    }

    /// Whether a session can have been begun in this browser.
    pub(crate) fn is_its_browser(&self, content: &SessionContent, browser: &Browser) -> bool {
        let here = browser.device.fingerprint(&self.session_keys.device);
        content.device.as_ref().is_none_or(|device| device.may_be(&here))
    }

    /// Ends all that was begun under one cookie; `false` where that could not be recorded.
    pub(crate) async fn end_browser(
        &self,
        cookie: [u8; 32],
        ending: Ending,
        content: &SessionContent,
        address: &str,
    ) -> bool {
        if ending == Ending::OtherBrowser {
            let about = secret::hex(&secret::hash(&cookie));
            let what = "the cookie of a session came from another kind of browser; its sessions have ended";
            self.raise(Rule::ForeignCookie, &about, what).await;
        }
        let key = Key::session_event(&secret::new_secret());
        let now = clock::millis();
        let entry = entries::sessions_ended(&content.launch, key, ending, address, now);
        self.store.end_sessions(Which::Browser(cookie), ending.code(), entry, now).await.is_ok()
    }
}
