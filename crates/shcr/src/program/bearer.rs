//! A host's own server and its token: takes a launch that asks for the searchset, gives a session with a token that is bound to the
//! certificate the server showed; takes a request with such a token, gives its session. Whatever does not fit is recorded.
//! Source: RFC 6750; RFC 8705 section 3; access.md section 15; decision 0030; HAZ-002, HAZ-046.

use super::{
    Program,
    alerts::Rule,
    doors,
    token::{Attempt, cannot_record, replayed, too_many},
};
use crate::{
    clock,
    entries::{self, LaunchRefusal, Story},
    opening::session::{Entered, over},
};
use access::{
    Certificate, Channel, Launch, Refusal,
    host::{Host, Scope},
    launch::{Route, signed::Accepted},
    policy::Circumstances,
    session::{self as secret, SessionContent},
};
use audit::{Fault, Key, NewSession, cause};
use serde_json::json;
use web::gateway::{Bearer, Refused, TokenAnswer, Within};

/// In the audit, the way such a request came.
const FLOW: &str = "fhir";
/// RFC 8693 section 3.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

impl Program {
    /// Makes the session at once: no browser is sent anywhere. It lasts as long as a view that nobody uses, since what a server
    /// asks is no professional's activity.
    pub(super) async fn issue_bearer(
        &self,
        accepted: Accepted,
        certificate: &Certificate,
        attempt: &Attempt<'_>,
    ) -> TokenAnswer {
        let (launch, now) = (accepted.launch.clone(), clock::millis());
        let host = self.hosts.find(&launch.host);
        let has_room = |host: &Host| self.admissions.takes(&host.client_id, host.launches_per_second, now);
        if !host.is_some_and(has_room) {
            return self.token_refused(too_many(&launch.host), attempt).await;
        }
        // About the professional alone, as where a link is followed.
        if let Err(refusal) = self.policy().decide(&launch, &Circumstances::default()) {
            let mut story = Story::begin(&launch, attempt.address, self.policy().id(), now);
            return not_granted(&self.refuse(&mut story, refusal).await.refusal);
        }
        match self.begin_for_server(accepted, certificate, attempt.address).await {
            Ok((sid, token)) => self.bearer_issued(&launch, &sid, &token),
            Err(Fault::Rejected(_)) => self.token_refused(replayed(&launch.host), attempt).await,
            Err(_) => cannot_record(),
        }
    }

    /// The launch is used up as at any other door, and becomes a session in its own entry.
    async fn begin_for_server(
        &self,
        accepted: Accepted,
        certificate: &Certificate,
        address: &str,
    ) -> Result<([u8; 32], [u8; 32]), Fault> {
        let launch = accepted.launch.clone();
        let handle = self.keep_handle(accepted, address).await?;
        let (sid, token, now) = (secret::new_secret(), secret::new_secret(), clock::millis());
        let life = self.life(launch.route);
        let content = SessionContent::of_server(launch, certificate);
        let session = NewSession {
            sid,
            cookie: token,
            browser: None,
            content: serde_json::to_vec(&content).unwrap_or_default(),
            idle_until: now.plus_ms(life.idle_ms),
            absolute_until: now.plus_ms(life.absolute_ms),
        };
        let mut entry = entries::session(&content.launch, Key::session(&sid, 0), cause::START, address, now);
        entry.detail.insert("server".to_owned(), certificate.thumbprint());
        self.store.redeem(handle, session, entry, now).await?;
        Ok((sid, token))
    }

    fn bearer_issued(&self, launch: &Launch, sid: &[u8; 32], token: &[u8; 32]) -> TokenAnswer {
        let life = self.life(launch.route);
        let mut body = json!({
            "access_token": secret::encode(token),
            "token_type": "Bearer",
            "expires_in": life.idle_ms.min(life.absolute_ms) / 1000,
            "scope": "launch fhir",
            "fhir": self.fhir_address(&secret::encode(sid)),
        });
        if let (Route::Exchange, Some(members)) = (launch.route, body.as_object_mut()) {
            members.insert("issued_token_type".to_owned(), json!(ACCESS_TOKEN));
        }
        TokenAnswer { status: 200, body }
    }

    /// Where a server asks for the searchset of its session.
    pub(crate) fn fhir_address(&self, sid: &str) -> String {
        let url = self.config.back_channel.as_ref().map(|channel| channel.url.as_str());
        format!("{}/s/{sid}/fhir", url.unwrap_or_default())
    }

    /// The session of a request with a token. Every doubt is told alike, and recorded with its reason.
    pub(crate) async fn bearers(&self, within: &Within, bearer: &Bearer) -> Result<Entered, Refused> {
        match self.judge_bearer(within, bearer).await {
            Ok(entered) => Ok(entered),
            Err(Doubt::Unreadable) => Err(doors::refused(Refusal::CannotRecord)),
            Err(Doubt::Reason(reason, host)) => Err(self.bearer_refused(within, bearer, reason, host).await),
        }
    }

    async fn judge_bearer(&self, within: &Within, bearer: &Bearer) -> Result<Entered, Doubt> {
        let doubt = |reason| Doubt::Reason(reason, None);
        if within.browser.cookies().next().is_some() {
            return Err(doubt("bearer and cookie"));
        }
        let Channel::Back(Some(certificate)) = &bearer.channel else {
            return Err(doubt("bearer without certificate"));
        };
        let token = bearer.token.as_deref().ok_or_else(|| doubt("bearer missing"))?;
        let token = secret::decode(token).ok_or_else(|| doubt("bearer unreadable"))?;
        let sid = secret::decode(&within.sid).ok_or_else(|| doubt("bearer of no session"))?;
        let stored = self.store.session(sid).await.map_err(|_| Doubt::Unreadable)?;
        let stored = stored.ok_or_else(|| doubt("bearer of no session"))?;
        let content = serde_json::from_slice::<SessionContent>(&stored.content);
        let content = content.map_err(|_| doubt("bearer of no session"))?;
        let of_host = |reason| Doubt::Reason(reason, Some(content.launch.host.clone()));
        if content.server.is_none() || !stored.has_cookie(&token) {
            return Err(of_host("bearer of another session"));
        }
        let host = self.hosts.find(&content.launch.host).filter(|host| host.may_ask_for(Scope::Fhir));
        let is_the_hosts = host.is_some_and(|host| host.may_come_by(&bearer.channel));
        if content.server.as_deref() != Some(certificate.thumbprint().as_str()) || !is_the_hosts {
            return Err(of_host("certificate"));
        }
        if over(&stored, clock::millis()).is_some() {
            return Err(of_host("bearer expired"));
        }
        let (idle_until, absolute_until) = (stored.idle_until, stored.absolute_until);
        Ok(Entered { sid, sid_text: within.sid.clone(), content, idle_until, absolute_until })
    }

    /// If it cannot be recorded, that is what is said.
    async fn bearer_refused(
        &self,
        within: &Within,
        bearer: &Bearer,
        reason: &'static str,
        host: Option<String>,
    ) -> Refused {
        tracing::warn!(reason, "a request with a token was refused");
        self.metrics.launch_refused(FLOW, reason);
        let hash = secret::hash(bearer.token.as_deref().unwrap_or_default().as_bytes());
        let refused = LaunchRefusal {
            issuer: host.as_deref().unwrap_or("unknown"),
            assertion_hash: &hash,
            reason,
            flow: FLOW,
            address: &within.browser.address,
        };
        let now = clock::millis();
        if self.store.append(vec![entries::launch_refused_at(&refused, now)], now).await.is_err() {
            tracing::error!("a refused token could not be recorded");
            return doors::refused(Refusal::CannotRecord);
        }
        let about = secret::hex(&hash);
        match reason {
            "certificate" => {
                self.raise(Rule::ForeignCookie, &about, "a token came with another certificate").await;
            }
            "bearer of another session" | "bearer and cookie" => {
                self.raise(Rule::ForeignCookie, &about, "the token of one session was used on another").await;
            }
            _ => {}
        }
        doors::refused(Refusal::ViewEnded)
    }
}

/// Why a request with a token is not let in.
enum Doubt {
    /// As the audit has it, with the host where the session names one.
    Reason(&'static str, Option<String>),
    /// The store cannot be read.
    Unreadable,
}

/// What the policy says of the professional, as the token endpoint says it; it is recorded already.
fn not_granted(refusal: &Refusal) -> TokenAnswer {
    match refusal {
        Refusal::CannotRecord => cannot_record(),
        other => TokenAnswer {
            status: 400,
            body: json!({"error": "invalid_grant", "error_description": other.code()}),
        },
    }
}
