//! Takes contacts, gives what is planned or open first, then the past by month, newest first.
//! Source: viewer.md section 7, Contacts and timeline; HAZ-016.

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
    let mut facts: Vec<Fact<'_>> = [
        Fact::maybe("Setting", Some(&contact.setting)),
        Fact::maybe("Reason", contact.reason.as_deref()),
        Fact::maybe("Service", contact.service.as_deref()),
        Fact::maybe("Place", contact.place.as_deref()),
        Fact::maybe("Outcome", contact.outcome.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect();
    facts.extend(contact.entries.iter().filter_map(|entry| Fact::maybe("Entry", Some(entry))));
    facts
}

pub(crate) fn sorted<'g, 'a>(groups: &'g [Group<'a>]) -> Sorted<'g, 'a> {
    let (ahead, past): (Vec<_>, Vec<_>) = groups.iter().partition(|group| is_ahead(group));
    let mut sorted: Sorted<'g, 'a> = vec![("Upcoming and open".to_owned(), ahead)];
    for group in past {
        let month = month(group);
        match sorted.iter_mut().skip(1).find(|(heading, _)| *heading == month) {
            Some((_, groups)) => groups.push(group),
            None => sorted.push((month, vec![group])),
        }
    }
    sorted
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
