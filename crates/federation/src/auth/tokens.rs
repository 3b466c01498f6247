//! Takes the moment, gives an access token: the one we hold while it lasts, else a new one, asked for by one request at a
//! time whoever waits. An endpoint that failed is left alone for a moment (HAZ-036). Source: RFC 6749 section 5.

use super::{
    Keys,
    assertion::{Claims, Key},
    scope,
};
use crate::{
    fault::Fault,
    source::{self, ConfigFault, OAuth2},
    wire::{self, Answer, Bounds, Line},
};
use fhir::{Json, json};
use jiff::Timestamp;
use reqwest::header::HeaderValue;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout_at},
};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A token is not used in its last moments, in which a request could outlive it.
const MARGIN: Duration = Duration::from_secs(30);

/// Of a token whose endpoint does not say how long it lasts.
const LIFE_UNSAID: Duration = Duration::from_secs(60);

/// Whatever an endpoint promises, no token is kept longer.
const LIFE_MAX: Duration = Duration::from_secs(3600);

/// Nor longer than this is it believed that a token could be.
const CHARS_MAX: usize = 16 * 1024;

/// One token; those who got it before it was renewed can tell that it is old.
#[derive(Clone)]
pub(crate) struct Token(Arc<HeaderValue>);

impl Token {
    pub(super) fn header(&self) -> HeaderValue {
        self.0.as_ref().clone()
    }
}

/// The tokens of one source.
pub(crate) struct Tokens {
    client: Line,
    token_url: String,
    client_id: String,
    scope: String,
    key: Key,
    owner: String,
    /// Locked while a token is asked for.
    last: Mutex<Last>,
}

#[derive(Default)]
enum Last {
    #[default]
    Nothing,
    Good {
        token: Token,
        until: Instant,
    },
    Failed {
        fault: Fault,
        at: Instant,
    },
}

impl Tokens {
    pub(super) fn new(oauth2: &OAuth2, keys: &Keys, client: Line) -> Result<Self, ConfigFault> {
        if oauth2.client_id.trim().is_empty() {
            return Err(ConfigFault::Empty { at: keys.client_id.clone() });
        }
        if let Some(word) = scope::writing(&oauth2.scope) {
            return Err(ConfigFault::Scope { at: keys.scope.clone(), word: word.to_owned() });
        }
        source::base_url(keys.token_url.clone(), &oauth2.token_url)?;
        let owner = keys.client_id.source.as_ref().map_or_else(|| "national".to_owned(), ToString::to_string);
        Ok(Self {
            client,
            token_url: oauth2.token_url.clone(),
            client_id: oauth2.client_id.clone(),
            scope: oauth2.scope.split_whitespace().collect::<Vec<_>>().join(" "),
            key: Key::read(keys.key_file.clone(), &oauth2.key_file, oauth2.key_id.clone())?,
            owner,
            last: Mutex::default(),
        })
    }

    /// Whose they are, for the log.
    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    /// The token held, or a new one.
    pub(super) async fn current(&self, now: Timestamp, bounds: &Bounds) -> Result<Token, Fault> {
        let last = self.locked(bounds).await?;
        match &*last {
            Last::Good { token, until } if Instant::now() < *until => Ok(token.clone()),
            Last::Failed { fault, at } if at.elapsed() < bounds.limits.token_retry => Err(fault.clone()),
            _ => self.ask(last, now, bounds).await,
        }
    }

    /// Another token than the one refused. Whoever comes second gets what the first was given.
    pub(super) async fn renewed(
        &self,
        refused: &Token,
        now: Timestamp,
        bounds: &Bounds,
    ) -> Result<Token, Fault> {
        let last = self.locked(bounds).await?;
        match &*last {
            Last::Good { token, .. } if !Arc::ptr_eq(&token.0, &refused.0) => Ok(token.clone()),
            Last::Failed { fault, at } if at.elapsed() < bounds.limits.token_retry => Err(fault.clone()),
            _ => self.ask(last, now, bounds).await,
        }
    }

    async fn locked(&self, bounds: &Bounds) -> Result<MutexGuard<'_, Last>, Fault> {
        timeout_at(bounds.deadline, self.last.lock()).await.map_err(|_| Fault::TimedOut)
    }

    async fn ask(
        &self,
        mut last: MutexGuard<'_, Last>,
        now: Timestamp,
        bounds: &Bounds,
    ) -> Result<Token, Fault> {
        let asked = self.exchange(now, bounds).await;
        *last = match &asked {
            Ok((token, life)) => {
                let usable = life.checked_sub(MARGIN).unwrap_or(*life / 2);
                Last::Good { token: token.clone(), until: Instant::now() + usable }
            }
            Err(fault) => {
                // Not the endpoint's own words, which could repeat what we sent.
                tracing::error!(source.id = self.owner, reply.fault = %fault, "no access token was given");
                match Instant::now() < bounds.deadline {
                    true => Last::Failed { fault: fault.clone(), at: Instant::now() },
                    // It was the asker whose time was up: that says nothing of the endpoint (HAZ-035).
                    false => Last::Nothing,
                }
            }
        };
        asked.map(|(token, _)| token)
    }

    /// With how long it lasts.
    async fn exchange(&self, now: Timestamp, bounds: &Bounds) -> Result<(Token, Duration), Fault> {
        let claims = Claims { client_id: &self.client_id, audience: &self.token_url, now };
        let assertion = self.key.assertion(&claims).ok_or(Fault::TokenRefused)?;
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        if !self.scope.is_empty() {
            form.push(("scope", &self.scope));
        }
        let request = self.client.post(&self.token_url).header("Accept", "application/json").form(&form);
        let answer = wire::fetch(request, bounds).await.map_err(|_| Fault::NoToken)?;
        granted(&answer)
    }
}

fn granted(answer: &Answer) -> Result<(Token, Duration), Fault> {
    match (answer.status, Fault::of(answer)) {
        (200, _) => read(answer).ok_or(Fault::NoToken),
        (_, Fault::AskedToWait(wait)) => Err(Fault::AskedToWait(wait)),
        (400..=499, _) => Err(Fault::TokenRefused),
        _ => Err(Fault::NoToken),
    }
}

/// A bearer token of visible characters.
fn read(answer: &Answer) -> Option<(Token, Duration)> {
    let answer = Json::of(json::check(&answer.body).ok()?).object()?;
    let token = answer.text("access_token")?;
    let is_bearer = answer.text("token_type")?.eq_ignore_ascii_case("bearer");
    let is_plain = token.len() <= CHARS_MAX && token.bytes().all(|byte| byte.is_ascii_graphic());
    let header = wire::secret(&format!("Bearer {token}"))?;
    let said = answer.get("expires_in").and_then(Json::number).and_then(|seconds| seconds.parse().ok());
    let life = said.map_or(LIFE_UNSAID, Duration::from_secs).min(LIFE_MAX);
    (is_bearer && is_plain && !token.is_empty()).then(|| (Token(Arc::new(header)), life))
}
