//! Takes how long ago something was, gives the date as a source would have written it, at the precision it
//! was recorded.
//! Source: HL7 FHIR R4, section 2.24.0.1 (date, dateTime, instant).

use jiff::{ToSpan, civil::Date, tz::TimeZone};

/// A moment relative to today. Days may be negative: then it lies ahead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum When {
    /// No date was recorded.
    #[default]
    Unknown,
    /// A whole day, so many days ago.
    Day(i32),
    /// A time on a day so many days ago: days, hour, minute.
    Time(i32, i8, i8),
    /// Only the month is known.
    Month(i32),
    /// Only the year is known.
    Year(i32),
}

impl When {
    /// As recorded: `2019`, `2024-05`, `2026-11-02` or `2026-11-02T14:30:00+00:00`.
    pub(crate) fn text(self, today: Date) -> Option<String> {
        let (first, _) = self.range(today)?;
        Some(match self {
            When::Unknown => return None,
            When::Day(_) => first.to_string(),
            When::Time(_, hour, minute) => local(first, hour, minute),
            When::Month(_) => first.strftime("%Y-%m").to_string(),
            When::Year(_) => first.strftime("%Y").to_string(),
        })
    }

    /// The whole day, where the field takes no time.
    pub(crate) fn day(self, today: Date) -> Option<String> {
        match self {
            When::Time(days, ..) => When::Day(days).text(today),
            other => other.text(today),
        }
    }

    /// With a time, where the field takes nothing less (`instant`).
    pub(crate) fn instant(self, today: Date) -> Option<String> {
        match self {
            When::Time(..) => self.text(today),
            other => other.range(today).map(|(first, _)| local(first, 9, 0)),
        }
    }

    /// First and last day it may have been; `None` when no date was recorded.
    pub(crate) fn range(self, today: Date) -> Option<(Date, Date)> {
        match self {
            When::Unknown => None,
            When::Day(days) | When::Time(days, ..) => {
                let day = today.saturating_sub(days.days());
                Some((day, day))
            }
            When::Month(months) => {
                let day = today.first_of_month().saturating_sub(months.months());
                Some((day.first_of_month(), day.last_of_month()))
            }
            When::Year(years) => {
                let day = today.first_of_year().saturating_sub(years.years());
                Some((day.first_of_year(), day.last_of_year()))
            }
        }
    }

    /// So many days later, at the precision of a day.
    pub(crate) fn later(self, by: i32) -> Self {
        match self {
            When::Day(days) | When::Time(days, ..) => When::Day(days.saturating_sub(by)),
            other => other,
        }
    }
}

/// London time with its offset. A place without time zones writes UTC.
fn local(day: Date, hour: i8, minute: i8) -> String {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    match day.at(hour, minute, 0, 0).to_zoned(zone) {
        Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => day.to_string(),
    }
}
