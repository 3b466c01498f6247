//! Takes entries in the order of record, gives counts that everybody may read: openings, how sources ended, exceptions, and
//! alerts with what became of them. No person, professional, host or reason is in them.
//! Source: audit.md section 11, figures.

use crate::{
    Entry, Kind,
    cause::{BREACH, EMERGENCY_BEGINS, JUSTIFIED, REVIEW},
};
use std::collections::{BTreeMap, HashMap};

const DOCUMENT: &str = "document";
const OVER_OBJECTION: &str = "over-objection";
/// An interruption that was passed: `identity differs: continued`, `household: continued`.
const PASSED: [&str; 2] = [": continued", ": reason given"];

/// The counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Of records.
    pub openings: u64,
    /// Of single documents; none of them is counted elsewhere.
    pub documents: u64,
    pub by_route: BTreeMap<String, u64>,
    /// By ODS code.
    pub by_organisation: BTreeMap<String, u64>,
    pub by_role: BTreeMap<String, u64>,
    /// Source → state → how often an opening ended with it, swept ones included.
    pub states: BTreeMap<String, BTreeMap<String, u64>>,
    /// Emergency access begun.
    pub break_glass: u64,
    /// Emergency access begun although the person objects.
    pub over_objection: u64,
    /// Interruptions passed.
    pub overrides: u64,
    pub direct: u64,
    pub legacy: u64,
    /// By the rule's number.
    pub alerts: BTreeMap<String, Alerts>,
}

/// The alerts of one rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alerts {
    pub raised: u64,
    pub justified: u64,
    pub breaches: u64,
}

impl Alerts {
    /// Of those closed, the share that was a breach; `None` while none is closed.
    pub fn precision(self) -> Option<f64> {
        let closed = self.justified + self.breaches;
        // Counts of alerts are far below what a float holds exactly.
        (closed > 0).then(|| self.breaches as f64 / closed as f64)
    }

    pub fn not_closed(self) -> u64 {
        self.raised.saturating_sub(self.justified + self.breaches)
    }
}

/// Entries with where they stand. An alert raised before the first of them is not counted, and neither is its end.
pub fn figures<'a>(entries: impl IntoIterator<Item = (u64, &'a Entry)>) -> Figures {
    let mut count = Count::default();
    entries.into_iter().for_each(|(index, entry)| count.take(index, entry));
    count.done()
}

/// The same, entry by entry, for whoever does not have them all at once.
#[derive(Default)]
pub struct Count {
    figures: Figures,
    /// The rule of each alert, by where it stands.
    raised: HashMap<u64, String>,
}

impl Count {
    pub fn take(&mut self, index: u64, entry: &Entry) {
        match entry.kind {
            Kind::Open => self.figures.opened(entry),
            Kind::Close | Kind::Sweep => self.figures.ended(entry),
            Kind::Override => self.figures.overridden(entry),
            Kind::Alert => self.figures.alert(index, entry, &mut self.raised),
            _ => {}
        }
    }

    pub fn done(self) -> Figures {
        self.figures
    }
}

impl Figures {
    fn opened(&mut self, entry: &Entry) {
        if entry.flags.iter().any(|flag| flag == DOCUMENT) {
            self.documents += 1;
            return;
        }
        self.openings += 1;
        if let Some(how) = &entry.how {
            count(&mut self.by_route, &how.route);
            self.direct += u64::from(how.route == "direct");
            self.legacy += u64::from(how.route == "legacy");
        }
        if let Some(who) = &entry.who {
            count(&mut self.by_organisation, &who.organisation);
            count(&mut self.by_role, &who.role);
        }
    }

    fn ended(&mut self, entry: &Entry) {
        for line in &entry.sources {
            if let Some(state) = &line.state {
                count(self.states.entry(line.source.clone()).or_default(), state);
            }
        }
    }

    fn overridden(&mut self, entry: &Entry) {
        let cause = entry.cause.as_deref().unwrap_or_default();
        if cause == EMERGENCY_BEGINS {
            self.break_glass += 1;
            self.over_objection += u64::from(entry.flags.iter().any(|flag| flag == OVER_OBJECTION));
        }
        self.overrides += u64::from(PASSED.iter().any(|passed| cause.ends_with(passed)));
    }

    /// `raised`: the rule of each alert, by where it stands.
    fn alert(&mut self, index: u64, entry: &Entry, raised: &mut HashMap<u64, String>) {
        let cause = entry.cause.as_deref().unwrap_or_default();
        match entry.detail.get("alert").map(|alert| alert.parse()) {
            Some(Ok(alert)) => {
                let alerts = raised.get(&alert).and_then(|rule: &String| self.alerts.get_mut(rule));
                let Some(alerts) = alerts else { return };
                alerts.justified += u64::from(cause == JUSTIFIED);
                alerts.breaches += u64::from(cause == BREACH);
            }
            None if is_rule(cause) => {
                self.alerts.entry(cause.to_owned()).or_default().raised += 1;
                raised.insert(index, cause.to_owned());
            }
            _ => {}
        }
    }
}

/// `PO-14`, `OP-01`, or a review. What an operator did about a source is an entry of that kind too, and no alert.
fn is_rule(cause: &str) -> bool {
    let is_numbered = |(letters, number): (&str, &str)| {
        letters.bytes().all(|b| b.is_ascii_uppercase())
            && letters.len() == 2
            && number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
    };
    cause == REVIEW || cause.split_once('-').is_some_and(is_numbered)
}

fn count(of: &mut BTreeMap<String, u64>, what: &str) {
    if let Some(so_far) = of.get_mut(what) {
        *so_far += 1;
    } else {
        of.insert(what.to_owned(), 1);
    }
}

#[cfg(test)]
mod tests;
