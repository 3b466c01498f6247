//! Looking for words in a record: how many hold them, and always what was not searched.

use super::entry;
use fhir::ReplyState;

pub const INSIDE_DOCUMENTS: &str = "text inside documents";
pub const ROLE_UNSEARCHED: &str = "what your role does not include";
pub const WHOLE_RECORD: &str = "Back to the whole record";

/// Beside the heading.
pub fn found_count(found: usize) -> String {
    format!("{found} {}", entry(found))
}

/// `3 of 312 entries hold “apixaban”; the others are not shown here.`
pub fn found(found: usize, all: usize, sought: &str) -> String {
    match found {
        0 => format!("None of the {all} entries shown to you holds \u{201c}{sought}\u{201d}."),
        1 => format!("1 of {all} entries holds \u{201c}{sought}\u{201d}; the others are not shown here."),
        n => format!("{n} of {all} entries hold \u{201c}{sought}\u{201d}; the others are not shown here."),
    }
}

pub fn not_searched(left: &[String]) -> String {
    format!("Not searched: {}.", left.join(", "))
}

/// Why a source was not searched, in brackets behind its name.
pub fn why_unsearched(state: &ReplyState) -> &'static str {
    match state {
        ReplyState::Unreadable(_) => "sent an answer we could not show",
        ReplyState::Withheld(_) => "not shown",
        ReplyState::NotShared => "does not share yet",
        ReplyState::NotAsked(_) => "not asked",
        _ => "did not answer",
    }
}
