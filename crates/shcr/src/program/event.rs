//! `POST /launch/event`: takes a host's signed word that a chart was closed, another opened, or somebody signed out; ends the
//! views of that host session. Used once, recorded first. Source: access.md section 4 (6); HAZ-003, HAZ-046.

use super::{Program, token};
use crate::{
    clock,
    entries::{self, LaunchRefusal},
    program::alerts::Rule,
};
use access::{Channel, event, launch::signed::TokenError, session as secret};
use audit::{AssertionKey, Entry, Fault, Key, Kind, Which, Why};
use serde_json::{Value, json};
use web::gateway::TokenAnswer;

impl Program {
    /// The address every event must name as its audience.
    fn event_url(&self) -> String {
        format!("{}/launch/event", self.config.public_url)
    }

    /// The views blank within seconds: their pages ask for their state, their streams look at their session.
    pub(super) async fn heed_host(&self, token: &str, channel: &Channel, address: &str) -> TokenAnswer {
        let hash = secret::hash(token.as_bytes());
        let accepted = if self.may_come_by(channel) {
            event::accept(token, &self.hosts, &self.keys, channel, (&self.event_url(), clock::now())).await
        } else {
            Err(token::elsewhere())
        };
        match accepted {
            Ok(event) => self.ended_by_host(event, address, &hash).await,
            Err(TokenError { status, error, description, audit }) => {
                let issuer = audit.issuer.as_deref().unwrap_or("unknown");
                self.unheeded(issuer, &hash, (audit.reason, address)).await;
                TokenAnswer { status, body: json!({"error": error, "error_description": description}) }
            }
        }
    }

    async fn ended_by_host(&self, event: event::HostEvent, address: &str, hash: &[u8; 32]) -> TokenAnswer {
        let now = clock::millis();
        let ending = event.kind.ending();
        let mut entry = Entry::new(Kind::Session, Key::session_event(&event.jti_hash), now);
        entry.cause = Some(format!("host event: {}", ending.code()));
        entry.detail.insert("host".to_owned(), event.host.clone());
        entry.detail.insert("address".to_owned(), address.to_owned());
        let once =
            AssertionKey { issuer: event.host.clone(), jti_hash: event.jti_hash, expires_s: event.expires_s };
        match self.store.use_once(once, entry, now).await {
            Ok(()) => {}
            Err(Fault::Rejected(Why::Replay)) => {
                return self.event_replayed(&event.host, hash, address).await;
            }
            Err(_) => return cannot_record(),
        }
        let which = Which::HostSession(entries::named_session(&event.host, &event.host_session));
        match self.end_named(which, ending, ("host", &event.host)).await {
            Ok(ended) => {
                tracing::info!(host.id = %event.host, cause = ending.code(), ended, "a host ended views");
                TokenAnswer { status: 204, body: Value::Null }
            }
            Err(_) => cannot_record(),
        }
    }

    async fn event_replayed(&self, host: &str, hash: &[u8; 32], address: &str) -> TokenAnswer {
        self.unheeded(host, hash, ("replay", address)).await;
        self.raise(Rule::Replay, &secret::hex(hash), "a host's event was offered again").await;
        let body = json!({"error": "invalid_grant", "error_description": "jti: used before"});
        TokenAnswer { status: 400, body }
    }

    /// A word that was not taken is recorded all the same.
    pub(super) async fn unheeded(&self, issuer: &str, hash: &[u8; 32], (reason, address): (&str, &str)) {
        let now = clock::millis();
        let reason_told = format!("not heeded: {reason}");
        let refused =
            LaunchRefusal { issuer, assertion_hash: hash, reason: &reason_told, flow: "event", address };
        let entry = entries::launch_refused_at(&refused, now);
        if self.store.append(vec![entry], now).await.is_err() {
            tracing::error!("a refused event could not be recorded");
        }
        tracing::warn!(reason, "a host's or provider's word on a session was not taken");
    }
}

/// Whoever told us must tell us again.
pub(super) fn cannot_record() -> TokenAnswer {
    let body = json!({"error": "temporarily_unavailable", "error_description": "it cannot be recorded"});
    TokenAnswer { status: 503, body }
}
