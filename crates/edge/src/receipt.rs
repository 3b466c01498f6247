//! What a sender gets for what it sent: what was taken, held, refused, and where every refused row is told. No content.

use serde::{Deserialize, Serialize};

/// One extract, file or message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub id: String,
    pub partner: String,
    pub feed: String,
    pub file: String,
    pub outcome: Outcome,
    /// Why not, where it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub sha256: String,
    pub size_bytes: u64,
    pub sequence: i64,
    /// RFC 3339.
    pub as_at: String,
    pub received: String,
    /// Rows, lines or messages read.
    pub rows: u64,
    pub taken: u64,
    /// Of nobody sure: kept where their person may yet be known, never shown.
    pub held: u64,
    pub refused: u64,
    /// The same was here before.
    pub repeated: u64,
    /// Columns or segments that mean nothing here, and how often they had content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<(String, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The file that tells every row that was not taken, by line and reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// What is answered from now on.
    Published,
    /// The very same was taken before: nothing changed.
    AlreadyTaken,
    /// Nothing of it is answered; what was here before still is.
    Refused,
}
