//! Takes what happened, gives one entry that stands alone: who, how, whom, why, what was decided and what became of it.
//! Refuses an entry whose key, fields or size do not fit its kind. Names, roles and organisations are kept as they
//! were then; no clinical content stands in any field.
//! Source: RFC 8785 (canonical JSON).

/// The closed list of kinds.
mod kind;
/// The idempotent key of an entry.
mod key;
/// The people, reasons and decisions in an entry.
mod parts;

/// Causes that more than one room knows.
pub mod cause;

pub use key::{Key, NotAKey};
pub use kind::Kind;
pub use parts::{Decision, How, Name, Objection, Relationship, Role, SourceLine, Who, Whom, Why};

use crate::{Millis, OpeningId, canonical::canonical};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The version of the stored format.
pub const VERSION: u8 = 1;
/// The most bytes an entry may have; larger ones are split by part by the caller and never cut here.
pub const CAP: usize = 65_535;

/// One line of the audit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub v: u8,
    pub kind: Kind,
    pub key: Key,
    pub at: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<OpeningId>,
    /// Policy, map and configuration in force, by id or digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<Whom>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection: Option<Objection>,
    /// Computed in memory: `equal-surname`, `staff-match`, `no-recent-contact`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// `open`: the plan. `ask`, `disclosure`: the one source and part. `close`, `sweep`: every planned source's end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The commitment of the manifest, hexadecimal. The store writes it; a caller's value is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
}

/// What is wrong with an entry. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    #[error("the version is not 1")]
    Version,
    #[error("the key does not belong to this kind")]
    Key,
    #[error("who, how, whom, why, decision and opening must all stand in an entry of this kind")]
    StandsAlone,
    #[error("the entry has no canonical text")]
    Canonical,
    #[error("the entry is larger than 65,535 bytes")]
    Size,
}

impl Entry {
    /// An entry with nothing but its kind, key and moment; set the rest field by field.
    pub fn new(kind: Kind, key: Key, at: Millis) -> Self {
        Self {
            v: VERSION,
            kind,
            key,
            at,
            opening: None,
            configuration: None,
            software: None,
            who: None,
            how: None,
            whom: None,
            why: None,
            decision: None,
            objection: None,
            flags: Vec::new(),
            sources: Vec::new(),
            cause: None,
            manifest: None,
            detail: BTreeMap::new(),
        }
    }

    /// The one text of this entry.
    pub fn canonical(&self) -> Result<Vec<u8>, EntryFault> {
        self.check()?;
        let bytes = canonical(self).map_err(|_| EntryFault::Canonical)?;
        if bytes.len() > CAP { Err(EntryFault::Size) } else { Ok(bytes) }
    }

    fn check(&self) -> Result<(), EntryFault> {
        if self.v != VERSION {
            return Err(EntryFault::Version);
        }
        if !self.key.is_of(self.kind) {
            return Err(EntryFault::Key);
        }
        let whole = self.opening.is_some()
            && self.who.is_some()
            && self.how.is_some()
            && self.whom.is_some()
            && self.why.is_some()
            && self.decision.is_some();
        if self.kind.stands_alone() && !whole { Err(EntryFault::StandsAlone) } else { Ok(()) }
    }
}

/// The kind and the opening, never a person (HAZ-049).
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, {:?})", self.kind.name(), self.opening.as_ref().map(OpeningId::as_str))
    }
}

#[cfg(test)]
mod tests;
