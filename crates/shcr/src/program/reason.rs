//! Takes an opening that needs a reason, shows the page that asks for one; takes what was typed, records it and remembers it
//! for the session. Nothing is asked of a source before that. Source: access.md section 5, people who have died.

use super::{Program, doors::refused};
use crate::{
    clock,
    entries::Story,
    opening::session::{self, Entered},
};
use access::{Refusal, launch::GivenReason, person::REASONS_AFTER_DEATH};
use web::gateway::{Opened, Refused, Within};

impl Program {
    /// Recorded before the page is sent.
    pub(crate) async fn ask_reason(&self, session: &Entered, story: &Story) -> Result<Opened, Refused> {
        let entry = story.interruption("died long ago: reason asked", 0);
        if let Err(fault) = self.store.append(vec![entry], clock::millis()).await {
            return Err(self.cannot_record(story, &fault));
        }
        let html = web::view::reason(
            &format!("/s/{}/", session.sid_text),
            &self.form_token(&session.sid),
            &story.reference,
            self.config.training,
        );
        let frame_ancestor = session.content.frame.clone();
        Ok(Opened::Interruption { framed: frame_ancestor.is_some(), frame_ancestor, html })
    }

    /// `false`: what was typed is no reason. Recorded first, then remembered in the session.
    pub(super) async fn give_reason(
        &self,
        within: &Within,
        token: &str,
        (code, text): (&str, &str),
    ) -> Result<bool, Refused> {
        let mut entered = session::look(self, within).await?;
        self.must_be_ours(&entered.sid, token)?;
        let Some(reason) = GivenReason::of(code, text, &REASONS_AFTER_DEATH) else {
            return Ok(false);
        };
        let now = clock::millis();
        let launch = &entered.content.launch;
        let mut story = Story::begin(launch, &within.browser.address, self.policy().id(), now);
        story.reason(&reason);
        let entry = story.interruption("died long ago: reason given", 1);
        entered.content.reason = Some(reason);
        let content = serde_json::to_vec(&entered.content).map_err(|_| refused(Refusal::ViewEnded))?;
        match self.store.amend_session(entered.sid, content, entry, now).await {
            Ok(_) => Ok(true),
            Err(fault) => Err(self.cannot_record(&story, &fault)),
        }
    }
}
