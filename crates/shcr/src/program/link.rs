//! The link a host sends the browser to: consumed once, it becomes a session. Recorded in the same transaction.

use super::{Program, doors::refused};
use crate::{
    clock,
    entries::{self, Story},
    program::alerts::Rule,
};
use access::{
    Launch, Refusal,
    launch::Route,
    policy::Circumstances,
    session::{self as secret, SessionContent},
};
use audit::{Fault, Key, NewSession, Why, cause};
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
        self.must_be_admitted(&launch, handle, browser).await?;
        // About the professional alone, before anything is asked about the person.
        if let Err(refusal) = self.policy().decide(&launch, &Circumstances::default()) {
            let mut story = Story::begin(&launch, &browser.address, self.policy().id(), now);
            return Err(self.refuse(&mut story, refusal).await);
        }
        // While the link still works: whoever is turned away presses it again (HAZ-057).
        let place = self.place_for_launch(&launch, browser).await?;
        // Before the earlier view ends, so that its page still is this browser's and is told why it ended.
        let (sid, cookie) = (secret::new_secret(), self.secret_for(&launch, browser).await?);
        if !self.end_earlier_view(&launch, &browser.address).await {
            return Err(refused(Refusal::CannotRecord));
        }
        let content = self.session_content(&launch, browser);
        let ahead = if self.begins_with_break_glass(&content) { "break-glass" } else { "" };
        let session = self.new_session(&content, sid, cookie);
        let entry = entries::session(&launch, Key::session(&sid, 0), cause::START, &browser.address, now);
        match self.store.redeem(handle, session, entry, now).await {
            Ok(_redeemed) => {
                if let Some(place) = place {
                    self.admission.keep_for(sid, place);
                }
                self.watch_roles(&launch).await;
                Ok(Admitted {
                    location: format!("/s/{}/{ahead}", secret::encode(&sid)),
                    set_cookie: secret::set_cookie(&cookie, browser.framed),
                })
            }
            Err(Fault::Rejected(_)) => Err(refused(Refusal::LaunchUsedOrExpired)),
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }

    /// Decided before the link is used up: within its minute it still works (HAZ-057).
    async fn must_be_admitted(
        &self,
        launch: &Launch,
        handle: [u8; 32],
        browser: &Browser,
    ) -> Result<(), Refused> {
        if launch.route == Route::Direct {
            // There is no host; how many are found in a while is limited before.
            return Ok(());
        }
        let Some(host) = self.hosts.find(&launch.host) else {
            // Registered when it launched, and no longer.
            return Err(refused(Refusal::LaunchNotAccepted));
        };
        if !self.admissions.takes(&host.client_id, host.launches_per_second, clock::millis()) {
            tracing::warn!(host = %host.client_id, "more links were followed in a second than the host may make");
            return Err(self.busy(launch, browser).await);
        }
        let named = launch.particulars.workstation_address.as_deref();
        if host.compares_client_hint && named != Some(browser.address.as_str()) {
            let about = secret::hex(&secret::hash(&handle));
            self.raise(Rule::Replay, &about, "a launch link came from another workstation").await;
            let mut story = Story::begin(launch, &browser.address, self.policy().id(), clock::millis());
            return Err(self.refuse(&mut story, Refusal::LaunchNotAccepted).await);
        }
        Ok(())
    }

    /// A link that is used, late or unknown: one page for all three. Its second use ends what the first one opened (HAZ-046).
    pub(super) async fn spent(&self, handle: [u8; 32]) -> Refused {
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

    fn new_session(&self, content: &SessionContent, sid: [u8; 32], cookie: [u8; 32]) -> NewSession {
        let now = clock::millis();
        let life = self.life(content.launch.route);
        NewSession {
            sid,
            cookie,
            browser: Some(cookie),
            content: serde_json::to_vec(content).unwrap_or_default(),
            idle_until: now.plus_ms(life.idle_ms),
            absolute_until: now.plus_ms(life.absolute_ms),
        }
    }

    fn session_content(&self, launch: &Launch, browser: &Browser) -> SessionContent {
        SessionContent {
            launch: launch.clone(),
            frame: launch.frame_origins.first().cloned().filter(|_| browser.framed),
            confirmed_identity: false,
            device: Some(browser.device.fingerprint(&self.session_keys.device)),
            break_glass: None,
            acknowledged: None,
            reason: None,
            server: None,
        }
    }
}
