//! Takes an issuer and a key id, gives the issuer's public key, from its registered key set only; fetched once for
//! everybody who waits, kept 24 hours at most. Refuses redirects, large sets and floods of unknown key ids. Says of a key that was
//! believed whether it has been taken out since. Source: RFC 7517, RFC 7518 section 6, RFC 7638; RFC 8725 section 3.

use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash},
};
use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// A fetched key set is believed this long, whatever happens to the host.
const KEPT_S: i64 = 24 * 60 * 60;
/// An unknown key id causes at most one fetch in this time, and so does a view that rests on a known one.
const REFETCH_S: i64 = 60;
/// While nothing usable is held and the last fetch failed, the next may follow after this (HAZ-057).
const RETRY_S: i64 = 5;
/// A key set larger than this is not read.
const SIZE_MAX: usize = 64 * 1024;
/// The whole fetch, and within it the connection.
const FETCH: Duration = Duration::from_secs(3);
const CONNECT: Duration = Duration::from_secs(1);

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("the issuer's keys cannot be fetched")]
    Unreachable,
    #[error("the issuer has no such key")]
    Unknown,
    #[error("the key does not fit the algorithm")]
    Unfit,
}

/// The HTTP client for key sets cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the client that fetches issuers' keys cannot be made")]
pub struct KeysFault(#[source] pub(crate) reqwest::Error);

/// A key of a set.
pub(crate) struct Found {
    pub(crate) key: DecodingKey,
    /// SHA-256, base64url (RFC 7638): the same key whatever its id is.
    pub(crate) thumbprint: String,
}

type Fetching<'a> = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>>;

/// Where key sets come from: the network, or a test.
pub(crate) trait KeySets: Send + Sync {
    fn fetch<'a>(&'a self, url: &'a str) -> Fetching<'a>;
}

/// Whoever signs what we are shown: a host, its SMART server, an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Ours, from configuration; never a token's text.
    pub id: String,
    pub jwks_url: String,
    /// The only ones its tokens may use.
    pub algorithms: Vec<Algorithm>,
}

/// Every registered issuer's keys.
pub struct Keys {
    sets: Box<dyn KeySets>,
    slots: HashMap<String, Slot>,
}

#[derive(Default)]
struct Slot {
    held: Mutex<Held>,
    /// Whoever holds it fetches; the rest wait and look again.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    keys: Vec<Jwk>,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
}

impl Keys {
    /// Asks nobody yet. The program must have installed a TLS provider before.
    pub fn new<'a>(issuers: impl IntoIterator<Item = &'a Issuer>) -> Result<Keys, KeysFault> {
        #[cfg(feature = "testing")]
        if let Some(client) = crate::socketless::client() {
            return Ok(Self::over(Box::new(Network(client)), issuers));
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(FETCH)
            .build()
            .map_err(KeysFault)?;
        Ok(Self::over(Box::new(Network(client)), issuers))
    }

    pub(crate) fn over<'a>(sets: Box<dyn KeySets>, issuers: impl IntoIterator<Item = &'a Issuer>) -> Keys {
        let slots = issuers.into_iter().map(|issuer| (issuer.id.clone(), Slot::default())).collect();
        Keys { sets, slots }
    }

    /// Whether the issuer's set, as last read, no longer holds a key that verified something. A set that cannot be read says nothing,
    /// and one that nobody has read yet.
    pub fn has_withdrawn(&self, issuer: &Issuer, thumbprint: &str, now: Timestamp) -> bool {
        let Some(slot) = self.slots.get(&issuer.id).filter(|slot| slot.is_fresh(now)) else { return false };
        !slot.held().keys.iter().any(|key| self::thumbprint(key).as_deref() == Some(thumbprint))
    }

    /// Whether the set may be read anew for whoever rests on a key of it: once a minute.
    pub fn is_due(&self, issuer: &Issuer, now: Timestamp) -> bool {
        self.slots.get(&issuer.id).is_some_and(|slot| slot.may_try(now))
    }

    /// Reads it anew where it is due and nobody else does so. A failed fetch changes nothing.
    pub async fn follow(&self, issuer: &Issuer, now: Timestamp) {
        let Some(slot) = self.slots.get(&issuer.id) else { return };
        let Ok(_one_at_a_time) = slot.flight.try_lock() else { return };
        if slot.may_try(now) {
            self.read_anew(slot, issuer, now).await;
        }
    }

    /// The key of that id, if it may verify that algorithm.
    pub(crate) async fn find(
        &self,
        issuer: &Issuer,
        kid: &str,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Found, KeyFault> {
        let slot = self.slots.get(&issuer.id).ok_or(KeyFault::Unknown)?;
        let found = match slot.look(kid, now) {
            Some(key) => Ok(key),
            None => self.fetch(slot, issuer, kid, now).await,
        };
        let found = found?;
        let key = decoding(&found, algorithm)?;
        Ok(Found { key, thumbprint: thumbprint(&found).ok_or(KeyFault::Unfit)? })
    }

    async fn fetch(&self, slot: &Slot, issuer: &Issuer, kid: &str, now: Timestamp) -> Result<Jwk, KeyFault> {
        let _one_at_a_time = slot.flight.lock().await;
        if let Some(key) = slot.look(kid, now) {
            return Ok(key);
        }
        if slot.may_try(now) {
            self.read_anew(slot, issuer, now).await;
        }
        let fault = if slot.is_fresh(now) { KeyFault::Unknown } else { KeyFault::Unreachable };
        slot.look(kid, now).ok_or(fault)
    }

    async fn read_anew(&self, slot: &Slot, issuer: &Issuer, now: Timestamp) {
        let set = self.sets.fetch(&issuer.jwks_url).await.and_then(|bytes| read(&bytes));
        if set.is_none() {
            tracing::warn!(issuer.id = %issuer.id, "the issuer's key set could not be fetched or read");
        }
        slot.keep(set, now);
    }
}

impl Slot {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.held().fetched.is_some_and(|at| age_s(at, now) < KEPT_S)
    }

    fn look(&self, kid: &str, now: Timestamp) -> Option<Jwk> {
        if !self.is_fresh(now) {
            return None;
        }
        self.held().keys.iter().find(|key| key.common.key_id.as_deref() == Some(kid)).cloned()
    }

    fn may_try(&self, now: Timestamp) -> bool {
        let wait_s = if self.is_fresh(now) { REFETCH_S } else { RETRY_S };
        self.held().tried.is_none_or(|at| age_s(at, now) >= wait_s)
    }

    /// A failed fetch keeps the keys held before, until they are too old.
    fn keep(&self, set: Option<Vec<Jwk>>, now: Timestamp) {
        let mut held = self.held();
        held.tried = Some(now);
        if let Some(keys) = set {
            held.keys = keys;
            held.fetched = Some(now);
        }
    }
}

/// A clock that went back makes nothing younger than now.
fn age_s(at: Timestamp, now: Timestamp) -> i64 {
    (now.as_second() - at.as_second()).abs()
}

/// Members that are no keys we know are passed over; two keys of one id refuse the set.
fn read(bytes: &[u8]) -> Option<Vec<Jwk>> {
    let text = fhir::json::check(bytes).ok()?;
    let members = fhir::Json::of(text).object()?.items("keys");
    let keys: Vec<Jwk> =
        members.into_iter().filter_map(|key| serde_json::from_str(key.as_sent()).ok()).collect();
    let ids: std::collections::HashSet<_> = keys.iter().map(|key| &key.common.key_id).collect();
    (ids.len() == keys.len()).then_some(keys)
}

fn thumbprint(key: &Jwk) -> Option<String> {
    key.thumbprint(ThumbprintHash::SHA256).ok()
}

/// The key's type and curve must be the algorithm's: a public key is never a shared secret (HAZ-046).
fn decoding(key: &Jwk, algorithm: Algorithm) -> Result<DecodingKey, KeyFault> {
    let curve = match &key.algorithm {
        AlgorithmParameters::EllipticCurve(parameters) => Some(parameters.curve.clone()),
        _ => None,
    };
    let is_rsa = matches!(key.algorithm, AlgorithmParameters::RSA(_));
    let (fits, name) = match algorithm {
        Algorithm::ES384 => (curve == Some(EllipticCurve::P384), KeyAlgorithm::ES384),
        Algorithm::ES256 => (curve == Some(EllipticCurve::P256), KeyAlgorithm::ES256),
        Algorithm::PS384 => (is_rsa, KeyAlgorithm::PS384),
        Algorithm::PS256 => (is_rsa, KeyAlgorithm::PS256),
        Algorithm::RS384 => (is_rsa, KeyAlgorithm::RS384),
        Algorithm::RS256 => (is_rsa, KeyAlgorithm::RS256),
        _ => return Err(KeyFault::Unfit),
    };
    let for_signing = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let named = key.common.key_algorithm.is_none_or(|named| named == name);
    if fits && for_signing && named {
        DecodingKey::from_jwk(key).map_err(|_| KeyFault::Unfit)
    } else {
        Err(KeyFault::Unfit)
    }
}

struct Network(reqwest::Client);

impl KeySets for Network {
    fn fetch<'a>(&'a self, url: &'a str) -> Fetching<'a> {
        #[cfg(feature = "testing")]
        if let Some(set) = crate::socketless::key_set(url) {
            return Box::pin(std::future::ready(set));
        }
        Box::pin(async move {
            let mut response = self.0.get(url).send().await.ok()?;
            if response.status() != reqwest::StatusCode::OK {
                return None;
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.ok()? {
                if bytes.len() + chunk.len() > SIZE_MAX {
                    return None;
                }
                bytes.extend_from_slice(&chunk);
            }
            Some(bytes)
        })
    }
}

#[cfg(test)]
mod tests;
