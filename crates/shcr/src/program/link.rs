//! The link a host sends the browser to: consumed once, it becomes a session. Recorded in the same transaction.

use super::{Program, doors::refused};
use crate::{
    clock,
    entries::{self, Story},
    program::alerts::Rule,
};
use access::{
    Launch, Refusal,
    policy::Circumstances,
    session::{self as secret, SessionContent},
};
use audit::{Fault, Key, NewSession, Which, Why};
use web::gateway::{Admitted, Browser, Refused};

impl Program {
    /// `GET|POST /launch/{handle}`: consumes the link, makes the session, records both, in one transaction.
    pub(super) async fn admit(&self, handle: &str, browser: &Browser) -> Result<Admitted, Refused> {
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
        if let Err(refusal) = self.policy.decide(&launch, &Circumstances::default()) {
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
                let about = secret::hex(&secret::hash(&handle));
                self.raise(
                    Rule::Replay,
                    &about,
                    "a launch link was used twice; the session it opened has ended",
                )
                .await;
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
            reason: None,
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
}
