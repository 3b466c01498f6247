//! What stands beside the launch when a decision is taken: the person's word, and an exception under way. Nothing in it
//! tells who anybody is.

use crate::Objection;
use fhir::{Category, OdsCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The plain case is the default: no objection, no exception.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Circumstances {
    /// To sharing through this record at all.
    pub objection: Objection,
    /// Partners whose own record the person has objected to sharing.
    pub objected_to: BTreeSet<OdsCode>,
    pub break_glass: Option<BreakGlass>,
}

/// An exception a professional has asked for and been given, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Of the closed list [`BREAK_GLASS_REASONS`].
    pub reason: String,
    /// The classes named before it was confirmed, and no others.
    pub opens: BTreeSet<Category>,
    /// It was asked for on the page of an objection, and named as going against it. No other goes against one.
    pub over_objection: bool,
}

/// Why the glass may be broken.
pub const BREAK_GLASS_REASONS: [&str; 4] = ["emergency", "safeguarding", "court-or-statute", "person-agreed"];

/// Of these, the ones for which an objection may be overridden (HAZ-022).
pub const OBJECTION_OVERRIDES: [&str; 3] = ["emergency", "safeguarding", "court-or-statute"];

impl From<Objection> for Circumstances {
    fn from(objection: Objection) -> Self {
        Self { objection, ..Self::default() }
    }
}
