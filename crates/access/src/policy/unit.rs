//! A part of a partner by the code its own data has for it: a practice, a site, a ward, a service, a team. Takes a code, gives it
//! folded for comparing, or nothing where it cannot be one; and what the units of each source let out, never more than the source
//! (HAZ-047). Source: ODS codes; FHIR R4 `id` and `Identifier.value`.

use super::{
    Grant, PartnerKind, Policy, SourceFacts,
    engine::Slice,
    facts::Facts,
    permit::{OfUnit, OfUnits},
};
use fhir::{Category, Level, OdsCode, SourceId};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

/// The longest that FHIR lets an id be.
const LENGTH_MAX: usize = 64;

/// The code of a unit, in small letters: nobody names two wards by the case of a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(String);

impl Unit {
    /// Letters, digits, `-`, `.`, `_` and `:`, at most 64; `None` for anything else.
    pub fn parse(code: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
        let is_one = (1..=LENGTH_MAX).contains(&code.len()) && code.chars().all(fits);
        is_one.then(|| Self(code.to_ascii_lowercase()))
    }

    pub fn of_practice(ods: &OdsCode) -> Self {
        Self(ods.as_str().to_ascii_lowercase())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Policy {
    /// The practices, and the units of other sources, that let out less to this asker than their source: by the same rules, and
    /// never above it whatever those say.
    pub(super) fn of_units(
        &self,
        facts: &Facts,
        whole: &BTreeMap<(SourceId, Category), Grant>,
    ) -> (OfUnits, OfUnits) {
        let (mut practices, mut units) = (OfUnits::new(), OfUnits::new());
        let mut decided: HashMap<(SourceId, Category, Level), Option<Grant>> = HashMap::new();
        let ruled = self.releases.as_ref().map(|all| all.units(facts)).unwrap_or_default();
        for (id, category, unit, level) in ruled {
            let source = self.sources.iter().find(|source| source.id == id);
            let (Some(source), Some(whole)) = (source, whole.get(&(id.clone(), category))) else { continue };
            let slice = self.slice(source, category, facts);
            let slice = Slice { releases: slice.releases.min(level), ..slice };
            let grant = decided
                .entry((id.clone(), category, slice.releases))
                .or_insert_with(|| self.engine.decide(facts, std::slice::from_ref(&slice)).pop());
            let Some(grant) = grant.clone().filter(|grant| grant.level < whole.level) else { continue };
            let all = if source.kind == PartnerKind::Gp { &mut practices } else { &mut units };
            let own = OfUnit { grant, shares: slice.releases > Level::Nothing };
            all.entry((id, unit)).or_default().insert(category, own);
        }
        (practices, units)
    }

    /// What a source lets out of a category, or one of its units where that is less.
    pub(super) fn slice_of(
        &self,
        source: &SourceFacts,
        (category, unit): (Category, Option<&Unit>),
        facts: &Facts,
    ) -> Slice {
        let slice = self.slice(source, category, facts);
        let own = self.units_of(facts, &slice).find(|(own, _)| Some(own) == unit);
        Slice { releases: own.map_or(slice.releases, |(_, level)| level.min(slice.releases)), ..slice }
    }

    /// The units that have a switch for it, with what each lets out to this asker.
    pub(super) fn units_of(&self, facts: &Facts, slice: &Slice) -> impl Iterator<Item = (Unit, Level)> {
        let ruled = self.releases.as_ref().map(|all| all.units(facts)).unwrap_or_default();
        let (source, category) = (slice.source.clone(), slice.category);
        let is_of = move |id: &SourceId, of: Category| id.as_str() == source && of == category;
        ruled
            .into_iter()
            .filter(move |(id, of, _, _)| is_of(id, *of))
            .map(|(_, _, unit, level)| (unit, level))
    }

    /// The units of a source that have switches of their own, each with the categories; for whoever checks the agreement.
    pub fn units(&self, source: &SourceId) -> BTreeMap<Unit, Vec<Category>> {
        self.releases.as_ref().map(|all| all.ruled(source)).unwrap_or_default()
    }
}
