//! PO-16, PO-17: a record was opened though the person had no contact with the professional's organisation about that time, or none for
//! long. The gateway works that out from what it gathered and writes it as a flag into the close; no day of a contact is in it.

use super::{
    Rule, Tipped,
    seen::{Act, Seen},
};
use crate::cause::{LONG_AFTER_CONTACT, NO_RECENT_CONTACT};

const NONE: &str = "opened though no contact with the professional's organisation is near that day";
const LONG: &str = "opened long after the last contact with the professional's organisation";

/// Once for each opening. Whoever had the last contact long ago has none near either: one alert says both.
pub(super) fn take(seen: &Seen<'_>) -> Option<Tipped> {
    let has = |mark: &str| seen.entry.flags.iter().any(|flag| flag == mark);
    let (rule, what) = match (has(LONG_AFTER_CONTACT), has(NO_RECENT_CONTACT)) {
        (true, _) => (Rule::LongAfterContact, LONG),
        (false, true) => (Rule::NoRecentContact, NONE),
        (false, false) => return None,
    };
    let opening = seen.entry.opening.as_ref().filter(|_| seen.act == Act::Closed)?;
    Some(Tipped { of: seen.other(&["opening", opening.as_str()]), ..Tipped::by(seen, rule, what) })
}
