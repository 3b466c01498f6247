//! Takes a user's token from an allow-listed identity provider and the host's own signed word beside it, gives a launch: the
//! provider says who the professional is and how they signed in, the host says about whom and why. Refuses either half with
//! another's, and every detail that is not inside the signature (HAZ-046).
//! Source: RFC 8693 sections 2.1 and 2.2; RFC 9396; OpenID Connect Core 1.0 section 3.1.3.7.

use super::{
    Asked, LaunchFacts, Route, citizen, claims,
    signed::{Accepted, Presented, TokenError, TokenForm, error, grant_error},
};
use crate::{
    host::{Exchange, Host, Provider},
    jwt::{self, Compact, Fault},
    keys::Keys,
    session,
};
use fhir::Object;

pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const LAUNCH_TOKEN: &str = "urn:shcr:params:oauth:token-type:launch";
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// The one type of authorization detail that is a launch.
const DETAIL: &str = "shcr-launch";
const ACTOR_TYPES: [Option<&str>; 1] = [Some("shcr-actor+jwt")];
const ID_TOKEN_TYPES: [Option<&str>; 2] = [Some("jwt"), None];
const JWT_TYPES: [Option<&str>; 3] = [Some("at+jwt"), Some("jwt"), None];
/// Nobody's sign-in counts for longer.
const SIGNED_IN_S: i64 = 12 * 60 * 60;
/// Either clock may be off by this much.
const SKEW_S: i64 = 60;

/// What can be said before anybody is known.
pub(super) fn check_form(form: &TokenForm) -> Result<(), TokenError> {
    let is = |value: &Option<String>, wanted: &str| value.as_deref() == Some(wanted);
    let refuse = |fault| Err(error(400, "invalid_request", None, Fault(fault)));
    if form.authorization_details.is_some() {
        return refuse("authorization_details outside the actor token");
    }
    if !is(&form.requested_token_type, LAUNCH_TOKEN) {
        return refuse("requested_token_type");
    }
    if form.subject_token.is_none() {
        return refuse("subject_token");
    }
    // SAML 2.0 assertions are not taken: see decision 0024.
    if !is(&form.subject_token_type, ID_TOKEN) && !is(&form.subject_token_type, JWT) {
        return refuse("subject_token_type");
    }
    if form.actor_token.is_none() {
        return refuse("actor_token");
    }
    if !is(&form.actor_token_type, JWT) {
        return refuse("actor_token_type");
    }
    Ok(())
}

pub(super) async fn accept(
    form: &TokenForm,
    host: &Host,
    keys: &Keys,
    asked: Asked<'_>,
) -> Result<Accepted, TokenError> {
    let us = asked.token_url.strip_suffix("/oauth2/token");
    if form.resource.as_deref().map(|text| text.trim_end_matches('/')) != us {
        return Err(error(400, "invalid_target", Some(host), Fault("resource")));
    }
    let types: &[_] =
        if form.subject_token_type.as_deref() == Some(ID_TOKEN) { &ID_TOKEN_TYPES } else { &JWT_TYPES };
    let halves = Halves {
        subject: form.subject_token.as_deref().unwrap_or_default(),
        types,
        actor: form.actor_token.as_deref().unwrap_or_default(),
    };
    halves.launch(host, keys, asked).await.map_err(|fault| grant_error(host, fault))
}

/// The two tokens, neither of which opens anything alone.
pub(super) struct Halves<'a> {
    pub(super) subject: &'a str,
    pub(super) types: &'a [Option<&'a str>],
    pub(super) actor: &'a str,
}

impl<'a> Halves<'a> {
    /// The identity token and the actor token of a reply to a code.
    pub(super) fn of_reply(subject: &'a str, actor: &'a str) -> Self {
        Self { subject, types: &ID_TOKEN_TYPES, actor }
    }

    pub(super) async fn launch(&self, host: &Host, keys: &Keys, asked: Asked<'_>) -> Result<Accepted, Fault> {
        let exchange = host.exchange.as_ref().ok_or(Fault("flow"))?;
        let presented = Presented { text: self.actor, types: &ACTOR_TYPES };
        let (actor, unused) = presented.claims(host, keys, asked).await?;
        let claims = actor.read();
        let bound = jwt::text(&claims, "subject_token_hash", "subject_token_hash")?;
        if bound != session::encode(&session::hash(self.subject.as_bytes())) {
            return Err(Fault("subject_token_hash"));
        }
        let signed_in = self.signed_in(exchange, keys, asked).await?;
        let detail = detail(&claims)?;
        let purpose = claims::purpose(&detail)?;
        let facts = claims::facts_about(&claims, (&detail, purpose), host, Route::Exchange, asked)?;
        Ok(unused.with(signed_in.into_facts(facts), self.actor))
    }

    /// Who signed in, where, when and how.
    async fn signed_in(&self, exchange: &Exchange, keys: &Keys, asked: Asked<'_>) -> Result<SignedIn, Fault> {
        let token = Compact::read(self.subject).map_err(|_| Fault("subject_token form"))?;
        let provider = token.unverified_issuer().and_then(|issuer| exchange.provider(&issuer));
        let provider = provider.ok_or(Fault("subject_token iss"))?;
        let claims = token.verified(self.types, &provider.keys, keys, asked.now).await;
        let claims = claims.map_err(|Fault(fault)| match fault {
            "keys-unreachable" => Fault("subject_token keys-unreachable"),
            "signature" => Fault("subject_token signature"),
            "typ" => Fault("subject_token typ"),
            "alg" => Fault("subject_token alg"),
            _ => Fault("subject_token header"),
        })?;
        SignedIn::of(&claims, provider, asked)
    }
}

struct SignedIn {
    provider: String,
    subject: String,
    assurance: u8,
    auth_time_s: i64,
}

impl SignedIn {
    fn of(claims: &Object<'_>, provider: &Provider, asked: Asked<'_>) -> Result<Self, Fault> {
        let now_s = asked.now.as_second();
        if !is_for(claims, &provider.audience) {
            return Err(Fault("subject_token aud"));
        }
        let seconds = |key, fault| jwt::seconds(claims, key).map_err(|_| Fault(fault))?.ok_or(Fault(fault));
        if seconds("exp", "subject_token exp")? < now_s - SKEW_S {
            return Err(Fault("subject_token exp"));
        }
        if seconds("iat", "subject_token iat")? > now_s + SKEW_S {
            return Err(Fault("subject_token iat"));
        }
        // A token says when it was made; only this says when a person last proved who they are.
        let auth_time_s = seconds("auth_time", "subject_token auth_time")?;
        if auth_time_s > now_s + SKEW_S || auth_time_s < now_s - SIGNED_IN_S {
            return Err(Fault("subject_token auth_time"));
        }
        citizen::refuse(claims).map_err(|_| Fault("subject_token citizen"))?;
        let subject = jwt::text(claims, "sub", "subject_token sub")?;
        if claims::is_nobody(&subject) {
            return Err(claims::SHARED_ACCOUNT);
        }
        let assurance =
            claims::assurance(claims, &provider.assurance).map_err(|_| Fault("subject_token acr"))?;
        Ok(Self { provider: provider.name.clone(), subject, assurance, auth_time_s })
    }

    /// How sure we are of the professional is the provider's to say, and never the host's.
    fn into_facts(self, mut facts: LaunchFacts) -> LaunchFacts {
        facts.assurance = self.assurance;
        facts.auth_time_s = Some(self.auth_time_s);
        facts.particulars.provider = Some((self.provider, self.subject));
        facts
    }
}

/// This host's client at the provider, alone: a token for several is a token for others.
fn is_for(claims: &Object<'_>, audience: &str) -> bool {
    let Some(aud) = claims.get("aud") else { return false };
    let named = match aud.text() {
        Some(text) => text == audience,
        None => match claims.items("aud").as_slice() {
            [one] => one.text().is_some_and(|text| text == audience),
            _ => false,
        },
    };
    named && claims.get("azp").is_none_or(|azp| azp.text().is_some_and(|text| text == audience))
}

/// Exactly one, of our type, and nothing of it again beside it.
fn detail<'a>(claims: &Object<'a>) -> Result<Object<'a>, Fault> {
    const CLAIM: Fault = Fault("authorization_details");
    if claims.get("patient").is_some() || claims.get("relationship").is_some() {
        return Err(Fault("patient outside authorization_details"));
    }
    let mut details = claims.items("authorization_details");
    let detail = details.pop().and_then(|detail| detail.object()).ok_or(CLAIM)?;
    let ours = detail.text("type").is_some_and(|text| text == DETAIL);
    if ours && details.is_empty() { Ok(detail) } else { Err(CLAIM) }
}

#[cfg(test)]
mod tests;
