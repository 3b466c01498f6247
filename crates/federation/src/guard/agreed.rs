//! Takes a source's configuration, gives what its schedule lets its guard do; the defaults where it says nothing.

use super::{hours::Hours, quota::Quota};
use crate::{limits::Limits, source::SourceConfig};

/// How much and when something may be asked.
pub(crate) struct Agreed {
    /// Questions at once.
    pub(super) ceiling: usize,
    /// Whether it is asked less than that when it is strained.
    pub(super) adapts: bool,
    /// Questions in any second.
    pub(super) per_second: Option<usize>,
    pub(super) hours: Hours,
}

impl Agreed {
    pub(crate) fn of(source: &SourceConfig, limits: &Limits) -> Self {
        let rate = source.per_second.unwrap_or(limits.per_second);
        Self {
            ceiling: source.ceiling.unwrap_or(limits.ceiling),
            adapts: source.adapts,
            per_second: usize::try_from(rate).ok(),
            hours: Hours::of(&source.agreed_hours, &source.quiet_windows).unwrap_or_default(),
        }
    }

    /// Of a look-up of ours, which no schedule speaks of: its ceiling and no more.
    pub(crate) fn ours(ceiling: usize) -> Self {
        Self { ceiling, adapts: false, per_second: None, hours: Hours::default() }
    }

    /// How many questions at once, before anything is known of it, and at most.
    pub(crate) fn at_first(&self, limits: &Limits) -> (usize, usize) {
        let full = self.ceiling.max(1);
        let own = Quota::own(full, limits.replicas);
        (if self.adapts { own.min(limits.places_at_first) } else { own }, full)
    }
}
