//! Takes all sections of a reply, gives which rows only repeat, cell for cell, what another table holds: the summary
//! repeats the sections, and the list of all medication the lists before it. Such a row is context; one that says anything
//! more is an entry of its own (HAZ-013, HAZ-040). Source: sources.md section 3 (Summary, All Medication).

use super::View;
use super::kind::Code;
use super::section::Entry;
use std::collections::HashMap;

/// Rows compared with one row: more would let a hostile reply take quadratic time, and the row is then shown (HAZ-041).
const COMPARED_MAX: usize = 32;

/// Rows by every cell they hold.
#[derive(Default)]
pub(super) struct Overview<'v>(HashMap<(&'v str, &'v str), Vec<&'v Entry>>);

impl<'v> Overview<'v> {
    pub(super) fn of(views: &'v [View<'_>]) -> Self {
        let mut overview = Self::default();
        let sections = views.iter().filter(|view| view.code != Code::Summary && !view.repeated);
        let entries = sections.filter_map(|view| view.section.as_ref()).flat_map(|section| section.entries());
        for entry in entries.filter(|entry| !entry.is_sentence && !entry.is_held_back()) {
            for (label, text) in entry.said() {
                overview.0.entry((label, text)).or_default().push(entry);
            }
        }
        overview
    }

    pub(super) fn holds(&self, entry: &Entry, code: Code) -> bool {
        let fits = |other: &Entry| match code {
            Code::Summary => other.kind == entry.kind,
            _ => {
                entry.kind.is_overview()
                    && !other.kind.is_overview()
                    && other.kind.section() == entry.kind.section()
            }
        };
        let Some((label, text)) = entry.said().max_by_key(|(_, text)| text.len()) else { return false };
        let candidates = self.0.get(&(label.as_str(), text.as_str())).map(Vec::as_slice).unwrap_or_default();
        let mut candidates = candidates.iter().filter(|other| fits(other)).take(COMPARED_MAX);
        candidates.any(|other| entry.said().all(|cell| other.cells.0.contains(cell)))
    }
}
