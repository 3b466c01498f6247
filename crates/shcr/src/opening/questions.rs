//! Takes an opening that is recorded and what is permitted of it, lets its questions leave: at once where the last day knows
//! nothing against it, else once the person's wish is known; never twice under one permit (HAZ-022).

use super::steps;
use crate::program::{
    Program,
    objection::{Decider, Watched, Wishes},
};
use access::{Objection, Permit};
use audit::Opened;
use federation::Asking;
use fhir::Reply;
use futures_util::stream::{BoxStream, Fuse, StreamExt};
use std::sync::Arc;
use tokio::time::Instant;

/// Replies as they come.
pub(super) type Replies = Fuse<BoxStream<'static, Reply>>;

/// What the questions of one opening have in common.
pub(super) struct Questions {
    pub(super) program: Arc<Program>,
    pub(super) opened: Arc<Opened>,
    pub(super) asking: Asking,
    pub(super) decider: Decider,
}

/// Questions on their way, and the permit they left under.
pub(super) struct Left {
    by: String,
    at: Instant,
    replies: BoxStream<'static, Reply>,
}

impl Questions {
    /// Before the wish is known, where that may be.
    pub(super) fn ahead(&self, permit: &Permit, wishes: &Wishes) -> Option<Left> {
        wishes.let_ask().then(|| self.leave(permit, wishes))
    }

    /// The replies under the permit that holds, and when their questions left. What left under another is dropped, and asked anew
    /// as far as this one goes.
    pub(super) fn replies(
        &self,
        ahead: Option<Left>,
        permit: &Permit,
        wishes: &Wishes,
    ) -> (Replies, Instant) {
        let left = ahead.filter(|left| left.by == permit.digest());
        let Left { replies, at, .. } = left.unwrap_or_else(|| self.leave(permit, wishes));
        #[cfg(test)]
        let replies = super::simulation::planted::through(replies, &self.asking.person.person.nhs_number);
        (replies.fuse(), at)
    }

    fn leave(&self, permit: &Permit, wishes: &Wishes) -> Left {
        let plan = steps::plan(&self.program, permit, &self.opened, self.asking.clone());
        let gates = wishes.gates(&self.program, &self.decider);
        Left {
            by: permit.digest(),
            at: Instant::now(),
            replies: self.program.federation.gather_after(plan, gates),
        }
    }

    /// The view they are asked for, to be asked again while it is open.
    pub(super) fn watched(&self, sid: [u8; 32], objection: Objection) -> Watched {
        let story = self.decider.story.clone();
        let (opened, asking) = (Arc::clone(&self.opened), self.asking.clone());
        Watched { sid, opened, asking, story, objection }
    }
}
