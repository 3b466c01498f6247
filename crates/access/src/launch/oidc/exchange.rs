//! Takes a code that fits its request, gives the tokens it stands for; reads from the provider with them, and gives them back
//! to be revoked. Nothing of them is stored. Source: RFC 6749 section 4.1.3; RFC 7523 section 2.2; RFC 7009.

use super::{
    Failure, Provider, Returned,
    outbound::{Asking, Outbound},
};
use fhir::{Json, Object};
use jiff::Timestamp;
use std::{fmt, sync::Arc};

const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// A larger answer is not read.
const SIZE_MAX: usize = 64 * 1024;

/// What was granted.
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: String,
    body: String,
}

impl Tokens {
    /// The whole answer, for what stands beside the tokens.
    pub(crate) fn answer(&self) -> Object<'_> {
        Json::of(&self.body).object().unwrap_or_default()
    }
}

/// Our client id goes in the assertion only: we are a confidential client.
pub(crate) async fn exchange(
    provider: &Provider,
    returned: &Returned,
    now: Timestamp,
) -> Result<Tokens, Failure> {
    let pending = &returned.pending;
    let url = pending.metadata.token_endpoint.clone();
    let assertion = provider.assertion(&url, now).ok_or_else(|| Failure::unreachable("client assertion"))?;
    let form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", returned.code.clone()),
        ("redirect_uri", pending.redirect_uri.clone()),
        ("code_verifier", pending.verifier.clone()),
        ("client_assertion_type", CLIENT_ASSERTION.to_owned()),
        ("client_assertion", assertion),
    ];
    let accept = "application/json";
    let asking = Asking { url, form: Some(form), bearer: None, accept, size_max: SIZE_MAX };
    let answer = provider.outbound.send(asking).await.ok_or_else(|| Failure::unreachable("token"))?;
    match answer.status {
        200 => {}
        // The code is not ours, not fresh, or not for this verifier.
        400..=499 => return Err(Failure::not_accepted("token refused")),
        _ => return Err(Failure::unreachable("token")),
    }
    let body = fhir::json::check(&answer.body).map_err(|_| Failure::unreachable("token form"))?.to_owned();
    let said = Json::of(&body).object().unwrap_or_default();
    let token = |key: &'static str| {
        let text = said.text(key).map(|text| text.into_owned());
        text.filter(|text| !text.is_empty()).ok_or_else(|| Failure::not_accepted(key))
    };
    if !said.text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
        return Err(Failure::not_accepted("token_type"));
    }
    Ok(Tokens { access_token: token("access_token")?, id_token: token("id_token")?, body })
}

/// Reads one thing with the access token, no larger than `size_max`.
pub(crate) async fn get(
    provider: &Provider,
    tokens: &Tokens,
    (url, accept, size_max): (String, &'static str, usize),
) -> Option<String> {
    let bearer = Some(tokens.access_token.clone());
    let asking = Asking { url, form: None, bearer, accept, size_max };
    let answer = provider.outbound.send(asking).await.filter(|answer| answer.status == 200)?;
    fhir::json::check(&answer.body).ok().map(str::to_owned)
}

/// An access token that has done its work.
pub struct Revocation {
    outbound: Arc<dyn Outbound>,
    url: String,
    form: Vec<(&'static str, String)>,
}

impl Revocation {
    /// `None` where the provider does not offer it: then the token runs out by itself.
    pub(crate) fn of(
        provider: &Provider,
        returned: &Returned,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Option<Self> {
        let url = returned.pending.metadata.revocation_endpoint.clone()?;
        // The audience is the token endpoint here too: it names the server, whichever endpoint is asked (RFC 7523).
        let assertion = provider.assertion(&returned.pending.metadata.token_endpoint, now)?;
        let form = vec![
            ("token", tokens.access_token.clone()),
            ("token_type_hint", "access_token".to_owned()),
            ("client_assertion_type", CLIENT_ASSERTION.to_owned()),
            ("client_assertion", assertion),
        ];
        Some(Self { outbound: Arc::clone(&provider.outbound), url, form })
    }

    /// Nobody waits for it: what fails here runs out within minutes.
    pub async fn send(self) {
        let asking =
            Asking { url: self.url, form: Some(self.form), bearer: None, accept: "*/*", size_max: SIZE_MAX };
        if self.outbound.send(asking).await.is_none_or(|answer| answer.status != 200) {
            tracing::warn!("a provider did not confirm that an access token is revoked");
        }
    }
}

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revocation(…)")
    }
}
