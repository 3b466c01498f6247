//! Takes the entries of the log one by one in the order of record, gives the privacy officer's alerts that can only be
//! counted over it. It knows no wall clock: the same entries give the same alerts. An alert names an opening or a hash,
//! never a person, a professional or a reason. Never raises what the way in raises by itself.
//! Source: audit.md section 12.

/// The rules, their numbers and how far back each looks.
mod rule;
/// How much of something is too much.
mod thresholds;
/// What the rules see of an entry.
mod seen;
/// What was done lately, by whom.
mod window;
/// PO-03.
mod sensitive;
/// PO-11.
mod leaver;
/// PO-13.
mod child;
/// PO-16, PO-17.
mod contact;
/// PO-18.
mod roster;
/// PO-19.
mod travel;
/// PO-14.
mod searches;
/// PO-15.
mod many;
/// PO-20.
mod again;
/// PO-21.
mod row;
/// PO-22.
mod identity;
/// PO-30.
mod prints;

pub use leaver::Leavers;
pub use roster::Rosters;
pub use rule::Rule;
pub use thresholds::{Level, Thresholds};
pub use travel::Sites;

use crate::{Entry, Millis, hash};
use seen::{Names, Pseudonym, Seen};
use std::collections::HashSet;

/// How much of the log a watch that starts again has to be given first, back from the newest entry: the longest that a
/// rule looks back, and a day in which it catches up with what it has not raised yet.
pub const REPLAY_MS: i64 = 31 * DAY_MS;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Days are those of UTC.
const DAY_MS: i64 = 24 * HOUR_MS;
/// Entries of one log may be this much out of order. What is older set the clock back.
const LATE_MS: i64 = HOUR_MS;
/// After so many entries what is out of date is dropped.
const SWEPT_EVERY: u64 = 4_096;
/// Domain of what an alert is about where that is no opening.
const OCCASION: &str = "shcr-occasion-v1";

/// One alert. The same occasion has the same `rule` and `about` however often the log is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    pub rule: Rule,
    pub version: u16,
    /// The opening that was one too many; otherwise a hash of what names nobody.
    pub about: String,
    /// The entry that was one too many. A digest has none.
    pub index: Option<u64>,
    /// Whose officer is to look, by ODS code.
    pub organisation: String,
    /// In words, the same for everybody.
    pub what: String,
    pub at: Millis,
}

/// What organisations say of their own professionals. What is left out is not watched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    pub leavers: Leavers,
    pub rosters: Rosters,
    pub sites: Sites,
}

/// What is counted. It remembers no longer than its rules look back, and professionals only under a hash whose key is
/// its own.
pub struct Watch {
    thresholds: Thresholds,
    lists: Lists,
    names: Names,
    now: Option<Millis>,
    /// Of a log that is not read from its beginning.
    begins: Begins,
    fed: u64,
    told: Told,
    rules: Rules,
}

/// What each rule remembers.
#[derive(Default)]
struct Rules {
    sensitive: sensitive::Sensitive,
    searches: searches::Searches,
    many: many::Many,
    again: again::Again,
    row: row::Row,
    identity: identity::Identity,
    prints: prints::Prints,
    travel: travel::Travel,
}

/// Where in the log this watch begins.
#[derive(Clone, Copy)]
enum Begins {
    AtTheFirst,
    /// Somewhere later; the moment is the first entry's.
    Later(Option<Millis>),
}

/// A rule's finding, before it is known whether it is new.
struct Tipped {
    rule: Rule,
    /// Whom or what it is told of once a day.
    of: Pseudonym,
    about: String,
    index: Option<u64>,
    organisation: String,
    what: String,
    at: Millis,
}

/// What was told today.
#[derive(Default)]
struct Told {
    day: i64,
    of: HashSet<(Rule, Pseudonym)>,
}

impl Watch {
    /// For a log that is read from its first entry.
    pub fn new(thresholds: Thresholds) -> Self {
        Self::beginning(thresholds, Begins::AtTheFirst)
    }

    /// For a log that is read from somewhere later, [`REPLAY_MS`] before its newest entry at the latest. A rule is silent
    /// until it has seen all that it looks back on, so that nothing is raised that the whole log would not raise.
    pub fn resumed(thresholds: Thresholds) -> Self {
        Self::beginning(thresholds, Begins::Later(None))
    }

    fn beginning(thresholds: Thresholds, begins: Begins) -> Self {
        Self {
            thresholds,
            lists: Lists::default(),
            names: Names::default(),
            now: None,
            begins,
            fed: 0,
            told: Told::default(),
            rules: Rules::default(),
        }
    }

    /// With what organisations say of their professionals.
    pub fn with(self, lists: Lists) -> Self {
        Self { lists, ..self }
    }

    /// The next entry and where it stands.
    pub fn take(&mut self, index: u64, entry: &Entry) -> Vec<Raised> {
        let now = self.tick(entry.at);
        let mut tipped = Vec::new();
        self.rules.sensitive.close_day(now, &mut tipped);
        if let Some(seen) = Seen::of(index, entry, now, &self.names) {
            self.rules.look(&seen, &self.thresholds, &mut tipped);
            tipped.extend(self.lists.leavers.take(&seen));
            tipped.extend(self.lists.rosters.take(&seen, &self.thresholds));
            tipped.extend(self.rules.travel.take(&seen, &self.lists.sites, &self.thresholds));
        }
        self.fed += 1;
        if self.fed.is_multiple_of(SWEPT_EVERY) {
            self.rules.sweep(now);
        }
        let Self { told, begins, .. } = self;
        tipped.retain(|tipped| told.is_new(tipped, now) && begins.covers(tipped));
        tipped.into_iter().map(Tipped::raised).collect()
    }

    /// Never back, but where an entry is so old that the clock before it was wrong.
    fn tick(&mut self, at: Millis) -> Millis {
        let now = match self.now {
            Some(now) if at < now && at >= now.plus_ms(-LATE_MS) => now,
            _ => at,
        };
        self.now = Some(now);
        if let Begins::Later(first @ None) = &mut self.begins {
            *first = Some(now);
        }
        now
    }
}

impl Rules {
    fn look(&mut self, seen: &Seen<'_>, thresholds: &Thresholds, tipped: &mut Vec<Tipped>) {
        self.sensitive.take(seen, thresholds, tipped);
        tipped.extend(child::take(seen, thresholds));
        tipped.extend(contact::take(seen));
        tipped.extend(self.searches.take(seen, thresholds));
        tipped.extend(self.many.take(seen, thresholds));
        tipped.extend(self.again.take(seen, thresholds));
        tipped.extend(self.row.take(seen, thresholds));
        self.identity.take(seen, thresholds, tipped);
        tipped.extend(self.prints.take(seen, thresholds));
    }

    fn sweep(&mut self, now: Millis) {
        self.searches.sweep(now);
        self.many.sweep(now);
        self.again.sweep(now);
        self.row.sweep(now);
        self.identity.sweep(now);
        self.prints.sweep(now);
        self.travel.sweep(now);
    }
}

impl Begins {
    /// Whether all that the rule looked back on was seen.
    fn covers(self, tipped: &Tipped) -> bool {
        match self {
            Begins::AtTheFirst => true,
            Begins::Later(first) => {
                first.is_some_and(|first| first.plus_ms(tipped.rule.looks_back_ms() + LATE_MS) <= tipped.at)
            }
        }
    }
}

impl Told {
    fn is_new(&mut self, tipped: &Tipped, now: Millis) -> bool {
        let today = day(now);
        if today != self.day {
            self.of.clear();
            self.day = today;
        }
        self.of.insert((tipped.rule, tipped.of))
    }
}

impl Tipped {
    /// By the entry just seen.
    fn by(seen: &Seen<'_>, rule: Rule, what: &str) -> Self {
        let opening = seen.entry.opening.as_ref().map(|opening| opening.as_str().to_owned());
        Self {
            rule,
            of: seen.who,
            about: opening.unwrap_or_else(|| occasion(&[seen.entry.key.as_str()])),
            index: Some(seen.index),
            organisation: seen.organisation.to_owned(),
            what: what.to_owned(),
            at: seen.now,
        }
    }

    fn raised(self) -> Raised {
        let Self { rule, about, index, organisation, what, at, .. } = self;
        Raised { rule, version: rule.version(), about, index, organisation, what, at }
    }
}

/// A hash of keys, roles and days: never of anything that names a person or a professional.
fn occasion(parts: &[&str]) -> String {
    let mut said = OCCASION.to_owned();
    for part in parts {
        said.push('\0');
        said.push_str(part);
    }
    hash::hex(&hash::sha256(&[said.as_bytes()]))
}

fn day(now: Millis) -> i64 {
    now.0.div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests;
