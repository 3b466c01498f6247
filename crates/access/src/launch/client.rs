//! Which host asks at the token endpoint: takes the form and the way it came, gives the registered host that has proven itself
//! by its certificate, its signed assertion, or both; both must be the same host's. Every doubt is `invalid_client`.
//! Source: RFC 6749 section 2.3; RFC 7523 section 2.2; RFC 8705 section 2.

use super::{
    Asked, claims,
    signed::{TokenError, TokenForm, check_audience, error},
};
use crate::{
    certificate::Channel,
    host::{Host, Hosts},
    jwt::{self, Compact, Fault},
    keys::Keys,
};
use fhir::Object;

const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CLIENT_TYPES: [Option<&str>; 3] = [Some("jwt"), Some("client-authentication+jwt"), None];

/// The host that asks.
pub(super) async fn authenticate<'h>(
    form: &TokenForm,
    hosts: &'h Hosts,
    keys: &Keys,
    asked: Asked<'_>,
) -> Result<&'h Host, TokenError> {
    let host = if form.client_assertion.is_some() || form.client_assertion_type.is_some() {
        by_assertion(form, hosts, keys, asked).await?
    } else {
        by_certificate(form, hosts)?
    };
    let named = form.client_id.as_ref().is_none_or(|id| *id == host.client_id);
    if !named {
        return Err(refuse(Some(host), Fault("client_id")));
    }
    // Looked at last, so that the audit names the host whose assertion came with another's certificate, or with none.
    if host.may_come_by(&form.channel) { Ok(host) } else { Err(refuse(Some(host), Fault("certificate"))) }
}

/// `tls_client_auth`: the certificate is the proof, and the form says whose.
fn by_certificate<'h>(form: &TokenForm, hosts: &'h Hosts) -> Result<&'h Host, TokenError> {
    if !matches!(form.channel, Channel::Back(Some(_))) {
        return Err(refuse(None, Fault("client_assertion")));
    }
    let id = form.client_id.as_ref().ok_or_else(|| refuse(None, Fault("client_id")))?;
    hosts.find(id).ok_or_else(|| refuse(None, Fault("client_id")))
}

/// `private_key_jwt`: the host whose key signed the client assertion.
async fn by_assertion<'h>(
    form: &TokenForm,
    hosts: &'h Hosts,
    keys: &Keys,
    asked: Asked<'_>,
) -> Result<&'h Host, TokenError> {
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
    check(&claims, host, asked).map_err(|fault| refuse(Some(host), fault))?;
    Ok(host)
}

fn check(claims: &Object<'_>, host: &Host, asked: Asked<'_>) -> Result<(), Fault> {
    if jwt::text(claims, "sub", "sub")? != host.client_id {
        return Err(Fault("sub"));
    }
    check_audience(claims, asked.token_url)?;
    claims::unique_id(claims)?;
    jwt::times(claims, asked.now, &host.issuer).map(|_| ())
}

fn refuse(host: Option<&Host>, fault: Fault) -> TokenError {
    error(401, "invalid_client", host, fault)
}
