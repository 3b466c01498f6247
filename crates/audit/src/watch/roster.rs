//! PO-18: a record was opened outside the hours for which the professional is rostered, by the roster of the organisation they say they
//! act for. Judges nobody who is not on it, and no time that it does not cover. Told once a day.

use super::{
    MINUTE_MS, Rule, Thresholds, Tipped,
    seen::{Act, Seen},
    thresholds::at_least,
};
use crate::Millis;
use std::collections::BTreeMap;

const WHAT: &str = "a record was opened outside the professional's rostered hours";

/// Who is rostered when, by organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rosters(BTreeMap<String, Roster>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Roster {
    /// The first beginning and the last end of all.
    covers: (Millis, Millis),
    shifts: BTreeMap<String, Vec<(Millis, Millis)>>,
}

impl Rosters {
    /// `user`: as in a list of leavers. The end of a shift is no part of it.
    pub fn add(&mut self, organisation: &str, user: &str, (from, until): (Millis, Millis)) {
        let empty = || Roster { covers: (from, until), shifts: BTreeMap::new() };
        let roster = self.0.entry(organisation.to_owned()).or_insert_with(empty);
        roster.covers = (roster.covers.0.min(from), roster.covers.1.max(until));
        roster.shifts.entry(user.to_owned()).or_default().push((from, until));
    }

    pub(super) fn take(&self, seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
        if seen.act != Act::Opened {
            return None;
        }
        let (roster, at) = (self.0.get(seen.organisation)?, seen.entry.at);
        let shifts = seen.listed_in(&roster.shifts)?;
        let grace = i64::from(at_least(thresholds.roster_grace_minutes, seen.is_direct)) * MINUTE_MS;
        let is_in = |(from, until): (Millis, Millis), grace: i64| {
            (from.plus_ms(-grace)..until.plus_ms(grace)).contains(&at)
        };
        let is_rostered = shifts.iter().any(|shift| is_in(*shift, grace));
        (is_in(roster.covers, 0) && !is_rostered).then(|| Tipped::by(seen, Rule::OutsideRoster, WHAT))
    }
}
