//! Takes the record and the sources that share allergies, gives one of the four labels of the allergy row.
//! Source: NHS CUI Patient Banner PAB-0064; HAZ-006, HAZ-012.

use super::grouping::is_whole_negative;
use super::{Group, Record};
use crate::item::{Facts, Item, Section, Standing};
use fhir::{Category, ReplyState, SourceId};
use std::collections::BTreeMap;

/// The four labels. There is no fifth, and none of them can come from an absence alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllergyLabel {
    /// At least one allergy that is not ended stands in the record.
    Known,
    /// A coded statement that there is none, no allergy anywhere, and every allergy source answered.
    NoKnown,
    /// Every allergy source answered, and none says more.
    NotRecorded,
    /// No allergy is known and some source has not said: `silent` names them.
    Unavailable,
}

/// The allergy row and what it rests on.
#[derive(Debug, Clone)]
pub struct AllergyRow<'a> {
    pub label: AllergyLabel,
    /// Allergies not ended, grouped, by name.
    pub agents: Vec<Group<'a>>,
    /// Coded statements that there is none, newest first.
    pub negatives: Vec<&'a Item>,
    /// Ended or refuted allergies, counted; they stand in the chapter.
    pub ended: usize,
    /// Allergy sources that did not answer, are not shared, sent allergies nobody could read, keep some
    /// back, or sent a warning in their place.
    pub silent: Vec<SourceId>,
    /// Allergies not ended, by source.
    pub by_source: Vec<(SourceId, usize)>,
    /// A negative stands beside an allergy: to be said in words.
    pub disagrees: bool,
}

pub(super) fn of<'a>(record: &'a Record, allergy_sources: &[SourceId]) -> AllergyRow<'a> {
    let groups = record.section(Section::Allergies);
    let (negatives, allergies): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| group.items.iter().any(|item| is_negative(item)));
    let (agents, ended): (Vec<_>, Vec<_>) =
        allergies.into_iter().partition(|group| group.items.iter().any(|item| stands(item)));
    let negatives: Vec<&Item> =
        negatives.into_iter().flat_map(|group| group.items).filter(|item| stands(item)).collect();
    let silent: Vec<SourceId> =
        allergy_sources.iter().filter(|source| is_silent(record, source)).cloned().collect();
    let label = if !agents.is_empty() {
        AllergyLabel::Known
    } else if !silent.is_empty() {
        AllergyLabel::Unavailable
    } else if ended.is_empty() && negatives.iter().any(|item| is_whole_negative(item)) {
        AllergyLabel::NoKnown
    } else {
        AllergyLabel::NotRecorded
    };
    AllergyRow {
        label,
        disagrees: !agents.is_empty() && !negatives.is_empty(),
        ended: ended.iter().map(|group| group.items.len()).sum(),
        by_source: by_source(&agents),
        agents,
        negatives,
        silent,
    }
}

fn is_negative(item: &Item) -> bool {
    matches!(&item.facts, Facts::Allergy(allergy) if allergy.no_known)
}

/// Not ended and not refuted. A status we do not know counts as standing: an allergy is lost only on good authority.
fn stands(item: &Item) -> bool {
    !matches!(item.status.standing, Standing::Past | Standing::Negated)
}

/// Anything short of an answer about allergies, an answer with allergies nobody could read or a part of its partner keeps back, and a
/// warning in place of them.
fn is_silent(record: &Record, source: &SourceId) -> bool {
    let answered = record.state_of(source, Category::Allergies).is_some_and(ReplyState::is_answer);
    let is_allergy = |entry: &&crate::normalise::Unread| {
        entry.source == *source
            && (entry.category == Category::Allergies
                || entry.resource_type.starts_with("AllergyIntolerance"))
    };
    let brought = || record.shown().any(|item| item.source == *source && item.section == Section::Allergies);
    let only_warned = || record.is_warned_of(source, Category::Allergies) && !brought();
    let keeps_back = record
        .all_kept_back(source)
        .iter()
        .any(|(of, category)| *of == Section::Allergies || *category == Category::Allergies);
    !answered || keeps_back || record.unread().iter().any(is_allergy) || only_warned()
}

fn by_source(agents: &[Group<'_>]) -> Vec<(SourceId, usize)> {
    let mut counts: BTreeMap<SourceId, usize> = BTreeMap::new();
    for item in agents.iter().flat_map(|group| &group.items) {
        *counts.entry(item.source.clone()).or_default() += 1;
    }
    counts.into_iter().collect()
}
