//! Takes entries, gives what one partner may have of them: what its own professionals did, and what was shown of its own data.
//! Rows carry leaf and proof; whole rows also body and salt. Refuses to show a partner what is another's to know: then a row is
//! a slice, whose commitment stands in its leaf and cannot be recomputed.
//! Source: audit.md section 11; decision 0038.

/// One partner's copy, rebuilt and checked.
pub mod copy;
/// A row as it is sent.
mod row;
/// What a partner may have of one entry.
mod share;

pub use row::{End, Line, NotALine, Row, Text};
pub use share::{Share, share};

use crate::hash::{Hash, hex, sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Domain of the hash over a partner's commitments.
pub const STATEMENT: &str = "shcr-feed-v1";
/// What categories that may not be told read as.
pub const OTHER: &str = "other information";

/// Whose feed it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Of its professionals' organisation, and of its sources.
    pub ods: String,
    /// Its sources' ids, for sweeps so long that they name nothing else.
    pub sources: BTreeSet<String>,
}

/// How many rows a partner has in a range of the log, and what they commit to. From which the partner sees that none is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub from: u64,
    /// The first index behind the range.
    pub to: u64,
    pub count: u64,
    pub hash: Hash,
}

/// The commitments of a range, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counting {
    commitments: Vec<Hash>,
}

impl Counting {
    pub fn add(&mut self, commitment: Hash) {
        self.commitments.push(commitment);
    }

    pub fn stated(&self, from: u64, to: u64) -> Statement {
        let domain: [&[u8]; 2] = [STATEMENT.as_bytes(), &[0]];
        let parts: Vec<&[u8]> =
            domain.into_iter().chain(self.commitments.iter().map(Hash::as_slice)).collect();
        Statement { from, to, count: self.commitments.len() as u64, hash: sha256(&parts) }
    }
}

impl Statement {
    /// As it stands in a `feed-statement` entry.
    pub fn detail(&self, partner: &str) -> BTreeMap<String, String> {
        let said = [
            ("partner", partner.to_owned()),
            ("from", self.from.to_string()),
            ("to", self.to.to_string()),
            ("count", self.count.to_string()),
            ("hash", hex(&self.hash)),
        ];
        said.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// `None` where it is another partner's, or none.
    pub fn read(detail: &BTreeMap<String, String>, partner: &str) -> Option<Self> {
        let number = |name: &str| detail.get(name)?.parse().ok();
        let hash = crate::hash::unhex(detail.get("hash")?)?;
        (detail.get("partner").map(String::as_str) == Some(partner)).then_some(())?;
        Some(Self { from: number("from")?, to: number("to")?, count: number("count")?, hash })
    }
}

#[cfg(test)]
pub(crate) mod tests;
