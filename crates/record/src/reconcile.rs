//! Takes released replies one at a time in any order, gives one record: grouped and sorted, differences said,
//! nothing deleted. Adding a reply twice changes nothing. Source: viewer.md section 7; HAZ-006, HAZ-012, HAZ-013, HAZ-026.

use crate::item::{Item, Measurement, Section};
use crate::normalise::Unread;
use crate::release::{Held, Released};
use fhir::reply::{Warning, Withholder};
use fhir::{Category, ReplyState, SourceId};
use gathered::Gathered;
use std::collections::BTreeMap;

/// Which entries are one fact.
mod grouping;
/// Every section grouped and sorted, reckoned once for what has arrived.
mod gathered;
/// The one order of each section.
mod order;
/// The allergy row's four labels and what stands behind them.
pub mod allergy_row;
/// Medicines of all lists side by side.
pub mod medicines;
/// Results of one kind in one unit from one place, in time.
pub mod series;

pub use allergy_row::{AllergyLabel, AllergyRow};
pub use medicines::{Column, Difference, MedicineMatrix, Row};
pub use series::{Point, Series};

/// How one source's answer went: everything the page says about it but its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNote {
    pub source: SourceId,
    pub state: ReplyState,
    pub by_category: BTreeMap<Category, ReplyState>,
    /// Who was asked, where one source stands for several.
    pub asked: Option<String>,
    /// For periodic feeds: when the source last received its data, as it declares it.
    pub as_at: Option<String>,
    /// `14:02:01`, filled by the program.
    pub answered_at: Option<String>,
    pub elapsed_ms: u64,
    /// Sections that were written before it came; none where it was in time.
    pub missed: Vec<Section>,
}

/// Refused by the source in its answer, in its own words among the warnings.
static WITHHELD: ReplyState = ReplyState::Withheld(Withholder::Source(String::new()));

/// A warning in a source's own words, as `federation` marks it.
pub(crate) const SOURCE_WARNING: &str = "source-warning";
/// The codes of warnings that say that more exists than came, or than could be read.
const CUT_SHORT: [&str; 2] = ["paging", "unread-entries"];

/// Entries that are one fact: the first is shown, the others "also held by".
#[derive(Debug, Clone)]
pub struct Group<'a> {
    pub items: Vec<&'a Item>,
    /// `2 entries differ`.
    pub conflict: Option<String>,
}

/// How many entries of one source there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub shown: usize,
    pub duplicates: usize,
    pub unread: usize,
    pub entered_in_error: usize,
}

/// One person's record as far as it has arrived.
#[derive(Debug, Clone, Default)]
pub struct Record {
    planned: Vec<SourceId>,
    parts: BTreeMap<SourceId, Part>,
    gathered: Gathered,
}

#[derive(Debug, Clone)]
struct Part {
    note: SourceNote,
    released: Released,
}

impl Record {
    pub fn new(planned: Vec<SourceId>) -> Self {
        Self { planned, ..Self::default() }
    }

    /// Idempotent by source and independent of order; an answer takes the place of an earlier silence.
    pub fn add(&mut self, note: SourceNote, released: Released) {
        let better = self.parts.get(&note.source).is_none_or(|part| !part.note.state.is_answer());
        if better {
            self.gathered = Gathered::default();
            self.parts.insert(note.source.clone(), Part { note, released });
        }
    }

    pub fn note(&self, source: &SourceId) -> Option<&SourceNote> {
        self.parts.get(source).map(|part| &part.note)
    }

    /// Planned sources that have not been added yet, in the order planned.
    pub fn pending(&self) -> Vec<&SourceId> {
        self.planned.iter().filter(|source| !self.parts.contains_key(source)).collect()
    }

    /// The state of one category at one source; `None` while pending. A category its own reply disowns is not shared, and
    /// one it refuses is withheld.
    pub fn state_of(&self, source: &SourceId, category: Category) -> Option<&ReplyState> {
        let part = self.parts.get(source)?;
        let disowned =
            |categories: &[Category]| categories.contains(&category) && part.note.state.is_answer();
        if disowned(&part.released.withheld) {
            return Some(&WITHHELD);
        }
        if disowned(&part.released.not_shared) {
            return Some(&ReplyState::NotShared);
        }
        Some(part.note.by_category.get(&category).unwrap_or(&part.note.state))
    }

    /// Grouped and in the section's order. Entries made in error are not here but counted; all others are, once.
    pub fn section(&self, section: Section) -> Vec<Group<'_>> {
        self.gathered.section(self, section)
    }

    pub fn allergy_row(&self, allergy_sources: &[SourceId]) -> AllergyRow<'_> {
        allergy_row::of(self, allergy_sources)
    }

    pub fn medicines(&self) -> MedicineMatrix<'_> {
        medicines::of(self)
    }

    pub fn result_series(&self) -> Vec<Series<'_>> {
        series::of(self)
    }

    /// `shown` counts every entry of the source on the page; of these `duplicates` stand under another's.
    pub fn count(&self, source: &SourceId) -> Counts {
        let items = self.items_of(source);
        let shown = items.iter().filter(|item| item.is_shown()).count();
        let unread = self.parts.get(source).map_or(0, |part| part.released.unread.len());
        Counts {
            shown,
            duplicates: self.gathered.duplicates(self, source),
            unread,
            entered_in_error: items.len() - shown,
        }
    }

    /// Entries no source's normaliser could read, all sources.
    pub fn unread(&self) -> Vec<&Unread> {
        self.parts.values().flat_map(|part| &part.released.unread).collect()
    }

    pub fn entered_in_error(&self, section: Section) -> usize {
        self.items().filter(|item| item.section == section && !item.is_shown()).count()
    }

    /// Whether a source itself warned of a category in answering for it: of a dataset it has switched off, of a feed too old to
    /// be shown. That is no word that nothing is recorded (HAZ-006, HAZ-008).
    pub fn is_warned_of(&self, source: &SourceId, category: Category) -> bool {
        let of_category = |warning: &Warning| warning.category == Some(category);
        self.warnings(source).iter().any(|warning| warning.code == SOURCE_WARNING && of_category(warning))
    }

    /// Whether a source's answer about a category is not all here: it was cut, or entries of it could not be read. That is no word
    /// that nothing is recorded either (HAZ-006, HAZ-017).
    pub fn is_cut_short_of(&self, source: &SourceId, category: Category) -> bool {
        let of_category = |warning: &Warning| warning.category.is_none_or(|own| own == category);
        self.warnings(source)
            .iter()
            .any(|warning| CUT_SHORT.contains(&warning.code.as_str()) && of_category(warning))
    }

    pub fn warnings(&self, source: &SourceId) -> &[Warning] {
        self.parts.get(source).map_or(&[], |part| &part.released.warnings)
    }

    /// Whether anything was held back because it is restricted. Never for a page, but where a deployment chose to say so.
    pub fn holds_restricted_back(&self) -> bool {
        let mut held = self.parts.values().flat_map(|part| &part.released.held);
        held.any(|line| line.reason == Some(Held::Restricted))
    }

    /// How many entries of the source are not shown in a section by the choice of a part of its partner.
    pub fn kept_back(&self, source: &SourceId, section: Section) -> usize {
        self.all_kept_back(source).iter().filter(|(of, _)| *of == section).count()
    }

    /// In any section.
    pub fn all_kept_back(&self, source: &SourceId) -> &[(Section, Category)] {
        self.parts.get(source).map_or(&[], |part| part.released.kept_back.as_slice())
    }

    /// Whether this source's items of the category stand there shortened by role.
    pub fn is_reduced(&self, source: &SourceId, category: Category) -> bool {
        self.parts.get(source).is_some_and(|part| part.released.reduced.contains(&category))
    }

    /// Everything of one source, as it was released; for the late blocks.
    pub fn items_of(&self, source: &SourceId) -> Vec<&Item> {
        self.parts.get(source).map_or_else(Vec::new, |part| part.released.items.iter().collect())
    }

    /// Everything but entries made in error, by source.
    fn shown(&self) -> impl Iterator<Item = &Item> {
        self.items().filter(|item| item.is_shown())
    }

    fn planned(&self) -> &[SourceId] {
        &self.planned
    }

    fn items(&self) -> impl Iterator<Item = &Item> {
        self.parts.values().flat_map(|part| &part.released.items)
    }
}

/// Every section.
pub const SECTIONS: [Section; 12] = [
    Section::Plans,
    Section::Frailty,
    Section::Alerts,
    Section::Allergies,
    Section::Medicines,
    Section::Problems,
    Section::Immunisations,
    Section::Results,
    Section::Contacts,
    Section::Documents,
    Section::Care,
    Section::People,
];

/// The measurements an item holds: itself, or those of its report.
pub fn measurements(item: &Item) -> &[Measurement] {
    match &item.facts {
        crate::item::Facts::Result(one) => std::slice::from_ref(one),
        crate::item::Facts::Report { results, .. } => results,
        _ => &[],
    }
}

#[cfg(test)]
pub(crate) mod tests;
