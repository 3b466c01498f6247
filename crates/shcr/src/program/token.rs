//! The token endpoint: a host's verified assertion becomes a link that works once, for a minute; every refusal is recorded.

use super::Program;
use crate::{
    clock,
    entries::{self, LaunchRefusal},
    program::alerts::Rule,
};
use access::{
    Channel,
    launch::{
        Route,
        exchange::LAUNCH_TOKEN,
        signed::{self, Accepted, TokenAudit, TokenError, TokenForm},
    },
    session as secret,
};
use audit::{AssertionKey, Fault, Key, NewHandle};
use serde_json::json;
use web::gateway::{TokenAnswer, TokenRequest};

/// How long a launch link waits for its browser.
const HANDLE_LIFE_MS: i64 = 60_000;

impl Program {
    /// `POST /oauth2/token`: a verified assertion becomes a link that works once, for a minute, or a session of the host's server.
    pub(super) async fn issue_handle(&self, request: TokenRequest, address: &str) -> TokenAnswer {
        let form = form(request);
        let presented = form.actor_token.as_deref().unwrap_or(&form.assertion);
        let attempt = Attempt {
            flow: if form.subject_token.is_some() { Route::Exchange } else { Route::Signed },
            hash: secret::hash(presented.as_bytes()),
            address,
        };
        let accepted = match self.judge_grant(&form).await {
            Ok(accepted) => accepted,
            Err(error) => return self.token_refused(error, &attempt).await,
        };
        if let (true, Channel::Back(Some(certificate))) = (form.asks_for_fhir(), &form.channel) {
            return self.issue_bearer(accepted, certificate, &attempt).await;
        }
        let issuer = accepted.issuer.clone();
        match self.keep_handle(accepted, address).await {
            Ok(handle) => self.token_issued(&handle, attempt.flow),
            Err(Fault::Rejected(_)) => self.token_refused(replayed(&issuer), &attempt).await,
            Err(_) => cannot_record(),
        }
    }

    async fn judge_grant(&self, form: &TokenForm) -> Result<Accepted, TokenError> {
        if !self.may_come_by(&form.channel) {
            return Err(elsewhere());
        }
        let (now, token_url) = (clock::now(), self.config.token_url());
        let host = signed::client(form, &self.hosts, &self.keys, &token_url, now).await?;
        if !self.launches.takes(&host.client_id, host.launches_per_second, clock::millis()) {
            return Err(too_many(&host.client_id));
        }
        signed::grant(form, host, &self.keys, &token_url, self.config.training, now).await
    }

    /// A host's server speaks on the back channel; in training on this machine also where browsers come. Whose certificate it
    /// must be there is [`access::host::Host::may_come_by`]'s to say.
    pub(crate) fn may_come_by(&self, channel: &Channel) -> bool {
        matches!(channel, Channel::Back(_)) || self.config.answers_hosts_in_public()
    }

    pub(super) async fn keep_handle(&self, accepted: Accepted, address: &str) -> Result<[u8; 32], Fault> {
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

    fn token_issued(&self, handle: &[u8; 32], flow: Route) -> TokenAnswer {
        let handle = secret::encode(handle);
        let launch_uri = format!("{}/launch/{handle}", self.config.public_url);
        let mut body = json!({"access_token": handle, "token_type": "N_A", "expires_in": HANDLE_LIFE_MS / 1000, "scope": "launch", "launch_uri": launch_uri});
        if let (Route::Exchange, Some(members)) = (flow, body.as_object_mut()) {
            members.insert("issued_token_type".to_owned(), json!(LAUNCH_TOKEN));
        }
        TokenAnswer { status: 200, body }
    }

    pub(super) async fn token_refused(&self, error: TokenError, attempt: &Attempt<'_>) -> TokenAnswer {
        let refused = LaunchRefusal {
            issuer: error.audit.issuer.as_deref().unwrap_or("unknown"),
            assertion_hash: &attempt.hash,
            reason: error.audit.reason,
            flow: attempt.flow.name(),
            address: attempt.address,
        };
        tracing::warn!(reason = error.audit.reason, flow = attempt.flow.name(), "launch refused");
        self.metrics.launch_refused(attempt.flow.name(), error.audit.reason);
        let now = clock::millis();
        if self.store.append(vec![entries::launch_refused_at(&refused, now)], now).await.is_err() {
            tracing::error!("a refused launch could not be recorded");
            return cannot_record();
        }
        self.raise_refused(error.audit.reason, &attempt.hash).await;
        TokenAnswer {
            status: error.status,
            body: json!({"error": error.error, "error_description": error.description}),
        }
    }

    /// The refusals behind which somebody may stand who meant it.
    pub(super) async fn raise_refused(&self, reason: &str, hash: &[u8; 32]) {
        let (rule, what) = match reason {
            "replay" => (Rule::Replay, "a launch was offered again"),
            "signature" | "subject_token signature" => (Rule::Replay, "a launch was changed or forged"),
            "subject_token_hash" => (Rule::Replay, "a launch was put together from two"),
            "certificate" => (Rule::Replay, "a launch came with a certificate that is not its host's"),
            "encryption" => (Rule::Replay, "an encrypted launch was changed or forged"),
            "sub: a shared account" => (Rule::NewRole, "a launch named a shared account"),
            _ => return,
        };
        self.raise(rule, &secret::hex(hash), what).await;
    }
}

/// What came, as the audit names it.
pub(super) struct Attempt<'a> {
    flow: Route,
    hash: [u8; 32],
    pub(super) address: &'a str,
}

fn form(request: TokenRequest) -> TokenForm {
    TokenForm {
        grant_type: request.grant_type,
        assertion: request.assertion,
        scope: request.scope,
        client_id: request.client_id,
        client_assertion_type: request.client_assertion_type,
        client_assertion: request.client_assertion,
        subject_token: request.subject_token,
        subject_token_type: request.subject_token_type,
        actor_token: request.actor_token,
        actor_token_type: request.actor_token_type,
        requested_token_type: request.requested_token_type,
        resource: request.resource,
        authorization_details: request.authorization_details,
        channel: request.channel,
    }
}

pub(super) fn cannot_record() -> TokenAnswer {
    TokenAnswer {
        status: 503,
        body: json!({"error": "temporarily_unavailable", "error_description": "access cannot be recorded"}),
    }
}

pub(super) fn replayed(issuer: &str) -> TokenError {
    let audit = TokenAudit { issuer: Some(issuer.to_owned()), reason: "replay" };
    TokenError { status: 400, error: "invalid_grant", description: "jti: used before".to_owned(), audit }
}

pub(super) fn too_many(issuer: &str) -> TokenError {
    let audit = TokenAudit { issuer: Some(issuer.to_owned()), reason: "too many launches" };
    let description = "more launches in a second than are registered".to_owned();
    TokenError { status: 429, error: "temporarily_unavailable", description, audit }
}

pub(super) fn elsewhere() -> TokenError {
    let audit = TokenAudit { issuer: None, reason: "public listener" };
    let description = "client certificate: hosts are answered on the back channel only".to_owned();
    TokenError { status: 401, error: "invalid_client", description, audit }
}
