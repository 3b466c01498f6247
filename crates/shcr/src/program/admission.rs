//! How many records and documents are opened at once: takes whoever wants to open one, gives a place or, after a short wait, none. Asked before a
//! launch link is used up, so that the same link works again; who is turned away last is the deployment's choice (HAZ-057). The
//! place of a link is kept for the page it leads to. Decision 0051.

use super::Program;
use crate::{clock, config, entries::Story, opening::session::Entered};
use access::{Launch, Refusal, Role, launch::Route};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;
use web::gateway::{Browser, Refused};

/// How long anybody waits for a place.
const WAIT: Duration = Duration::from_millis(300);
/// How long the place of a link that was followed is kept for its page: a redirection takes one way there and back.
const KEPT: Duration = Duration::from_secs(3);

/// In the order in which they are turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// A document of a record that is open already.
    Document,
    First,
    Usual,
    Last,
}

impl Rank {
    pub(crate) const ALL: [Rank; 4] = [Rank::Document, Rank::First, Rank::Usual, Rank::Last];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Rank::Document => "document",
            Rank::First => "first",
            Rank::Usual => "usual",
            Rank::Last => "last",
        }
    }

    /// How much of all places it may fill, in hundredths.
    fn share(self) -> usize {
        match self {
            Rank::Document => 70,
            Rank::First => 85,
            Rank::Usual => 95,
            Rank::Last => 100,
        }
    }
}

/// The places of one replica.
pub(crate) struct Admission {
    places: usize,
    first: Vec<Role>,
    last: Vec<Role>,
    state: Mutex<State>,
    /// By session.
    kept: Mutex<HashMap<[u8; 32], Place>>,
}

#[derive(Default)]
struct State {
    taken: usize,
    /// The oldest first.
    waiting: VecDeque<Waiter>,
}

struct Waiter {
    rank: Rank,
    tell: oneshot::Sender<Place>,
}

/// Held for as long as something is opened. Dropped, it is given to whoever waits.
pub(crate) struct Place(Arc<Admission>);

impl Drop for Place {
    fn drop(&mut self) {
        let undelivered = {
            let mut state = self.0.state();
            state.taken = state.taken.saturating_sub(1);
            self.0.pass_on(&mut state)
        };
        // Whoever was given one has left at that moment: it goes on to the next.
        drop(undelivered);
    }
}

impl Admission {
    pub(super) fn new(config: &config::admission::Admission) -> Arc<Self> {
        Arc::new(Self {
            places: config.openings,
            first: config.shed_first.clone(),
            last: config.shed_last.clone(),
            state: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// Whoever asks. A role that is not known is one of the many.
    pub(crate) fn rank(&self, role: Option<Role>) -> Rank {
        match role {
            Some(role) if self.last.contains(&role) => Rank::Last,
            Some(role) if self.first.contains(&role) => Rank::First,
            _ => Rank::Usual,
        }
    }

    /// Waits no longer than [`WAIT`], and not at all where as many wait as there are places. Cancel-safe.
    pub(crate) async fn enter(self: &Arc<Self>, rank: Rank) -> Option<Place> {
        let given = {
            let mut state = self.state();
            if state.taken < self.limit(rank) {
                state.taken += 1;
                return Some(Place(Arc::clone(self)));
            }
            state.waiting.retain(|waiter| !waiter.tell.is_closed());
            if state.waiting.len() >= self.places {
                return None;
            }
            let (tell, given) = oneshot::channel();
            state.waiting.push_back(Waiter { rank, tell });
            given
        };
        tokio::time::timeout(WAIT, given).await.ok()?.ok()
    }

    /// The page of that session will come for it, or nobody.
    pub(crate) fn keep_for(self: &Arc<Self>, sid: [u8; 32], place: Place) {
        self.kept().insert(sid, place);
        let all = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            drop(all.kept_for(&sid));
        });
    }

    pub(crate) fn kept_for(&self, sid: &[u8; 32]) -> Option<Place> {
        self.kept().remove(sid)
    }

    /// Places, how many are taken, and how many wait.
    pub(crate) fn figures(&self) -> [usize; 3] {
        let mut state = self.state();
        state.waiting.retain(|waiter| !waiter.tell.is_closed());
        [self.places, state.taken, state.waiting.len()]
    }

    /// However few places there are, each rank may have one.
    fn limit(&self, rank: Rank) -> usize {
        (self.places * rank.share() / 100).max(1)
    }

    /// Gives what is free to those who wait. What could not be handed over is for the caller to drop, without the lock.
    fn pass_on(self: &Arc<Self>, state: &mut State) -> Vec<Place> {
        let mut undelivered = Vec::new();
        state.waiting.retain(|waiter| !waiter.tell.is_closed());
        while let Some(waiter) = self.next(state).and_then(|at| state.waiting.remove(at)) {
            state.taken += 1;
            undelivered.extend(waiter.tell.send(Place(Arc::clone(self))).err());
        }
        undelivered
    }

    /// Of those who may have what is free, the rank that is turned away last; of these whoever came first, and where the queue is
    /// more than half full whoever came last: those before them have waited nearly in vain, and would all do so.
    fn next(&self, state: &State) -> Option<usize> {
        let may = |rank: &Rank| state.taken < self.limit(*rank);
        let rank = state.waiting.iter().map(|waiter| waiter.rank).filter(may).max()?;
        let is_long = state.waiting.len() * 2 > self.places;
        let mut of_rank = state.waiting.iter().enumerate().filter(|(_, waiter)| waiter.rank == rank);
        let next = if is_long { of_rank.next_back() } else { of_rank.next() };
        next.map(|(at, _)| at)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<[u8; 32], Place>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Program {
    /// For a link that is followed, before it is used up. `None`: it was used up on its way here, so the session is asked instead.
    pub(super) async fn place_for_launch(
        &self,
        launch: &Launch,
        browser: &Browser,
    ) -> Result<Option<Place>, Refused> {
        if matches!(launch.route, Route::Smart | Route::Direct) {
            return Ok(None);
        }
        let rank = self.admission.rank(launch.role);
        match self.admission.enter(rank).await {
            Some(place) => Ok(Some(place)),
            None => {
                self.metrics.shed(rank);
                Err(self.busy(launch, browser).await)
            }
        }
    }

    /// For the record of a session.
    pub(crate) async fn place_for_record(
        &self,
        session: &Entered,
        story: &mut Story,
    ) -> Result<Place, Refused> {
        match self.admission.kept_for(&session.sid) {
            Some(place) => Ok(place),
            None => self.place_of(self.admission.rank(session.content.launch.role), story).await,
        }
    }

    pub(crate) async fn place_of(&self, rank: Rank, story: &mut Story) -> Result<Place, Refused> {
        match self.admission.enter(rank).await {
            Some(place) => Ok(place),
            None => {
                self.metrics.shed(rank);
                Err(self.refuse(story, Refusal::Busy).await)
            }
        }
    }

    /// Nothing of the launch is used up. Recorded.
    pub(super) async fn busy(&self, launch: &Launch, browser: &Browser) -> Refused {
        let mut story = Story::begin(launch, &browser.address, self.policy().id(), clock::millis());
        self.refuse(&mut story, Refusal::Busy).await
    }
}

#[cfg(test)]
mod tests;
