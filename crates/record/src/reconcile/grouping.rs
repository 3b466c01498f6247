//! Takes the entries of one section, gives them in groups of one fact each: same business identifier, or the section's
//! own rule. When unsure it does not group; nothing is deleted (HAZ-012, HAZ-013, HAZ-026).

use super::Group;
use super::order::is_over;
use crate::category::{allergies, results};
use crate::item::{Document, Facts, Item, Plan, Section, Standing};
use crate::normalise::CONTAINED_ALLERGY;
use fhir::coding::SNOMED_CT;
use fhir::{Category, FhirDate};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Groups in no particular order; entries of a group in the order given.
pub(super) fn groups<'a>(items: &[&'a Item]) -> Vec<Group<'a>> {
    let members = joined(items, &keys).into_iter().flat_map(|items| apart(&items));
    members.map(|items| Group { conflict: conflict(&items), items }).collect()
}

/// A version its own source replaced is a row of its own, with its status: it neither contradicts nor is a copy.
fn apart<'a>(items: &[&'a Item]) -> Vec<Vec<&'a Item>> {
    let (replaced, standing): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| is_replaced(item, items));
    let rows = std::iter::once(standing).chain(replaced.into_iter().map(|item| vec![item]));
    rows.filter(|row| !row.is_empty()).collect()
}

/// Medicines of one substance whatever their status: what one source stopped stands beside what another lists.
pub(super) fn groups_across_status<'a>(items: &[&'a Item]) -> Vec<Vec<&'a Item>> {
    joined(items, &|item| own_keys(item).into_iter().chain(identity_keys(item, "any")).collect())
}

/// Entries that share a key, directly or through others.
fn joined<'a>(items: &[&'a Item], keys: &dyn Fn(&Item) -> Vec<String>) -> Vec<Vec<&'a Item>> {
    let mut union = Union::of(items.len());
    let mut holders: HashMap<String, usize> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        for key in keys(item) {
            union.join(place, *holders.entry(key).or_insert(place));
        }
    }
    let mut members: BTreeMap<usize, Vec<&'a Item>> = BTreeMap::new();
    for (place, item) in items.iter().enumerate() {
        members.entry(union.root(place)).or_default().push(item);
    }
    members.into_values().collect()
}

/// Who shares a key is one fact. Every key carries the side it stands on: what is over never joins what is current.
fn keys(item: &Item) -> Vec<String> {
    let side = side(item);
    let own = own_keys(item).into_iter().map(|key| format!("fact {side} {key}"));
    own.chain(identity_keys(item, side)).collect()
}

fn identity_keys(item: &Item, side: &str) -> Vec<String> {
    let provenance = &item.provenance;
    let business =
        provenance.business.as_ref().map(|(system, value)| format!("identifier {side} {system} {value}"));
    // The id of an allergy inside a List is a number of that List, and of no other.
    let own_id = provenance.id.as_ref().filter(|_| provenance.resource_type != CONTAINED_ALLERGY);
    let id = own_id.map(|id| format!("same {side} {} {} {id}", item.source, provenance.resource_type));
    business.into_iter().chain(id).collect()
}

/// Plans of one family stand together whatever their status; everything else that is over stands apart.
fn side(item: &Item) -> &'static str {
    let negative = matches!(&item.facts, Facts::Allergy(allergy) if allergy.no_known);
    let plan = matches!(&item.facts, Facts::Plan(Plan { family: Some(_), .. }));
    match item.status.standing {
        _ if plan => "any",
        Standing::Past => {
            if negative {
                "past-negative"
            } else {
                "past"
            }
        }
        Standing::Negated => {
            if negative {
                "negated-negative"
            } else {
                "negated"
            }
        }
        _ => {
            if negative {
                "negative"
            } else {
                "present"
            }
        }
    }
}

/// The section's rule.
fn own_keys(item: &Item) -> Vec<String> {
    match &item.facts {
        Facts::Allergy(allergy) if allergy.no_known => coded_or_said(item),
        Facts::Allergy(allergy) => {
            let degraded = allergy.degraded;
            let said = words_key(item);
            if degraded { said.into_iter().collect() } else { coded_or_said(item) }
        }
        Facts::Medicine(medicine) => {
            let substance = Some(medicine.group_key.clone()).filter(|key| !key.is_empty());
            let code = medicine.code.as_ref().map(|code| format!("code {code}"));
            substance.into_iter().chain(code).collect()
        }
        // Free text under one code is as many facts as there are texts.
        Facts::Problem(_) if results::is_comment_note(&item.what) => Vec::new(),
        Facts::Problem(problem) => {
            let Some(year) = year(item) else { return Vec::new() };
            coded_or_said(item).into_iter().map(|key| format!("{:?} {year} {key}", problem.kind)).collect()
        }
        Facts::Immunisation(immunisation) => {
            let Some(day) = item.when.from.as_ref().and_then(FhirDate::first_day) else { return Vec::new() };
            coded_or_said(item).into_iter().map(|key| format!("{} {day} {key}", immunisation.given)).collect()
        }
        Facts::Plan(Plan { family: Some(family), .. }) if item.section == Section::Plans => {
            vec![format!("{family:?}")]
        }
        // One alert told by two partners; two enquiries of two councils are two.
        Facts::Alert { what_to_do } if item.category == Category::Alerts => {
            let advice = what_to_do.as_deref().map(fold).unwrap_or_default();
            words_key(item).into_iter().map(|key| format!("alert {key} {advice}")).collect()
        }
        Facts::Document(document) => document_key(item, document).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A letter and its copy: same title, day, author and size. Less is not enough (HAZ-020).
fn document_key(item: &Item, document: &Document) -> Option<String> {
    let (title, author) = (document.title.as_deref()?, document.author.as_deref()?);
    let (size, day) = (document.size_bytes.as_deref()?, item.when.from.as_ref()?.first_day()?);
    let kind = document.kind.as_deref().unwrap_or_default();
    Some(format!("document {} {} {} {size} {day}", fold(kind), fold(title), fold(author)))
}

fn year(item: &Item) -> Option<i16> {
    item.when.from.as_ref().and_then(FhirDate::first_day).map(|day| day.year())
}

fn coded_or_said(item: &Item) -> Vec<String> {
    let code = item.what.code_in(SNOMED_CT).map(|code| format!("code {code}"));
    code.into_iter().chain(words_key(item)).collect()
}

fn words_key(item: &Item) -> Option<String> {
    item.what.words().map(|words| format!("said {}", fold(words)))
}

/// Letters and digits only, lower case, single blanks.
pub(crate) fn fold(words: &str) -> String {
    let lower = words.to_lowercase();
    let parts: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// "2 entries differ", where entries of one fact say different things. Facts, not advice.
fn conflict(items: &[&Item]) -> Option<String> {
    if items.iter().any(|item| matches!(item.facts, Facts::Plan(_))) {
        return plans_differ(items);
    }
    let differing = distinct(items);
    (differing > 1).then(|| format!("{differing} entries differ"))
}

/// Withdrawn by a source that holds a newer version itself. What one source withdrew and another still lists is not: it
/// contradicts (HAZ-026).
fn is_replaced(item: &Item, all: &[&Item]) -> bool {
    let newer = |other: &Item| FhirDate::newest_first(other.when.shown(), item.when.shown()).is_lt();
    let replaces = |other: &Item| {
        other.source == item.source && !is_over(other) && plan_kind(other) == plan_kind(item) && newer(other)
    };
    let is_plan = matches!(item.facts, Facts::Plan(_));
    is_plan && is_over(item) && all.iter().any(|other| replaces(other))
}

/// Versions of one form are compared with each other; forms of different kinds only stand together to be compared.
fn plans_differ(plans: &[&Item]) -> Option<String> {
    let mut kinds: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
    for plan in plans {
        kinds.entry(plan_kind(plan)).or_default().push(plan);
    }
    let differing: usize = kinds.values().map(|versions| distinct(versions)).filter(|count| *count > 1).sum();
    match (differing, kinds.len()) {
        (0, 0 | 1) => None,
        (0, several) => Some(format!("{several} kinds of entry on one question: compare")),
        (differing, _) => Some(format!("{differing} entries differ")),
    }
}

/// What sort of form a plan is, as its source names it.
pub(super) fn plan_kind(item: &Item) -> String {
    match &item.facts {
        Facts::Plan(plan) => fold(&plan.kind),
        _ => String::new(),
    }
}

fn distinct(items: &[&Item]) -> usize {
    items.iter().filter_map(|item| substance(item)).collect::<BTreeSet<_>>().len()
}

/// What an entry says of its fact, as far as saying otherwise would be a contradiction.
fn substance(item: &Item) -> Option<String> {
    match &item.facts {
        Facts::Plan(plan) => {
            let says: Vec<String> =
                plan.says.iter().map(|line| format!("{}={}", line.label, line.value)).collect();
            Some(format!("{}|{}|{}|{}", fold(item.words()), item.status.code, day_text(item), says.join("|")))
        }
        Facts::Allergy(allergy) => allergy.criticality.clone(),
        Facts::Problem(problem) => {
            Some(format!("{:?}", problem.body_site)).filter(|_| problem.body_site.is_some())
        }
        Facts::Report { .. } => {
            Some(item.status.code.clone()).filter(|_| item.status.standing != Standing::Unknown)
        }
        _ => None,
    }
}

fn day_text(item: &Item) -> String {
    item.when.shown().map(|date| date.display_day()).unwrap_or_default()
}

/// Whether an allergy entry says that nothing of any kind is known: only that may head the record.
pub(crate) fn is_whole_negative(item: &Item) -> bool {
    allergies::is_one_of(&item.what, &allergies::NO_KNOWN_ALLERGY)
}

/// Union-find over places.
struct Union(Vec<usize>);

impl Union {
    fn of(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&self, mut place: usize) -> usize {
        while let Some(parent) = self.0.get(place).copied().filter(|parent| *parent != place) {
            place = parent;
        }
        place
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.0.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
}
