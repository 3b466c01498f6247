//! Takes what the sections say in place of tables, gives which categories are not shared or are held back by the practice.
//! Where something may exist, nothing reads as empty (HAZ-006, HAZ-007). Source: sources.md section 3.

use super::sentence::Said;
use crate::item::{Facts, Item, Standing};
use crate::normalise::Normalised;
use fhir::Category;
use std::collections::BTreeMap;

/// By category, what was said in place of a table.
#[derive(Default)]
pub(super) struct Account(BTreeMap<Category, Sentences>);

#[derive(Default)]
struct Sentences {
    denied: Count,
    not_shared: Count,
    nothing: Count,
}

/// Of lists without which nobody can say what there is now, and of all.
#[derive(Default)]
struct Count {
    principal: usize,
    all: usize,
}

impl Account {
    pub(super) fn note(&mut self, said: Said, category: Category, is_principal: bool) {
        let sentences = self.0.entry(category).or_default();
        let count = match said {
            Said::Denied => &mut sentences.denied,
            Said::NotShared => &mut sentences.not_shared,
            Said::Nothing => &mut sentences.nothing,
            _ => return,
        };
        count.all += 1;
        count.principal += usize::from(is_principal);
    }

    /// A category of which the view brought nothing that stands is not empty if a list of it was refused. Where it did
    /// bring something, the sentence itself stands among the warnings. Words that there is no allergy answer for no list
    /// that was refused (HAZ-012).
    pub(super) fn settle(&self, normalised: &mut Normalised) {
        for (category, sentences) in &self.0 {
            let stands = |item: &Item| {
                item.category == *category
                    && !matches!(item.status.standing, Standing::Past | Standing::Negated)
            };
            let (negatives, others): (Vec<&Item>, Vec<&Item>) =
                normalised.items.iter().filter(|item| stands(item)).partition(|item| is_negative(item));
            if !others.is_empty() {
                continue;
            }
            let says_none = sentences.nothing.principal > 0;
            let is_left_open =
                |count: &Count, answered: bool| count.principal > 0 || (count.all > 0 && !answered);
            let list = if is_left_open(&sentences.denied, says_none) {
                &mut normalised.withheld
            } else if is_left_open(&sentences.not_shared, says_none || !negatives.is_empty()) {
                &mut normalised.not_shared
            } else {
                continue;
            };
            if !list.contains(category) {
                list.push(*category);
            }
        }
    }
}

fn is_negative(item: &Item) -> bool {
    matches!(&item.facts, Facts::Allergy(allergy) if allergy.no_known)
}
