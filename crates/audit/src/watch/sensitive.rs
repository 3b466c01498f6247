//! PO-03: safeguarding, or mental health in full, of another organisation was shown. Takes disclosures by what was asked of
//! the source, since entries name no item: where a source answered and may have held such a thing, it counts as shown.
//! Roles whose normal work it is have one alert for each organisation and day, with how many openings there were.

use super::{DAY_MS, Level, Rule, Thresholds, Tipped, day, occasion, seen::Act, seen::Pseudonym, seen::Seen};
use crate::{Millis, SourceLine};
use std::collections::{BTreeMap, HashSet};

const SAFEGUARDING: &str = "safeguarding";
const MENTAL_HEALTH: &str = "mental-health";
/// The source said that it has nothing.
const EMPTY: &str = "answered-empty";
const SHOWN: &str = "sensitive records of another organisation were shown";

/// The digests of one day.
#[derive(Default)]
pub(super) struct Sensitive {
    day: i64,
    digests: BTreeMap<(String, String), Digest>,
}

struct Digest {
    of: Pseudonym,
    openings: HashSet<Pseudonym>,
}

impl Sensitive {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds, tipped: &mut Vec<Tipped>) {
        let sources = &seen.entry.sources;
        let is_shown = |line: &SourceLine| is_sensitive(line, seen.organisation, thresholds);
        if seen.act != Act::Disclosed || !sources.iter().any(is_shown) {
            return;
        }
        let Some(opening) = &seen.entry.opening else { return };
        let opening = seen.other(&["opening", opening.as_str()]);
        if thresholds.digest_roles.contains(seen.role) {
            let group = (seen.organisation.to_owned(), seen.role.to_owned());
            let of = seen.other(&["digest", seen.organisation, seen.role, &self.day.to_string()]);
            let digest = self.digests.entry(group).or_insert(Digest { of, openings: HashSet::new() });
            digest.openings.insert(opening);
        } else {
            tipped.push(Tipped { of: opening, ..Tipped::by(seen, Rule::SensitiveElsewhere, SHOWN) });
        }
    }

    /// Once the day is over, by the first entry of another.
    pub(super) fn close_day(&mut self, now: Millis, tipped: &mut Vec<Tipped>) {
        let ended = std::mem::replace(&mut self.day, day(now));
        if ended == self.day {
            return;
        }
        for ((organisation, role), digest) in std::mem::take(&mut self.digests) {
            let openings = digest.openings.len();
            tipped.push(Tipped {
                rule: Rule::SensitiveElsewhere,
                of: digest.of,
                about: occasion(&["digest", &organisation, &role, &ended.to_string()]),
                index: None,
                what: format!(
                    "{SHOWN} to role {role}, whose normal work it is; openings that day: {openings}"
                ),
                organisation,
                at: Millis(ended.saturating_add(1).saturating_mul(DAY_MS)),
            });
        }
    }
}

fn is_sensitive(line: &SourceLine, own: &str, thresholds: &Thresholds) -> bool {
    let level = |category| line.categories.get(category).and_then(|level| Level::parse(level));
    let is_elsewhere = line.partner.as_deref() != Some(own);
    is_elsewhere
        && line.state.as_deref() != Some(EMPTY)
        && (level(SAFEGUARDING) >= Some(thresholds.safeguarding_from)
            || level(MENTAL_HEALTH) == Some(Level::Full))
}
