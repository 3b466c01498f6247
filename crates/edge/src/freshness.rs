//! How fresh a feed is by the partner's own word: in time, overdue, too old to be shown, or never received. Each has its own
//! words, with the time it was last received as London reads it (HAZ-008).

use crate::{config::Feed, vault::read::FeedState};
use jiff::{Timestamp, tz::TimeZone};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    InTime(Timestamp),
    Overdue(Timestamp),
    /// Past the partner's limit: nothing of it is shown.
    TooOld(Timestamp),
    Never,
}

impl Freshness {
    pub(crate) fn of(feed: &Feed, state: &FeedState, now: Timestamp) -> Self {
        let Some(as_at) = state.as_at.and_then(|at| Timestamp::from_millisecond(at).ok()) else {
            return Freshness::Never;
        };
        // A clock that went back makes nothing older.
        let age =
            Duration::from_millis((now.as_millisecond() - as_at.as_millisecond()).max(0).unsigned_abs());
        if age > feed.withhold_after {
            Freshness::TooOld(as_at)
        } else if age > feed.overdue_after {
            Freshness::Overdue(as_at)
        } else {
            Freshness::InTime(as_at)
        }
    }

    pub(crate) fn is_late(self) -> bool {
        !matches!(self, Freshness::InTime(_))
    }

    pub(crate) fn is_shown(self) -> bool {
        matches!(self, Freshness::InTime(_) | Freshness::Overdue(_))
    }

    /// When the data was made, of what may be shown.
    pub(crate) fn as_at(self) -> Option<Timestamp> {
        match self {
            Freshness::InTime(at) | Freshness::Overdue(at) => Some(at),
            Freshness::TooOld(_) | Freshness::Never => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Freshness::InTime(_) => "in-time",
            Freshness::Overdue(_) => "overdue",
            Freshness::TooOld(_) => "too-old",
            Freshness::Never => "never-received",
        }
    }

    /// What must be said of it on the page; nothing while it is in time.
    pub(crate) fn words(self, feed: &Feed) -> Option<String> {
        let (title, every) = (&feed.title, in_words(feed.every));
        match self {
            Freshness::InTime(_) => None,
            Freshness::Overdue(at) => {
                Some(format!("{title}: overdue. It comes every {every} and was last received {}", london(at)))
            }
            Freshness::TooOld(at) => Some(format!(
                "{title}: not shown. It was last received {}, and nothing older than {} is shown",
                london(at),
                in_words(feed.withhold_after)
            )),
            Freshness::Never => Some(format!("{title}: nothing has been received yet")),
        }
    }
}

/// `22-Nov-2026 02:10`, as London reads it.
pub(crate) fn london(at: Timestamp) -> String {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%d-%b-%Y %H:%M").to_string()
}

fn in_words(duration: Duration) -> String {
    let s = duration.as_secs();
    match s {
        s if s % 86_400 == 0 && s > 86_400 => format!("{} days", s / 86_400),
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> Feed {
        toml::from_str(
            "id = 'asc'\ntitle = 'Adult social care'\nformat = 'x'\nmode = 'snapshot'\nevery = '24h'\n\
             overdue_after = '26h'\nwithhold_after = '14d'",
        )
        .unwrap()
    }

    /// HAZ-008: a stopped feed under a moving clock: fresh, late, past the limit, each worded.
    #[test]
    fn a_stopped_feed_is_in_time_then_overdue_then_not_shown() {
        let as_at: Timestamp = "2026-11-14T02:10:00Z".parse().unwrap();
        let state = FeedState { as_at: Some(as_at.as_millisecond()), ..FeedState::default() };
        let at = |now: &str| Freshness::of(&feed(), &state, now.parse().unwrap());
        assert_eq!(at("2026-11-15T04:10:00Z").words(&feed()), None);
        let overdue = at("2026-11-15T04:10:01Z");
        let words = "Adult social care: overdue. It comes every 24 h and was last received 14-Nov-2026 02:10";
        assert_eq!(overdue.words(&feed()).as_deref(), Some(words));
        assert!(overdue.is_shown() && overdue.is_late());
        assert!(at("2026-11-28T02:10:00Z").is_shown());
        let too_old = at("2026-11-28T02:10:01Z");
        assert!(!too_old.is_shown() && too_old.as_at().is_none());
        let words = "Adult social care: not shown. It was last received 14-Nov-2026 02:10, and nothing older than 14 days is shown";
        assert_eq!(too_old.words(&feed()).as_deref(), Some(words));
        // A clock that runs behind.
        assert_eq!(at("2026-11-13T00:00:00Z").name(), "in-time");
    }

    #[test]
    fn a_feed_that_never_came_says_so() {
        let never = Freshness::of(&feed(), &FeedState::default(), "2026-11-28T02:10:00Z".parse().unwrap());
        assert_eq!(never.words(&feed()).as_deref(), Some("Adult social care: nothing has been received yet"));
        assert!(!never.is_shown());
    }

    #[test]
    fn the_hour_is_londons() {
        assert_eq!(london("2026-07-01T01:10:00Z".parse().unwrap()), "01-Jul-2026 02:10");
    }
}
