//! One unit of a feed: a row, a line, a message, a document. Says whose it is as far as its sender knows, what it
//! replaces, and what is kept of it. A unit whose person is not sure is held and never served (HAZ-042).

use fhir::NhsNumber;
use std::{borrow::Cow, fmt};

/// What one row, line or message came to.
pub struct Unit {
    pub whose: Whose,
    /// The sender's own names of the person. They carry merges, and let a later trace release what was held.
    pub local: Vec<LocalId>,
    /// What it does beside telling: joins or parts two of the sender's records of people.
    pub act: Option<Act>,
    /// Its business key within the feed: a later unit of the same key replaces it.
    pub key: String,
    /// The later of two units of one key, or of one person's messages, has the greater.
    pub order: i64,
    /// Sealed as it is; [`crate::format::Format::show`] reads it again.
    pub body: Vec<u8>,
    /// `Type/id` of each resource in it that others refer to or that is read by its address.
    pub names: Vec<String>,
}

/// Whose a unit is.
pub enum Whose {
    /// The sender gives an NHS number and says it is verified.
    Person(NhsNumber),
    /// No number to rely on.
    Untraced(Untraced),
    /// A practitioner, an organisation, a place: other units refer to it.
    Shared,
}

/// Why a unit is held. In words fit for a report; carries no part of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untraced {
    #[error("it has no NHS number")]
    NoNumber,
    #[error("what stands for an NHS number is none")]
    NotANumber,
    #[error("its sender does not say that the NHS number is verified")]
    NotVerified,
    #[error("it has several NHS numbers")]
    Several,
}

/// A name the sender gives a person: the authority that gave it, and the id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId {
    pub authority: String,
    pub id: String,
}

/// What a message does to the sender's records of people. Source: HL7 v2 chapter 3, A18, A34, A36, A37, A40.
#[derive(Clone, PartialEq, Eq)]
pub enum Act {
    /// Everything of `retired` is `survivor`'s from now on.
    Merge { retired: LocalId, survivor: LocalId },
    /// They were two after all.
    Unmerge { restored: LocalId, from: LocalId },
    /// Of a delta: whatever had this unit's key is no more. Source: FHIR Bulk Data, deleted resources.
    Delete,
}

/// Why a row, line or message was not taken. Names the field, never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", field.as_deref().map(|field| format!("`{field}`: ")).unwrap_or_default())]
pub struct Refused {
    /// A column, a segment and field (`PID-7`), an element.
    pub field: Option<String>,
    pub reason: Cow<'static, str>,
}

impl Refused {
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field: None, reason: reason.into() }
    }

    pub fn at(field: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), reason: reason.into() }
    }
}

impl fmt::Debug for LocalId {
    /// A local number is somebody's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalId(…)")
    }
}

impl fmt::Debug for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whose::Person(_) => f.write_str("Person(…)"),
            Whose::Untraced(why) => write!(f, "Untraced({why:?})"),
            Whose::Shared => f.write_str("Shared"),
        }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Act::Merge { .. } => "Merge(…)",
            Act::Unmerge { .. } => "Unmerge(…)",
            Act::Delete => "Delete",
        })
    }
}

impl fmt::Debug for Unit {
    /// Clinical text is never printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({:?}, {} bytes)", self.whose, self.body.len())
    }
}
