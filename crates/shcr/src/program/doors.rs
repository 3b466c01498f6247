//! The doors: what the routes may ask for, and the acts of a session. Takes plain requests from the routes, gives
//! answers or one of the closed list of refusals; every success and every refusal is recorded.

use super::Program;
use crate::{
    clock,
    entries::{self, Story},
    opening::{document, session},
};
use access::Refusal;
use audit::{Key, Which};
use futures_util::{FutureExt, future::BoxFuture};
use std::sync::Arc;
use web::gateway::{
    Admitted, Answer, Browser, Content, Gateway, Opened, Order, Refused, SessionState, Shell, TokenAnswer,
    TokenRequest, Within,
};

/// The program as the routes see it.
pub(crate) struct Doors(pub(crate) Arc<Program>);

impl Gateway for Doors {
    fn token(&self, request: TokenRequest, address: String) -> BoxFuture<'static, TokenAnswer> {
        let program = Arc::clone(&self.0);
        async move { program.issue_handle(request, &address).await }.boxed()
    }

    fn redeem(&self, handle: String, browser: Browser) -> Answer<Admitted> {
        let program = Arc::clone(&self.0);
        async move { program.admit(&handle, &browser).await }.boxed()
    }

    fn open(&self, within: Within, order: Order) -> Answer<Opened> {
        Arc::clone(&self.0).open_record(within, order).boxed()
    }

    fn document(&self, within: Within, handle: String) -> Answer<Shell> {
        document::page(Arc::clone(&self.0), within, handle).boxed()
    }

    fn content(&self, within: Within, handle: String) -> Answer<Content> {
        document::open_document(Arc::clone(&self.0), within, handle).boxed()
    }

    fn confirm_identity(&self, within: Within, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.confirm(&within, &token).await }.boxed()
    }

    fn give_reason(&self, within: Within, token: String, reason: (String, String)) -> Answer<bool> {
        let program = Arc::clone(&self.0);
        async move { program.give_reason(&within, &token, (&reason.0, &reason.1)).await }.boxed()
    }

    fn state(&self, within: Within) -> BoxFuture<'static, SessionState> {
        let program = Arc::clone(&self.0);
        async move {
            if session::look(&program, &within).await.is_ok() {
                SessionState::Live
            } else {
                SessionState::Ended
            }
        }
        .boxed()
    }

    fn extend(&self, within: Within, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move {
            let entered = session::look(&program, &within).await?;
            program.must_be_ours(&entered.sid, &token)?;
            session::enter(&program, &within).await.map(|_| ())
        }
        .boxed()
    }

    fn close(&self, within: Within, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.end(&within, &token).await }.boxed()
    }

    fn status(&self) -> BoxFuture<'static, web::admin::Status> {
        let program = Arc::clone(&self.0);
        async move { program.status_now() }.boxed()
    }

    fn clear(&self, source: String, by: String) -> BoxFuture<'static, bool> {
        let program = Arc::clone(&self.0);
        async move { program.clear_source(&source, &by).await }.boxed()
    }
}

impl Program {
    /// The professional says that the person is the right one: recorded first, then remembered in the session.
    async fn confirm(&self, within: &Within, token: &str) -> Result<(), Refused> {
        let mut entered = session::look(self, within).await?;
        self.must_be_ours(&entered.sid, token)?;
        let launch = &entered.content.launch;
        let now = clock::millis();
        let story = Story::begin(launch, &within.browser.address, self.policy.id(), now);
        let entry = story.interruption("identity differs: continued", 1);
        entered.content.confirmed_identity = true;
        let content = serde_json::to_vec(&entered.content).map_err(|_| refused(Refusal::ViewEnded))?;
        match self.store.amend_session(entered.sid, content, entry, now).await {
            Ok(_) => Ok(()),
            Err(fault) => Err(self.cannot_record(&story, &fault)),
        }
    }

    async fn end(&self, within: &Within, token: &str) -> Result<(), Refused> {
        let entered = session::look(self, within).await?;
        self.must_be_ours(&entered.sid, token)?;
        let now = clock::millis();
        let entry = entries::session(
            &entered.content.launch,
            Key::session(&entered.sid, 1),
            "closed by the professional",
            &within.browser.address,
            now,
        );
        match self.store.end_sessions(Which::Sid(entered.sid), "closed by the professional", entry, now).await
        {
            Ok(_) => Ok(()),
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }

    pub(super) fn must_be_ours(&self, sid: &[u8; 32], token: &str) -> Result<(), Refused> {
        // Both sides are hashes of secrets, so the time the comparison takes tells nothing.
        if self.form_token(sid) == token { Ok(()) } else { Err(refused(Refusal::ViewEnded)) }
    }
}

/// Before anything is known of a host.
pub(super) fn refused(refusal: Refusal) -> Refused {
    Refused { refusal, reference: String::new(), frame_ancestor: None }
}
