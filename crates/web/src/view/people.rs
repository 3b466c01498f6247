//! Takes a person or team round the record's person, gives what kind they are and how to reach them.
//! Source: viewer.md section 7, People.

use super::row::Fact;
use record::Item;
use record::item::Facts;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    match &item.facts {
        Facts::Plain => {
            item.details.iter().filter_map(|detail| Fact::maybe(&detail.label, Some(&detail.value))).collect()
        }
        _ => super::frailty::facts(item),
    }
}
