//! Takes `8 years`, `18 months` or `90 days`, gives the moment before which nothing has to be kept. Refuses anything else.

use crate::Millis;
use jiff::{Span, Timestamp, tz::TimeZone};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::fmt;

/// The longest that is still a period and not a mistake.
const MOST_YEARS: i64 = 150;

/// How long something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    text: String,
    span: Calendar,
}

/// The text is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not how long something is kept: write it as `8 years`, `18 months` or `90 days`")]
pub struct NotAPeriod(pub String);

/// A number of calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calendar {
    Years(i64),
    Months(i64),
    Days(i64),
}

impl Period {
    pub fn parse(text: &str) -> Result<Self, NotAPeriod> {
        let wrong = || NotAPeriod(text.to_owned());
        let (number, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = number.parse().ok().filter(|number| digits && *number > 0).ok_or_else(wrong)?;
        let (span, years) = match unit {
            "year" | "years" => (Calendar::Years(number), number),
            "month" | "months" => (Calendar::Months(number), number / 12),
            "day" | "days" => (Calendar::Days(number), number / 365),
            _ => return Err(wrong()),
        };
        if years > MOST_YEARS { Err(wrong()) } else { Ok(Self { text: text.to_owned(), span }) }
    }

    /// In seconds since 1970: what is of that moment or later is kept. By the calendar, in UTC.
    pub fn ends_s(&self, now: Millis) -> i64 {
        let span = Span::new();
        let span = match self.span {
            Calendar::Years(years) => span.try_years(years),
            Calendar::Months(months) => span.try_months(months),
            Calendar::Days(days) => span.try_days(days),
        };
        let now = Timestamp::from_millisecond(now.0).map(|now| now.to_zoned(TimeZone::UTC));
        let then = span.and_then(|span| now?.checked_sub(span));
        // A moment that no calendar has lies before everything.
        then.map_or(i64::MIN, |then| then.timestamp().as_second())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_goes_back_by_the_calendar_and_anything_else_is_refused() {
        // 2024-02-29T12:00:00Z
        let leap = Millis(1_709_208_000_000);
        for (text, expected) in [
            ("1 year", 1_677_585_600),
            ("12 months", 1_677_585_600),
            ("366 days", 1_677_585_600),
            ("8 years", 1_456_747_200),
        ] {
            assert_eq!(Period::parse(text).unwrap().ends_s(leap), expected, "{text}");
        }
        for text in [
            "",
            "8",
            "8years",
            "8  years",
            "-8 years",
            "+8 years",
            "0 days",
            "8 weeks",
            "151 years",
            "99999999999999999999 days",
            "8 years ",
            "eight years",
        ] {
            assert_eq!(Period::parse(text), Err(NotAPeriod(text.to_owned())));
        }
    }
}
