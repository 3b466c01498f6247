//! Takes the time since the questions went out and what has been answered, says which parts of the page are to be written now.
//! A section is written when all its sources have ended; from 800 ms when all its live ones have, since a safety list must
//! not come late behind a faster one; when one has answered, a list that must not miss an entry (allergies, medicines,
//! plans) from 3 s and every other from 1.5 s; at the deadline in any case. Pure and deterministic;
//! never says a part twice, never leaves one out. Source: viewer.md section 3.3; HAZ-006, HAZ-032.

use crate::page::{Freshness, Page, SourceCard};
use crate::view::{Key, Panel};
use fhir::SourceId;
use record::{Record, Section};
use std::collections::BTreeMap;

/// From here a section whose principal sources have all ended is written without the others.
pub const PRINCIPAL_MS: u64 = 800;
/// From here one answer is enough for most sections, so that one slow source does not hold the page back (HAZ-035).
pub const ANY_ANSWER_MS: u64 = 1_500;
/// From here one answer is enough for the lists that must not miss an entry.
pub const SAFETY_ANSWER_MS: u64 = 3_000;
/// The sources' own deadline is 6 s; a little later every one of them has an end, so that none is called outstanding.
pub const DEADLINE_MS: u64 = 6_150;
/// The document ends.
pub const PAGE_END_MS: u64 = 8_000;

/// What has been written and what is still owed.
#[derive(Debug, Clone)]
pub struct Schedule {
    slots: Vec<Slot>,
    in_order: bool,
    /// Sections written before a source had ended: what its late block has to hold.
    missed: BTreeMap<SourceId, Vec<Section>>,
}

#[derive(Debug, Clone)]
struct Slot {
    key: Key,
    sources: Vec<SourceId>,
    /// Every live one of them. Periodic feeds hold what is hours old already; where there is nothing else they are all.
    principal: Vec<SourceId>,
    /// From when one answer is enough.
    any_answer_ms: u64,
    /// Waits for every source whatever the time before the deadline: what it says holds for all of them.
    patient: bool,
    written: bool,
}

impl Schedule {
    /// Parts are due as they land.
    pub fn new(page: &Page) -> Self {
        let slots = Key::in_page_order(page).into_iter().map(|key| Slot::of(page, key)).collect();
        Self { slots, in_order: false, missed: BTreeMap::new() }
    }

    /// `?view=plain`: a part is due only when all before it are written.
    pub fn in_order(page: &Page) -> Self {
        let mut schedule = Self { in_order: true, ..Self::new(page) };
        // Nothing stands behind it here but what waits for it.
        schedule
            .slots
            .iter_mut()
            .filter(|slot| matches!(slot.key, Key::New | Key::Panel(Panel::New)))
            .for_each(|slot| slot.patient = false);
        schedule
    }

    /// The parts to write now, in page order. Each is said once: the caller must write it.
    pub fn due(&mut self, elapsed_ms: u64, record: &Record) -> Vec<Key> {
        let mut due = Vec::new();
        for slot in self.slots.iter_mut().filter(|slot| !slot.written) {
            if slot.is_due(elapsed_ms, record) {
                slot.written = true;
                due.push(slot.key);
                note_missed(&mut self.missed, slot, record);
            } else if self.in_order {
                break;
            }
        }
        due
    }

    /// When to ask again though no source has answered meanwhile. `None` when all is written.
    pub fn next_wake_ms(&self, elapsed_ms: u64) -> Option<u64> {
        let moments = [PRINCIPAL_MS, ANY_ANSWER_MS, SAFETY_ANSWER_MS, DEADLINE_MS];
        let next = moments.into_iter().find(|at| *at > elapsed_ms);
        next.filter(|_| !self.all_written())
    }

    pub fn all_written(&self) -> bool {
        self.slots.iter().all(|slot| slot.written)
    }

    /// Whether some section was written before this source had ended.
    pub fn is_late(&self, source: &SourceId) -> bool {
        self.missed.contains_key(source)
    }

    /// The sections this source came too late for, in page order: what its late block must hold.
    pub fn missed(&self, source: &SourceId) -> &[Section] {
        self.missed.get(source).map_or(&[], Vec::as_slice)
    }
}

fn note_missed(missed: &mut BTreeMap<SourceId, Vec<Section>>, slot: &Slot, record: &Record) {
    let Key::Section(section) = slot.key else { return };
    for source in slot.sources.iter().filter(|source| record.note(source).is_none()) {
        missed.entry(source.clone()).or_default().push(section);
    }
}

impl Slot {
    fn of(page: &Page, key: Key) -> Self {
        // A partner without a source is never asked, so nobody waits for it.
        let mut asked = key.contributors(page);
        asked.retain(|card| card.has_source());
        let ids = |wanted: fn(&SourceCard) -> bool| {
            asked.iter().filter(|card| wanted(card)).map(|card| card.id.clone()).collect::<Vec<_>>()
        };
        let sources = ids(|_| true);
        let live = ids(|card| card.freshness == Freshness::Live);
        let principal = if live.is_empty() { sources.clone() } else { live };
        let any_answer_ms = if is_safety_list(key) { SAFETY_ANSWER_MS } else { ANY_ANSWER_MS };
        Self {
            key,
            sources,
            principal,
            any_answer_ms,
            patient: matches!(key, Key::New | Key::Panel(Panel::New) | Key::Found | Key::Sources),
            written: false,
        }
    }

    fn is_due(&self, elapsed_ms: u64, record: &Record) -> bool {
        let ended = |source: &SourceId| record.note(source).is_some();
        let answered =
            || self.sources.iter().filter_map(|s| record.note(s)).any(|note| note.state.is_answer());
        if elapsed_ms >= DEADLINE_MS || self.sources.iter().all(ended) {
            return true;
        }
        let principal = || self.principal.iter().all(ended);
        let soon = elapsed_ms >= self.any_answer_ms || (elapsed_ms >= PRINCIPAL_MS && principal());
        !self.patient && soon && answered()
    }
}

fn is_safety_list(key: Key) -> bool {
    let lists = [Section::Allergies, Section::Medicines, Section::Plans].map(Key::Section);
    match key {
        Key::AllergyRow | Key::New => true,
        Key::Panel(panel) => matches!(panel, Panel::Plans | Panel::Medicines),
        key => lists.contains(&key),
    }
}

#[cfg(test)]
mod tests;
