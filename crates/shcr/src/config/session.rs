//! How long a view stands: takes four durations, gives the two that fit the way in. Refuses what lies outside the bounds that
//! no deployment may choose away. Source: access.md section 4 (3); ASVS 5.0, 7.3.

use super::duration;
use access::{
    launch::Route,
    session::{ABSOLUTE_MAX_S, DIRECT_ABSOLUTE_S, DIRECT_IDLE_S, IDLE_BOUNDS_S},
};
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    #[serde(deserialize_with = "duration")]
    pub(crate) idle: Duration,
    #[serde(deserialize_with = "duration")]
    pub(crate) absolute: Duration,
    /// Direct access has no host that watches over the professional.
    #[serde(default = "direct_idle", deserialize_with = "duration")]
    pub(crate) direct_idle: Duration,
    #[serde(default = "direct_absolute", deserialize_with = "duration")]
    pub(crate) direct_absolute: Duration,
}

/// How long one view may stand, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) idle_ms: i64,
    pub(crate) absolute_ms: i64,
}

impl Session {
    pub(crate) fn life(&self, route: Route) -> Life {
        let (idle, absolute) = match route {
            Route::Direct => (self.direct_idle, self.direct_absolute),
            _ => (self.idle, self.absolute),
        };
        Life { idle_ms: millis(idle), absolute_ms: millis(absolute) }
    }

    /// The key at fault, and what is wrong with it.
    pub(super) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let [shortest, longest] = IDLE_BOUNDS_S.map(|s| s * 1000);
        let idle = [("idle", self.idle), ("direct_idle", self.direct_idle)];
        let absolute = [("absolute", self.absolute), ("direct_absolute", self.direct_absolute)];
        let outside = |(_, time): &&(&str, Duration)| !(shortest..=longest).contains(&millis(*time));
        let too_long = |(_, time): &&(&str, Duration)| millis(*time) > ABSOLUTE_MAX_S * 1000;
        if let Some((key, _)) = idle.iter().find(outside) {
            return Some((key, "a view that nobody uses ends after 2 to 30 minutes"));
        }
        if let Some((key, _)) = absolute.iter().find(too_long) {
            return Some((key, "no view lasts longer than 4 hours"));
        }
        let before = idle.iter().zip(&absolute).find(|((_, idle), (_, absolute))| idle > absolute);
        before.map(|(_, (key, _))| (*key, "a view may last at least as long as it may rest"))
    }
}

fn direct_idle() -> Duration {
    Duration::from_secs(DIRECT_IDLE_S.unsigned_abs())
}

fn direct_absolute() -> Duration {
    Duration::from_secs(DIRECT_ABSOLUTE_S.unsigned_abs())
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
