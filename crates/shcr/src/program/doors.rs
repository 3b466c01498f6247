//! The doors: what the routes may ask for, and the acts of a session. Takes plain requests from the routes, gives
//! answers or one of the closed list of refusals; every success and every refusal is recorded.

use super::Program;
use crate::{
    clock,
    entries::{self, Story},
    opening::{document, session, session::Standing},
};
use access::{
    Channel, Refusal,
    launch::{
        direct::{FindForm, OpenForm},
        oidc::Callback,
    },
    session::Ending,
};
use audit::{Key, Which, cause};
use futures_util::{FutureExt, future::BoxFuture};
use std::sync::Arc;
use web::gateway::{
    Admitted, Answer, As, BreakGlassForm, Browser, Content, EndSessions, Feed, Gateway, Knock, LogPart,
    Opened, Order, Published, Reconcile, Reconciled, Refused, Searchset, Sent, SessionState, Shell,
    StaffReasonForm, Staged, StillPage, TokenAnswer, TokenRequest, Wanted, Within,
    provider::{Away, Opening, Step},
};

/// The program as the routes see it.
pub(crate) struct Doors(pub(crate) Arc<Program>);

impl Gateway for Doors {
    fn token(&self, request: TokenRequest, address: String) -> BoxFuture<'static, TokenAnswer> {
        let program = Arc::clone(&self.0);
        async move { program.issue_handle(request, &address).await }.boxed()
    }

    fn published(&self, what: Published) -> serde_json::Value {
        self.0.published(what)
    }

    fn log_part(&self, shard: String, path: String) -> BoxFuture<'static, Option<LogPart>> {
        let program = Arc::clone(&self.0);
        async move { program.log_part(&shard, &path).await }.boxed()
    }

    fn feed(
        &self,
        partner: String,
        after: Option<u64>,
        caller: (access::Certificate, String),
    ) -> BoxFuture<'static, Feed> {
        let program = Arc::clone(&self.0);
        async move { program.audit_feed(&partner, after, caller).await }.boxed()
    }

    fn knock(&self, knock: Knock, browser: Browser) -> Answer<String> {
        let program = Arc::clone(&self.0);
        async move { program.knock(knock, &browser).await }.boxed()
    }

    fn redeem(&self, handle: String, browser: Browser) -> Answer<Admitted> {
        let program = Arc::clone(&self.0);
        async move { program.admit(&handle, &browser).await }.boxed()
    }

    fn open(&self, within: Within, order: Order) -> Answer<Opened> {
        Arc::clone(&self.0).open_record(within, order).boxed()
    }

    fn find(&self, within: Within, token: String, sought: web::page::Sought) -> Answer<Opened> {
        Arc::clone(&self.0).find_in_record(within, token, sought).boxed()
    }

    fn searchset(&self, within: Within, wanted: Wanted) -> Answer<Searchset> {
        Arc::clone(&self.0).searchset(within, wanted).boxed()
    }

    fn document(&self, within: Within, handle: String) -> Answer<Shell> {
        document::page(Arc::clone(&self.0), within, handle).boxed()
    }

    fn letter(&self, within: Within, form: web::gateway::LettersForm) -> Answer<Shell> {
        document::letter(Arc::clone(&self.0), within, form).boxed()
    }

    fn content(&self, within: Within, handle: String, shown_as: As) -> Answer<Content> {
        document::open_document(Arc::clone(&self.0), within, (handle, shown_as)).boxed()
    }

    fn confirm_identity(&self, within: Within, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.confirm(&within, &token).await }.boxed()
    }

    fn break_glass(&self, within: Within, over_objection: bool) -> Answer<StillPage> {
        let program = Arc::clone(&self.0);
        async move { program.ask_break_glass(&within, over_objection).await }.boxed()
    }

    fn begin_break_glass(&self, within: Within, form: BreakGlassForm) -> Answer<Sent> {
        Arc::clone(&self.0).begin_break_glass(within, form).boxed()
    }

    fn end_break_glass(&self, within: Within, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.end_break_glass(&within, &token).await }.boxed()
    }

    fn give_staff_reason(&self, within: Within, form: StaffReasonForm) -> Answer<Sent> {
        let program = Arc::clone(&self.0);
        async move { program.give_staff_reason(&within, &form).await }.boxed()
    }

    fn give_reason(&self, within: Within, token: String, reason: (String, String)) -> Answer<bool> {
        let program = Arc::clone(&self.0);
        async move { program.give_reason(&within, &token, (&reason.0, &reason.1)).await }.boxed()
    }

    fn state(&self, within: Within) -> BoxFuture<'static, SessionState> {
        let program = Arc::clone(&self.0);
        async move { program.state_of(&within).await }.boxed()
    }

    fn put_away(&self, within: Within) -> Answer<Shell> {
        let program = Arc::clone(&self.0);
        async move {
            let entered = session::look(&program, &within).await?;
            let path = format!("/s/{}/", entered.sid_text);
            let html = web::view::put_away(&path, program.config.training);
            Ok(Shell { frame_ancestor: entered.content.frame, html })
        }
        .boxed()
    }

    fn host_event(
        &self,
        token: String,
        channel: Channel,
        address: String,
    ) -> BoxFuture<'static, TokenAnswer> {
        let program = Arc::clone(&self.0);
        async move { program.heed_host(&token, &channel, &address).await }.boxed()
    }

    fn signed_out(&self, token: String, address: String) -> BoxFuture<'static, TokenAnswer> {
        let program = Arc::clone(&self.0);
        async move { program.heed_provider(&token, &address).await }.boxed()
    }

    fn end_sessions(&self, of: EndSessions) -> BoxFuture<'static, Option<u32>> {
        let program = Arc::clone(&self.0);
        async move { program.end_by_operator(of).await }.boxed()
    }

    fn reconcile(&self, asked: Reconcile) -> BoxFuture<'static, Reconciled> {
        let program = Arc::clone(&self.0);
        async move { program.reconcile_by_hand(asked).await }.boxed()
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

    fn print(&self, within: Within, token: String, opening: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.record_print(&within, &token, &opening).await }.boxed()
    }

    fn report(&self, within: Within, form: web::gateway::ReportForm) -> Answer<web::gateway::StillPage> {
        let program = Arc::clone(&self.0);
        async move { program.report_problem(&within, &form).await }.boxed()
    }

    fn close(&self, within: Within, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.end(&within, &token).await }.boxed()
    }

    fn status(&self) -> BoxFuture<'static, web::admin::Status> {
        let program = Arc::clone(&self.0);
        async move { program.status_now() }.boxed()
    }

    fn metrics(&self) -> String {
        self.0.metrics_now()
    }

    fn simulate(
        &self,
        query: Option<web::admin::simulator::Query>,
    ) -> BoxFuture<'static, web::admin::simulator::Simulated> {
        let program = Arc::clone(&self.0);
        async move { program.simulated(query.as_ref()) }.boxed()
    }

    fn smart_begin(&self, iss: String, launch: String, browser: Browser) -> Answer<Away> {
        let program = Arc::clone(&self.0);
        async move { program.smart_begin(&iss, &launch, &browser).await }.boxed()
    }

    fn smart_finish(&self, host: String, callback: Callback, browser: Browser) -> Answer<Admitted> {
        let program = Arc::clone(&self.0);
        async move { program.smart_finish(&host, callback, &browser).await }.boxed()
    }

    fn direct_begin(&self, browser: Browser) -> Staged<Away> {
        let program = Arc::clone(&self.0);
        async move { program.direct_begin(&browser).await }.boxed()
    }

    fn direct_finish(&self, callback: Callback, browser: Browser) -> Staged<Away> {
        let program = Arc::clone(&self.0);
        async move { program.direct_finish(callback, &browser).await }.boxed()
    }

    fn direct_desk(&self, browser: Browser) -> Staged<Step> {
        let program = Arc::clone(&self.0);
        async move { program.direct_desk(&browser).await }.boxed()
    }

    fn direct_find(&self, browser: Browser, token: String, form: FindForm) -> Staged<Step> {
        let program = Arc::clone(&self.0);
        async move { program.direct_find(&browser, &token, form).await }.boxed()
    }

    fn direct_open(&self, browser: Browser, token: String, form: OpenForm) -> Staged<Opening> {
        let program = Arc::clone(&self.0);
        async move { program.direct_open(&browser, &token, form).await }.boxed()
    }

    fn clear(&self, source: String, by: String) -> BoxFuture<'static, bool> {
        let program = Arc::clone(&self.0);
        async move { program.clear_source(&source, &by).await }.boxed()
    }
}

impl Program {
    /// What an open page asks every few seconds. No activity, and not recorded, unless it ends the view.
    async fn state_of(&self, within: &Within) -> SessionState {
        match session::stand(self, within).await {
            Standing::Live(entered) if self.still_stands(&entered).await => {
                SessionState::Live(entered.left(clock::millis()))
            }
            Standing::Live(entered) => {
                self.end_view(entered.sid, Ending::PolicyNarrowed).await;
                SessionState::Ended(Some(Ending::PolicyNarrowed))
            }
            Standing::Ended { ending, .. } => SessionState::Ended(ending),
            Standing::Unreadable => SessionState::Unknown,
        }
    }

    /// The professional says that the person is the right one: recorded first, then remembered in the session.
    async fn confirm(&self, within: &Within, token: &str) -> Result<(), Refused> {
        let mut entered = session::look(self, within).await?;
        self.must_be_ours(&entered.sid, token)?;
        let launch = &entered.content.launch;
        let now = clock::millis();
        let story = Story::begin(launch, &within.browser.address, self.policy().id(), now);
        let entry = story.interruption(cause::IDENTITY_CONTINUED, 1);
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
            Ending::Closed.code(),
            &within.browser.address,
            now,
        );
        let closed = Ending::Closed.code();
        match self.store.end_sessions(Which::Sid(entered.sid), closed, entry, now).await {
            Ok(_) => {
                self.break_glass_closed(&entered.content, &within.browser.address).await;
                Ok(())
            }
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }

    pub(crate) fn must_be_ours(&self, sid: &[u8; 32], token: &str) -> Result<(), Refused> {
        let ours = self.session_keys.is_form_token(sid, token);
        if ours { Ok(()) } else { Err(refused(Refusal::ViewEnded)) }
    }
}

/// Before anything is known of a host.
pub(super) fn refused(refusal: Refusal) -> Refused {
    Refused { refusal, reference: String::new(), frame_ancestor: None }
}
