//! `POST /logout/backchannel`: takes an identity provider's logout token, ends the sessions it names. Used once, recorded first.
//! Source: OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8; access.md section 4 (5).

use super::{Program, event::cannot_record};
use crate::{clock, entries, program::alerts::Rule};
use access::{
    logout::{self, SignedOut, SignedOutBy},
    session::{self as secret, Ending},
};
use audit::{AssertionKey, Entry, Fault, Key, Kind, Which, Why};
use serde_json::{Value, json};
use web::gateway::TokenAnswer;

impl Program {
    pub(super) async fn heed_provider(&self, token: &str, address: &str) -> TokenAnswer {
        let hash = secret::hash(token.as_bytes());
        match logout::accept(token, &self.providers, &self.keys, clock::now()).await {
            Ok(signed_out) => self.sign_out(signed_out, address, &hash).await,
            Err(fault) => {
                let provider = fault.provider.as_deref().unwrap_or("unknown");
                self.unheeded(provider, &hash, (fault.reason, address)).await;
                refused(&fault.to_string())
            }
        }
    }

    async fn sign_out(&self, told: SignedOut, address: &str, hash: &[u8; 32]) -> TokenAnswer {
        let now = clock::millis();
        let mut entry = Entry::new(Kind::Session, Key::session_event(&told.jti_hash), now);
        entry.cause = Some("signed out at the identity provider".to_owned());
        entry.detail.insert("provider".to_owned(), told.provider.clone());
        entry.detail.insert("address".to_owned(), address.to_owned());
        let once = AssertionKey {
            issuer: told.provider.clone(),
            jti_hash: told.jti_hash,
            expires_s: told.expires_s,
        };
        match self.store.use_once(once, entry, now).await {
            Ok(()) => {}
            Err(Fault::Rejected(Why::Replay)) => {
                self.unheeded(&told.provider, hash, ("replay", address)).await;
                self.raise(Rule::Replay, &secret::hex(hash), "a logout token was offered again").await;
                return refused("jti: used before");
            }
            Err(_) => return cannot_record(),
        }
        let which = match told.who {
            SignedOutBy::Session(sid) => Which::HostSession(entries::named_session(&told.host, &sid)),
            SignedOutBy::Subject(subject) => Which::Subject { host: told.host, subject },
        };
        match self.end_named(which, Ending::SignedOut, ("provider", &told.provider)).await {
            Ok(ended) => {
                tracing::info!(ended, "an identity provider ended views");
                TokenAnswer { status: 200, body: Value::Null }
            }
            Err(_) => cannot_record(),
        }
    }
}

fn refused(why: &str) -> TokenAnswer {
    TokenAnswer { status: 400, body: json!({"error": "invalid_request", "error_description": why}) }
}
