//! Takes an attempt to find somebody, says whether it may be made: ten in ten minutes for one professional, and a pause after
//! three misses. An attempt is recorded before it is made; what cannot be recorded is not made.

use super::Staged;
use crate::{
    clock,
    entries::find::Attempt,
    program::{Program, doors::refused},
};
use access::{Refusal, launch::Person, person::Trace};
use audit::cause;
use serde::{Deserialize, Serialize};

/// Under a keyed hash of the professional.
const LOOKS: &str = "direct-looks";
const WINDOW_MS: i64 = 10 * 60_000;
const MOST: usize = 10;
const MISSES: usize = 3;

/// What one professional tried lately.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Looks {
    /// When, in milliseconds since 1970.
    pub(super) at: Vec<i64>,
    /// Misses since the last hit.
    pub(super) misses: Vec<i64>,
    pub(super) paused_until: i64,
}

impl Looks {
    /// Counts one more, where it may be made.
    pub(super) fn take(&mut self, now: i64) -> bool {
        self.at.retain(|at| *at > now - WINDOW_MS);
        self.misses.retain(|at| *at > now - WINDOW_MS);
        if self.paused_until > now || self.at.len() >= MOST {
            return false;
        }
        self.at.push(now);
        true
    }

    /// Says whether this was the miss that begins a pause.
    pub(super) fn missed(&mut self, now: i64) -> bool {
        self.misses.push(now);
        let pauses = self.misses.len() >= MISSES;
        if pauses {
            self.misses.clear();
            self.paused_until = now + WINDOW_MS;
        }
        pauses
    }
}

impl Program {
    /// Refused attempts are recorded too.
    pub(super) async fn may_look(&self, attempt: &Attempt) -> Staged<bool> {
        // One at a time in this process, so that many at once count as many.
        let _one_at_a_time = self.looking.lock().await;
        let mut looks = self.looks(attempt).await?;
        let now = clock::millis();
        let may = looks.take(now.0);
        self.remember(attempt, &looks).await?;
        let entry = if may { attempt.begins(now) } else { attempt.ended(cause::TOO_MANY, now) };
        let recorded = self.store.append(vec![entry], now).await;
        recorded.map_err(|_| refused(Refusal::CannotRecord))?;
        Ok(may)
    }

    /// How it ended, durable before the professional is told.
    pub(super) async fn looked(
        &self,
        attempt: &Attempt,
        trace: &Trace,
        found: Option<&Person>,
    ) -> Staged<()> {
        let _one_at_a_time = self.looking.lock().await;
        let mut looks = self.looks(attempt).await?;
        let now = clock::millis();
        let outcome = match (found, trace) {
            (Some(_), _) => cause::FOUND,
            (None, Trace::DidNotAnswer) => "did not answer",
            (None, Trace::Found(traced)) if traced.restricted => cause::RESTRICTED,
            (None, Trace::Found(_)) => cause::DIFFERS,
            (None, Trace::Invalidated) => cause::INVALIDATED,
            (None, Trace::NotFound) => cause::NOBODY,
        };
        let pauses = match outcome {
            cause::FOUND => {
                looks.misses.clear();
                false
            }
            "did not answer" => false,
            _ => looks.missed(now.0),
        };
        self.remember(attempt, &looks).await?;
        let mut entry = attempt.ended(outcome, now);
        if pauses {
            entry.flags.push("paused".to_owned());
        }
        let recorded = self.store.append(vec![entry], now).await;
        recorded.map_err(|_| refused(Refusal::CannotRecord))?;
        Ok(())
    }

    async fn looks(&self, attempt: &Attempt) -> Staged<Looks> {
        let kept = self.store.note(LOOKS, attempt.subject(), clock::millis()).await;
        let kept = kept.map_err(|_| refused(Refusal::CannotRecord))?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    async fn remember(&self, attempt: &Attempt, looks: &Looks) -> Staged<()> {
        let bytes = serde_json::to_vec(looks).unwrap_or_default();
        let until = clock::millis().plus_ms(2 * WINDOW_MS);
        let kept = self.store.put_note(LOOKS, attempt.subject(), &bytes, until).await;
        Ok(kept.map_err(|_| refused(Refusal::CannotRecord))?)
    }
}

#[cfg(test)]
mod tests;
