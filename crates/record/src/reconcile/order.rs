//! Gives every section its one order: stated, total, the same whoever answered first (HAZ-016).
//! Source: viewer.md section 7; NHS CUI ADR-0009 (agents alphabetical).

use super::Group;
use super::grouping::{fold, plan_kind};
use crate::category::care_plans;
use crate::item::{Facts, Item, Section, Standing};
use fhir::{FhirDate, SourceId};
use std::cmp::Ordering;

/// Puts the entries of each group, and then the groups, in order. `planned` is the order of sources.
pub(super) fn sort(section: Section, groups: &mut [Group<'_>], planned: &[SourceId]) {
    for group in groups.iter_mut() {
        group.items.sort_by(|a, b| within(a, b, planned));
        if section == Section::Plans {
            beside_its_kind(&mut group.items);
        }
    }
    groups.sort_by(|a, b| match (a.items.first(), b.items.first()) {
        (Some(a), Some(b)) => between(section, a, b).then_with(|| within(a, b, planned)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
}

/// Versions of one form stand beside each other, where forms of several kinds stand together; the order is else kept.
fn beside_its_kind(items: &mut [&Item]) {
    let kinds: Vec<String> = items.iter().map(|item| plan_kind(item)).collect();
    items.sort_by_key(|item| kinds.iter().position(|kind| *kind == plan_kind(item)));
}

/// In a group: coded before uncoded, what holds before what was withdrawn (HAZ-026), then newest first, then the sources' order, then the id.
fn within(a: &Item, b: &Item, planned: &[SourceId]) -> Ordering {
    let degraded = |item: &Item| matches!(&item.facts, Facts::Allergy(allergy) if allergy.degraded);
    let place = |item: &Item| planned.iter().position(|source| *source == item.source).unwrap_or(usize::MAX);
    degraded(a)
        .cmp(&degraded(b))
        .then_with(|| is_over(a).cmp(&is_over(b)))
        .then_with(|| FhirDate::newest_first(a.when.shown(), b.when.shown()))
        .then_with(|| place(a).cmp(&place(b)))
        .then_with(|| a.source.cmp(&b.source))
        .then_with(|| a.provenance.resource_type.cmp(&b.provenance.resource_type))
        .then_with(|| a.provenance.id.cmp(&b.provenance.id))
        .then_with(|| a.original.as_sent().cmp(b.original.as_sent()))
}

pub(super) fn is_over(item: &Item) -> bool {
    matches!(item.status.standing, Standing::Past | Standing::Negated)
}

fn between(section: Section, a: &Item, b: &Item) -> Ordering {
    let newest = || FhirDate::newest_first(a.when.shown(), b.when.shown());
    let names = || fold(a.words()).cmp(&fold(b.words()));
    match section {
        Section::Allergies => rank(a).cmp(&rank(b)).then_with(names),
        Section::Medicines | Section::People => rank(a).cmp(&rank(b)).then_with(names),
        Section::Problems => kind(a).cmp(&kind(b)).then_with(|| rank(a).cmp(&rank(b))).then_with(newest),
        Section::Plans => rank(a).cmp(&rank(b)).then_with(|| urgency(a).cmp(&urgency(b))).then_with(newest),
        Section::Alerts | Section::Care => rank(a).cmp(&rank(b)).then_with(newest),
        Section::Frailty
        | Section::Immunisations
        | Section::Results
        | Section::Contacts
        | Section::Documents => newest(),
    }
}

/// What is current first, what is over last; among allergies the negatives after everything.
fn rank(item: &Item) -> u8 {
    let negative = matches!(&item.facts, Facts::Allergy(allergy) if allergy.no_known);
    let standing = match item.status.standing {
        Standing::Current | Standing::Unknown => 0,
        Standing::Provisional => 1,
        Standing::Past => 2,
        Standing::Negated => 3,
        Standing::EnteredInError => 4,
    };
    if negative { 5 + standing } else { standing }
}

/// Which plan is asked for first in an emergency, the signed form of one included: a newer dressing plan never pushes one out of
/// sight (HAZ-026).
fn urgency(item: &Item) -> u8 {
    use crate::item::PlanFamily::*;
    let family = match &item.facts {
        Facts::Plan(plan) => plan.family,
        Facts::Document(document) => {
            let said = [Some(item.words()), document.title.as_deref(), document.kind.as_deref()];
            care_plans::family(&said.into_iter().flatten().collect::<Vec<_>>().join(" | "))
        }
        _ => None,
    };
    match family {
        Some(Resuscitation) => 0,
        Some(AdvanceDecision) => 1,
        Some(EndOfLife) => 2,
        Some(Crisis) => 3,
        Some(CareAndSupport) => 4,
        None => 5,
    }
}

fn kind(item: &Item) -> u8 {
    use crate::item::ProblemKind::*;
    match &item.facts {
        Facts::Problem(problem) => match problem.kind {
            Problem => 0,
            Procedure => 1,
            FamilyHistory => 2,
            History => 3,
        },
        _ => 4,
    }
}
