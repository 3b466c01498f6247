//! The parts of one source of which its partner shares less than of the rest, as one value: codes, and what is left of each category.
//! The program makes it from the agreement; nothing here widens anything. Source: access.md section 7 (source release).

use fhir::{Category, Level};
use std::collections::{BTreeMap, BTreeSet};

/// The default narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Units(Vec<Unit>);

#[derive(Debug, Clone)]
struct Unit {
    /// In small letters.
    code: String,
    levels: BTreeMap<Category, Level>,
}

/// Of which of them an entry is, by their places.
pub(crate) type Of = BTreeSet<usize>;

impl Units {
    /// No more than `level` of this category where the unit has that code. Said twice, the narrower holds.
    pub fn narrow(&mut self, code: &str, category: Category, level: Level) {
        let code = code.to_ascii_lowercase();
        let place = self.0.iter().position(|unit| unit.code == code).unwrap_or_else(|| {
            self.0.push(Unit { code, levels: BTreeMap::new() });
            self.0.len() - 1
        });
        if let Some(unit) = self.0.get_mut(place) {
            let kept = unit.levels.entry(category).or_insert(level);
            *kept = level.min(*kept);
        }
    }

    /// Whether the text holds any of their codes. Where it holds none nothing in it is of theirs.
    pub(crate) fn may_concern(&self, text: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        // An escape could hide a letter.
        let lower = text.to_ascii_lowercase();
        lower.contains('\\') || self.0.iter().any(|unit| lower.contains(&unit.code))
    }

    pub(crate) fn named(&self, code: &str) -> Option<usize> {
        let code = code.trim();
        self.0.iter().position(|unit| unit.code.eq_ignore_ascii_case(code))
    }

    /// What is left of a category to an entry of these; `None` where they say nothing of it.
    pub(crate) fn left(&self, of: &Of, category: Category) -> Option<Level> {
        of.iter().filter_map(|place| self.0.get(*place)?.levels.get(&category).copied()).min()
    }
}
