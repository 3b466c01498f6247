//! What both ways through an OpenID provider share. Takes a registered provider, gives its endpoints, an authorisation
//! request bound to one browser, and an identity whose token holds; refuses whatever was not registered.
//! Source: OpenID Connect Core 1.0; RFC 6749, 7636, 7523, 8414, 9207; SMART App Launch 2.2.

/// Packets to a provider, and nobody else.
pub(super) mod outbound;
/// A provider as the configuration writes it.
mod registered;
/// What a provider says of itself.
mod metadata;
/// An authorisation under way.
mod pending;
/// Code for tokens.
mod exchange;
/// The identity token.
mod id_token;
/// The cookie of a browser that has no session yet.
pub mod cookie;

pub use exchange::Revocation;
pub(super) use exchange::{Tokens, exchange, get};
pub(super) use id_token::{Identity, identity};
pub(super) use metadata::discover;
pub use pending::{Begun, Callback, PENDING_S};
pub(super) use pending::{Returned, authorise, resume};
pub(crate) use registered::{Provider, is_safe};
pub use registered::{ProviderConfig, ProviderFault};

use crate::{Refusal, jwt::Fault};

/// A provider in memory.
#[cfg(test)]
pub(super) mod fake;

/// Why nobody gets in by this way: what the browser is told, and what the audit keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub refusal: Refusal,
    /// The check that did not hold; never a value.
    pub reason: &'static str,
    /// The registered host or provider; an unknown one is the asker's text and goes nowhere.
    pub issuer: Option<String>,
}

impl Failure {
    pub(super) fn new(refusal: Refusal, reason: &'static str) -> Self {
        Self { refusal, reason, issuer: None }
    }

    /// It could not be verified.
    pub(super) fn not_accepted(reason: &'static str) -> Self {
        Self::new(Refusal::LaunchNotAccepted, reason)
    }

    /// It did not answer, or not in a form to build on.
    pub(super) fn unreachable(reason: &'static str) -> Self {
        Self::new(Refusal::HostUnreachable, reason)
    }

    /// Something needed is missing or unreadable.
    pub(super) fn incomplete(Fault(reason): Fault) -> Self {
        Self::new(Refusal::LaunchIncomplete, reason)
    }

    pub(super) fn by(self, issuer: &str) -> Self {
        Self { issuer: Some(issuer.to_owned()), ..self }
    }
}
