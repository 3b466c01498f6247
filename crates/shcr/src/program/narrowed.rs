//! Takes what a page was allowed to show, says whether the agreement in force still allows as much. Where it does not, the view
//! ends: what stands on the page cannot be taken back line by line. What it may show more of it shows when it is opened again.
//! Source: access.md section 4 (4); HAZ-003, HAZ-047.

use super::Program;
use crate::{clock, opening::session::Entered};
use access::{
    Launch, Permit, Policy, Refusal,
    policy::{Circumstances, Unit},
    session::{self, SessionContent},
};
use audit::Millis;
use federation::SourceConfig;
use fhir::{Category, Level, SourceId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Under this the store keeps what a view shows.
const NOTE: &str = "shown";

/// The agreement in force, as open views ask it: which it is, and what it gives now.
pub(crate) trait InForce: Send + Sync {
    fn id(&self) -> String;
    fn permits(&self, launch: &Launch, beside: &Circumstances) -> Result<Permit, Refusal>;
}

impl InForce for Policy {
    fn id(&self) -> String {
        Policy::id(self).to_owned()
    }

    fn permits(&self, launch: &Launch, beside: &Circumstances) -> Result<Permit, Refusal> {
        self.decide(launch, beside)
    }
}

/// The most that one page shows: no content, no person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// The agreement it was decided under.
    policy: String,
    levels: Vec<(SourceId, Category, Level)>,
    /// Less of some parts of the sources.
    #[serde(default)]
    units: Vec<(SourceId, Unit, Category, Level)>,
    /// Which practice was asked.
    #[serde(default)]
    practice: Option<Unit>,
}

impl Shown {
    fn of(policy: String, permit: &Permit, sources: &[SourceConfig]) -> Self {
        let slices =
            sources.iter().flat_map(|source| Category::ALL.map(|category| (source.id.clone(), category)));
        let levels = slices.map(|(source, category)| {
            let level = permit.level(&source, category);
            (source, category, level)
        });
        let of_units = |source: &SourceConfig| {
            let units = permit.units(&source.id);
            let id = source.id.clone();
            units
                .map(move |(unit, category, level)| (id.clone(), unit.clone(), category, level))
                .collect::<Vec<_>>()
        };
        Self {
            policy,
            levels: levels.filter(|(_, _, level)| *level > Level::Nothing).collect(),
            units: sources.iter().flat_map(of_units).collect(),
            practice: permit.practice().cloned(),
        }
    }

    /// Decided anew only where another agreement is in force than the page was made under; with what stands beside the launch,
    /// so that emergency access does not end by a change that leaves it alone.
    pub(crate) fn is_still_permitted(&self, content: &SessionContent, now: &dyn InForce) -> bool {
        if self.policy == now.id() {
            return true;
        }
        let beside = content.circumstances(clock::now());
        let Ok(permit) = now.permits(&content.launch, &beside) else { return false };
        let permit = permit.at_unit(self.practice.clone());
        let allows = |(source, category, level): &(SourceId, Category, Level)| {
            let mut units = permit.units(source).filter(|(_, of, _)| of == category);
            permit.level(source, *category) >= *level
                && units
                    .all(|(unit, _, left)| left >= self.of_unit(source, unit, *category).unwrap_or(*level))
        };
        self.levels.iter().all(allows)
    }

    /// What it shows of a part of a source, where that is less.
    fn of_unit(&self, source: &SourceId, unit: &Unit, category: Category) -> Option<Level> {
        let is_it = |(of, own, what, _): &&(SourceId, Unit, Category, Level)| {
            (of, own, *what) == (source, unit, category)
        };
        self.units.iter().find(is_it).map(|(_, _, _, level)| *level)
    }
}

impl Program {
    fn in_force(&self) -> Arc<Policy> {
        self.policy()
    }

    /// What an opening shows at most, under the agreement in force.
    pub(crate) fn shows_at_most(&self, permit: &Permit) -> Shown {
        Shown::of(InForce::id(&*self.in_force()), permit, self.federation.sources())
    }

    /// Remembers what this opening shows at most, for whichever replica is asked about the view later. In doubt it is
    /// remembered as it was at the opening before.
    pub(crate) async fn remember_shown(&self, entered: &Entered, permit: &Permit) -> Shown {
        let shown = self.shows_at_most(permit);
        let content = serde_json::to_vec(&shown).unwrap_or_default();
        if self.store.put_note(NOTE, &name(&entered.sid), &content, entered.absolute_until).await.is_err() {
            tracing::warn!("what a view shows could not be remembered");
        }
        shown
    }

    /// Whether a view that is open may stay as it is.
    pub(crate) fn may_still_show(&self, shown: &Shown, content: &SessionContent) -> bool {
        shown.is_still_permitted(content, &*self.in_force())
    }

    /// The same for a view whose page is whole and only asks whether it lives. One that shows nothing yet may stay.
    pub(crate) async fn still_stands(&self, entered: &Entered) -> bool {
        let now: Millis = clock::millis();
        let Ok(Some(note)) = self.store.note(NOTE, &name(&entered.sid), now).await else { return true };
        let shown = serde_json::from_slice::<Shown>(&note).ok();
        shown.is_none_or(|shown| self.may_still_show(&shown, &entered.content))
    }
}

fn name(sid: &[u8; 32]) -> String {
    session::hex(&session::hash(sid))
}

#[cfg(test)]
mod tests;
