//! Takes the fault of a launch that came through a browser, gives what the browser is told and what the audit keeps: two
//! texts, of which only the second names the fault. Source: access.md section 2.

use crate::{Refusal, jwt::Fault};

/// A launch that opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    /// Only a registered client id.
    pub issuer: Option<String>,
    /// For the audit: the claim or part at fault.
    pub reason: &'static str,
    pub refusal: Refusal,
}

impl Declined {
    pub(super) fn new(issuer: Option<&str>, Fault(reason): Fault) -> Self {
        Self { issuer: issuer.map(str::to_owned), reason, refusal: refusal(reason) }
    }
}

/// Beginnings of the claims without which there is no launch, whoever signed it.
const INCOMPLETE: [&str; 9] = [
    "patient",
    "extensions",
    "subject_name",
    "subject_role missing",
    "relationship",
    "purpose_of_use",
    "nhs.",
    "timestamp missing",
    "field",
];

fn refusal(reason: &'static str) -> Refusal {
    if reason.ends_with("keys-unreachable") || reason.ends_with("host unreachable") {
        return Refusal::HostUnreachable;
    }
    if INCOMPLETE.iter().any(|claim| reason.starts_with(claim)) {
        return Refusal::LaunchIncomplete;
    }
    Refusal::LaunchNotAccepted
}
