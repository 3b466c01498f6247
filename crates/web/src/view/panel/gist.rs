//! Takes an entry, gives the facts that stand beside its name in the summary: what the chapter says first of it. The rest is one
//! action away, in the chapter; nothing is cut inside a fact. Source: viewer.md sections 6 and 7; HAZ-014, HAZ-027.

use super::Panel;
use crate::view::row::{Fact, FactsOf};
use crate::view::{alerts, care, frailty, people, plans, results};
use record::Item;
use record::item::{Facts, PlanFamily};

/// Lines of a plan that nobody is called out by.
const SAYS: usize = 2;

/// Lines of a package, ways to reach somebody.
const FACTS: usize = 3;

pub(super) fn of(panel: Panel) -> FactsOf {
    match panel {
        Panel::Plans => plan,
        Panel::Frailty => score,
        Panel::Alerts => alerts::facts,
        Panel::Contacts | Panel::Appointments => contact,
        Panel::Documents => document,
        Panel::Care => package,
        Panel::People => person,
        Panel::New | Panel::Medicines | Panel::Problems | Panel::Results => nothing,
    }
}

/// What is said of resuscitation, of the end of life and of a crisis stands whole: it is what is opened for at three in the morning.
fn plan(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Plan(plan) = &item.facts else { return document(item) };
    let is_whole = plan.family.is_some_and(|family| family != PlanFamily::CareAndSupport);
    let lines = if is_whole { plan.says.len() } else { SAYS };
    let says = plan.says.iter().take(lines);
    let mut facts: Vec<Fact<'_>> =
        says.filter_map(|says| Fact::maybe(&says.label, Some(&says.value))).collect();
    facts.extend(Fact::date("Review due", plan.review_due.as_ref()));
    facts.extend(Fact::maybe("Original kept", plan.original_at.as_deref()));
    facts
}

/// The value as recorded, with what its source says of it.
fn score(item: &Item) -> Vec<Fact<'_>> {
    match &item.facts {
        Facts::Result(one) => results::measured_as(one, ""),
        Facts::Plan(_) => plans::facts(item).into_iter().take(SAYS).collect(),
        Facts::Report { .. } => frailty::facts(item),
        _ => Vec::new(),
    }
}

fn contact(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Contact(contact) = &item.facts else { return Vec::new() };
    let service = contact.service.as_deref().filter(|service| *service != item.words());
    [
        Fact::maybe("", Some(&contact.setting)),
        Fact::maybe("Reason", contact.reason.as_deref()),
        Fact::maybe("Service", service.filter(|_| contact.reason.is_none())),
        Fact::maybe("Outcome", contact.outcome.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn document(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Document(document) = &item.facts else { return Vec::new() };
    let title = document.title.as_deref().filter(|title| *title != item.words());
    let facts = [
        Fact::maybe("", title),
        Fact::maybe("Author", document.author.as_deref()),
        Fact::maybe(crate::words::NOT_RETRIEVED, document.placeholder.as_deref()),
    ];
    facts.into_iter().flatten().collect()
}

fn package(item: &Item) -> Vec<Fact<'_>> {
    care::facts(item).into_iter().take(FACTS).collect()
}

fn person(item: &Item) -> Vec<Fact<'_>> {
    people::facts(item).into_iter().take(FACTS).collect()
}

fn nothing(_: &Item) -> Vec<Fact<'_>> {
    Vec::new()
}
