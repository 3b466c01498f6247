//! Takes what a host says of one of its own sessions, as a signed token used once, gives which session and what happened;
//! refuses by RFC 6749 error, naming the claim and never its value. It names no person: the session does.
//! Source: RFC 7519, RFC 8725 section 3.11 (explicit types); access.md section 4 (6); HAZ-003, HAZ-046.

use crate::{
    Channel,
    host::{Host, Hosts},
    jwt::{self, Compact, Fault},
    keys::Keys,
    launch::{
        claims,
        signed::{TokenAudit, TokenError},
    },
    session::{self, Ending},
};
use jiff::Timestamp;
use std::fmt;

const TYPES: [Option<&str>; 1] = [Some("shcr-event+jwt")];
/// A used `jti` is remembered this much longer than its token lives.
const REMEMBERED_S: i64 = 120;

/// What happened in a host.
pub struct HostEvent {
    /// The client id.
    pub host: String,
    pub host_session: String,
    pub kind: EventKind,
    pub jti_hash: [u8; 32],
    /// Until when the store must remember it, in seconds since 1970.
    pub expires_s: i64,
}

/// What the host's session did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    PatientClosed,
    PatientChanged,
    UserOut,
}

impl EventKind {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "patient-closed" => Some(Self::PatientClosed),
            "patient-changed" => Some(Self::PatientChanged),
            "user-out" => Some(Self::UserOut),
            _ => None,
        }
    }

    /// What it ends the views of that session with.
    pub fn ending(self) -> Ending {
        match self {
            Self::PatientClosed => Ending::PatientClosed,
            Self::PatientChanged => Ending::PatientChanged,
            Self::UserOut => Ending::UserOut,
        }
    }
}

/// `event_url` is the one audience such a token may name. Single use is the store's to check.
pub async fn accept(
    token: &str,
    hosts: &Hosts,
    keys: &Keys,
    channel: &Channel,
    (event_url, now): (&str, Timestamp),
) -> Result<HostEvent, TokenError> {
    let compact = Compact::read(token).map_err(|fault| refused(None, fault))?;
    let host = compact.unverified_issuer().and_then(|issuer| hosts.find(&issuer));
    let host = host.ok_or_else(|| refused(None, Fault("iss")))?;
    if !host.may_come_by(channel) {
        let refusal = refused(Some(host), Fault("certificate"));
        return Err(TokenError { status: 401, error: "invalid_client", ..refusal });
    }
    read(&compact, host, keys, (event_url, now)).await.map_err(|fault| refused(Some(host), fault))
}

async fn read(
    compact: &Compact<'_>,
    host: &Host,
    keys: &Keys,
    (event_url, now): (&str, Timestamp),
) -> Result<HostEvent, Fault> {
    let claims = compact.verified(&TYPES, &host.issuer, keys, now).await?;
    if jwt::text(&claims, "aud", "aud")? != event_url {
        return Err(Fault("aud"));
    }
    let exp = jwt::times(&claims, now, &host.issuer)?;
    let jti = claims::unique_id(&claims)?;
    Ok(HostEvent {
        host: host.client_id.clone(),
        host_session: jwt::text(&claims, "host_session", "host_session")?,
        kind: EventKind::parse(&jwt::text(&claims, "event", "event")?).ok_or(Fault("event"))?,
        jti_hash: session::hash(jti.as_bytes()),
        expires_s: exp + REMEMBERED_S,
    })
}

fn refused(host: Option<&Host>, Fault(reason): Fault) -> TokenError {
    let (status, error) = if host.is_some() { (400, "invalid_grant") } else { (401, "invalid_client") };
    let audit = TokenAudit { issuer: host.map(|host| host.client_id.clone()), reason };
    TokenError { status, error, description: format!("{reason} is missing or not accepted"), audit }
}

impl fmt::Debug for HostEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostEvent({}, {:?})", self.host, self.kind)
    }
}

#[cfg(test)]
mod tests;
