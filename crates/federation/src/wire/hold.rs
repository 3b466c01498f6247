//! Takes the wish to read on, gives room for it out of what one replica may hold of answers at once, a step at a time and before
//! anything is read, so that no source and no rush makes it grow past that (HAZ-041, HAZ-057). Whoever finds none waits.

use super::Bounds;
use crate::fault::Fault;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout_at,
};

/// One step, in bytes.
pub(crate) const STEP: usize = 64 * 1024;

/// What one replica may hold.
#[derive(Clone)]
pub(crate) struct Hold {
    steps: usize,
    free: Arc<Semaphore>,
}

/// What one question holds; free again when it is dropped.
pub(crate) struct Held {
    hold: Hold,
    steps: Mutex<Option<OwnedSemaphorePermit>>,
}

/// Whatever must stay held as long as an answer is.
pub(crate) type Kept = Option<Arc<Held>>;

impl Hold {
    /// `bytes`: one step at least.
    pub(crate) fn new(bytes: usize) -> Self {
        let steps = (bytes / STEP).clamp(1, Semaphore::MAX_PERMITS);
        Self { steps, free: Arc::new(Semaphore::new(steps)) }
    }

    pub(crate) fn for_a_question(&self) -> Arc<Held> {
        Arc::new(Held { hold: self.clone(), steps: Mutex::default() })
    }

    /// In whole steps.
    pub(crate) fn held_bytes(&self) -> usize {
        self.steps.saturating_sub(self.free.available_permits()) * STEP
    }
}

impl Held {
    fn count(&self) -> usize {
        self.steps().as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }

    async fn one_more(&self) {
        // Never closed.
        let Ok(step) = Arc::clone(&self.hold.free).acquire_owned().await else {
            return std::future::pending().await;
        };
        let mut steps = self.steps();
        match steps.as_mut() {
            Some(steps) => steps.merge(step),
            None => *steps = Some(step),
        }
    }

    fn steps(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({} bytes)", self.count() * STEP)
    }
}

impl Bounds {
    /// Room for one step beyond what was read. Gives whether it had to be waited for; never longer than the deadline.
    pub(super) async fn make_room(&self) -> Result<bool, Fault> {
        let Some(held) = &self.held else {
            return Ok(false);
        };
        let wanted = usize::try_from(self.size_bytes()).unwrap_or(usize::MAX) / STEP + 1;
        let mut has_waited = false;
        while held.count() < wanted {
            has_waited |= held.hold.free.available_permits() == 0;
            timeout_at(self.deadline, held.one_more()).await.map_err(|_| Fault::NoRoom)?;
        }
        Ok(has_waited)
    }
}

#[cfg(test)]
mod tests;
