//! Takes prose of a section, gives what it says of the section: banners, and the sentences that stand in place of a table.
//! Only "No '…' data is recorded" may ever read as empty (HAZ-006, HAZ-009, HAZ-010).
//! Source: GP Connect 0.7 HTML layout guide and the wordings of four suppliers; sources.md section 3.

use super::outline::Banner;
use super::text::folded;

/// What one piece of prose says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing is recorded.
    Nothing,
    /// The system cannot send it, or does not store it.
    NotShared,
    Denied,
    /// "This data may still exist in the source system": belongs to the sentence before it.
    Continued,
    Confidential,
    InTransit,
    /// What the section holds and from when.
    Banner,
    Other,
}

/// `No 'Encounters' data is recorded for this patient.` names one section; a longer text says more than that.
const NAME_MAX: usize = 80;

pub(super) fn said(text: &str, banner: Option<Banner>) -> Said {
    let words = folded(text);
    if is_nothing(&words) {
        return Said::Nothing;
    }
    if words.starts_with("access is denied to ") {
        return Said::Denied;
    }
    if words.starts_with("this system does not support retrieval of ")
        || words.contains(" data is not supported by this system")
    {
        return Said::NotShared;
    }
    if words.starts_with("this data may still exist in the source system") {
        return Said::Continued;
    }
    match banner {
        Some(Banner::Transfer) => Said::InTransit,
        Some(Banner::Exclusion) => Said::Confidential,
        _ if is_period(&words) => Said::Banner,
        _ if is_in_transit(&words) => Said::InTransit,
        _ if is_confidential(&words) => Said::Confidential,
        Some(Banner::Other) => Said::Banner,
        None => Said::Other,
    }
}

/// The name of the section or subsection a sentence is about.
pub(super) fn about(text: &str) -> Option<String> {
    let words = folded(text);
    let rest = ["no ", "access is denied to ", "this system does not support retrieval of "];
    let rest = rest.iter().find_map(|start| words.strip_prefix(start)).unwrap_or(&words);
    rest.split_once(" data").map(|(name, _)| name.to_owned()).filter(|name| name.len() <= NAME_MAX)
}

/// A row that stands only for an entry the practice holds back.
pub(super) fn is_held_back(cell: &str) -> bool {
    let words = folded(cell);
    let stars = words.len() > 4 && words.bytes().all(|b| b == b'*');
    stars
        || words == "excluded items"
        || words.starts_with("event has been made private by another organisation")
}

fn is_nothing(words: &str) -> bool {
    let name =
        words.strip_prefix("no ").and_then(|rest| rest.strip_suffix(" data is recorded for this patient"));
    name.is_some_and(|name| name.len() <= NAME_MAX && !name.contains(['.', ';']))
}

fn is_period(words: &str) -> bool {
    const STARTS: [&str; 7] = [
        "for the period ",
        "for the selected date range ",
        "all relevant items",
        "all data items ",
        "data items from ",
        "data items until ",
        "date filter not applied",
    ];
    STARTS.iter().any(|start| words.starts_with(start))
}

fn is_in_transit(words: &str) -> bool {
    let moves = ["transfer", "in transit", "gp2gp"].iter().any(|word| words.contains(word));
    let lacks =
        ["not yet", "incomplete", "underway", "pending", "no record of successful", "has been excluded"];
    moves && lacks.iter().any(|word| words.contains(word))
}

fn is_confidential(words: &str) -> bool {
    let held = ["excluded", "removed", "hidden", "suppressed", "withheld"];
    let why = ["confidential", "patient preference", "sharing rules", "privacy"];
    held.iter().any(|word| words.contains(word)) && why.iter().any(|word| words.contains(word))
}
