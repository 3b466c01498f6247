//! What both ways in through an OpenID provider share: an authorisation is kept until its answer comes, once; a launch that holds
//! becomes a session by the same door as every other; a code that comes back ends what it opened (HAZ-046).

use super::{Program, doors::refused};
use crate::{
    clock,
    entries::{self, LaunchRefusal},
    program::alerts::Rule,
};
use access::{
    Launch, Refusal,
    launch::oidc::{Begun, Callback, Failure, PENDING_S, cookie},
    session as secret,
};
use audit::{AssertionKey, Fault, Key, NewHandle, OpeningId};
use uuid::Uuid;
use web::gateway::{Admitted, Browser, Refused, provider::Away};

/// An authorisation under way, by its state.
const PENDING: &str = "oidc-pending";
/// What a code has opened, by provider and code.
const SPENT: &str = "oidc-code";
/// A launch that holds is redeemed by the same request.
const HANDLE_LIFE_MS: i64 = 60_000;
/// No provider lets a code live longer (RFC 6749 section 4.1.2).
const CODE_LIFE_MS: i64 = 10 * 60_000;

impl Program {
    /// Kept before the browser leaves: without it the answer would be nobody's.
    pub(super) async fn send_away(&self, begun: Begun, browser: &Browser) -> Result<Away, Refused> {
        let until = clock::millis().plus_ms(PENDING_S * 1000);
        match self.store.put_note(PENDING, &begun.state, &begun.pending, until).await {
            Ok(()) => {
                Ok(Away { location: begun.location, set_cookie: cookie::set(&begun.cookie, browser.framed) })
            }
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }

    /// What was kept for this answer; it is gone then, whatever becomes of the answer.
    pub(super) async fn kept(&self, callback: &Callback) -> Result<Option<Vec<u8>>, Refused> {
        let Some(state) = &callback.state else { return Ok(None) };
        let kept = self.store.take_note(PENDING, state, clock::millis()).await;
        kept.map_err(|_| refused(Refusal::CannotRecord))
    }

    /// A code that has opened a session comes again: the session ends (RFC 6749 section 10.5).
    pub(super) async fn end_what_a_code_opened(&self, of: &str, callback: &Callback) {
        let Some(code) = &callback.code else { return };
        let name = spent_name(of, &secret::hash(code.as_bytes()));
        let handle = self.store.note(SPENT, &name, clock::millis()).await.ok().flatten();
        if let Some(handle) = handle.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            self.spent(handle).await;
        }
    }

    /// A session for the launch, by a handle that never leaves this process.
    pub(super) async fn admit_launch(
        &self,
        launch: Launch,
        code_hash: [u8; 32],
        browser: &Browser,
    ) -> Result<Admitted, Refused> {
        let (handle, now) = (secret::new_secret(), clock::millis());
        let name = spent_name(&launch.host, &code_hash);
        let remembered = self.store.put_note(SPENT, &name, &handle, now.plus_ms(CODE_LIFE_MS)).await;
        remembered.map_err(|_| refused(Refusal::CannotRecord))?;
        let (issuer, key) = (launch.host.clone(), Key::launch(&launch.host, &code_hash));
        let entry = entries::session(&launch, key, "launch accepted", &browser.address, now);
        let expires_s = now.plus_ms(CODE_LIFE_MS).0 / 1000;
        let kept = NewHandle {
            handle,
            assertion: AssertionKey { issuer, jti_hash: code_hash, expires_s },
            launch: launch.to_sealed_bytes(),
            expires: now.plus_ms(HANDLE_LIFE_MS),
        };
        match self.store.put_handle(kept, entry, now).await {
            Ok(()) => self.admit(&secret::encode(&handle), browser).await,
            Err(Fault::Rejected(_)) => Err(refused(Refusal::LaunchUsedOrExpired)),
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }

    /// Recorded by the provider's name and the check that did not hold; nothing the browser sent is written.
    pub(super) async fn provider_refused(&self, failure: Failure, browser: &Browser) -> Refused {
        let issuer = failure.issuer.as_deref().unwrap_or("unknown");
        let now = clock::millis();
        // There is no assertion that could be hashed: each refusal stands for itself.
        let attempt = secret::new_secret();
        let refused_launch = LaunchRefusal {
            issuer,
            assertion_hash: &attempt,
            reason: failure.reason,
            flow: "provider",
            address: &browser.address,
        };
        let mut entry = entries::launch_refused_at(&refused_launch, now);
        let reference = entries::reference(&OpeningId::from_bytes(*Uuid::now_v7().as_bytes()));
        entry.detail.insert("reference".to_owned(), reference.clone());
        if self.store.append(vec![entry], now).await.is_err() {
            tracing::error!("a refused launch could not be recorded");
            return refused(Refusal::CannotRecord);
        }
        tracing::warn!(issuer.id = issuer, reason = failure.reason, "launch refused");
        self.metrics.launch_refused("provider", failure.reason);
        if TAMPERED.contains(&failure.reason) {
            let what = "the answer of an identity provider came back changed, or to somebody else";
            self.raise(Rule::Replay, &secret::hex(&attempt), what).await;
        }
        Refused { refusal: failure.refusal, reference, frame_ancestor: None }
    }
}

/// Checks that fail when somebody meddles, not when something is set up wrongly.
const TAMPERED: [&str; 6] = ["browser", "mix-up", "answer iss", "nonce", "patient", "Patient.id"];

/// The secret of the cookie a browser has for its way through a provider.
pub(super) fn way(browser: &Browser) -> Option<[u8; 32]> {
    browser.pre_cookie.as_deref().and_then(secret::decode)
}

fn spent_name(of: &str, code_hash: &[u8; 32]) -> String {
    format!("{of} {}", secret::hex(code_hash))
}
