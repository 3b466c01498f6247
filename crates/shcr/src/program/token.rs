//! The token endpoint: a host's verified assertion becomes a link that works once, for a minute; every refusal is recorded.

use super::Program;
use crate::{clock, entries, program::alerts::Rule};
use access::{
    launch::signed::{self, Accepted, TokenAudit, TokenError, TokenForm},
    session as secret,
};
use audit::{AssertionKey, Fault, Key, NewHandle};
use serde_json::json;
use web::gateway::{TokenAnswer, TokenRequest};

/// How long a launch link waits for its browser.
const HANDLE_LIFE_MS: i64 = 60_000;

impl Program {
    /// `POST /oauth2/token`: a verified assertion becomes a link that works once, for a minute.
    pub(super) async fn issue_handle(&self, request: TokenRequest, address: &str) -> TokenAnswer {
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
        if error.audit.reason == "replay" {
            self.raise(Rule::Replay, &secret::hex(assertion_hash), "a launch was offered again").await;
        }
        self.watch_nobodies(error.audit.reason, issuer, &secret::hex(assertion_hash)).await;
        TokenAnswer {
            status: error.status,
            body: json!({"error": error.error, "error_description": error.description}),
        }
    }
}

fn replayed(issuer: &str) -> TokenError {
    let audit = TokenAudit { issuer: Some(issuer.to_owned()), reason: "replay" };
    TokenError { status: 400, error: "invalid_grant", description: "jti: used before".to_owned(), audit }
}
