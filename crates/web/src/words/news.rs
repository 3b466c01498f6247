//! What came since somebody last looked: the period always in words, and what the list cannot tell.

use super::{and, entry};
use crate::page::LastLook;
use jiff::{SignedDuration, Timestamp};

pub const FIRST_TIME: &str = "First time you open this record: last 14 days.";
pub const LAST_LOOK_UNKNOWN: &str = "When you last looked could not be read: last 14 days.";
pub const BY_THE_DAY: &str =
    "By the day a source received or recorded an entry; an entry is new again when its source changes it.";
pub const PERHAPS_BEFORE: &str = "may have been here when you last looked";

/// `since you last looked (08-Nov-2026 09:12)`
pub fn since_last_looked(at: Timestamp) -> String {
    format!("since you last looked ({})", fhir::date::minute(at))
}

/// Beside the heading: `6 since you last looked (08-Nov-2026 09:12)`.
pub fn new_entries(count: usize, period: &str) -> String {
    format!("{count} {period}")
}

/// `6 of 21 entries of the last 3 months are shown: those since you last looked (08-Nov-2026 09:12).`
pub fn new_shown(count: usize, all: usize, period: &str) -> String {
    match (count, all) {
        (1, 1) => return format!("1 entry {period} is shown."),
        (n, all) if n == all => return format!("All {all} entries {period} are shown."),
        _ => {}
    }
    format!("{count} of {all} {} of the last 3 months shown: those {period}.", entry(all))
}

/// What is said of the last look where no period begins with it.
pub fn looked(last: LastLook, longest_days: i64, now: Timestamp) -> Option<String> {
    match last {
        LastLook::Never => Some(FIRST_TIME.to_owned()),
        LastLook::Unknown => Some(LAST_LOOK_UNKNOWN.to_owned()),
        LastLook::At(at) => {
            let is_long_ago = now.duration_since(at) > SignedDuration::from_hours(longest_days * 24);
            is_long_ago.then(|| {
                format!("You last looked {}, more than 3 months ago: what came before the last 3 months is in the chapters.", fhir::date::minute(at))
            })
        }
    }
}

/// `GP and MH give no time received for some entries: …`
pub fn no_time_received(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "gives" } else { "give" };
    format!(
        "{} {verb} no time received for some entries. These go by their own date, so an older one that came since is not listed here.",
        and(names)
    )
}

pub fn not_placed_in_time(entries: usize) -> String {
    match entries {
        1 => "1 entry may or may not be of this time: it has no date, or only a month or a year.".to_owned(),
        n => format!(
            "{n} entries may or may not be of this time: they have no date, or only a month or a year."
        ),
    }
}

/// A source that stores everything anew makes everything new.
pub fn more_than_listed(listed: usize, more: usize) -> String {
    format!("The {listed} newest are listed. {more} more of the last 3 months stand in the chapters only.")
}

/// `MH did not answer when you last looked: …`
pub fn unheard_then(names: &[&str]) -> String {
    format!(
        "{} did not answer when you last looked: what was held there before then is not listed as new.",
        and(names)
    )
}
