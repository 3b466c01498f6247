//! What became of each alert: takes the alerts and their steps in the order of record, gives those that are overdue and those that
//! nobody was told of. Closed ones are forgotten.

use super::working_days;
use crate::program::office::is_alert;
use audit::{Entry, Millis, cause};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU16,
};

/// What is told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    Raised,
    /// Nobody took it on.
    Escalated,
}

impl Word {
    pub(super) fn name(self) -> &'static str {
        match self {
            Word::Raised => "raised",
            Word::Escalated => "escalated",
        }
    }

    /// The step that says it was told.
    pub(super) fn told(self) -> &'static str {
        match self {
            Word::Raised => cause::TOLD,
            Word::Escalated => cause::ESCALATION_TOLD,
        }
    }
}

/// Alerts that nobody has closed, by where they stand.
#[derive(Default)]
pub(super) struct Cases(BTreeMap<u64, Case>);

struct Case {
    rule: String,
    at: Millis,
    taken: bool,
    escalated: bool,
    told: BTreeSet<&'static str>,
}

impl Cases {
    /// The next entry of the kind.
    pub(super) fn take(&mut self, index: u64, entry: &Entry) {
        let cause = entry.cause.as_deref().unwrap_or_default();
        match entry.detail.get("alert").map(|alert| alert.parse()) {
            Some(Ok(alert)) => self.step(alert, cause),
            None if is_alert(entry) => {
                let case = Case {
                    rule: cause.to_owned(),
                    at: entry.at,
                    taken: false,
                    escalated: false,
                    told: BTreeSet::new(),
                };
                self.0.insert(index, case);
            }
            _ => {}
        }
    }

    pub(super) fn step(&mut self, alert: u64, step: &str) {
        let Some(case) = self.0.get_mut(&alert) else { return };
        match step {
            cause::TAKEN => case.taken = true,
            cause::ESCALATED => case.escalated = true,
            cause::JUSTIFIED | cause::BREACH => {
                self.0.remove(&alert);
            }
            _ => {
                let told = [Word::Raised, Word::Escalated].map(Word::told).into_iter();
                case.told.extend(told.filter(|told| *told == step));
            }
        }
    }

    /// Those nobody took on within so many working days.
    pub(super) fn overdue(&self, now: Timestamp, days: NonZeroU16) -> Vec<u64> {
        let is_overdue = |case: &Case| {
            let raised = Timestamp::from_millisecond(case.at.0).unwrap_or(now);
            !case.taken && !case.escalated && working_days::after(raised, days) <= now
        };
        self.0.iter().filter(|(_, case)| is_overdue(case)).map(|(index, _)| *index).collect()
    }

    /// What nobody was told of: alerts of those rules, and escalations of all.
    pub(super) fn untold(&self, rules: &BTreeSet<String>) -> Vec<(u64, Word)> {
        let wanted = |(index, case): (&u64, &Case)| {
            let raised = rules.contains(&case.rule).then_some((*index, Word::Raised));
            let escalated = case.escalated.then_some((*index, Word::Escalated));
            let untold = |(_, word): &(u64, Word)| !case.told.contains(word.told());
            raised.into_iter().chain(escalated).filter(untold).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(wanted).collect()
    }
}

#[cfg(test)]
mod tests;
