//! Takes a vaccination, gives whether it was given, why not, dose and batch as recorded. Source: viewer.md section 7; HAZ-019.

use super::row::Fact;
use crate::words;
use record::Item;
use record::item::Facts;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Immunisation(given) = &item.facts else { return super::frailty::facts(item) };
    let reason = given.reason_not_given.as_deref().unwrap_or(words::REASON_NOT_RECORDED);
    [
        (!given.given).then(|| Fact::new("Not given", reason)),
        Fact::maybe("Dose", given.dose_number.as_deref()),
        Fact::maybe("Batch", given.batch.as_deref()),
        Fact::maybe("Site", given.site.as_deref()),
        given.second_hand.then(|| Fact::new("Source of this entry", "reported, not given here")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
