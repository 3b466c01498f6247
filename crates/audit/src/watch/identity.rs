//! PO-22: the page that says that host and national record differ was passed over often: within a week by one professional,
//! within a day from one host.

use super::{
    DAY_MS, Rule, Thresholds, Tipped, occasion,
    seen::{Act, Seen},
    thresholds::at_least,
    window::Times,
};
use crate::Millis;

const BY_ONE: &str = "identity warnings were passed over often by one professional";
const FROM_ONE: &str = "identity warnings were passed over often from one host";

pub(super) struct Identity {
    professionals: Times,
    hosts: Times,
}

impl Default for Identity {
    fn default() -> Self {
        Self { professionals: Times::within(7 * DAY_MS), hosts: Times::within(DAY_MS) }
    }
}

impl Identity {
    pub(super) fn take(&mut self, seen: &Seen<'_>, thresholds: &Thresholds, tipped: &mut Vec<Tipped>) {
        if seen.act != Act::IdentityContinued {
            return;
        }
        let by_one = self.professionals.add(seen.who, seen.now);
        if by_one >= at_least(thresholds.identity_by_professional, seen.is_direct) {
            tipped.push(Tipped::by(seen, Rule::IdentityContinued, BY_ONE));
        }
        let Some(host) = seen.host() else { return };
        let from_one = self.hosts.add(host, seen.now);
        if from_one >= at_least(thresholds.identity_from_host, seen.is_direct) {
            // Another occasion than the professional's, though the same entry may be one too many for both.
            let about = occasion(&["host", seen.entry.key.as_str()]);
            tipped.push(Tipped { of: host, about, ..Tipped::by(seen, Rule::IdentityContinued, FROM_ONE) });
        }
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        self.professionals.sweep(now);
        self.hosts.sweep(now);
    }
}
