//! Takes how questions ended, says whether more than half of the last ten seconds' failed, of enough to tell (HAZ-036). Pure: time is
//! passed in.

use crate::limits::Limits;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// Parts of the window: what is counted is counted for nine to ten tenths of it.
const PARTS: u32 = 10;

/// How questions ended lately, in parts of a window.
pub(super) struct Share {
    window: Duration,
    least: u32,
    parts: VecDeque<Part>,
}

struct Part {
    since: Instant,
    ended: u32,
    failed: u32,
}

impl Share {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { window: limits.breaker_window, least: limits.breaker_least, parts: VecDeque::new() }
    }

    pub(super) fn ended(&mut self, has_failed: bool, now: Instant) {
        let window = self.window;
        self.parts.retain(|part| now < part.since + window);
        if self.parts.back().is_none_or(|last| now >= last.since + window / PARTS) {
            self.parts.push_back(Part { since: now, ended: 0, failed: 0 });
        }
        if let Some(last) = self.parts.back_mut() {
            last.ended += 1;
            last.failed += u32::from(has_failed);
        }
    }

    /// As of the last that ended.
    pub(super) fn is_too_much(&self) -> bool {
        let ended: u32 = self.parts.iter().map(|part| part.ended).sum();
        let failed: u32 = self.parts.iter().map(|part| part.failed).sum();
        ended >= self.least && failed.saturating_mul(2) > ended
    }

    pub(super) fn forget(&mut self) {
        self.parts.clear();
    }
}
