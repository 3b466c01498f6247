//! Gives when a partner's old system last wrote what it sends to the partner's edge node.

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// How a partner's data arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// A feed through the day.
    MinutesAgo(i64),
    /// One file a night at 02:10; this many nights have been missed.
    Nightly { days_ago: i64 },
}

impl Freshness {
    /// `None` only at the ends of time.
    pub(super) fn as_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::MinutesAgo(minutes) => now.checked_sub(SignedDuration::from_mins(minutes)).ok(),
            Self::Nightly { days_ago } => {
                last_night(now)?.checked_sub(SignedDuration::from_hours(24 * days_ago)).ok()
            }
        }
    }
}

/// The latest 02:10 in London that has passed.
fn last_night(now: Timestamp) -> Option<Timestamp> {
    let london = now.to_zoned(TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC));
    let tonight = london.date().at(2, 10, 0, 0).to_zoned(london.time_zone().clone()).ok()?;
    let passed = if tonight.timestamp() <= now { tonight } else { tonight.checked_sub(1.day()).ok()? };
    Some(passed.timestamp())
}

#[cfg(test)]
mod tests {
    use super::Freshness;
    use jiff::Timestamp;

    #[test]
    fn a_nightly_feed_is_as_at_the_last_ten_past_two_in_london() {
        let as_at = |now: &str, days_ago| {
            let now: Timestamp = now.parse().unwrap();
            Freshness::Nightly { days_ago }.as_at(now).unwrap().to_string()
        };
        assert_eq!(as_at("2026-07-01T09:00:00Z", 0), "2026-07-01T01:10:00Z");
        assert_eq!(as_at("2026-07-01T01:00:00Z", 0), "2026-06-30T01:10:00Z");
        assert_eq!(as_at("2026-01-10T09:00:00Z", 5), "2026-01-05T02:10:00Z");
    }
}
