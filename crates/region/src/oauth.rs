//! The authorisation server of a source that asks for OAuth 2: takes a client's signed assertion, gives a token that lives
//! for minutes; lets a request in that bears a known token of the right scope, and refuses every other with 401 or 403.
//! Source: SMART App Launch 2.2, Backend Services; RFC 6749 sections 4.4 and 5; RFC 6750 section 3; RFC 7523.

/// What a client signs to say who it is.
mod assertion;
/// What a token may be used for.
mod scope;
/// The token endpoint.
mod token;

use crate::{faults::Fault, host::key::SigningKey, options::RegionFault, world::World};
use assertion::Seen;
use axum::{
    Json, Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use scope::Scopes;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The one client every authorisation server of the region has registered: the gateway.
pub(crate) const CLIENT_ID: &str = "shcr-gateway";

/// Where a server's tokens are to be had, behind its origin.
pub(crate) const TOKEN_PATH: &str = "/oauth2/token";

/// The registered client: who it is and what its signatures are checked with.
pub(crate) struct Client {
    verifying: DecodingKey,
    kid: String,
    /// The private key, for the gateway alone.
    pub(crate) key: PathBuf,
}

impl Client {
    /// A new P-384 key, written to `shcr-gateway.pem` in that folder and registered here.
    pub(crate) fn register(folder: &Path) -> Result<Self, RegionFault> {
        let key = SigningKey::named(folder, CLIENT_ID)?;
        Ok(Self { verifying: key.verifying()?, kid: key.kid, key: key.path })
    }
}

/// The assertions one server has taken, so that none is taken twice.
#[derive(Default)]
pub(crate) struct Assertions(Mutex<Seen>);

impl Assertions {
    /// Whether it is the client's own, for this token endpoint, and new. What is wrong with it otherwise.
    pub(crate) fn check(
        &self,
        assertion: &str,
        client: &Client,
        token_url: &str,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        assertion::check(assertion, client, token_url, &mut lock(&self.0), now)
    }
}

/// One source's authorisation server.
pub(crate) struct Authority {
    world: Arc<World>,
    /// The name its faults go by.
    source: String,
    client: Arc<Client>,
    pub(crate) token_url: String,
    tokens: Mutex<HashMap<String, Granted>>,
    seen: Mutex<Seen>,
    /// Whether the fault that ends all tokens has done so.
    ended: AtomicBool,
}

struct Granted {
    until: Timestamp,
    scopes: Scopes,
}

/// Why a request bears no good token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No bearer token at all: the challenge says no more.
    Missing,
    /// Unknown, expired or revoked.
    Invalid,
    /// Good for other things.
    Scope,
}

impl Authority {
    /// `origin` stands before the token endpoint.
    pub(crate) fn new(world: &Arc<World>, source: &str, origin: &str, client: &Arc<Client>) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            source: source.to_owned(),
            client: Arc::clone(client),
            token_url: format!("{origin}{TOKEN_PATH}"),
            tokens: Mutex::default(),
            seen: Mutex::default(),
            ended: AtomicBool::new(false),
        })
    }

    /// The token endpoint, and the configuration behind `base`. Neither asks for a token.
    pub(crate) fn router(self: &Arc<Self>, base: &str) -> Router {
        let configuration = self.configuration();
        Router::new()
            .route(TOKEN_PATH, post(token::issue))
            .route(
                &format!("{base}/.well-known/smart-configuration"),
                get(|| async { Json(configuration).into_response() }),
            )
            .with_state(Arc::clone(self))
    }

    /// Whether the request bears a token that is good for resources of that type.
    pub(crate) fn admit(&self, headers: &HeaderMap, kind: &str, now: Timestamp) -> Result<(), Denied> {
        let token = bearer(headers).ok_or(Denied::Missing)?;
        let mut tokens = lock(&self.tokens);
        if self.world.faults.of(&self.source) != Fault::TokenExpired {
            self.ended.store(false, Ordering::Relaxed);
        } else if tokens.contains_key(token) && !self.ended.swap(true, Ordering::Relaxed) {
            tokens.clear();
        }
        tokens.retain(|_, granted| granted.until > now);
        let granted = tokens.get(token).ok_or(Denied::Invalid)?;
        if granted.scopes.cover(kind) { Ok(()) } else { Err(Denied::Scope) }
    }

    /// A new token for those scopes.
    fn grant(&self, scopes: Scopes, now: Timestamp) -> Option<String> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).ok()?;
        let token = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
        let life = SignedDuration::from_secs(i64::from(self.world.token_life_s));
        let until = now.checked_add(life).ok()?;
        lock(&self.tokens).insert(token.clone(), Granted { until, scopes });
        Some(token)
    }

    fn configuration(&self) -> Value {
        json!({
            "token_endpoint": self.token_url,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES384"],
            "grant_types_supported": ["client_credentials"],
            "scopes_supported": ["system/*.read", "system/*.rs"],
            "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
        })
    }
}

impl Denied {
    pub(crate) fn status(self) -> StatusCode {
        if self == Self::Scope { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED }
    }

    /// What a client is told to bring.
    pub(crate) fn challenge(self, mut response: Response) -> Response {
        let challenge = match self {
            Self::Missing => "Bearer realm=\"region\"",
            Self::Invalid => {
                "Bearer realm=\"region\", error=\"invalid_token\", error_description=\"unknown or expired\""
            }
            Self::Scope => "Bearer realm=\"region\", error=\"insufficient_scope\"",
        };
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        response
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
