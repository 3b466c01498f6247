//! Takes an identity token, gives who signed in, once signature, issuer, audience, times and nonce hold. Refuses every
//! identity of a patient, a citizen or nobody. Source: OpenID Connect Core 1.0, section 3.1.3.7.

use super::{Failure, Provider};
use crate::{
    jwt::{self, Compact, Fault},
    keys::Keys,
    launch::{citizen, claims},
    session,
};
use fhir::Object;
use jiff::Timestamp;

/// Plain, or saying that it is a JWT; never one of our own types.
const TYPES: [Option<&str>; 2] = [None, Some("jwt")];
/// Either clock may be off by this much.
const SKEW_S: i64 = 60;
/// It was made for this sign-in, a moment ago.
const AGE_S: i64 = 5 * 60;

/// Who signed in, by the provider's word.
pub(crate) struct Identity<'a> {
    pub(crate) claims: Object<'a>,
    pub(crate) subject: String,
    /// SHA-256 of the token, hexadecimal.
    pub(crate) hash: String,
}

/// `token` must be [`Compact::read`] from the exchange over which `nonce` was sent.
pub(crate) async fn identity<'a>(
    token: &'a Compact<'a>,
    text: &str,
    provider: &Provider,
    (keys, nonce, now): (&Keys, &str, Timestamp),
) -> Result<Identity<'a>, Failure> {
    let claims = token.verified(&TYPES, &provider.issuer, keys, now).await.map_err(|fault| match fault {
        Fault("keys-unreachable") => Failure::unreachable("keys"),
        Fault(reason) => Failure::not_accepted(reason),
    })?;
    check(&claims, provider, nonce, now).map_err(|Fault(reason)| Failure::not_accepted(reason))?;
    citizen::refuse(&claims).map_err(|Fault(reason)| Failure::not_accepted(reason))?;
    let subject = jwt::text(&claims, "sub", "sub").map_err(|Fault(reason)| Failure::not_accepted(reason))?;
    if claims::is_nobody(&subject) {
        return Err(Failure::not_accepted("sub"));
    }
    Ok(Identity { claims, subject, hash: session::hex(&session::hash(text.as_bytes())) })
}

fn check(claims: &Object<'_>, provider: &Provider, nonce: &str, now: Timestamp) -> Result<(), Fault> {
    if jwt::text(claims, "iss", "iss")? != provider.issuer_url {
        return Err(Fault("iss"));
    }
    if !is_for(claims, &provider.client_id) {
        return Err(Fault("aud"));
    }
    if jwt::optional(claims, "azp", "azp")?.is_some_and(|party| party != provider.client_id) {
        return Err(Fault("azp"));
    }
    let now_s = now.as_second();
    let iat = jwt::seconds(claims, "iat")?.ok_or(Fault("iat"))?;
    let exp = jwt::seconds(claims, "exp")?.ok_or(Fault("exp"))?;
    if iat > now_s + SKEW_S || iat < now_s - AGE_S - SKEW_S {
        return Err(Fault("iat"));
    }
    if exp <= iat || exp < now_s - SKEW_S {
        return Err(Fault("exp"));
    }
    if jwt::seconds(claims, "nbf")?.is_some_and(|nbf| nbf > now_s + SKEW_S) {
        return Err(Fault("nbf"));
    }
    if jwt::text(claims, "nonce", "nonce")? == nonce { Ok(()) } else { Err(Fault("nonce")) }
}

/// Us and nobody else: a second audience could show it to us in our name.
fn is_for(claims: &Object<'_>, client_id: &str) -> bool {
    let audiences = claims.items("aud");
    matches!(audiences.as_slice(), [one] if one.text().as_deref() == Some(client_id))
}
