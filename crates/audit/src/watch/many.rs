//! PO-15: more persons within an hour than the role's professionals open in 999 of 1,000 hours, or than the threshold.
//! An hour counts for what is usual where the professional opened anybody in it; the days are the 28 whole ones before
//! today. Of a role with fewer than 1,000 such hours nothing is usual yet, and the threshold alone counts.

use super::{
    DAY_MS, HOUR_MS, Rule, Thresholds, Tipped, day,
    seen::{Act, Pseudonym, Seen},
    thresholds::more_than,
    window::Numbers,
};
use crate::Millis;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const DAYS: i64 = 28;
const LEAST_HOURS: u64 = 1_000;
const PER_MILLE: u64 = 999;
const WHAT: &str = "more persons within one hour than is usual for the role or than the threshold allows";

pub(super) struct Many {
    lately: Numbers,
    usual: Usual,
}

impl Default for Many {
    fn default() -> Self {
        Self { lately: Numbers::within(HOUR_MS), usual: Usual::default() }
    }
}

impl Many {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
        if seen.act != Act::Opened {
            return None;
        }
        let number = seen.number()?;
        let role = Role::of(seen.role);
        let usual = self.usual.take(role, (seen.who, number), seen.now);
        let limit = thresholds.persons_an_hour.get();
        let limit = more_than(usual.map_or(limit, |usual| usual.min(limit)), seen.is_direct);
        let persons = self.lately.add(seen.who, number, seen.now).len();
        let is_many = u32::try_from(persons).is_ok_and(|persons| persons > limit);
        is_many.then(|| Tipped::by(seen, Rule::ManyPersons, WHAT))
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        self.lately.sweep(now);
    }
}

/// `R1` to `R11`; 0 for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Role(u8);

impl Role {
    fn of(name: &str) -> Self {
        let number = name.strip_prefix('R').and_then(|number| number.parse().ok());
        Self(number.filter(|number| (1..=11).contains(number)).unwrap_or(0))
    }
}

/// How many persons in an hour, and in how many hours.
type Hours = BTreeMap<(Role, u32), u64>;

/// What is usual.
#[derive(Default)]
struct Usual {
    /// The hour under way, and whom each professional opened in it.
    hour: i64,
    opened: HashMap<(Pseudonym, Role), BTreeSet<u32>>,
    days: BTreeMap<i64, Hours>,
    /// As of the beginning of which day.
    today: i64,
    limits: BTreeMap<Role, u32>,
}

impl Usual {
    /// Gives the most persons an hour that are usual for the role, if that is known.
    fn take(&mut self, role: Role, (who, number): (Pseudonym, u32), now: Millis) -> Option<u32> {
        let hour = now.0.div_euclid(HOUR_MS);
        if hour != self.hour {
            self.close_hour();
            self.hour = hour;
        }
        let today = day(now);
        if today != self.today {
            self.days.retain(|day, _| (today.saturating_sub(DAYS)..today).contains(day));
            self.limits = limits(&self.days);
            self.today = today;
        }
        self.opened.entry((who, role)).or_default().insert(number);
        self.limits.get(&role).copied()
    }

    fn close_hour(&mut self) {
        if self.opened.is_empty() {
            return;
        }
        let hours = self.days.entry(self.hour.div_euclid(DAY_MS / HOUR_MS)).or_default();
        for ((_, role), persons) in self.opened.drain() {
            let persons = u32::try_from(persons.len()).unwrap_or(u32::MAX);
            *hours.entry((role, persons)).or_default() += 1;
        }
    }
}

fn limits(days: &BTreeMap<i64, Hours>) -> BTreeMap<Role, u32> {
    let mut of: BTreeMap<Role, BTreeMap<u32, u64>> = BTreeMap::new();
    for ((role, persons), hours) in days.values().flatten() {
        *of.entry(*role).or_default().entry(*persons).or_default() += hours;
    }
    of.into_iter().filter_map(|(role, hours)| Some((role, limit(&hours)?))).collect()
}

/// The smallest number of persons that 999 of 1,000 hours do not pass.
fn limit(hours: &BTreeMap<u32, u64>) -> Option<u32> {
    let all: u64 = hours.values().sum();
    let mut so_far = 0;
    let limit = hours.iter().find(|(_, hours)| {
        so_far += **hours;
        so_far * 1_000 >= all * PER_MILLE
    });
    limit.filter(|_| all >= LEAST_HOURS).map(|(persons, _)| *persons)
}
