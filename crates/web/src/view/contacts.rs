//! Takes contacts, gives what is planned or open first, then the past by month, newest first.
//! Source: viewer.md section 7, Contacts and timeline; HAZ-016.

/// The chapter, with the ways to choose among them.
pub(super) mod chapter;

use super::list::Sorted;
use super::row::Fact;
use crate::words;
use fhir::FhirDate;
use jiff::civil::Date;
use record::Item;
use record::item::{Facts, Standing};
use record::reconcile::Group;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Contact(contact) = &item.facts else { return super::frailty::facts(item) };
    let mut facts: Vec<Fact<'_>> =
        [Fact::maybe("Setting", Some(&contact.setting))].into_iter().flatten().collect();
    facts.extend(in_the_chapter(item));
    facts
}

/// Without the setting, which has a column of its own there.
fn in_the_chapter(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Contact(contact) = &item.facts else { return super::frailty::facts(item) };
    let mut facts: Vec<Fact<'_>> = [
        Fact::maybe("Reason", contact.reason.as_deref()),
        Fact::maybe("Service", contact.service.as_deref()),
        Fact::maybe("Place", contact.place.as_deref()),
        Fact::maybe("Outcome", contact.outcome.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect();
    facts.extend(entries(&contact.entries));
    facts
}

/// What was written, each under its heading: a practice sends headings as entries that end with a colon.
fn entries(all: &[String]) -> Vec<Fact<'_>> {
    let is_heading = |text: &str| text.trim_end().ends_with(':');
    let mut facts: Vec<Fact<'_>> = Vec::new();
    let mut heading: Option<&str> = None;
    for text in all.iter().map(String::as_str).filter(|text| !text.trim().is_empty()) {
        let above = heading.take();
        if is_heading(text) {
            facts.extend(above.map(|above| Fact::new("", above)));
            heading = Some(text);
        } else {
            facts.push(Fact::new(above.unwrap_or_default(), text));
        }
    }
    facts.extend(heading.map(|heading| Fact::new("", heading)));
    facts
}

pub(crate) fn sorted<'g, 'a>(groups: &'g [Group<'a>]) -> Sorted<'g, 'a> {
    let (ahead, past): (Vec<_>, Vec<_>) = groups.iter().partition(|group| is_ahead(group));
    let (open, planned): (Vec<_>, Vec<_>) = ahead.into_iter().partition(|group| is_open(group));
    let mut sorted: Sorted<'g, 'a> =
        vec![("Upcoming and planned".to_owned(), planned), ("Open referrals and waits".to_owned(), open)];
    for group in past {
        let month = month(group);
        match sorted.iter_mut().skip(2).find(|(heading, _)| *heading == month) {
            Some((_, groups)) => groups.push(group),
            None => sorted.push((month, vec![group])),
        }
    }
    sorted
}

/// Asked for, and nothing says that it has been done.
fn is_open(group: &Group<'_>) -> bool {
    group.items.iter().any(|item| matches!(&item.facts, Facts::Contact(contact) if contact.open_item))
}

pub(crate) fn is_ahead(group: &Group<'_>) -> bool {
    group
        .items
        .iter()
        .any(|item| matches!(&item.facts, Facts::Contact(contact) if contact.future || contact.open_item))
}

/// Planned, open, or dated after `today`, and not cancelled.
pub(crate) fn is_to_come(group: &Group<'_>, today: Date) -> bool {
    !is_cancelled(group) && (is_ahead(group) || day(group).is_some_and(|day| day > today))
}

/// It took place or takes place: dated `today` or before, neither planned nor cancelled. One without a date has begun unless
/// its source calls it provisional.
pub(crate) fn has_begun(group: &Group<'_>, today: Date) -> bool {
    let is_provisional = || group.items.iter().all(|item| item.status.standing == Standing::Provisional);
    let is_due = day(group).map_or_else(|| !is_provisional(), |day| day <= today);
    is_due && !is_ahead(group) && !is_cancelled(group)
}

fn is_cancelled(group: &Group<'_>) -> bool {
    group.items.iter().all(|item| item.status.standing == Standing::Negated)
}

fn day(group: &Group<'_>) -> Option<Date> {
    group.items.first()?.when.shown()?.first_day()
}

/// `Nov-2026`; a bare year stays one.
fn month(group: &Group<'_>) -> String {
    let date = group.items.first().and_then(|item| item.when.shown());
    let text = date.filter(|date| date.is_readable()).map(FhirDate::as_sent);
    text.map_or_else(
        || words::DATE_NOT_RECORDED.to_owned(),
        |text| FhirDate::parse(text.get(..7).unwrap_or(text)).display(),
    )
}
