//! Takes the logout token of an identity provider, gives whose sessions end: one by the provider's `sid`, or all of its `sub`.
//! Refuses every token that could be another kind, or another's.
//! Source: OpenID Connect Back-Channel Logout 1.0, sections 2.4 to 2.6; RFC 8725 section 3.11; HAZ-003, HAZ-046.

use crate::{
    host::{algorithms, is_safe_url},
    jwt::{self, Compact, Fault},
    keys::{Issuer, Keys},
    launch::claims,
    session,
};
use fhir::Object;
use jiff::Timestamp;
use serde::Deserialize;
use std::fmt;

const TYPES: [Option<&str>; 1] = [Some("logout+jwt")];
/// The one event that says so.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The provider says it when it happens: a token may be this old, and its end this far off.
const LIFE_S: i64 = 120;
/// Either clock may be off by this much.
const SKEW_S: i64 = 60;
/// A used `jti` is remembered this much longer than its token lives.
const REMEMBERED_S: i64 = 120;
/// What a provider may sign with. RS256 is what every provider has.
const ALGORITHMS: [&str; 6] = ["RS256", "PS256", "ES256", "ES384", "PS384", "RS384"];

/// One identity provider as the configuration writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// `iss`, byte for byte.
    pub issuer: String,
    /// What we are registered as there.
    pub client_id: String,
    pub jwks_url: String,
    pub algorithms: Vec<String>,
    /// The host whose launches carry this provider's `sub` as their `sub` and its `sid` as their `host_session`.
    pub host: String,
}

/// A provider whose word ends sessions.
#[derive(Debug, Clone)]
pub struct Provider {
    issuer_url: String,
    client_id: String,
    host: String,
    issuer: Issuer,
}

/// Why a provider is refused, before a port opens.
#[derive(Debug, thiserror::Error)]
#[error("identity provider of host `{host}`: {what}")]
pub struct ProviderFault {
    host: String,
    what: &'static str,
}

/// Every provider that may say so.
#[derive(Debug, Clone, Default)]
pub struct Providers(Vec<Provider>);

/// Whose sessions end.
pub struct SignedOut {
    /// Ours, of the provider: never a token's text.
    pub provider: String,
    pub host: String,
    pub who: SignedOutBy,
    pub jti_hash: [u8; 32],
    /// Until when the store must remember it, in seconds since 1970.
    pub expires_s: i64,
}

/// Where both are named the session is meant, and no other of theirs.
#[derive(PartialEq, Eq)]
pub enum SignedOutBy {
    Session(String),
    Subject(String),
}

/// Which claim is at fault; never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} is missing or not accepted")]
pub struct LogoutFault {
    /// `None` where nobody of that name is registered.
    pub provider: Option<String>,
    pub reason: &'static str,
}

impl Providers {
    pub fn load(configs: &[ProviderConfig]) -> Result<Self, ProviderFault> {
        configs.iter().map(register).collect::<Result<_, _>>().map(Self)
    }

    /// Whose keys may be asked for.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        self.0.iter().map(|provider| &provider.issuer)
    }

    fn find(&self, issuer: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.issuer_url == issuer)
    }
}

fn register(config: &ProviderConfig) -> Result<Provider, ProviderFault> {
    let refuse = |what| ProviderFault { host: config.host.clone(), what };
    if !is_safe_url(&config.issuer) || !is_safe_url(&config.jwks_url) {
        return Err(refuse(
            "issuer and key address must be https, or http on loopback, without user or fragment",
        ));
    }
    let algorithms = algorithms(&config.algorithms, &ALGORITHMS)
        .ok_or_else(|| refuse("algorithms are of RS256, PS256, ES256, ES384, PS384, RS384"))?;
    let issuer =
        Issuer { id: format!("logout {}", config.issuer), jwks_url: config.jwks_url.clone(), algorithms };
    let (client_id, host) = (config.client_id.clone(), config.host.clone());
    Ok(Provider { issuer_url: config.issuer.clone(), client_id, host, issuer })
}

/// Single use is the store's to check.
pub async fn accept(
    token: &str,
    providers: &Providers,
    keys: &Keys,
    now: Timestamp,
) -> Result<SignedOut, LogoutFault> {
    let fault = |provider: Option<&Provider>, Fault(reason)| LogoutFault {
        provider: provider.map(|provider| provider.issuer.id.clone()),
        reason,
    };
    let compact = Compact::read(token).map_err(|why| fault(None, why))?;
    let provider = compact.unverified_issuer().and_then(|issuer| providers.find(&issuer));
    let provider = provider.ok_or_else(|| fault(None, Fault("iss")))?;
    read(&compact, provider, keys, now).await.map_err(|why| fault(Some(provider), why))
}

async fn read(
    compact: &Compact<'_>,
    provider: &Provider,
    keys: &Keys,
    now: Timestamp,
) -> Result<SignedOut, Fault> {
    let claims = compact.verified(&TYPES, &provider.issuer, keys, now).await?;
    check_audience(&claims, &provider.client_id)?;
    let until = check_times(&claims, now)?;
    let jti = claims::unique_id(&claims)?;
    // An ID token has a nonce and no events: neither may pass for the other.
    if claims.get("nonce").is_some() {
        return Err(Fault("nonce"));
    }
    let events = claims.object("events").ok_or(Fault("events"))?;
    if events.get(EVENT).and_then(|event| event.object()).is_none() {
        return Err(Fault("events"));
    }
    Ok(SignedOut {
        provider: provider.issuer.id.clone(),
        host: provider.host.clone(),
        who: who(&claims)?,
        jti_hash: session::hash(jti.as_bytes()),
        expires_s: until + REMEMBERED_S,
    })
}

/// Us, alone or among others, as for an ID token.
fn check_audience(claims: &Object<'_>, client_id: &str) -> Result<(), Fault> {
    let audience = claims.items("aud");
    let named = audience.into_iter().any(|one| one.text().is_some_and(|one| one == client_id));
    if named { Ok(()) } else { Err(Fault("aud")) }
}

/// Until when the token could be offered again. `exp` is optional in older providers; `iat` bounds it then.
fn check_times(claims: &Object<'_>, now: Timestamp) -> Result<i64, Fault> {
    let now_s = now.as_second();
    let iat = jwt::seconds(claims, "iat")?.ok_or(Fault("iat"))?;
    if iat > now_s + SKEW_S || iat < now_s - LIFE_S - SKEW_S {
        return Err(Fault("iat"));
    }
    if jwt::seconds(claims, "exp")?.is_some_and(|exp| exp <= iat || exp < now_s - SKEW_S) {
        return Err(Fault("exp"));
    }
    Ok(iat + LIFE_S + SKEW_S)
}

fn who(claims: &Object<'_>) -> Result<SignedOutBy, Fault> {
    let sid = jwt::optional(claims, "sid", "sid")?;
    let sub = jwt::optional(claims, "sub", "sub")?;
    sid.map(SignedOutBy::Session).or(sub.map(SignedOutBy::Subject)).ok_or(Fault("sub"))
}

impl fmt::Debug for SignedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedOut({})", self.host)
    }
}

#[cfg(test)]
mod tests;
