//! Takes a provider and a browser, gives the authorisation request and what must be kept until the answer comes; then takes
//! the answer, gives back what was kept. Refuses an answer to another browser, another provider or another request.
//! Source: RFC 6749 section 4.1; RFC 7636; RFC 9207; RFC 9700 section 4.4.

use super::{Failure, Provider, metadata::Metadata};
use crate::{Refusal, session};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a professional may take at the provider.
pub const PENDING_S: i64 = 5 * 60;
/// A code longer than this is nobody's.
const CODE_MAX: usize = 4096;

/// An authorisation that begins.
pub struct Begun {
    /// The one name under which `pending` must be kept, once, for [`PENDING_S`].
    pub state: String,
    /// For sealing; it holds the verifier.
    pub pending: Vec<u8>,
    /// The secret of the cookie that the answer must come with.
    pub cookie: [u8; 32],
    /// Where the browser goes.
    pub location: String,
}

/// The answer as the browser brings it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
}

/// What is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    /// Our id of the provider.
    provider: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    pub(crate) redirect_uri: String,
    pub(crate) metadata: Metadata,
    /// SHA-256 of the cookie's secret, hexadecimal.
    browser: String,
}

/// Parameters beyond the common ones.
pub(crate) type Extra<'a> = &'a [(&'static str, &'a str)];

/// An answer that fits.
pub(crate) struct Returned {
    pub(crate) pending: Pending,
    pub(crate) code: String,
}

/// `cookie`: the browser's, where it has one already, so that two windows do not undo each other.
pub(crate) fn authorise(
    provider: &Provider,
    metadata: Metadata,
    (redirect_uri, scope, extra): (String, &str, Extra<'_>),
    cookie: Option<[u8; 32]>,
) -> Result<Begun, Failure> {
    let secret = || session::encode(&session::new_secret());
    let (state, nonce, verifier) = (secret(), secret(), secret());
    let cookie = cookie.unwrap_or_else(session::new_secret);
    let challenge = session::encode(&session::hash(verifier.as_bytes()));
    let mut location = reqwest::Url::parse(&metadata.authorization_endpoint)
        .map_err(|_| Failure::unreachable("authorization_endpoint"))?;
    location
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &redirect_uri)
        .append_pair("scope", scope)
        .append_pair("state", &state)
        .append_pair("nonce", &nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .extend_pairs(extra);
    let pending = Pending {
        provider: provider.issuer.id.clone(),
        nonce,
        verifier,
        redirect_uri,
        metadata,
        browser: session::hex(&session::hash(&cookie)),
    };
    let pending = serde_json::to_vec(&pending).map_err(|_| Failure::unreachable("pending"))?;
    Ok(Begun { state, pending, cookie, location: location.into() })
}

/// `kept`: what was found under the answer's `state`, and is gone from there. Nothing has been asked yet.
pub(crate) fn resume(
    provider: &Provider,
    kept: Option<Vec<u8>>,
    cookie: Option<[u8; 32]>,
    callback: Callback,
) -> Result<Returned, Failure> {
    let used = |reason| Failure::new(Refusal::LaunchUsedOrExpired, reason);
    let kept = kept.ok_or_else(|| used("state"))?;
    let pending: Pending = serde_json::from_slice(&kept).map_err(|_| used("state"))?;
    if cookie.map(|cookie| session::hex(&session::hash(&cookie))).as_ref() != Some(&pending.browser) {
        return Err(used("browser"));
    }
    if pending.provider != provider.issuer.id {
        return Err(Failure::not_accepted("mix-up"));
    }
    match callback.iss {
        Some(iss) if iss != provider.issuer_url => return Err(Failure::not_accepted("answer iss")),
        None if pending.metadata.names_itself => return Err(Failure::not_accepted("answer iss")),
        _ => {}
    }
    if callback.error.is_some() {
        return Err(Failure::not_accepted("refused by the provider"));
    }
    let code = callback.code.filter(|code| !code.is_empty() && code.len() <= CODE_MAX);
    Ok(Returned { pending, code: code.ok_or_else(|| Failure::not_accepted("code"))? })
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Begun(…)")
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback(…)")
    }
}
