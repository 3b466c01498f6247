//! The doors: token endpoint, launch link, and what a session may ask for. Takes plain requests from the routes, gives
//! answers or one of the closed list of refusals; every success and every refusal is recorded.

use super::Program;
use crate::{
    clock,
    entries::{self, Story},
    opening::{document, session},
};
use access::{
    Launch, Objection, Refusal,
    launch::signed::{self, Accepted, TokenAudit, TokenError, TokenForm},
    session::{self as secret, SessionContent},
};
use audit::{AssertionKey, Fault, Key, NewHandle, NewSession, Which, Why};
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::json;
use std::sync::Arc;
use web::gateway::{
    Admitted, Answer, Browser, Content, Gateway, Opened, Order, Refused, SessionState, Shell, TokenAnswer,
    TokenRequest, Within,
};

/// How long a launch link waits for its browser.
const HANDLE_LIFE_MS: i64 = 60_000;

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
    /// `POST /oauth2/token`: a verified assertion becomes a link that works once, for a minute.
    async fn issue_handle(&self, request: TokenRequest, address: &str) -> TokenAnswer {
        let form = TokenForm {
            grant_type: request.grant_type,
            assertion: request.assertion,
            scope: request.scope,
            client_assertion_type: request.client_assertion_type,
            client_assertion: request.client_assertion,
        };
        let assertion_hash = secret::hash(form.assertion.as_bytes());
        let now = clock::now();
        let outcome = signed::accept(
            &form,
            &self.hosts,
            &self.keys,
            &self.config.token_url(),
            self.config.training,
            now,
        )
        .await;
        let accepted = match outcome {
            Ok(accepted) => accepted,
            Err(error) => return self.token_refused(error, &assertion_hash, address).await,
        };
        let issuer = accepted.issuer.clone();
        match self.keep_handle(accepted, address).await {
            Ok(handle) => self.token_issued(&handle),
            Err(Fault::Rejected(_)) => self.token_refused(replayed(&issuer), &assertion_hash, address).await,
            Err(_) => TokenAnswer {
                status: 503,
                body: json!({"error": "temporarily_unavailable", "error_description": "access cannot be recorded"}),
            },
        }
    }

    async fn keep_handle(&self, accepted: Accepted, address: &str) -> Result<[u8; 32], Fault> {
        let handle = secret::new_secret();
        let now = clock::millis();
        let entry = entries::session(
            &accepted.launch,
            Key::launch(&accepted.issuer, &accepted.jti_hash),
            "launch accepted",
            address,
            now,
        );
        let kept = NewHandle {
            handle,
            assertion: AssertionKey {
                issuer: accepted.issuer,
                jti_hash: accepted.jti_hash,
                expires_s: accepted.expires_s,
            },
            launch: accepted.launch.to_sealed_bytes(),
            expires: now.plus_ms(HANDLE_LIFE_MS),
        };
        self.store.put_handle(kept, entry, now).await.map(|()| handle)
    }

    fn token_issued(&self, handle: &[u8; 32]) -> TokenAnswer {
        let handle = secret::encode(handle);
        let launch_uri = format!("{}/launch/{handle}", self.config.public_url);
        TokenAnswer {
            status: 200,
            body: json!({"access_token": handle, "token_type": "N_A", "expires_in": HANDLE_LIFE_MS / 1000, "scope": "launch", "launch_uri": launch_uri}),
        }
    }

    async fn token_refused(
        &self,
        error: TokenError,
        assertion_hash: &[u8; 32],
        address: &str,
    ) -> TokenAnswer {
        let issuer = error.audit.issuer.as_deref().unwrap_or("unknown");
        let entry =
            entries::launch_refused(issuer, assertion_hash, error.audit.reason, address, clock::millis());
        if self.store.append(vec![entry], clock::millis()).await.is_err() {
            tracing::error!("a refused launch could not be recorded");
        }
        tracing::warn!(reason = error.audit.reason, "launch refused");
        TokenAnswer {
            status: error.status,
            body: json!({"error": error.error, "error_description": error.description}),
        }
    }

    /// `GET|POST /launch/{handle}`: consumes the link, makes the session, records both, in one transaction.
    async fn admit(&self, handle: &str, browser: &Browser) -> Result<Admitted, Refused> {
        let now = clock::millis();
        let handle = secret::decode(handle).ok_or_else(|| refused(Refusal::LaunchUsedOrExpired))?;
        let launch = match self.store.peek_handle(handle, now).await {
            Ok(sealed) => sealed.and_then(|bytes| Launch::from_sealed_bytes(&bytes).ok()),
            Err(_) => return Err(refused(Refusal::CannotRecord)),
        };
        let Some(launch) = launch else {
            return Err(self.spent(handle).await);
        };
        // About the professional alone, before anything is asked about the person.
        if let Err(refusal) = self.policy.decide(&launch, &Objection::None) {
            let mut story = Story::begin(&launch, &browser.address, self.policy.id(), now);
            return Err(self.refuse(&mut story, refusal).await);
        }
        self.end_earlier_view(&launch, &browser.address).await;
        let (sid, cookie) = (secret::new_secret(), secret::new_secret());
        let session = self.new_session(&launch, sid, cookie, browser);
        let entry = entries::session(&launch, Key::session(&sid, 0), "start", &browser.address, now);
        match self.store.redeem(handle, session, entry, now).await {
            Ok(_redeemed) => Ok(Admitted {
                location: format!("/s/{}/", secret::encode(&sid)),
                set_cookie: secret::set_cookie(&cookie, browser.framed),
            }),
            Err(Fault::Rejected(_)) => Err(refused(Refusal::LaunchUsedOrExpired)),
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }

    /// A link that is used, late or unknown: one page for all three. Its second use ends what the first one opened (HAZ-046).
    async fn spent(&self, handle: [u8; 32]) -> Refused {
        let now = clock::millis();
        let (sid, cookie) = (secret::new_secret(), secret::new_secret());
        let nobody = NewSession {
            sid,
            cookie,
            browser: None,
            content: Vec::new(),
            idle_until: now,
            absolute_until: now,
        };
        let entry = audit::Entry::new(audit::Kind::Session, Key::session(&sid, 0), now);
        match self.store.redeem(handle, nobody, entry, now).await {
            Err(Fault::Rejected(Why::Replay)) => {
                tracing::warn!("a launch link was used twice; the session it opened has been ended");
                refused(Refusal::LaunchUsedOrExpired)
            }
            Ok(_) | Err(Fault::Rejected(_)) => refused(Refusal::LaunchUsedOrExpired),
            Err(_) => refused(Refusal::CannotRecord),
        }
    }

    fn new_session(&self, launch: &Launch, sid: [u8; 32], cookie: [u8; 32], browser: &Browser) -> NewSession {
        let now = clock::millis();
        let content = SessionContent {
            launch: launch.clone(),
            frame: launch.frame_origins.first().cloned().filter(|_| browser.framed),
            confirmed_identity: false,
        };
        let absolute = i64::try_from(self.config.session.absolute.as_millis()).unwrap_or(i64::MAX);
        NewSession {
            sid,
            cookie,
            browser: None,
            content: serde_json::to_vec(&content).unwrap_or_default(),
            idle_until: now.plus_ms(self.idle_ms()),
            absolute_until: now.plus_ms(absolute),
        }
    }

    /// A host that shows one chart at a time: opening the next ends the view of the last (HAZ-003).
    async fn end_earlier_view(&self, launch: &Launch, address: &str) {
        let single = self.hosts.find(&launch.host).is_none_or(|host| host.single_context);
        let Some(host_session) = entries::host_session(launch).filter(|_| single) else { return };
        let now = clock::millis();
        let entry = entries::session(
            launch,
            Key::session_event(&secret::new_secret()),
            "host opened another person",
            address,
            now,
        );
        if self
            .store
            .end_sessions(Which::HostSession(host_session), "host opened another person", entry, now)
            .await
            .is_err()
        {
            tracing::error!("an earlier view of the same host session could not be ended");
        }
    }

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

    fn must_be_ours(&self, sid: &[u8; 32], token: &str) -> Result<(), Refused> {
        // Both sides are hashes of secrets, so the time the comparison takes tells nothing.
        if self.form_token(sid) == token { Ok(()) } else { Err(refused(Refusal::ViewEnded)) }
    }
}

/// Before anything is known of a host.
fn refused(refusal: Refusal) -> Refused {
    Refused { refusal, reference: String::new(), frame_ancestor: None }
}

fn replayed(issuer: &str) -> TokenError {
    let audit = TokenAudit { issuer: Some(issuer.to_owned()), reason: "replay" };
    TokenError { status: 400, error: "invalid_grant", description: "jti: used before".to_owned(), audit }
}
