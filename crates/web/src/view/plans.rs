//! Takes a plan or wish, gives the facts in sight on its row: what it says as written, who, when it was to be reviewed,
//! where the original lies. Every version has a row of its own. Source: viewer.md section 7; HAZ-026.

use super::row::Fact;
use record::Item;
use record::item::Facts;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Plan(plan) = &item.facts else { return super::documents::facts(item) };
    let kind = Some(plan.kind.as_str()).filter(|kind| *kind != item.words());
    let mut facts: Vec<Fact<'_>> = Fact::maybe("Kind", kind).into_iter().collect();
    facts.extend(plan.says.iter().filter_map(|says| Fact::maybe(&says.label, Some(&says.value))));
    facts.extend(Fact::maybe("Author", plan.author.as_deref()));
    facts.extend(Fact::date("Review due", plan.review_due.as_ref()));
    facts.extend(Fact::maybe("Original kept", plan.original_at.as_deref()));
    facts
}
