//! What a format must be able to do: read a file or a message to units, and show what was kept as UK Core R4 resources.
//! Reading refuses and never guesses; showing never fails. Both are pure: no clock, no store, no network.

use crate::unit::{Refused, Unit};
use std::{fmt, io::Read, ops::ControlFlow};

/// Stands where a resource names its person; the node puts the Patient's id there when it answers. No FHIR id may
/// hold a `~`.
pub const PATIENT: &str = "Patient/~";

/// One format, as one feed has it configured.
pub trait Format: Send + Sync {
    /// Reads all of the input, unit by unit, in memory that does not grow with it. `take` is told each unit or why it was
    /// refused, with its place (line of a file, 1 for a lone message); when it breaks, reading stops.
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable>;

    /// Everything kept of one person in one feed, oldest first, as resources. The order of the result is stable.
    fn show(&self, kept: &[Kept<'_>], about: &About<'_>) -> Vec<Shown>;

    /// What the sender knows of the person, from the latest that says so.
    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics>;
}

/// Told each unit as it is read.
pub type Take<'a> = &'a mut dyn FnMut(u64, Result<Unit, Refused>) -> ControlFlow<()>;

/// What was read, by the format's own count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Rows, lines or messages, the refused ones too.
    pub units: u64,
    /// Columns or segments that mean nothing here: kept, and counted by name.
    pub unknown: Vec<(String, u64)>,
    /// What the operator should know of the whole: how it was decoded, for instance.
    pub remarks: Vec<String>,
}

/// Why a file or message as a whole cannot be used. Names the place, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("line {line}: {reason}")]
    Line { line: u64, reason: String },
    #[error("{0}")]
    Whole(String),
    #[error("could not be read to its end")]
    Input,
}

/// One unit as it was kept.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    pub order: i64,
    pub body: &'a [u8],
}

/// What showing needs to know of the node.
pub struct About<'a> {
    /// The partner's ODS code and name.
    pub ods: &'a str,
    pub partner: &'a str,
    /// The feed's id.
    pub feed: &'a str,
    /// A FHIR id for a name within the feed: the same name, the same id, and nobody can guess it.
    pub id: &'a dyn Fn(&str) -> String,
}

/// One resource to be served.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    pub resource_type: String,
    pub id: String,
    /// R4 JSON whose subject is [`PATIENT`].
    pub json: String,
    /// What the partner can switch off: `requests`, `assessments`, `services`, `reviews`, `encounters`, `reports`, …
    pub dataset: &'static str,
    /// The team, ward or service it comes from, as the sender names it: the partner can hold one back.
    pub unit: Option<String>,
    /// Sent along with what refers to it (a Practitioner, a Binary), never found by a search of its own.
    pub is_context: bool,
}

/// What a sender knows of a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Demographics {
    pub family: Option<String>,
    pub given: Vec<String>,
    /// `YYYY-MM-DD`, or less.
    pub birth_date: Option<String>,
    /// FHIR's codes: male, female, other, unknown.
    pub gender: Option<&'static str>,
    /// FHIR date or dateTime.
    pub deceased: Option<String>,
}

impl fmt::Debug for Kept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} bytes)", self.body.len())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shown({}, {}, {} bytes)", self.resource_type, self.dataset, self.json.len())
    }
}

impl fmt::Debug for Demographics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Demographics(…)")
    }
}
