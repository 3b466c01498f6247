//! An opening that rests on the professional's own word: raised for the privacy officer, and put on the list of what a second
//! person of their organisation looks at. Recorded before the opening is (HAZ-048).

use crate::{
    clock,
    entries::{self, Story},
    program::{Program, alerts::Rule, doors::refused},
};
use access::{
    Launch, Refusal,
    launch::{Route, direct::Direct},
    session as secret,
};
use audit::{Entry, Millis};
use web::gateway::Refused;

const SELF_CLAIMED: &str = "self-claimed";

impl Program {
    /// Does nothing for a launch that a host vouches for.
    pub(crate) async fn account_for_own_word(&self, launch: &Launch, story: &Story) -> Result<(), Refused> {
        let (about, now) = (story.opening.as_str(), clock::millis());
        let is_reviewed = |direct: &Direct| direct.is_reviewed(&secret::hash(about.as_bytes()));
        let entries = own_word(launch, about, self.direct.as_ref().is_none_or(is_reviewed), now);
        if entries.is_empty() {
            return Ok(());
        }
        match self.store.append(entries, now).await {
            Ok(_) => Ok(()),
            Err(_) => Err(refused(Refusal::CannotRecord)),
        }
    }
}

/// `about`: the opening.
fn own_word(launch: &Launch, about: &str, is_reviewed: bool, at: Millis) -> Vec<Entry> {
    if !launch.relationship_codes().contains(SELF_CLAIMED) {
        return Vec::new();
    }
    let what = "a record is opened on the professional's own word";
    let raised = entries::raised(Rule::SelfClaimed.id(), about, what, at);
    let is_listed = launch.route == Route::Direct && is_reviewed;
    vec![if is_listed { entries::to_review(raised, launch.organisation.ods.as_str()) } else { raised }]
}

#[cfg(test)]
mod tests;
