//! An exception holds for a while: takes the permit decided under it, gives it as long as it does, and what the role sees anyway
//! after that. Looked at before each source's part is released; nothing goes on past its end. HAZ-022, HAZ-048.

use super::session::{Entered, still_has};
use crate::program::Program;
use access::{Launch, Objection, Permit, break_glass::Exception, policy::Circumstances};

/// How long a permit lasts.
pub(super) struct Lasting {
    sid: [u8; 32],
    /// `None`: the permit rests on no exception.
    by: Option<Exception>,
    /// The person's wish: over an objection nothing is shown at all without the exception.
    objection: Objection,
}

impl Lasting {
    pub(super) fn of(session: &Entered, objection: Objection) -> Self {
        Self { sid: session.sid, by: session.content.break_glass.clone(), objection }
    }

    /// Whether anything may still be shown. Where the exception has ended, the permit becomes what the role has without it.
    pub(super) async fn holds(&mut self, program: &Program, launch: &Launch, permit: &mut Permit) -> bool {
        let Some(exception) = &self.by else { return true };
        if still_has(program, &self.sid, exception).await {
            return true;
        }
        self.by = None;
        let without = Circumstances { objection: self.objection, ..Circumstances::default() };
        match program.policy().decide(launch, &without) {
            Ok(without) => *permit = without.at_unit(permit.practice().cloned()),
            Err(_) => return false,
        }
        true
    }
}
