//! Takes an entry on frailty or function, gives its value as recorded. Nothing is calculated and no level is explained.
//! Source: viewer.md section 7, Frailty and function.

/// The chapter.
pub(super) mod chapter;

use super::results::{measured, measured_as};
use super::row::Fact;
use record::Item;
use record::item::Facts;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    match &item.facts {
        // The row has the name already.
        Facts::Result(one) if one.name.words().is_none_or(|name| name == item.words()) => {
            measured_as(one, "")
        }
        Facts::Result(one) => measured(one),
        Facts::Report { results, conclusion } => {
            let conclusion = Fact::maybe("Conclusion", conclusion.as_deref());
            results.iter().flat_map(measured).chain(conclusion).collect()
        }
        Facts::Plan(_) => super::plans::facts(item),
        Facts::Problem(_) => super::problems::facts(item),
        Facts::Care(_) => super::care::facts(item),
        Facts::Contact(_) => super::contacts::facts(item),
        Facts::Document(_) => super::documents::facts(item),
        Facts::Alert { .. } => super::alerts::facts(item),
        Facts::Allergy(_) => super::allergies::facts(item),
        Facts::Medicine(_) => super::medicines::facts(item),
        Facts::Immunisation(_) => super::immunisations::facts(item),
        Facts::Plain => Vec::new(),
    }
}
