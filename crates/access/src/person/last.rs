//! Takes a trace, gives what may be kept of it for a day: how it ended, which practice it named, and when. Never who it was
//! about: the store keeps it under a keyed hash of the number. Source: the project's identity table; HAZ-023, HAZ-044.

use super::Trace;
use fhir::OdsCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How long it is gone by, in milliseconds.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// The last answer of the national service about one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastTrace {
    pub outcome: LastOutcome,
    /// The registered practice; only of a person found under a verified number that is still theirs.
    pub practice: Option<OdsCode>,
    pub at: Timestamp,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastOutcome {
    Found,
    /// Found under another number, which is not kept.
    Superseded,
    Restricted,
    NotFound,
    Invalidated,
}

impl LastTrace {
    /// `None` where the service did not answer: then what is kept stays.
    pub fn of(trace: &Trace, at: Timestamp) -> Option<Self> {
        let (outcome, practice) = match trace {
            Trace::DidNotAnswer => return None,
            Trace::NotFound => (LastOutcome::NotFound, None),
            Trace::Invalidated => (LastOutcome::Invalidated, None),
            Trace::Found(traced) if traced.restricted => (LastOutcome::Restricted, None),
            Trace::Found(traced) if traced.superseded_from.is_some() => (LastOutcome::Superseded, None),
            Trace::Found(traced) => (LastOutcome::Found, traced.practice.clone().filter(|_| traced.verified)),
        };
        Some(Self { outcome, practice, at })
    }

    /// Until when it may be gone by, in milliseconds since 1970.
    pub fn until_ms(&self) -> i64 {
        self.at.as_millisecond().saturating_add(LIFE_MS)
    }

    pub(super) fn is_hidden(&self) -> bool {
        matches!(self.outcome, LastOutcome::Restricted | LastOutcome::NotFound | LastOutcome::Invalidated)
    }

    pub(super) fn words(&self) -> String {
        format!("the GP practice is the one the national record named at {}", fhir::date::minute(self.at))
    }
}
