//! How much of something is too much, as the deployment's Caldicott Guardian chooses; refuses what it does not know, and
//! nought. Direct sessions have half of each.
//! Source: audit.md sections 12 and 15.

use serde::Deserialize;
use std::{collections::BTreeSet, num::NonZeroU32};

/// The choices. What is left out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// PO-03: how much of another organisation's safeguarding entries has to be shown.
    pub safeguarding_from: Level,
    /// PO-03: roles whose normal work it is; they have one alert for each organisation and day.
    pub digest_roles: BTreeSet<String>,
    /// PO-13: roles that work with children.
    pub children_roles: BTreeSet<String>,
    /// PO-14: searches that found nobody within ten minutes before one that did. Not halved: there is no search but in direct
    /// access.
    pub find_misses: NonZeroU32,
    /// PO-15: more persons than this within an hour.
    pub persons_an_hour: NonZeroU32,
    /// PO-16: no contact within so many days before and after. Weighed by the gateway as it closes an opening.
    pub contact_days: NonZeroU32,
    /// PO-17: so many days after the last contact. Weighed there, too.
    pub after_contact_days: NonZeroU32,
    /// PO-18: minutes before and after a shift that belong to it.
    pub roster_grace_minutes: NonZeroU32,
    /// PO-19: nobody travels faster, as the crow flies. Not halved.
    pub travel_km_an_hour: NonZeroU32,
    /// PO-20: days within 30 on which one professional opened one person.
    pub days_with_one_person: NonZeroU32,
    /// PO-21: numbers within an hour.
    pub numbers_in_a_row: NonZeroU32,
    /// PO-21: how far apart the first nine digits of the first and the last of them may be.
    pub row_span: NonZeroU32,
    /// PO-22: identity warnings passed over within a week by one professional.
    pub identity_by_professional: NonZeroU32,
    /// PO-22: identity warnings passed over within a day from one host.
    pub identity_from_host: NonZeroU32,
    /// PO-30: prints and downloads within an hour.
    pub prints_an_hour: NonZeroU32,
}

/// How much of a category was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Existence,
    Summary,
    Full,
}

impl Default for Thresholds {
    fn default() -> Self {
        const fn number(n: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(n - 1)
        }
        Self {
            safeguarding_from: Level::Existence,
            digest_roles: ["R5", "R6"].map(str::to_owned).into(),
            children_roles: ["R1", "R2", "R3", "R4", "R5", "R6"].map(str::to_owned).into(),
            find_misses: const { number(3) },
            persons_an_hour: const { number(30) },
            contact_days: const { number(30) },
            after_contact_days: const { number(90) },
            roster_grace_minutes: const { number(60) },
            travel_km_an_hour: const { number(120) },
            days_with_one_person: const { number(5) },
            numbers_in_a_row: const { number(3) },
            row_span: const { number(10) },
            identity_by_professional: const { number(3) },
            identity_from_host: const { number(5) },
            prints_an_hour: const { number(10) },
        }
    }
}

impl Thresholds {
    /// Days for PO-16 and PO-17.
    pub fn of_contact(&self, is_direct: bool) -> (u32, u32) {
        (at_least(self.contact_days, is_direct), at_least(self.after_contact_days, is_direct))
    }
}

impl Level {
    /// As an entry writes it; `None` for `nothing`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "existence" => Some(Level::Existence),
            "summary" => Some(Level::Summary),
            "full" => Some(Level::Full),
            _ => None,
        }
    }
}

/// So many or more; of an odd number the larger half.
pub(super) fn at_least(threshold: NonZeroU32, is_direct: bool) -> u32 {
    if is_direct { threshold.get().div_ceil(2) } else { threshold.get() }
}

/// More than so many. The half of one is one: otherwise everything would be too much.
pub(super) fn more_than(limit: u32, is_direct: bool) -> u32 {
    if is_direct { (limit / 2).max(1) } else { limit }
}
