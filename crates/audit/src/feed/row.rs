//! One line of a feed: a row, or the end of a batch. Takes text, gives it read; refuses unknown members, a line that is too
//! long, and a row that is neither whole nor a slice.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An entry, its leaf and its proof are shorter.
const LONGEST_LINE: usize = 512 * 1024;

/// What one entry is to a partner.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    pub index: u64,
    /// The leaf's canonical text.
    pub leaf: String,
    /// C2SP tlog-proof.
    pub proof: String,
    pub text: Text,
    /// Of a disclosure of the partner's own source: what was held back, sealed to it.
    pub held: Option<String>,
}

/// Of a row that is whole, what its leaf commits to; otherwise so much of it as the partner may have.
#[derive(Clone, PartialEq, Eq)]
pub enum Text {
    /// The salt in hexadecimal, and the entry's canonical text.
    Whole {
        salt: String,
        entry: String,
    },
    Slice {
        slice: String,
    },
}

/// The last line of every batch: a batch without it was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// What to go on after; `null` while there is nothing in the log.
    pub next: Option<u64>,
    /// Whether there is more already.
    pub more: bool,
}

/// A line of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Row(Box<Row>),
    End(End),
}

/// The line is none of a feed. Carries nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a row nor the end of a batch")]
pub struct NotALine;

impl Line {
    pub fn read(line: &str) -> Result<Self, NotALine> {
        if line.len() > LONGEST_LINE {
            return Err(NotALine);
        }
        if let Ok(end) = serde_json::from_str(line) {
            return Ok(Line::End(end));
        }
        let row: Wire = serde_json::from_str(line).map_err(|_| NotALine)?;
        let text = match (row.salt, row.entry, row.slice) {
            (Some(salt), Some(entry), None) => Text::Whole { salt, entry },
            (None, None, Some(slice)) => Text::Slice { slice },
            _ => return Err(NotALine),
        };
        let Wire { index, leaf, proof, held, .. } = row;
        Ok(Line::Row(Box::new(Row { index, leaf, proof, text, held })))
    }
}

/// A row as it stands in JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    index: u64,
    leaf: String,
    proof: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slice: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<String>,
}

impl Row {
    /// One line, with its end.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        let (salt, entry, slice) = match &self.text {
            Text::Whole { salt, entry } => (Some(salt.clone()), Some(entry.clone()), None),
            Text::Slice { slice } => (None, None, Some(slice.clone())),
        };
        let (index, leaf, proof) = (self.index, self.leaf.clone(), self.proof.clone());
        let held = self.held.clone();
        Ok(serde_json::to_string(&Wire { index, leaf, proof, salt, entry, slice, held })? + "\n")
    }
}

impl End {
    pub fn line(self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(&self)? + "\n")
    }
}

/// Redacted: a row names people (HAZ-049).
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({}, …)", self.index)
    }
}
