//! Takes the form of `POST /oauth2/token`, gives a launch ready to be stored under a one-time handle; refuses by
//! RFC 6749 error, naming the claim and never its value. Single use of `jti` is the store's to check (HAZ-046).
//! Source: RFC 6749 section 5.2; RFC 7521; RFC 7523 sections 2.1, 2.2, 3; IHE IUA.

use super::{Asked, Launch, Route, claims};
use crate::{
    host::{Host, Hosts},
    jwt::{self, Compact, Fault},
    keys::Keys,
    session,
};
use fhir::Object;
use jiff::Timestamp;
use serde::Deserialize;
use std::fmt;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LAUNCH_TYPES: [Option<&str>; 1] = [Some("shcr-launch+jwt")];
const CLIENT_TYPES: [Option<&str>; 3] = [Some("jwt"), Some("client-authentication+jwt"), None];
/// A used `jti` is remembered this much longer than its token lives.
const REMEMBERED_S: i64 = 120;

/// The form, as posted.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    pub grant_type: String,
    /// The launch JWT.
    pub assertion: String,
    pub scope: String,
    pub client_assertion_type: Option<String>,
    pub client_assertion: Option<String>,
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

/// Verifies the client, then its assertion. `training` accepts only numbers of the test range; live refuses them.
#[expect(clippy::too_many_arguments, reason = "each is a different authority; bundling them would hide one")]
pub async fn accept(
    form: &TokenForm,
    hosts: &Hosts,
    keys: &Keys,
    token_url: &str,
    training: bool,
    now: Timestamp,
) -> Result<Accepted, TokenError> {
    check_form(form)?;
    let asked = Asked { token_url, training, now };
    let host = client(form, hosts, keys, asked).await?;
    launch(form, host, keys, asked).await.map_err(|fault| grant_error(host, fault))
}

fn check_form(form: &TokenForm) -> Result<(), TokenError> {
    if form.grant_type != GRANT {
        return Err(error(400, "invalid_request", None, Fault("grant_type")));
    }
    if form.assertion.is_empty() {
        return Err(error(400, "invalid_request", None, Fault("assertion")));
    }
    if form.scope != "launch" {
        return Err(error(400, "invalid_scope", None, Fault("scope")));
    }
    Ok(())
}

/// `private_key_jwt`: the host whose key signed the client assertion.
async fn client<'h>(
    form: &TokenForm,
    hosts: &'h Hosts,
    keys: &Keys,
    asked: Asked<'_>,
) -> Result<&'h Host, TokenError> {
    let refuse = |host: Option<&Host>, fault| error(401, "invalid_client", host, fault);
    if form.client_assertion_type.as_deref() != Some(CLIENT_ASSERTION) {
        return Err(refuse(None, Fault("client_assertion_type")));
    }
    let text = form.client_assertion.as_deref().ok_or_else(|| refuse(None, Fault("client_assertion")))?;
    let token = Compact::read(text).map_err(|_| refuse(None, Fault("client_assertion")))?;
    let host = token
        .unverified_issuer()
        .and_then(|issuer| hosts.find(&issuer))
        .ok_or_else(|| refuse(None, Fault("client_assertion iss")))?;
    let claims = token
        .verified(&CLIENT_TYPES, &host.issuer, keys, asked.now)
        .await
        .map_err(|fault| refuse(Some(host), fault))?;
    check_client(&claims, host, asked).map_err(|fault| refuse(Some(host), fault))?;
    Ok(host)
}

fn check_client(claims: &Object<'_>, host: &Host, asked: Asked<'_>) -> Result<(), Fault> {
    if jwt::text(claims, "sub", "sub")? != host.client_id {
        return Err(Fault("sub"));
    }
    check_audience(claims, asked.token_url)?;
    claims::unique_id(claims)?;
    jwt::times(claims, asked.now, &host.issuer).map(|_| ())
}

async fn launch(form: &TokenForm, host: &Host, keys: &Keys, asked: Asked<'_>) -> Result<Accepted, Fault> {
    let token = Compact::read(&form.assertion)?;
    // Before the signature: another host's assertion is named as such, and tried under no keys but its own.
    if token.unverified_issuer().as_ref() != Some(&host.client_id) {
        return Err(Fault("iss"));
    }
    let claims = token.verified(&LAUNCH_TYPES, &host.issuer, keys, asked.now).await?;
    check_audience(&claims, asked.token_url)?;
    let exp = jwt::times(&claims, asked.now, &host.issuer)?;
    let jti = claims::unique_id(&claims)?;
    let facts = claims::facts(&claims, host, Route::Signed, asked)?;
    let assertion_hash = session::hex(&session::hash(form.assertion.as_bytes()));
    Ok(Accepted {
        launch: Launch::new(super::LaunchFacts { assertion_hash, ..facts }),
        issuer: host.client_id.clone(),
        jti_hash: session::hash(jti.as_bytes()),
        expires_s: exp + REMEMBERED_S,
    })
}

/// Exactly our token URL, as a single string: a list could name somebody else too.
fn check_audience(claims: &Object<'_>, token_url: &str) -> Result<(), Fault> {
    if jwt::text(claims, "aud", "aud")? == token_url { Ok(()) } else { Err(Fault("aud")) }
}

fn grant_error(host: &Host, fault: Fault) -> TokenError {
    error(400, "invalid_grant", Some(host), fault)
}

fn error(status: u16, error: &'static str, host: Option<&Host>, Fault(reason): Fault) -> TokenError {
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
