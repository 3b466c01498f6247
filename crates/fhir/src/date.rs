//! Takes FHIR date text, gives a date at the precision it was recorded; never pads, never mends (HAZ-016).
//! Odd text is kept and shown as recorded. Source: FHIR R4 datatypes date, dateTime, instant; NHS CUI Date Display.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date or time as some source recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct FhirDate {
    text: String,
    read: Precision,
}

/// What the text says, no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    Year(i16),
    Month(i16, i8),
    Day(civil::Date),
    /// With its offset: an instant.
    Instant(Timestamp),
    /// A time without a zone: shown as recorded.
    Local(civil::DateTime),
    /// Not a FHIR date; the text is all there is.
    #[default]
    Unreadable,
}

impl FhirDate {
    pub fn parse(text: &str) -> Self {
        Self { text: text.to_owned(), read: read(text).unwrap_or_default() }
    }

    pub fn as_sent(&self) -> &str {
        &self.text
    }

    pub fn precision(&self) -> Precision {
        self.read
    }

    pub fn is_readable(&self) -> bool {
        self.read != Precision::Unreadable
    }

    /// `14-Aug-1935`, `Aug-1935`, `1935`; times as `14-Aug-1935 09:05`, Europe/London where the offset is known.
    pub fn display(&self) -> String {
        match self.read {
            Precision::Year(year) => format!("{year:04}"),
            Precision::Month(year, month) => format!("{}-{year:04}", month_name(month)),
            Precision::Day(date) => day(date),
            Precision::Instant(at) => minute(at),
            Precision::Local(at) => format!("{} {:02}:{:02}", day(at.date()), at.hour(), at.minute()),
            Precision::Unreadable => format!("“{}” as recorded", self.text),
        }
    }

    /// The day part only, for lists: `14-Aug-1935`.
    pub fn display_day(&self) -> String {
        match self.read {
            Precision::Instant(at) => day(london(at).date()),
            Precision::Local(at) => day(at.date()),
            _ => self.display(),
        }
    }

    /// The first civil day the text can mean, in Europe/London. `None` when unreadable.
    pub fn first_day(&self) -> Option<civil::Date> {
        match self.read {
            Precision::Year(year) => civil::Date::new(year, 1, 1).ok(),
            Precision::Month(year, month) => civil::Date::new(year, month, 1).ok(),
            Precision::Day(date) => Some(date),
            Precision::Instant(at) => Some(london(at).date()),
            Precision::Local(at) => Some(at.date()),
            Precision::Unreadable => None,
        }
    }

    /// Newest first; a coarser date after the finer ones of its period; unreadable ones last; ties by text.
    pub fn newest_first(a: Option<&Self>, b: Option<&Self>) -> Ordering {
        let key = |date: Option<&Self>| date.and_then(Self::sort_key);
        key(b).cmp(&key(a)).then_with(|| b.map(Self::as_sent).cmp(&a.map(Self::as_sent)))
    }

    /// In UTC, so that the hour which a clock in London shows twice is not muddled; the end of time stands as it is written.
    fn sort_key(&self) -> Option<(civil::DateTime, u8)> {
        let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
        let local = |at: civil::DateTime| at.to_zoned(zone()).map_or(at, |zoned| utc(zoned.timestamp()));
        let midnight = |date: civil::Date| local(date.to_datetime(civil::Time::midnight()));
        match self.read {
            Precision::Instant(at) => Some((utc(at), 4)),
            Precision::Local(at) => Some((local(at), 3)),
            Precision::Day(date) => Some((midnight(date), 2)),
            Precision::Month(..) => self.first_day().map(|date| (midnight(date), 1)),
            Precision::Year(..) => self.first_day().map(|date| (midnight(date), 0)),
            Precision::Unreadable => None,
        }
    }
}

impl From<String> for FhirDate {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<FhirDate> for String {
    fn from(date: FhirDate) -> Self {
        date.text
    }
}

/// `22-Nov-2026 14:05` in Europe/London; in the hour that is shown twice `25-Oct-2026 01:30 BST` and `25-Oct-2026 01:30 GMT`.
pub fn minute(at: Timestamp) -> String {
    format!("{} {}", day(london(at).date()), clock(at))
}

/// `14:05` in Europe/London; in the hour that is shown twice `01:30 BST` and `01:30 GMT`.
pub fn clock(at: Timestamp) -> String {
    let local = london(at);
    format!("{:02}:{:02}{}", local.hour(), local.minute(), which(&local))
}

/// `14:05:09` in Europe/London; in the hour that is shown twice as [`clock`].
pub fn clock_seconds(at: Timestamp) -> String {
    let local = london(at);
    format!("{:02}:{:02}:{:02}{}", local.hour(), local.minute(), local.second(), which(&local))
}

/// Which of the two it is, in the hour that a clock shows twice when summer ends; nothing in any other (HAZ-016).
fn which(local: &jiff::Zoned) -> &'static str {
    let twice = local.time_zone().to_ambiguous_zoned(local.datetime()).is_ambiguous();
    match (twice, local.offset().is_zero()) {
        (false, _) => "",
        (true, true) => " GMT",
        (true, false) => " BST",
    }
}

/// `14-Aug-1935` (CUI D+Ta-0002 to 0009, 0018).
pub fn day(date: civil::Date) -> String {
    format!("{:02}-{}-{:04}", date.day(), month_name(date.month()), date.year())
}

/// Whole years from `born` to `on`; `None` if `on` is before `born`.
pub fn age_years(born: civil::Date, on: civil::Date) -> Option<i16> {
    let not_yet = (on.month(), on.day()) < (born.month(), born.day());
    let years = on.year() - born.year() - i16::from(not_yet);
    (years >= 0).then_some(years)
}

/// The moment as a wall clock in London shows it.
pub fn london(at: Timestamp) -> jiff::Zoned {
    at.to_zoned(zone())
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index).copied()).unwrap_or("???")
}

fn read(text: &str) -> Option<Precision> {
    let digits =
        |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i16>().ok()).flatten();
    match text.len() {
        4 => digits(text).filter(|year| *year > 0).map(Precision::Year),
        7 => {
            let (year, month) = text.split_once('-')?;
            let month = i8::try_from(digits(month)?).ok()?;
            civil::Date::new(digits(year)?, month, 1).ok()?;
            Some(Precision::Month(digits(year)?, month))
        }
        10 => text.parse().ok().map(Precision::Day),
        _ if text.get(10..11) == Some("T") => text
            .parse::<Timestamp>()
            .map(Precision::Instant)
            .or_else(|_| text.parse::<civil::DateTime>().map(Precision::Local))
            .ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
