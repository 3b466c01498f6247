//! Takes how long a source took and whether it was strained, says how many questions it is asked at once: few at first, one more
//! after a while in which all places were needed and nothing became slower, fewer at once when it is strained (HAZ-036). Pure: time
//! is passed in. Source: additive increase, multiplicative decrease, as in TCP (RFC 5681).

use crate::limits::Limits;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// What slower and faster answers are told apart by: of fewer the middle one says nothing.
const ENOUGH: usize = 5;
/// A difference that no one at the screen notices is no strain.
const NOISE: Duration = Duration::from_millis(50);
/// Of one window: more change nothing about the middle one.
const KEPT: usize = 512;

/// Of one source, below its ceiling.
pub(super) struct Limiter {
    most: usize,
    /// Whether it follows what a source bears.
    adapts: bool,
    places: usize,
    window: Duration,
    memory: Duration,
    current: Window,
    /// When windows ended, and the middle of how long answers took in them.
    middles: VecDeque<(Instant, Duration)>,
    /// When it was last asked for less. Questions that had left by then say nothing new.
    cut: Option<Instant>,
}

struct Window {
    since: Instant,
    took: Vec<Duration>,
    was_full: bool,
}

impl Window {
    fn from(since: Instant) -> Self {
        Self { since, took: Vec::new(), was_full: false }
    }

    fn middle(&mut self) -> Option<Duration> {
        self.took.sort_unstable();
        self.took.get(self.took.len() / 2).copied()
    }
}

impl Limiter {
    /// `most`: the ceiling, one at least; where nothing `adapts`, that is what it stays at.
    pub(super) fn new(limits: &Limits, (most, adapts): (usize, bool), now: Instant) -> Self {
        Self {
            most,
            adapts,
            places: if adapts { limits.places_at_first.clamp(1, most) } else { most },
            window: limits.limiter_window,
            memory: limits.limiter_memory,
            current: Window::from(now),
            middles: VecDeque::new(),
            cut: None,
        }
    }

    /// How many questions at once, from one to the ceiling.
    pub(super) fn places(&mut self, now: Instant) -> usize {
        self.turn(now);
        self.places
    }

    /// The last place was taken, or somebody found none.
    pub(super) fn is_full(&mut self, now: Instant) {
        self.turn(now);
        self.current.was_full = true;
    }

    /// A question that left at `left` was answered.
    pub(super) fn answered(&mut self, left: Instant, now: Instant) {
        self.turn(now);
        if self.current.took.len() < KEPT {
            self.current.took.push(now.saturating_duration_since(left));
        }
    }

    /// A question that left at `left` ran out of time, or was told that there were too many.
    pub(super) fn strained(&mut self, left: Instant, now: Instant) {
        self.turn(now);
        if self.cut.is_none_or(|cut| left >= cut) {
            self.less(now);
        }
    }

    fn less(&mut self, now: Instant) {
        if self.adapts {
            self.places = (self.places * 7 / 10).max(1);
        }
        self.cut = Some(now);
    }

    /// Ends the window whose time is over.
    fn turn(&mut self, now: Instant) {
        if now < self.current.since + self.window {
            return;
        }
        let mut ended = std::mem::replace(&mut self.current, Window::from(now));
        let memory = self.memory;
        self.middles.retain(|(at, _)| now < *at + memory);
        let Some(middle) = ended.middle() else {
            return;
        };
        let lowest = self.middles.iter().map(|(_, middle)| *middle).min();
        let is_slower = lowest.is_some_and(|lowest| middle > (lowest * 2).max(lowest + NOISE));
        self.middles.push_back((now, middle));
        if is_slower && ended.took.len() >= ENOUGH {
            self.less(now);
        } else if ended.was_full && !is_slower {
            self.places = (self.places + 1).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests;
