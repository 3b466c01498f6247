//! Takes care and support as councils and community teams record it, gives service, package and whom to call.
//! Source: viewer.md section 7, Care and support.

use super::row::Fact;
use record::Item;
use record::item::Facts;
use record::reconcile::Group;

/// What is done for the person, before what is noted of them: an extract dates the latter anew each night (HAZ-027).
pub(super) fn is_arranged(group: &Group<'_>) -> bool {
    matches!(group.items.first().map(|item| &item.facts), Some(Facts::Care(_)))
}

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Care(care) = &item.facts else { return super::frailty::facts(item) };
    let mut facts: Vec<Fact<'_>> = [
        Fact::maybe("Service", care.service.as_deref().filter(|service| *service != item.words())),
        Fact::maybe("Provider", care.provider.as_deref()),
        Fact::maybe("Worker", care.worker.as_deref()),
        Fact::maybe("Telephone", care.telephone.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect();
    facts.extend(care.package.iter().filter_map(|part| Fact::maybe("Package", Some(part))));
    facts.extend(Fact::date("Review due", care.review_due.as_ref()));
    facts
}
