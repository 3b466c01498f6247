//! Takes the partners' own switches, one file for each partner, gives what each source lets out of each category, and to whom
//! at most: nobody, named testers, named organisations, everybody; and of which of its units less. A category without a line is off.
//! Refuses a file that speaks for another partner's source, a unit that would let out more than its source, and levels that are not
//! used for a category (HAZ-047, HAZ-055).

/// To whom, and how much.
mod switch;

use super::{PartnerKind, PolicyFault, SourceFacts, Unit, bundle::Bundle, cells, facts::Facts};
use crate::{
    Launch,
    table::{self, Row, TableFault},
};
use fhir::{Category, Level, OdsCode, SourceId};
use std::collections::{BTreeMap, BTreeSet};
use switch::Switch;

const COLUMNS: [&str; 5] = ["source", "category", "switch", "level", "named"];
const WITH_UNITS: [&str; 6] = ["source", "category", "unit", "switch", "level", "named"];
/// Whose presence closes a partner at once, whatever its file says and without anybody's signature: `ZZ910.off`.
const CLOSED: &str = ".off";
pub(super) const FOLDER: &str = "releases/";

type Key = (SourceId, Category);

/// Every switch, by source and category.
#[derive(Debug, Default)]
pub(super) struct Releases {
    whole: BTreeMap<Key, Switch>,
    /// Each narrows the one of its source and category.
    units: BTreeMap<(Key, Unit), Switch>,
}

/// The switches that name one professional as a tester: all that a decision learns of who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct TesterOf {
    pub(super) whole: BTreeSet<Key>,
    pub(super) units: BTreeSet<(Key, Unit)>,
}

impl Releases {
    pub(super) fn read(bundle: &Bundle, sources: &[SourceFacts]) -> Result<Self, PolicyFault> {
        let closed: BTreeSet<String> =
            bundle.folder(FOLDER).filter_map(|(name, _)| partner(name, CLOSED)).collect();
        let mut all = Self::default();
        for (name, text) in bundle.folder(FOLDER) {
            let Some(partner) = partner(name, ".csv").filter(|partner| !closed.contains(partner)) else {
                continue;
            };
            let fault = |source| PolicyFault::Table { path: bundle.path(name), source };
            let rows = table::read_as(text, &[&COLUMNS, &WITH_UNITS]).map_err(fault)?;
            let (whole, units): (Vec<&Row>, Vec<&Row>) =
                rows.iter().partition(|row| row.cell("unit").is_empty());
            // A unit may stand above its source's line: what it narrows is read first.
            for row in whole.into_iter().chain(units) {
                Lines::of(row, &partner, sources).and_then(|lines| lines.put(&mut all)).map_err(fault)?;
            }
        }
        Ok(all)
    }

    /// What of a category a source lets out to this asker.
    pub(super) fn level(&self, source: &SourceId, category: Category, facts: &Facts) -> Level {
        let key = (source.clone(), category);
        let is_tester = facts.tester_of.whole.contains(&key);
        self.whole.get(&key).map_or(Level::Nothing, |switch| switch.lets_out(&facts.organisation, is_tester))
    }

    /// What of it the units let out that have a switch of their own: never more than the source.
    pub(super) fn units(&self, facts: &Facts) -> Vec<(SourceId, Category, Unit, Level)> {
        let level = |(key, switch): (&(Key, Unit), &Switch)| {
            let ((source, category), unit) = key;
            let own = switch.lets_out(&facts.organisation, facts.tester_of.units.contains(key));
            let level = own.min(self.level(source, *category, facts));
            (source.clone(), *category, unit.clone(), level)
        };
        self.units.iter().map(level).collect()
    }

    /// The units of a source that have a switch of their own, each with its categories.
    pub(super) fn ruled(&self, source: &SourceId) -> BTreeMap<Unit, Vec<Category>> {
        let mut ruled: BTreeMap<Unit, Vec<Category>> = BTreeMap::new();
        for ((key, unit), _) in self.units.iter().filter(|(((of, _), _), _)| of == source) {
            ruled.entry(unit.clone()).or_default().push(key.1);
        }
        ruled
    }

    pub(super) fn tester_of(&self, launch: &Launch) -> TesterOf {
        let whole = self.whole.iter().filter(|(_, switch)| switch.names(launch));
        let units = self.units.iter().filter(|(_, switch)| switch.names(launch));
        TesterOf {
            whole: whole.map(|(key, _)| key.clone()).collect(),
            units: units.map(|(key, _)| key.clone()).collect(),
        }
    }
}

/// `ZZ910` of `releases/ZZ910.csv`.
fn partner(name: &str, ending: &str) -> Option<String> {
    name.strip_prefix(FOLDER)?.strip_suffix(ending).map(str::to_owned)
}

/// One row, as the switches it stands for.
struct Lines<'r> {
    row: &'r Row,
    sources: Vec<&'r SourceFacts>,
    unit: Option<Unit>,
    /// The row says `*`.
    every: bool,
    switch: Switch,
}

impl<'r> Lines<'r> {
    /// `source *` is every source of the partner.
    fn of(row: &'r Row, partner: &str, sources: &'r [SourceFacts]) -> Result<Self, TableFault> {
        let wanted = row.cell("source");
        let named: Vec<&SourceFacts> =
            sources.iter().filter(|source| wanted == "*" || source.id.as_str() == wanted).collect();
        let sources: Vec<&SourceFacts> =
            named.iter().copied().filter(|source| source.partner.as_str() == partner).collect();
        // A line for a source that is not configured yet opens nothing; one for another partner's is not theirs to write.
        if sources.is_empty() && wanted != "*" && !named.is_empty() {
            return Err(row.fault("not a source of this partner"));
        }
        let unit = unit(row, &sources)?;
        Ok(Self { row, sources, unit, every: row.cell("category") == "*", switch: Switch::read(row)? })
    }

    fn put(self, all: &mut Releases) -> Result<(), TableFault> {
        let categories = if self.every { Category::ALL.to_vec() } else { vec![cells::category(self.row)?] };
        for category in categories {
            let own = self.switch.level;
            let level = if self.every && !cells::is_used(category, own) { Level::Nothing } else { own };
            if !cells::is_used(category, level) {
                return Err(self.row.fault("the level is not used for this category"));
            }
            let switch = Switch { level, ..self.switch.clone() };
            for source in &self.sources {
                let key = (source.id.clone(), category);
                let before = match &self.unit {
                    None => all.whole.insert(key, switch.clone()),
                    Some(unit) => self.narrow((key, unit), switch.clone(), all)?,
                };
                if before.is_some() {
                    return Err(self.row.fault("the switch stands twice"));
                }
            }
        }
        Ok(())
    }

    /// For a unit, `category *` is every category its source has a line for.
    fn narrow(
        &self,
        (key, unit): (Key, &Unit),
        switch: Switch,
        all: &mut Releases,
    ) -> Result<Option<Switch>, TableFault> {
        let Some(whole) = all.whole.get(&key) else {
            return if self.every || matches!(switch.to, switch::To::Nobody) {
                Ok(None)
            } else {
                Err(self.row.fault_in("unit", "its source has no line for this category, which is off"))
            };
        };
        match switch.wider_in(whole) {
            Some(column) => Err(self.row.fault_in(column, "a unit lets out no more than its source")),
            None => Ok(all.units.insert((key, unit.clone()), switch)),
        }
    }
}

/// Of a source of practices, the unit is a practice.
fn unit(row: &Row, sources: &[&SourceFacts]) -> Result<Option<Unit>, TableFault> {
    let code = row.cell("unit");
    if code.is_empty() {
        return Ok(None);
    }
    let of_practices = sources.iter().any(|source| source.kind == PartnerKind::Gp);
    if of_practices && OdsCode::parse(code).is_err() {
        return Err(row.fault_in("unit", "a practice is named by its ODS code"));
    }
    let what = "a unit is a code: letters, digits, `-`, `.`, `_` and `:`, at most 64";
    Unit::parse(code).map(Some).ok_or_else(|| row.fault_in("unit", what))
}
