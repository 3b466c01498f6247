//! Two-sided reconciliation with one source: takes our entries of a UTC day and the source's own access log of it, gives what both
//! know of, what only one of them does, and what both know differently. Pure: it reads no store, no network and no clock. It
//! shows what no log by itself can: an entry that was never written (HAZ-030).
//! Source: audit.md section 10.

/// What a request to a source is called, so that both sides know it again.
mod name;
/// The source's access log, line by line.
mod lines;
/// The same as AuditEvents.
mod event;
/// The same as a table.
mod table;
/// Which questions our entries say were asked.
mod ours;
/// The two held against each other.
mod join;
/// What is recorded of the day, and read back.
mod told;

pub use join::{Difference, Outcome, Terms, join};
pub use lines::{HandOver, HandOverFault, LONGEST_BYTES, SubjectKey, read};
pub use name::{RequestName, RequestNames};
pub use ours::{Ours, PRACTICE};
pub use table::Wrong;
pub use told::{Item, RECONCILED, Told};

use crate::Millis;
use jiff::civil::Date;
use std::fmt;

/// The part of a question that its plan names.
pub const RECORD: u32 = 1;
/// The part that is asked first, and again while a view is open: whether the person objects.
pub const WISH: u32 = 0;

const MINUTE_MS: i64 = 60_000;
/// How much of the days before and after a hand-over of one day may hold.
pub const MARGIN_MS: i64 = 15 * MINUTE_MS;
/// How long an opening may go on asking: the longest view there is, and its margin.
const LONGEST_OPENING_MS: i64 = 4 * 60 * MINUTE_MS + MARGIN_MS;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A day of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written `2026-11-28`")]
pub struct NotADay;

impl Day {
    /// `2026-11-28` and no other form.
    pub fn parse(text: &str) -> Result<Self, NotADay> {
        let date: Date = text.parse().map_err(|_| NotADay)?;
        if text.len() == 10 && date.to_string() == text { Ok(Self(date)) } else { Err(NotADay) }
    }

    /// The day of a moment.
    pub fn of(at: Millis) -> Self {
        let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
        Self(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// So many days before; the first day there is where there are none.
    pub fn before(self, days: i64) -> Self {
        Self(self.0.saturating_sub(jiff::Span::new().days(days)))
    }

    /// Its first millisecond.
    pub fn begins(self) -> Millis {
        let began = self.0.to_zoned(jiff::tz::TimeZone::UTC).map(|at| at.timestamp().as_millisecond());
        Millis(began.unwrap_or(i64::MIN))
    }

    /// The first millisecond after it.
    pub fn ends(self) -> Millis {
        self.begins().plus_ms(DAY_MS)
    }

    fn holds(self, at: Millis) -> bool {
        at >= self.begins() && at < self.ends()
    }

    /// Between which moments the entries lie that a hand-over of this day may speak of.
    pub fn entries(self) -> (Millis, Millis) {
        (self.begins().plus_ms(-LONGEST_OPENING_MS), self.ends().plus_ms(2 * MARGIN_MS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
