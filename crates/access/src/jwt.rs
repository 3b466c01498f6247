//! Takes a compact signed token, gives its claims once the header, the signature and the times hold.
//! Nothing in it is believed before; its header names no key but by id (HAZ-046, HAZ-045).
//! Source: RFC 7515, RFC 7519, RFC 8725.

use crate::keys::{Issuer, KeyFault, Keys};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{Json, Object};
use jiff::Timestamp;
use jsonwebtoken::Algorithm;

/// A token larger than this is not read.
pub(crate) const SIZE_MAX: usize = 16 * 1024;
/// From `iat` to `exp`, at most.
const LIFE_S: i64 = 60;
/// Either clock may be off by this much.
const SKEW_S: i64 = 60;
/// More skew than this is worth an operator's attention.
const SKEW_ALARM_S: i64 = 10;

/// Every algorithm that any issuer may be registered for. Never a shared secret, never none.
pub(crate) const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("ES384", Algorithm::ES384),
    ("PS384", Algorithm::PS384),
    ("RS384", Algorithm::RS384),
    ("ES256", Algorithm::ES256),
    ("PS256", Algorithm::PS256),
    ("RS256", Algorithm::RS256),
];

/// Which claim is at fault; never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) &'static str);

/// A token split and decoded, not yet believed.
pub(crate) struct Compact<'a> {
    signed: &'a str,
    signature: &'a str,
    header: String,
    claims: String,
}

impl<'a> Compact<'a> {
    /// Three parts of strict base64url; header and claims are objects without a repeated key.
    pub(crate) fn read(text: &'a str) -> Result<Self, Fault> {
        if text.len() > SIZE_MAX {
            return Err(Fault("size"));
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Fault("form"))?;
        let (header, claims) = signed.split_once('.').ok_or(Fault("form"))?;
        if claims.contains('.') || signature.is_empty() {
            return Err(Fault("form"));
        }
        Ok(Self { signed, signature, header: json(header)?, claims: json(claims)? })
    }

    /// The claims before anything is verified: only to find whose keys to try.
    pub(crate) fn unverified_issuer(&self) -> Option<String> {
        object(&self.claims).text("iss").map(|text| text.into_owned())
    }

    /// The claims, once the header is one we accept and the signature is the issuer's.
    pub(crate) async fn verified(
        &self,
        types: &[Option<&str>],
        issuer: &Issuer,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<Object<'_>, Fault> {
        self.verified_by(types, issuer, keys, now).await.map(|(claims, _)| claims)
    }

    /// The same with the thumbprint of the key.
    pub(crate) async fn verified_by(
        &self,
        types: &[Option<&str>],
        issuer: &Issuer,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<(Object<'_>, String), Fault> {
        let (algorithm, kid) = header(&object(&self.header), types, issuer)?;
        let found = keys.find(issuer, &kid, algorithm, now).await.map_err(|fault| match fault {
            KeyFault::Unreachable => Fault("keys-unreachable"),
            KeyFault::Unknown | KeyFault::Unfit => Fault("kid"),
        })?;
        let holds =
            jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), &found.key, algorithm)
                == Ok(true);
        if holds { Ok((object(&self.claims), found.thumbprint)) } else { Err(Fault("signature")) }
    }
}

impl Compact<'_> {
    /// The claims of a token that [`Self::verified`] has let through.
    pub(crate) fn believed(&self) -> Object<'_> {
        object(&self.claims)
    }
}

/// Decided before any key is looked for, so that a bad header causes no packet.
fn header(
    header: &Object<'_>,
    types: &[Option<&str>],
    issuer: &Issuer,
) -> Result<(Algorithm, String), Fault> {
    for forbidden in ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"] {
        if header.get(forbidden).is_some() {
            return Err(Fault(forbidden));
        }
    }
    let typ = match header.get("typ") {
        None => None,
        Some(value) => Some(value.text().ok_or(Fault("typ"))?.to_ascii_lowercase()),
    };
    if !types.contains(&typ.as_deref()) {
        return Err(Fault("typ"));
    }
    let name = header.text("alg").ok_or(Fault("alg"))?;
    let (_, algorithm) = ALGORITHMS.iter().find(|(known, _)| *known == name).ok_or(Fault("alg"))?;
    if !issuer.algorithms.contains(algorithm) {
        return Err(Fault("alg"));
    }
    Ok((*algorithm, text(header, "kid", "kid")?))
}

/// `exp`, once `iat`, `nbf` and `exp` hold against `now`, in seconds since 1970.
pub(crate) fn times(claims: &Object<'_>, now: Timestamp, issuer: &Issuer) -> Result<i64, Fault> {
    let now_s = now.as_second();
    let iat = seconds(claims, "iat")?.ok_or(Fault("iat"))?;
    let exp = seconds(claims, "exp")?.ok_or(Fault("exp"))?;
    let nbf = seconds(claims, "nbf")?.unwrap_or(iat);
    if iat > now_s + SKEW_S || iat < now_s - LIFE_S - SKEW_S {
        return Err(Fault("iat"));
    }
    if nbf > now_s + SKEW_S {
        return Err(Fault("nbf"));
    }
    if exp <= iat || exp - iat > LIFE_S || exp < now_s - SKEW_S {
        return Err(Fault("exp"));
    }
    if (now_s - iat).abs() > SKEW_ALARM_S {
        tracing::warn!(issuer.id = %issuer.id, skew_s = now_s - iat, "the issuer's clock and ours differ");
    }
    Ok(exp)
}

/// A whole number of seconds within reason; `None` where the claim is missing.
pub(crate) fn seconds(claims: &Object<'_>, claim: &'static str) -> Result<Option<i64>, Fault> {
    let Some(value) = claims.get(claim) else { return Ok(None) };
    let seconds: i64 = value.number().and_then(|digits| digits.parse().ok()).ok_or(Fault(claim))?;
    if (0..=253_402_300_799).contains(&seconds) { Ok(Some(seconds)) } else { Err(Fault(claim)) }
}

/// A required text: not blank, not long, without control or direction characters (it will reach pages and audits).
pub(crate) fn text(object: &Object<'_>, key: &str, claim: &'static str) -> Result<String, Fault> {
    optional(object, key, claim)?.ok_or(Fault(claim))
}

/// The same, where it may be missing or null.
pub(crate) fn optional(object: &Object<'_>, key: &str, claim: &'static str) -> Result<Option<String>, Fault> {
    let value = object.get(key).filter(|value| value.as_sent() != "null");
    value.map(|value| clean(value, claim)).transpose()
}

/// One string, fit for pages and audits.
pub(crate) fn clean(value: Json<'_>, claim: &'static str) -> Result<String, Fault> {
    let text = value.text().ok_or(Fault(claim))?;
    let text = text.trim();
    if text.is_empty() || text.len() > 256 || text.contains(is_hostile) {
        return Err(Fault(claim));
    }
    Ok(text.to_owned())
}

/// Ends lines, or turns the direction of what follows.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn object(checked: &str) -> Object<'_> {
    Json::of(checked).object().unwrap_or_default()
}

fn json(part: &str) -> Result<String, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault("form"))?;
    fhir::json::check(&bytes).map(str::to_owned).map_err(|_| Fault("form"))
}

#[cfg(test)]
mod tests;
