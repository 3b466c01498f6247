//! Takes the form of `POST /oauth2/token`, gives a launch ready to be stored under a one-time handle; refuses by
//! RFC 6749 error, naming the claim and never its value. Single use of `jti` is the store's to check (HAZ-046).
//! Source: RFC 6749 section 5.2; RFC 7521; RFC 7523 sections 2.1, 2.2, 3; IHE IUA.

use super::{Asked, Launch, LaunchFacts, Route, claims, client, exchange};
use crate::{
    certificate::Channel,
    host::{Host, Hosts, Scope, scope},
    jwt::{self, Compact, Fault},
    keys::Keys,
    session,
};
use fhir::Object;
use jiff::Timestamp;
use serde::Deserialize;
use std::fmt;

pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LAUNCH_TYPES: [Option<&str>; 1] = [Some("shcr-launch+jwt")];
/// A used `jti` is remembered this much longer than its token lives.
const REMEMBERED_S: i64 = 120;

/// The form, as posted, and the way it came.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    pub grant_type: String,
    /// The launch JWT.
    pub assertion: String,
    pub scope: String,
    pub client_id: Option<String>,
    pub client_assertion_type: Option<String>,
    pub client_assertion: Option<String>,
    pub subject_token: Option<String>,
    pub subject_token_type: Option<String>,
    pub actor_token: Option<String>,
    pub actor_token_type: Option<String>,
    pub requested_token_type: Option<String>,
    pub resource: Option<String>,
    /// Never taken from here: only from within the signed actor token.
    pub authorization_details: Option<String>,
    #[serde(skip)]
    pub channel: Channel,
}

/// A verified launch.
#[derive(Debug)]
pub struct Accepted {
    pub launch: Launch,
    /// The client id: with `jti_hash`, the key that the store must insert once.
    pub issuer: String,
    pub jti_hash: [u8; 32],
    /// Until when the store must remember it, in seconds since 1970.
    pub expires_s: i64,
}

/// What the host's server is told, and what the audit keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenError {
    pub status: u16,
    /// `invalid_client`, `invalid_grant`, `invalid_request` or `invalid_scope`.
    pub error: &'static str,
    pub description: String,
    pub audit: TokenAudit,
}

/// For the audit's refusal entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAudit {
    /// Only a registered client id; an unknown one is the asker's text and goes nowhere.
    pub issuer: Option<String>,
    /// The claim or part at fault.
    pub reason: &'static str,
}

/// Verifies the client, then what it presents. `training` accepts only numbers of the test range; live refuses them.
#[expect(clippy::too_many_arguments, reason = "each is a different authority; bundling them would hide one")]
pub async fn accept(
    form: &TokenForm,
    hosts: &Hosts,
    keys: &Keys,
    token_url: &str,
    training: bool,
    now: Timestamp,
) -> Result<Accepted, TokenError> {
    let host = client(form, hosts, keys, token_url, now).await?;
    grant(form, host, keys, token_url, training, now).await
}

/// The first half: which registered host asks, whatever it asks for.
pub async fn client<'h>(
    form: &TokenForm,
    hosts: &'h Hosts,
    keys: &Keys,
    token_url: &str,
    now: Timestamp,
) -> Result<&'h Host, TokenError> {
    check_form(form)?;
    let host = client::authenticate(form, hosts, keys, Asked { token_url, training: true, now }).await?;
    check_scope(form, host).map(|()| host)
}

/// The second half: what a host that is known presents.
#[expect(clippy::too_many_arguments, reason = "each is a different authority; bundling them would hide one")]
pub async fn grant(
    form: &TokenForm,
    host: &Host,
    keys: &Keys,
    token_url: &str,
    training: bool,
    now: Timestamp,
) -> Result<Accepted, TokenError> {
    let asked = Asked { token_url, training, now };
    if form.grant_type == exchange::GRANT {
        return exchange::accept(form, host, keys, asked).await;
    }
    let presented = Presented { text: &form.assertion, types: &LAUNCH_TYPES };
    let launched = presented.claims(host, keys, asked).await;
    let (claims, unused) = launched.map_err(|fault| grant_error(host, fault))?;
    let facts = claims::facts(&claims.read(), host, Route::Signed, asked)
        .map_err(|fault| grant_error(host, fault))?;
    Ok(unused.with(facts, &form.assertion))
}

fn check_form(form: &TokenForm) -> Result<(), TokenError> {
    match form.grant_type.as_str() {
        GRANT if form.assertion.is_empty() => {
            return Err(error(400, "invalid_request", None, Fault("assertion")));
        }
        GRANT => {}
        exchange::GRANT => exchange::check_form(form)?,
        _ => return Err(error(400, "unsupported_grant_type", None, Fault("grant_type"))),
    }
    match scope::read(&form.scope) {
        Some(_) => Ok(()),
        None => Err(error(400, "invalid_scope", None, Fault("scope"))),
    }
}

/// A searchset is asked for only by a host that is registered for it, and bound to the certificate its server shows: whoever
/// shows none is given no token (RFC 8705 section 3).
fn check_scope(form: &TokenForm, host: &Host) -> Result<(), TokenError> {
    if !form.asks_for_fhir() {
        return Ok(());
    }
    if !host.may_ask_for(Scope::Fhir) {
        return Err(error(400, "invalid_scope", Some(host), Fault("scope")));
    }
    match form.channel {
        Channel::Back(Some(_)) => Ok(()),
        _ => Err(error(401, "invalid_client", Some(host), Fault("certificate"))),
    }
}

impl TokenForm {
    /// Whether the launch is for the host's own software.
    pub fn asks_for_fhir(&self) -> bool {
        scope::read(&self.scope).is_some_and(|scopes| scopes.contains(&Scope::Fhir))
    }
}

/// A token of a host's own, not yet believed.
pub(super) struct Presented<'a> {
    pub(super) text: &'a str,
    pub(super) types: &'a [Option<&'a str>],
}

/// Claims that were verified.
pub(super) struct Verified<'a>(Compact<'a>);

impl Verified<'_> {
    pub(super) fn read(&self) -> Object<'_> {
        self.0.believed()
    }
}

/// What the store must find unused.
pub(super) struct Unused {
    issuer: String,
    jti_hash: [u8; 32],
    expires_s: i64,
    /// Thumbprint of the key that verified it.
    key: String,
}

impl Unused {
    /// The launch, with the hash of what asserted it.
    pub(super) fn with(self, facts: LaunchFacts, text: &str) -> Accepted {
        let assertion_hash = session::hex(&session::hash(text.as_bytes()));
        Accepted {
            launch: Launch::new(LaunchFacts { assertion_hash, signed_by: Some(self.key), ..facts }),
            issuer: self.issuer,
            jti_hash: self.jti_hash,
            expires_s: self.expires_s,
        }
    }
}

impl<'a> Presented<'a> {
    /// What a launch, actor or form token of that host says, once it holds in every respect but what it says of people.
    pub(super) async fn claims(
        &self,
        host: &Host,
        keys: &Keys,
        asked: Asked<'_>,
    ) -> Result<(Verified<'a>, Unused), Fault> {
        let token = Compact::read(self.text)?;
        // Before the signature: another host's token is named as such, and tried under no keys but its own.
        if token.unverified_issuer().as_ref() != Some(&host.client_id) {
            return Err(Fault("iss"));
        }
        let (claims, key) = token.verified_by(self.types, &host.issuer, keys, asked.now).await?;
        check_audience(&claims, asked.token_url)?;
        let exp = jwt::times(&claims, asked.now, &host.issuer)?;
        let jti_hash = session::hash(claims::unique_id(&claims)?.as_bytes());
        let unused = Unused { issuer: host.client_id.clone(), jti_hash, expires_s: exp + REMEMBERED_S, key };
        Ok((Verified(token), unused))
    }
}

/// Exactly our token URL, as a single string: a list could name somebody else too.
pub(super) fn check_audience(claims: &Object<'_>, token_url: &str) -> Result<(), Fault> {
    if jwt::text(claims, "aud", "aud")? == token_url { Ok(()) } else { Err(Fault("aud")) }
}

pub(super) fn grant_error(host: &Host, fault: Fault) -> TokenError {
    error(400, "invalid_grant", Some(host), fault)
}

pub(super) fn error(
    status: u16,
    error: &'static str,
    host: Option<&Host>,
    Fault(reason): Fault,
) -> TokenError {
    let audit = TokenAudit { issuer: host.map(|host| host.client_id.clone()), reason };
    TokenError { status, error, description: format!("{reason} is missing or not accepted"), audit }
}

impl fmt::Debug for TokenForm {
    /// The assertions hold the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenForm(…)")
    }
}

#[cfg(test)]
mod tests;
