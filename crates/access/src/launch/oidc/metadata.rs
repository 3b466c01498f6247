//! Takes a provider, gives where it authorises and grants tokens, as it says itself; refuses another issuer's word, endpoints
//! that were not registered, and code challenges in clear. Source: RFC 8414; SMART App Launch 2.2, conformance.

use super::{Failure, Provider, outbound::Asking};
use fhir::{Json, Object};
use serde::{Deserialize, Serialize};

/// A description larger than this is not read.
const SIZE_MAX: usize = 64 * 1024;

/// What of it is needed later, kept with the authorisation under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) userinfo_endpoint: Option<String>,
    pub(crate) revocation_endpoint: Option<String>,
    /// It promises to name itself in every answer (RFC 9207).
    pub(crate) names_itself: bool,
}

/// One request, to an address made of what was registered.
pub(crate) async fn discover(provider: &Provider, address: String) -> Result<Metadata, Failure> {
    let asking =
        Asking { url: address, form: None, bearer: None, accept: "application/json", size_max: SIZE_MAX };
    let answer = provider.outbound.send(asking).await.filter(|answer| answer.status == 200);
    let answer = answer.ok_or_else(|| Failure::unreachable("discovery"))?;
    let text = fhir::json::check(&answer.body).map_err(|_| Failure::unreachable("discovery form"))?;
    let said = Json::of(text).object().ok_or_else(|| Failure::unreachable("discovery form"))?;
    if said.text("issuer").as_deref() != Some(provider.issuer_url.as_str()) {
        return Err(Failure::not_accepted("discovery issuer"));
    }
    challenge_methods(&said)?;
    Ok(Metadata {
        authorization_endpoint: required(&said, "authorization_endpoint", provider)?,
        token_endpoint: required(&said, "token_endpoint", provider)?,
        userinfo_endpoint: endpoint(&said, "userinfo_endpoint", provider)?,
        revocation_endpoint: endpoint(&said, "revocation_endpoint", provider)?,
        names_itself: said
            .get("authorization_response_iss_parameter_supported")
            .and_then(|value| value.boolean())
            .unwrap_or(false),
    })
}

/// A server that takes challenges in clear lets whoever reads one use the code.
fn challenge_methods(said: &Object<'_>) -> Result<(), Failure> {
    let methods: Vec<_> =
        said.items("code_challenge_methods_supported").iter().filter_map(|value| value.text()).collect();
    let has = |name| methods.iter().any(|method| method == name);
    if has("S256") && !has("plain") { Ok(()) } else { Err(Failure::not_accepted("code challenge method")) }
}

fn required(said: &Object<'_>, key: &'static str, provider: &Provider) -> Result<String, Failure> {
    endpoint(said, key, provider)?.ok_or_else(|| Failure::unreachable(key))
}

fn endpoint(said: &Object<'_>, key: &'static str, provider: &Provider) -> Result<Option<String>, Failure> {
    let Some(url) = said.text(key).map(|url| url.into_owned()) else { return Ok(None) };
    if provider.may_be_at(&url) { Ok(Some(url)) } else { Err(Failure::unreachable(key)) }
}
