//! Takes an alert or adjustment, gives what to do as written. Source: viewer.md section 7; HAZ-027.

use super::row::Fact;
use record::Item;
use record::item::Facts;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Alert { what_to_do } = &item.facts else { return super::frailty::facts(item) };
    Fact::maybe("What to do", what_to_do.as_deref()).into_iter().collect()
}
