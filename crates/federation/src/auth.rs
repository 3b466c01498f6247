//! Takes what an interface sheet asks of us, gives every request its proof of who we are: an API key, or an access token
//! that reads and does nothing else. Proofs live in memory, never in a log. Cancel-safe.
//! Source: RFC 6749 4.4; RFC 7523; SMART Backend Services; NHS England application-restricted access.

use crate::{
    fault::Fault,
    source::{ConfigFault, Keeper, OAuth2, Place, SourceConfig},
    wire::{self, Answer, Bounds, Line},
};
use fhir::SourceId;
use jiff::Timestamp;
use reqwest::{
    RequestBuilder, StatusCode,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use std::path::Path;
use tokens::Tokens;

/// Words that would let their bearer write.
mod scope;
/// The signed assertion.
mod assertion;
/// Access tokens, kept until they run out.
mod tokens;

/// Where a sheet names no other header.
const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Who we are to one source.
#[derive(Default)]
pub(crate) enum Credentials {
    /// It asks for nothing, or for a client certificate alone.
    #[default]
    None,
    Key(HeaderName, HeaderValue),
    Token(Box<Tokens>),
}

impl Credentials {
    /// Reads key files; touches no network. `client`: the source's own, so that its TLS settings hold for tokens too.
    pub(crate) fn of(source: &SourceConfig, client: &Line) -> Result<Self, ConfigFault> {
        let key = (source.api_key_file.as_deref(), source.api_key_header.as_deref());
        Self::named(&source.id, source.oauth2.as_ref(), key, client)
    }

    /// The same for somebody to whom a source's pointers lead.
    pub(crate) fn of_keeper(source: &SourceId, keeper: &Keeper, client: &Line) -> Result<Self, ConfigFault> {
        let key = (keeper.api_key_file.as_deref(), keeper.api_key_header.as_deref());
        Self::named(source, keeper.oauth2.as_ref(), key, client)
    }

    /// The same, with each part by itself.
    pub(crate) fn named(
        source: &SourceId,
        oauth2: Option<&OAuth2>,
        (key_file, header): (Option<&Path>, Option<&str>),
        client: &Line,
    ) -> Result<Self, ConfigFault> {
        if let Some(oauth2) = oauth2 {
            return Self::oauth2(oauth2, Some(source), client.clone());
        }
        let Some(path) = key_file else {
            return Ok(Credentials::None);
        };
        let name = header.map(|name| HeaderName::from_bytes(name.as_bytes())).transpose();
        let name = name.map_err(|_| ConfigFault::Header { id: source.clone() })?;
        let key = wire::key_file(Place::of(source, "api_key_file"), path)?;
        Ok(Credentials::Key(name.unwrap_or(API_KEY_HEADER), key))
    }

    /// `owner`: the source; `None` for PDS. Refuses a scope that could write.
    pub(crate) fn oauth2(
        oauth2: &OAuth2,
        owner: Option<&SourceId>,
        client: Line,
    ) -> Result<Self, ConfigFault> {
        Ok(Credentials::Token(Box::new(Tokens::new(oauth2, &Keys::of(owner), client)?)))
    }

    /// Sends with our proof. Where a token is not accepted it is renewed once and the request repeated once; a second
    /// refusal is the caller's answer. `now`: for the assertion's end.
    pub(crate) async fn fetch(
        &self,
        request: RequestBuilder,
        now: Timestamp,
        bounds: &Bounds,
    ) -> Result<Answer, Fault> {
        let tokens = match self {
            Credentials::None => return wire::fetch(request, bounds).await,
            Credentials::Key(name, key) => {
                return wire::fetch(request.header(name, key.clone()), bounds).await;
            }
            Credentials::Token(tokens) => tokens,
        };
        let token = tokens.current(now, bounds).await?;
        let again = request.try_clone();
        let answer = wire::fetch(request.header(AUTHORIZATION, token.header()), bounds).await?;
        let Some(again) = again.filter(|_| answer.status == StatusCode::UNAUTHORIZED) else {
            return Ok(answer);
        };
        let renewed = tokens.renewed(&token, now, bounds).await?;
        let answer = wire::fetch(again.header(AUTHORIZATION, renewed.header()), bounds).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            tracing::error!(source.id = tokens.owner(), "a new access token was not accepted");
        }
        Ok(answer)
    }
}

/// Where the parts of OAuth 2.0 credentials stand in the configuration.
struct Keys {
    client_id: Place,
    scope: Place,
    token_url: Place,
    key_file: Place,
}

impl Keys {
    fn of(owner: Option<&SourceId>) -> Self {
        match owner {
            Some(source) => Self {
                client_id: Place::of(source, "oauth2.client_id"),
                scope: Place::of(source, "oauth2.scope"),
                token_url: Place::of(source, "oauth2.token_url"),
                key_file: Place::of(source, "oauth2.key_file"),
            },
            None => Self {
                client_id: Place::national("pds_oauth2.client_id"),
                scope: Place::national("pds_oauth2.scope"),
                token_url: Place::national("pds_oauth2.token_url"),
                key_file: Place::national("pds_oauth2.key_file"),
            },
        }
    }
}

#[cfg(test)]
mod tests;
