//! Takes every request to a partner before its resources do: lets in who brings what the partner asks for, and a request id.
//! Source: sources paper section 7 (authentication by interface sheet); SMART App Launch 2.2 (metadata is open).

use super::partner::{Lock, Partner};
use crate::{
    oauth::{Authority, Denied},
    outcome::{Dialect, Problem},
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// The key every caller of the demo region sends.
pub(super) const API_KEY: &str = "demo";

/// Who stands at one partner's door.
pub(crate) struct Keeper {
    partner: &'static Partner,
    authority: Arc<Authority>,
}

impl Keeper {
    pub(crate) fn new(partner: &'static Partner, authority: &Arc<Authority>) -> Arc<Self> {
        Arc::new(Self { partner, authority: Arc::clone(authority) })
    }

    fn check(&self, request: &Request) -> Result<(), Refused> {
        let headers = request.headers();
        match self.partner.lock {
            Lock::ApiKey if headers.get("X-Api-Key").is_none_or(|key| key != API_KEY) => {
                return Err(Refused::Problem(Problem::new(
                    "UNAUTHORISED",
                    "X-Api-Key is missing or unknown",
                )));
            }
            Lock::OAuth2 => match kind(request) {
                "metadata" => {}
                kind => {
                    self.authority.admit(headers, kind, crate::clock::now()).map_err(Refused::Denied)?;
                }
            },
            // Nobody without a certificate gets as far as a request.
            Lock::ApiKey | Lock::MutualTls => {}
        }
        if headers.get("X-Request-Id").is_none_or(|id| id.is_empty()) {
            return Err(Refused::Problem(Problem::new("BAD_REQUEST", "X-Request-Id is missing")));
        }
        Ok(())
    }
}

enum Refused {
    Problem(Problem),
    Denied(Denied),
}

impl Refused {
    fn respond(self, dialect: Dialect) -> Response {
        match self {
            Self::Problem(problem) => problem.respond(dialect),
            Self::Denied(denied) => {
                let code = if denied == Denied::Scope { "ACCESS DENIED" } else { "UNAUTHORISED" };
                let problem = Problem::new(code, "the access token is missing, not good or not for this");
                denied.challenge(problem.respond(dialect))
            }
        }
    }
}

/// The middleware of a partner's FHIR base.
pub(crate) async fn admit(State(keeper): State<Arc<Keeper>>, request: Request, next: Next) -> Response {
    match keeper.check(&request) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.respond(keeper.partner.dialect()),
    }
}

/// The first segment behind the base: a type, or `metadata`.
fn kind(request: &Request) -> &str {
    request.uri().path().split('/').nth(2).unwrap_or_default()
}
