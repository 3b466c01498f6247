//! Takes what the directory said, gives it again for the length of one opening, so that an opening's several questions to
//! one practice look it up once. Beyond the opening only where the operator has set so. Nothing here names a person.
//! Source: GP Connect 1.6.2, Spine Directory Service (caching): not across patient encounters or sessions.

use super::{Endpoint, NoEndpoint};
use fhir::OdsCode;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Longer than any opening takes, its objection question included.
const OPENING: Duration = Duration::from_secs(20);

/// Entries at most. Past it nothing new is kept until old ones run out: a look-up more, never an unbounded map.
const ENTRIES_MAX: usize = 4096;

/// Whose address, for what, in which opening.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) practice: &'a OdsCode,
    pub(crate) interaction: &'static str,
    pub(crate) opening: &'a str,
}

/// The directory's answers, each until it runs out.
#[derive(Default)]
pub(crate) struct Kept {
    /// How long an endpoint may be used across openings.
    across: Option<Duration>,
    answers: Mutex<HashMap<Key, Answer>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    practice: OdsCode,
    interaction: &'static str,
    /// `None`: for every opening.
    opening: Option<String>,
}

struct Answer {
    until: Instant,
    /// `None`: the practice has no such capability.
    endpoint: Option<Endpoint>,
}

impl Kept {
    pub(crate) fn new(across: Option<Duration>) -> Self {
        Self { across, ..Self::default() }
    }

    pub(super) fn recall(&self, wanted: &Wanted<'_>, now: Instant) -> Option<Result<Endpoint, NoEndpoint>> {
        let answers = self.answers();
        let fresh = |key: Key| answers.get(&key).filter(|answer| answer.until > now);
        let answer = fresh(wanted.in_opening()).or_else(|| fresh(wanted.anywhere()))?;
        Some(answer.endpoint.clone().ok_or(NoEndpoint::NotRegistered))
    }

    /// Faults are not kept, and an absent capability no longer than the opening: a practice may switch it on.
    pub(super) fn keep(&self, wanted: &Wanted<'_>, found: &Result<Endpoint, NoEndpoint>, now: Instant) {
        let (key, time, endpoint) = match (found, self.across) {
            (Ok(endpoint), Some(across)) => (wanted.anywhere(), across, Some(endpoint.clone())),
            (Ok(endpoint), None) => (wanted.in_opening(), OPENING, Some(endpoint.clone())),
            (Err(NoEndpoint::NotRegistered), _) => (wanted.in_opening(), OPENING, None),
            (Err(_), _) => return,
        };
        let mut answers = self.answers();
        if answers.len() >= ENTRIES_MAX {
            answers.retain(|_, answer| answer.until > now);
        }
        if answers.len() < ENTRIES_MAX {
            answers.insert(key, Answer { until: now + time, endpoint });
        }
    }

    pub(super) fn forget(&self, wanted: &Wanted<'_>) {
        let mut answers = self.answers();
        answers.remove(&wanted.in_opening());
        answers.remove(&wanted.anywhere());
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<Key, Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wanted<'_> {
    fn in_opening(&self) -> Key {
        Key { opening: Some(self.opening.to_owned()), ..self.anywhere() }
    }

    fn anywhere(&self) -> Key {
        Key { practice: self.practice.clone(), interaction: self.interaction, opening: None }
    }
}

#[cfg(test)]
mod tests;
