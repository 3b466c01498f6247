//! Takes verdicts and the monotonic time, says whether the next question may go: closed, open for a while, one probe,
//! or held open until cleared. Pure: no clock of its own.

use super::{Closed, Verdict, Visit};
use crate::limits::Limits;
use share::Share;
use std::time::Duration;
use tokio::time::Instant;

/// Many failures among answers.
mod share;

/// The state machine of one source.
pub(super) struct Breaker {
    failures_to_open: u32,
    first: Duration,
    longest: Duration,
    slow_start: Duration,
    state: State,
    /// While it is closed.
    share: Share,
}

/// Since when a source is not asked, and by whose question if one held it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shut {
    /// A time of day.
    pub(crate) since: String,
    /// The opening that was answered about somebody else (HAZ-004).
    pub(crate) held_by: Option<String>,
}

/// Whether a source is asked, from well to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    Closed,
    /// It asked us to wait.
    Resting,
    /// One question is on its way to find out.
    HalfOpen,
    Open,
    /// Until somebody clears it (HAZ-004).
    Held,
}

impl Stance {
    pub const ALL: [Stance; 5] =
        [Stance::Closed, Stance::Resting, Stance::HalfOpen, Stance::Open, Stance::Held];

    pub fn name(self) -> &'static str {
        match self {
            Stance::Closed => "closed",
            Stance::Resting => "resting",
            Stance::HalfOpen => "half-open",
            Stance::Open => "open",
            Stance::Held => "held",
        }
    }
}

enum State {
    Closed {
        failures: u32,
        /// When it came back, where it had been away.
        back: Option<Instant>,
    },
    /// `rest` is how long it stays open this time.
    Open {
        since: String,
        until: Instant,
        rest: Duration,
    },
    /// One real question is on its way; everybody else waits for its end.
    Probing {
        since: String,
        rest: Duration,
    },
    /// It asked us to wait; nothing is known to be wrong with it.
    Waiting {
        until: Instant,
    },
    Held {
        since: String,
        opening: String,
    },
}

const CLOSED: State = State::Closed { failures: 0, back: None };

impl Breaker {
    pub(super) fn new(limits: &Limits) -> Self {
        let (first, longest) = (limits.breaker_first, limits.breaker_longest);
        Self {
            failures_to_open: limits.breaker_failures,
            first,
            longest,
            slow_start: limits.slow_start,
            state: CLOSED,
            share: Share::new(limits),
        }
    }

    /// In words for the operator.
    pub(super) fn words(&self) -> String {
        match &self.state {
            State::Closed { .. } => "closed".to_owned(),
            State::Open { since, .. } => format!("open since {since}"),
            State::Probing { since, .. } => format!("half-open, open since {since}"),
            State::Waiting { .. } => "resting: it asked us to wait".to_owned(),
            State::Held { since, .. } => {
                format!("held since {since} until cleared: answered about somebody else")
            }
        }
    }

    pub(super) fn stance(&self) -> Stance {
        match &self.state {
            State::Closed { .. } => Stance::Closed,
            State::Waiting { .. } => Stance::Resting,
            State::Probing { .. } => Stance::HalfOpen,
            State::Open { .. } => Stance::Open,
            State::Held { .. } => Stance::Held,
        }
    }

    /// How many questions at once it is asked now, of as many as it may be. Everybody who found it away comes back with it, so it
    /// is given time (HAZ-036).
    pub(super) fn ceiling(&self, full: usize, now: Instant) -> usize {
        match self.state {
            State::Closed { back: Some(back), .. } if now < back + self.slow_start / 2 => (full / 4).max(1),
            State::Closed { back: Some(back), .. } if now < back + self.slow_start => (full / 2).max(1),
            _ => full,
        }
    }

    /// `Ok(true)`: this question is the probe.
    pub(super) fn enter(&mut self, now: Instant) -> Result<bool, Closed> {
        match &self.state {
            State::Closed { .. } => Ok(false),
            State::Open { since, until, rest } if now >= *until => {
                self.state = State::Probing { since: since.clone(), rest: *rest };
                Ok(true)
            }
            State::Open { since, .. } | State::Probing { since, .. } => {
                Err(Closed::Open(Shut { since: since.clone(), held_by: None }))
            }
            State::Waiting { until } if now >= *until => {
                self.state = CLOSED;
                Ok(false)
            }
            State::Waiting { until } => Err(Closed::Waiting(*until - now)),
            State::Held { since, opening } => {
                Err(Closed::Open(Shut { since: since.clone(), held_by: Some(opening.clone()) }))
            }
        }
    }

    pub(super) fn end(&mut self, verdict: Verdict, now: Instant, visit: &Visit) {
        if matches!(self.state, State::Held { .. }) {
            return;
        }
        if matches!(self.state, State::Closed { .. }) && matches!(verdict, Verdict::Well | Verdict::Sick) {
            self.share.ended(verdict == Verdict::Sick, now);
        }
        self.state = match verdict {
            Verdict::WrongPerson => {
                State::Held { since: visit.clock.clone(), opening: visit.opening.clone() }
            }
            Verdict::Unasked => return,
            Verdict::Well if matches!(self.state, State::Open { .. } | State::Waiting { .. }) => return,
            Verdict::Well => match self.state {
                State::Closed { back, .. } => State::Closed { failures: 0, back },
                _ => State::Closed { failures: 0, back: Some(now) },
            },
            Verdict::Wait(wait) => match self.after_request_to_wait(now + wait) {
                Some(state) => state,
                None => return,
            },
            Verdict::Sick => match self.after_failure(now, &visit.clock) {
                Some(state) => state,
                None => return,
            },
        };
    }

    fn after_failure(&mut self, now: Instant, clock: &str) -> Option<State> {
        match &self.state {
            State::Closed { failures, back }
                if failures + 1 < self.failures_to_open && !self.share.is_too_much() =>
            {
                Some(State::Closed { failures: failures + 1, back: *back })
            }
            State::Closed { .. } => {
                self.share.forget();
                let since = clock.to_owned();
                Some(State::Open { since, until: now + self.first, rest: self.first })
            }
            State::Probing { since, rest } => {
                let rest = (*rest * 2).min(self.longest);
                Some(State::Open { since: since.clone(), until: now + rest, rest })
            }
            // A question that left before it opened: the breaker knows already.
            State::Open { .. } | State::Waiting { .. } | State::Held { .. } => None,
        }
    }

    /// The latest moment asked for stands. An open breaker rests anyway, and then asks one question.
    fn after_request_to_wait(&self, until: Instant) -> Option<State> {
        match &self.state {
            State::Open { .. } | State::Held { .. } => None,
            State::Waiting { until: known } => Some(State::Waiting { until: until.max(*known) }),
            State::Closed { .. } | State::Probing { .. } => Some(State::Waiting { until }),
        }
    }

    /// It is known from elsewhere that it asked to be left alone until then.
    pub(super) fn rest(&mut self, until: Instant) {
        if let Some(state) = self.after_request_to_wait(until) {
            self.state = state;
        }
    }

    /// The probe was cancelled before it could say anything: the next question is the probe.
    pub(super) fn give_back_probe(&mut self) {
        if let State::Probing { since, rest } = &self.state {
            // Already past: an instant that has been reached stays reached.
            self.state = State::Open { since: since.clone(), until: Instant::now(), rest: *rest };
        }
    }

    pub(super) fn clear(&mut self) {
        self.state = CLOSED;
        self.share.forget();
    }
}
