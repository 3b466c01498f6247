//! The closed list of what a browser is told when nothing opens: a code and an HTTP status, never the evidence.
//! Which words stand on each page is the page's business.

use serde::{Deserialize, Serialize};

/// Why nothing opens. It says no more than the asker may know; the audit says the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Handle unknown, used or late: one page for all three.
    LaunchUsedOrExpired,
    /// Signature, issuer, type, audience, origin, or host disabled.
    LaunchNotAccepted,
    /// A required claim is missing or unreadable.
    LaunchIncomplete,
    /// Keys or token unavailable beyond the cache.
    HostUnreachable,
    /// Unmapped or barred role.
    NoRole,
    /// No evidence that the professional has to do with the person (HAZ-048).
    NoRelationship,
    /// A purpose outside the list.
    Purpose,
    /// The professional is the person.
    OwnRecord,
    /// Birth date or NHS number differs: names of fields only, no values (HAZ-001).
    IdentityMismatch { fields: Vec<String> },
    /// Not found, invalidated, restricted, or a test number in live: one identical page (HAZ-023).
    NoSharedRecord,
    /// The person has objected (HAZ-022).
    Objection,
    /// The audit cannot be written.
    CannotRecord,
    /// Overload, decided before the handle is consumed.
    Busy,
    /// The session is unknown, another's, timed out or revoked: one body for all.
    ViewEnded,
}

impl Refusal {
    /// The stable name, in the audit and on the page's reference line.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::LaunchUsedOrExpired => "launch-used-or-expired",
            Refusal::LaunchNotAccepted => "launch-not-accepted",
            Refusal::LaunchIncomplete => "launch-incomplete",
            Refusal::HostUnreachable => "host-unreachable",
            Refusal::NoRole => "no-role",
            Refusal::NoRelationship => "no-relationship",
            Refusal::Purpose => "purpose",
            Refusal::OwnRecord => "own-record",
            Refusal::IdentityMismatch { .. } => "identity-mismatch",
            Refusal::NoSharedRecord => "no-shared-record",
            Refusal::Objection => "objection",
            Refusal::CannotRecord => "cannot-record",
            Refusal::Busy => "busy",
            Refusal::ViewEnded => "view-ended",
        }
    }

    /// The HTTP status. `view-ended` is 403 here; the router answers 401 where there is no live cookie.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Objection => 200,
            Refusal::LaunchIncomplete => 400,
            Refusal::NoSharedRecord => 404,
            Refusal::HostUnreachable => 502,
            Refusal::CannotRecord | Refusal::Busy => 503,
            Refusal::LaunchUsedOrExpired
            | Refusal::LaunchNotAccepted
            | Refusal::NoRole
            | Refusal::NoRelationship
            | Refusal::Purpose
            | Refusal::OwnRecord
            | Refusal::IdentityMismatch { .. }
            | Refusal::ViewEnded => 403,
        }
    }
}

#[cfg(test)]
mod tests;
