//! Launches that come through the browser: an encrypted form, a host's code, an encrypted address. Each becomes a link that
//! works once, as at the token endpoint; each refusal is recorded, and the browser is told one of the closed list.

use super::{Program, alerts::Rule};
use crate::{
    clock,
    entries::{self, LaunchRefusal},
};
use access::{
    Refusal,
    host::Host,
    launch::{
        Declined, Route, code, form,
        legacy::{self, Address},
        signed::Accepted,
    },
    session as secret,
};
use audit::{AssertionKey, Fault, Key, Why};
use web::gateway::{Browser, Knock, Refused};

/// A used code is remembered this long; no host's lives longer.
const CODE_REMEMBERED_S: i64 = 24 * 60 * 60;
/// What the audit says of a second use.
const REPLAY: &str = "replay";
const BUSY: &str = "too many launches";

impl Program {
    /// Gives the link to send the browser to.
    pub(super) async fn knock(&self, knock: Knock, browser: &Browser) -> Result<String, Refused> {
        let (route, text) = match &knock {
            Knock::Form { assertion, .. } => (Route::Form, assertion),
            Knock::Code { code, .. } => (Route::Exchange, code),
            Knock::Legacy { query, .. } => (Route::Legacy, query),
        };
        let hash = secret::hash(text.as_bytes());
        let attempt = Attempt { route, hash, address: &browser.address };
        let accepted = match self.judge(&knock, &attempt, browser).await {
            Ok(accepted) => accepted,
            Err(declined) => return Err(self.declined(declined, &attempt).await),
        };
        let host = accepted.launch.host.clone();
        let legacy = (route == Route::Legacy).then(|| accepted.launch.assertion_hash.clone());
        match self.keep_handle(accepted, &browser.address).await {
            Ok(handle) => {
                if let Some(about) = legacy {
                    // Each use is counted, toward the day when there is none.
                    self.raise(Rule::LegacyAddress, &about, "an encrypted address opened a record").await;
                }
                Ok(format!("/launch/{}", secret::encode(&handle)))
            }
            Err(Fault::Rejected(_)) => Err(self.declined(again(&host), &attempt).await),
            Err(_) => Err(closed(Refusal::CannotRecord)),
        }
    }

    async fn judge(
        &self,
        knock: &Knock,
        attempt: &Attempt<'_>,
        browser: &Browser,
    ) -> Result<Accepted, Declined> {
        let (now, token_url, training) = (clock::now(), self.config.token_url(), self.config.training);
        let accepted = match knock {
            Knock::Form { navigates: false, .. } => return Err(declined(None, "not a navigation")),
            Knock::Form { assertion, .. } => {
                let own = self.own_keys.as_ref().ok_or_else(|| declined(None, "no keys of ours"))?;
                let judge = form::Judge {
                    hosts: &self.hosts,
                    keys: &self.keys,
                    own,
                    token_url: &token_url,
                    training,
                };
                let posted = form::Posted { assertion, origin: browser.origin.as_deref() };
                judge.accept(posted, now).await?
            }
            Knock::Legacy { host, query } => {
                let address = Address { host, query, from: browser.address.parse().ok() };
                legacy::accept(address, &self.hosts, training, now)?
            }
            Knock::Code { host, code } => {
                let own = self.own_keys.as_ref().ok_or_else(|| declined(None, "no keys of ours"))?;
                let host = code::host_of(&self.hosts, host, code)?;
                self.must_have_room(host)?;
                self.use_code(host, attempt).await?;
                let judge = code::Judge {
                    keys: &self.keys,
                    own,
                    redeemer: &self.redeemer,
                    token_url: &token_url,
                    training,
                };
                return judge.accept(host, code, now).await;
            }
        };
        // Before the assertion is used up: the same one may be sent again within its minute.
        if let Some(host) = self.hosts.find(&accepted.launch.host) {
            self.must_have_room(host)?;
        }
        Ok(accepted)
    }

    fn must_have_room(&self, host: &Host) -> Result<(), Declined> {
        if self.launches.takes(&host.client_id, host.launches_per_second, clock::millis()) {
            return Ok(());
        }
        let issuer = Some(host.client_id.clone());
        Err(Declined { issuer, reason: BUSY, refusal: Refusal::Busy })
    }

    /// Before it is redeemed, so that a code sent twice causes one request.
    async fn use_code(&self, host: &Host, attempt: &Attempt<'_>) -> Result<(), Declined> {
        let now = clock::millis();
        let issuer = format!("code {}", host.client_id);
        let entry = entries::code_received(
            &host.client_id,
            Key::launch(&issuer, &attempt.hash),
            attempt.address,
            now,
        );
        let expires_s = clock::now().as_second() + CODE_REMEMBERED_S;
        let used = AssertionKey { issuer, jti_hash: attempt.hash, expires_s };
        match self.store.use_once(used, entry, now).await {
            Ok(()) => Ok(()),
            Err(Fault::Rejected(Why::Replay)) => Err(again(&host.client_id)),
            Err(_) => Err(Declined { issuer: None, reason: "audit", refusal: Refusal::CannotRecord }),
        }
    }

    /// Recorded, and where somebody may have meant it, an alert. If it cannot be recorded, that is what is said.
    async fn declined(&self, declined: Declined, attempt: &Attempt<'_>) -> Refused {
        let Declined { issuer, reason, refusal } = declined;
        tracing::warn!(reason, flow = attempt.route.name(), "launch refused");
        self.metrics.launch_refused(attempt.route.name(), reason);
        let refused = LaunchRefusal {
            issuer: issuer.as_deref().unwrap_or("unknown"),
            assertion_hash: &attempt.hash,
            reason,
            flow: attempt.route.name(),
            address: attempt.address,
        };
        let now = clock::millis();
        if self.store.append(vec![entries::launch_refused_at(&refused, now)], now).await.is_err() {
            tracing::error!("a refused launch could not be recorded");
            return closed(Refusal::CannotRecord);
        }
        self.raise_refused(reason, &attempt.hash).await;
        closed(refusal)
    }
}

/// What came, as the audit names it.
struct Attempt<'a> {
    route: Route,
    hash: [u8; 32],
    address: &'a str,
}

fn declined(issuer: Option<String>, reason: &'static str) -> Declined {
    Declined { issuer, reason, refusal: Refusal::LaunchNotAccepted }
}

/// The professional pressed "back", or somebody has a copy: the page is the same, and the audit knows.
fn again(host: &str) -> Declined {
    Declined { issuer: Some(host.to_owned()), reason: REPLAY, refusal: Refusal::LaunchUsedOrExpired }
}

fn closed(refusal: Refusal) -> Refused {
    Refused { refusal, reference: String::new(), frame_ancestor: None }
}
