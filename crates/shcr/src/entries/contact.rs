//! Takes the record as it may be shown, and the sources of the professional's own organisation; gives flags that say whether the person
//! had contact with that organisation near the day of the opening. No day, no place and no kind of contact is in them.
//! Source: audit.md section 12, PO-16 and PO-17.

use super::{Planned, Story};
use access::{Permit, policy::Unit};
use audit::{
    cause::{CONTACT_NOT_KNOWN, LONG_AFTER_CONTACT, NO_RECENT_CONTACT},
    watch::Thresholds,
};
use fhir::{Category, FhirDate, OdsCode, SourceId, date::Precision};
use jiff::{ToSpan, civil::Date};
use record::{
    Record, Section,
    item::{Facts, Item, Standing},
};

/// What contacts are asked under.
const CONTACTS: [Category; 4] =
    [Category::Encounters, Category::Consultations, Category::MentalHealth, Category::SocialCare];

/// The sources of that organisation; to a practice's own professionals the one that asks the practice.
pub(super) fn own(organisation: &str, permit: &Permit, plan: &[Planned<'_>]) -> Vec<SourceId> {
    let is_practice =
        OdsCode::parse(organisation).is_ok_and(|ods| permit.practice() == Some(&Unit::of_practice(&ods)));
    let is_own = |source: &federation::SourceConfig| {
        source.ods.as_str() == organisation || source.kind.is_practice() && is_practice
    };
    plan.iter().filter(|(source, _)| is_own(source)).map(|(source, _)| source.id.clone()).collect()
}

impl Story {
    /// The same, with what is to be said of contacts. Only what the professional may see is looked at, so that the flags tell nobody of
    /// anything that was held back.
    pub(crate) fn with_contact(&self, record: &Record, thresholds: &Thresholds) -> Self {
        let mut story = self.clone();
        let days = thresholds.of_contact(self.how.route == access::launch::Route::Direct.name());
        let known = FhirDate::parse(&self.today()).first_day().filter(|_| self.is_known(record));
        let marks = known.map_or(&[CONTACT_NOT_KNOWN][..], |today| {
            marks(self.own.iter().flat_map(|source| record.items_of(source)), today, days)
        });
        marks.iter().for_each(|mark| story.flag(mark));
        story
    }

    /// Every source of theirs was asked for contacts and answered whole.
    fn is_known(&self, record: &Record) -> bool {
        let answered = |source: &SourceId| {
            let line = self.plan.iter().find(|line| line.source == source.as_str());
            let is_asked = |of: &&Category| line.is_some_and(|line| line.categories.contains_key(of.name()));
            let mut asked = CONTACTS.iter().filter(is_asked).peekable();
            let is_whole = |of: &Category| {
                let is_answer = record.state_of(source, *of).is_some_and(fhir::ReplyState::is_answer);
                is_answer && !record.is_warned_of(source, *of)
            };
            asked.peek().is_some() && asked.all(is_whole)
        };
        !self.own.is_empty() && self.own.iter().all(answered)
    }
}

fn marks<'a>(
    items: impl Iterator<Item = &'a Item>,
    today: Date,
    (near, long): (u32, u32),
) -> &'static [&'static str] {
    let days = |n: u32| i64::from(n).days();
    let (from, until) = (today.saturating_sub(days(near)), today.saturating_add(days(near)));
    let contacts: Vec<(Date, Date)> = items.filter_map(|item| contact(item, today)).collect();
    if contacts.iter().any(|(begin, end)| *begin <= until && *end >= from) {
        return &[];
    }
    let last = contacts.iter().map(|(_, end)| *end).filter(|end| *end <= today).max();
    match last {
        Some(last) if last < today.saturating_sub(days(long)) => &[NO_RECENT_CONTACT, LONG_AFTER_CONTACT],
        _ => &[NO_RECENT_CONTACT],
    }
}

/// The first and the last day it can have been. `None`: it is no contact, did not take place, or has no day.
fn contact(item: &Item, today: Date) -> Option<(Date, Date)> {
    let is_one =
        item.section == Section::Contacts && item.is_shown() && item.status.standing != Standing::Negated;
    let date = item.when.shown().filter(|_| is_one)?;
    let begin = date.first_day()?;
    let is_staying = matches!(&item.facts, Facts::Contact(contact) if contact.setting == "Inpatient")
        && item.status.standing == Standing::Current
        && item.when.to.is_none();
    let end = item.when.to.as_ref().unwrap_or(date);
    let end = if is_staying { Some(today) } else { last_day(end) };
    Some((begin, end?.max(begin)))
}

fn last_day(date: &FhirDate) -> Option<Date> {
    let first = date.first_day()?;
    Some(match date.precision() {
        Precision::Year(_) => first.last_of_year(),
        Precision::Month(..) => first.last_of_month(),
        _ => first,
    })
}

#[cfg(test)]
mod tests;
