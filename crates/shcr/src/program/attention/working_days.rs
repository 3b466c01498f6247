//! When so many working days are over: takes a moment and a number of days, gives the same time of that day in London. Saturdays and
//! Sundays do not count; bank holidays do, since no list of them is kept here.

use jiff::{Timestamp, ToSpan, Zoned, civil::Weekday};
use std::num::NonZeroU16;

pub(super) fn after(raised: Timestamp, days: NonZeroU16) -> Timestamp {
    let mut at = fhir::date::london(raised);
    // What is raised at the weekend lies there from Monday on.
    while is_weekend(&at) {
        at = tomorrow(&at).start_of_day().unwrap_or(at);
    }
    for _ in 0..days.get() {
        at = tomorrow(&at);
        while is_weekend(&at) {
            at = tomorrow(&at);
        }
    }
    at.timestamp()
}

/// At the end of time it stays today.
fn tomorrow(at: &Zoned) -> Zoned {
    at.checked_add(1.day()).unwrap_or_else(|_| at.clone())
}

fn is_weekend(at: &Zoned) -> bool {
    at.timestamp() < Timestamp::MAX && matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_do_not_count_and_the_clock_is_londons() {
        for (raised, days, until) in [
            ("2026-11-23T10:00:00Z", 5, "2026-11-30T10:00:00Z"),
            ("2026-11-27T23:59:00Z", 1, "2026-11-30T23:59:00Z"),
            ("2026-11-28T09:00:00Z", 1, "2026-12-01T00:00:00Z"),
            ("2026-11-29T23:30:00Z", 5, "2026-12-07T00:00:00Z"),
            // The clocks go back between the two.
            ("2026-10-23T09:00:00Z", 1, "2026-10-26T10:00:00Z"),
        ] {
            let days = NonZeroU16::new(days).unwrap();
            assert_eq!(after(raised.parse().unwrap(), days), until.parse().unwrap(), "{raised}");
        }
    }
}
