//! Figures in words: takes the counts, gives them by name in groups, the same for the officers' page and the command line.

use audit::figures::{Alerts, Figures};
use std::collections::BTreeMap;

pub(crate) const WAYS: &str = "openings by way in";
pub(crate) const ORGANISATIONS: &str = "openings by organisation";
pub(crate) const ROLES: &str = "openings by role";
/// The group of how sources ended.
pub(crate) const SOURCE: &str = "source";

/// A group's name, which may be empty, and its counts.
pub(crate) type Group = (String, Vec<(String, u64)>);

pub(crate) fn groups(figures: &Figures) -> Vec<Group> {
    let whole = [
        ("openings", figures.openings),
        ("documents opened", figures.documents),
        ("direct access", figures.direct),
        ("encrypted address", figures.legacy),
        ("emergency access", figures.break_glass),
        ("emergency access over an objection", figures.over_objection),
        ("interruptions passed", figures.overrides),
    ];
    let whole = whole.map(|(name, count)| (name.to_owned(), count)).to_vec();
    let by = |what: &str, counts: &BTreeMap<String, u64>| {
        (what.to_owned(), counts.iter().map(|(name, count)| (name.clone(), *count)).collect())
    };
    let ways = [
        by(WAYS, &figures.by_route),
        by(ORGANISATIONS, &figures.by_organisation),
        by(ROLES, &figures.by_role),
    ];
    let ended = figures.states.iter().flat_map(|(source, states)| {
        states.iter().map(move |(state, count)| (format!("{source} {state}"), *count))
    });
    let sources = (SOURCE.to_owned(), ended.collect());
    std::iter::once((String::new(), whole)).chain(ways).chain([sources]).collect()
}

/// Of those closed, how many were a breach: `25 %`. `None` while none is closed.
pub(crate) fn precision(alerts: Alerts) -> Option<String> {
    alerts.precision().map(|share| format!("{:.0} %", share * 100.0))
}
