//! Takes an entry, gives when it came to its source by what the source said of it, or that it did not say; and whether that lies
//! after a moment. Never guesses: what a date is too coarse to tell is said to be unclear. Source: viewer.md section 7, What's new;
//! HAZ-008, HAZ-016, HAZ-051.

use crate::item::{Facts, Item, Standing};
use fhir::FhirDate;
use fhir::date::{Precision, london};
use jiff::{SignedDuration, Timestamp, civil};

/// When an entry came, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// Its source stored this version of it then.
    Received(FhirDate),
    /// It was recorded, indexed or released then.
    Recorded(FhirDate),
    /// Its source said neither: the date of what it tells, the latest of them that is not to come.
    Dated(FhirDate),
    /// No date that can be read, or none but of what is to come.
    Unknown,
}

/// How a date lies to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Falls {
    After,
    /// The same day without a time; or an extract may have brought it later than its source had it.
    Perhaps,
    Before,
    /// Only a month or a year, and the moment lies within it.
    Unclear,
}

/// A period, as far back as it goes and how late an extract may bring what its source had before.
#[derive(Debug, Clone, Copy)]
pub struct Since {
    pub moment: Timestamp,
    /// Nothing, for a source that answers live.
    pub slack: SignedDuration,
}

impl Arrival {
    pub fn date(&self) -> Option<&FhirDate> {
        match self {
            Arrival::Received(date) | Arrival::Recorded(date) | Arrival::Dated(date) => Some(date),
            Arrival::Unknown => None,
        }
    }
}

/// `now` is the moment of the opening: what an entry says of later days is no arrival.
pub fn of(item: &Item, now: Timestamp) -> Arrival {
    // Of an entry shown in part, when its source stored it is no part.
    let is_whole = !item.original.as_sent().is_empty();
    let stored = item.provenance.last_updated.as_deref().filter(|_| is_whole).map(FhirDate::parse);
    if let Some(date) = stored.filter(FhirDate::is_readable) {
        return Arrival::Received(date);
    }
    let today = london(now).date();
    let recorded = past(item.when.recorded.as_ref(), today);
    let ended = past(ended(item), today);
    match (recorded, ended) {
        (Some(recorded), Some(ended)) if ended.first_day() > recorded.first_day() => {
            Arrival::Dated(ended.clone())
        }
        (Some(recorded), _) => Arrival::Recorded(recorded.clone()),
        (None, Some(ended)) => Arrival::Dated(ended.clone()),
        (None, None) => {
            past(item.when.from.as_ref(), today).map_or(Arrival::Unknown, |from| Arrival::Dated(from.clone()))
        }
    }
}

fn past(date: Option<&FhirDate>, today: civil::Date) -> Option<&FhirDate> {
    date.filter(|date| date.first_day().is_some_and(|day| day <= today))
}

/// A change of its state that the entry tells: stopped, over, gone home.
fn ended(item: &Item) -> Option<&FhirDate> {
    match &item.facts {
        Facts::Medicine(medicine) => medicine.stopped.as_ref(),
        Facts::Contact(_) => item.when.to.as_ref(),
        _ => item.when.to.as_ref().filter(|_| item.status.standing == Standing::Past),
    }
}

impl Since {
    /// How a date lies to the period's beginning.
    pub fn falls(self, date: &FhirDate) -> Falls {
        match lies(date, self.moment) {
            Falls::Before if self.slack > SignedDuration::ZERO => {
                let earlier = self.moment.checked_sub(self.slack).unwrap_or(self.moment);
                if lies(date, earlier) == Falls::Before { Falls::Before } else { Falls::Perhaps }
            }
            falls => falls,
        }
    }
}

fn lies(date: &FhirDate, moment: Timestamp) -> Falls {
    let day = london(moment).date();
    match date.precision() {
        Precision::Instant(at) if at >= moment => Falls::After,
        Precision::Instant(_) => Falls::Before,
        Precision::Local(at) => by_day(at.date(), day),
        Precision::Day(at) => by_day(at, day),
        Precision::Month(..) | Precision::Year(_) => by_period(date, day),
        Precision::Unreadable => Falls::Unclear,
    }
}

fn by_day(at: civil::Date, day: civil::Date) -> Falls {
    match at.cmp(&day) {
        std::cmp::Ordering::Greater => Falls::After,
        std::cmp::Ordering::Equal => Falls::Perhaps,
        std::cmp::Ordering::Less => Falls::Before,
    }
}

fn by_period(date: &FhirDate, day: civil::Date) -> Falls {
    let Some(first) = date.first_day() else { return Falls::Unclear };
    let last = match date.precision() {
        Precision::Month(..) => first.last_of_month(),
        _ => first.last_of_year(),
    };
    if first > day {
        Falls::After
    } else if last < day {
        Falls::Before
    } else {
        Falls::Unclear
    }
}

#[cfg(test)]
mod tests;
