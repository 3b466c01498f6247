//! How a host's users may come with an identity from elsewhere: takes the registration of the providers it may bring tokens
//! of, and of its own token endpoint where it sends codes; refuses anything a token could be mistaken under.
//! Source: RFC 8693; OpenID Connect Core 1.0 section 2; RFC 6749 section 4.1.3.

use super::{Wrong, algorithms, is_safe_url};
use crate::keys::Issuer;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The only algorithms an identity provider may sign with.
const ALGORITHMS: [&str; 6] = ["ES384", "PS384", "RS384", "ES256", "PS256", "RS256"];

/// `[hosts.exchange]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    pub providers: Vec<ProviderConfig>,
    /// Where the host's codes are redeemed, if it sends codes.
    pub code: Option<CodeConfig>,
}

/// One identity provider whose tokens the host may bring.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// As its tokens name it, letter for letter.
    pub issuer: String,
    pub jwks_url: String,
    pub algorithms: Vec<String>,
    /// This host's client id at the provider: the audience of every token.
    pub audience: String,
    /// Assurance level (1 to 3) by `acr` value; anything else is 1.
    #[serde(default)]
    pub assurance: BTreeMap<String, u8>,
}

/// The host's own token endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeConfig {
    pub token_url: String,
    /// Our client id there.
    pub client_id: String,
}

/// What was registered, checked.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) providers: Vec<Provider>,
    pub(crate) code: Option<CodeConfig>,
}

#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) audience: String,
    pub(crate) assurance: BTreeMap<String, u8>,
    pub(crate) keys: Issuer,
}

impl Exchange {
    pub(super) fn register(client_id: &str, config: &ExchangeConfig) -> Result<Self, Wrong> {
        if config.providers.is_empty() {
            return Err(Wrong::new(
                "exchange.providers",
                "names no identity provider",
                "add `[[hosts.exchange.providers]]`",
            ));
        }
        let mut providers: Vec<Provider> = Vec::new();
        for one in &config.providers {
            if providers.iter().any(|known| known.name == one.issuer) {
                return Err(Wrong::new(
                    "exchange.providers",
                    "an identity provider stands twice",
                    "give each issuer one entry",
                ));
            }
            providers.push(provider(client_id, one)?);
        }
        if let Some(code) = &config.code
            && (!is_safe_url(&code.token_url) || code.client_id.is_empty())
        {
            return Err(Wrong::new(
                "exchange.code",
                "the host's token endpoint must be https, or http on loopback, with our client id there",
                "write `code = { token_url = \"https://…\", client_id = \"…\" }`",
            ));
        }
        Ok(Self { providers, code: config.code.clone() })
    }

    pub(crate) fn provider(&self, issuer: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.name == issuer)
    }
}

fn provider(client_id: &str, config: &ProviderConfig) -> Result<Provider, Wrong> {
    let wrong = |what, fix| Wrong::new("exchange.providers", what, fix);
    if config.issuer.is_empty() || config.audience.is_empty() {
        return Err(wrong("an identity provider needs an issuer and an audience", "write both"));
    }
    if !is_safe_url(&config.jwks_url) {
        return Err(wrong(
            "an identity provider's key address must be https, or http on loopback",
            "write an `https` address",
        ));
    }
    if !config.assurance.values().all(|level| (1..=3).contains(level)) {
        return Err(wrong("assurance levels are 1 to 3", "write 1, 2 or 3 for each `acr`"));
    }
    let algorithms = algorithms(&config.algorithms, &ALGORITHMS).ok_or_else(|| {
        wrong("an identity provider's algorithms are of ES, PS and RS", "write one such as \"RS256\"")
    })?;
    Ok(Provider {
        name: config.issuer.clone(),
        audience: config.audience.clone(),
        assurance: config.assurance.clone(),
        // Named under its host: two hosts that know the same provider share nothing, not even its keys.
        keys: Issuer {
            id: format!("{client_id} {}", config.issuer),
            jwks_url: config.jwks_url.clone(),
            algorithms,
        },
    })
}
