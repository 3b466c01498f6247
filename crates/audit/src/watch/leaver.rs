//! PO-11: somebody who had left or was suspended did something, by the list of the organisation they say they act for. Told once a day.

use super::{
    Rule, Tipped,
    seen::{Act, Seen},
};
use crate::Millis;
use std::collections::BTreeMap;

const WHAT: &str = "a professional who had left or was suspended did something";

/// Who has left or is suspended, by organisation, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leavers(BTreeMap<String, BTreeMap<String, Millis>>);

impl Leavers {
    /// `user`: an SDS user id, or a host's client id, `/`, and its own id of the professional. The earliest moment stands.
    pub fn add(&mut self, organisation: &str, user: &str, since: Millis) {
        let of = self.0.entry(organisation.to_owned()).or_default();
        let moment = of.entry(user.to_owned()).or_insert(since);
        *moment = since.min(*moment);
    }

    pub(super) fn take(&self, seen: &Seen<'_>) -> Option<Tipped> {
        let listed = seen.listed_in(self.0.get(seen.organisation)?)?;
        // An opening ends by itself.
        (*listed <= seen.entry.at && seen.act != Act::Closed).then(|| Tipped::by(seen, Rule::Leaver, WHAT))
    }
}
