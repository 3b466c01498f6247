//! Takes a client assertion, gives nothing back but that it holds: signed by the registered client, meant for this token
//! endpoint, short-lived and never seen before. Refuses everything else with what is wrong, for its signer to read.
//! Source: RFC 7523 section 3; SMART App Launch 2.2, Client authentication: asymmetric.

use super::{CLIENT_ID, Client};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// An assertion may be good for so long, in seconds.
const LIFE_S: i64 = 300;

/// The clocks of two systems may differ by so much, in seconds.
const LEEWAY_S: i64 = 5;

/// The assertions that were used, by `jti`, until they would have expired anyway.
#[derive(Default)]
pub(super) struct Seen(HashMap<String, i64>);

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sub: String,
    #[serde(default)]
    aud: Value,
    exp: i64,
    #[serde(default)]
    jti: String,
}

/// What is wrong with it, in words without the assertion's own.
pub(super) type Wrong = &'static str;

pub(super) fn check(
    assertion: &str,
    client: &Client,
    token_url: &str,
    seen: &mut Seen,
    now: Timestamp,
) -> Result<(), Wrong> {
    let claims = signed(assertion, client)?;
    if claims.iss != CLIENT_ID || claims.sub != CLIENT_ID {
        return Err("iss and sub must both be the client id");
    }
    if !is_for(&claims.aud, token_url) {
        return Err("aud must be the token endpoint");
    }
    let now = now.as_second();
    if claims.exp < now - LEEWAY_S {
        return Err("the assertion has expired");
    }
    if claims.exp > now + LIFE_S + LEEWAY_S {
        return Err("exp must be no more than five minutes ahead");
    }
    seen.once(claims.jti, claims.exp, now)
}

/// The claims, once algorithm, key and signature are right.
fn signed(assertion: &str, client: &Client) -> Result<Claims, Wrong> {
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| "not a signed JWT")?;
    if header.alg != Algorithm::ES384 {
        return Err("alg must be ES384");
    }
    if header.kid.as_deref() != Some(&client.kid) {
        return Err("kid is not a registered key of this client");
    }
    let mut signature_alone = Validation::new(Algorithm::ES384);
    signature_alone.validate_exp = false;
    signature_alone.validate_aud = false;
    signature_alone.required_spec_claims.clear();
    let checked = jsonwebtoken::decode::<Claims>(assertion, &client.verifying, &signature_alone);
    checked.map(|checked| checked.claims).map_err(|_| "the signature or a claim is wrong")
}

/// One audience or a list that names it.
fn is_for(aud: &Value, token_url: &str) -> bool {
    match aud {
        Value::Array(several) => several.iter().any(|one| one == token_url),
        one => one == token_url,
    }
}

impl Seen {
    fn once(&mut self, jti: String, exp: i64, now: i64) -> Result<(), Wrong> {
        if jti.is_empty() {
            return Err("jti is missing");
        }
        self.0.retain(|_, exp| *exp >= now - LEEWAY_S);
        match self.0.insert(jti, exp) {
            Some(_) => Err("jti has been used before"),
            None => Ok(()),
        }
    }
}
