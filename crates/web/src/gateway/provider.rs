//! Plain values of the two ways in through an OpenID provider: where a browser is sent, and the pages of direct access.

use super::Refused;
use access::launch::direct::{FindFault, FindForm, OpenForm, Unstated};

/// Where a browser goes, and the cookie that ties the answer to it.
#[derive(Debug, Clone)]
pub struct Away {
    pub location: String,
    /// The whole `Set-Cookie` value.
    pub set_cookie: String,
}

/// Who sits at the desk of direct access, and what proves a form to come from it.
#[derive(Clone, Default)]
pub struct Desk {
    pub professional: String,
    pub organisation: String,
    pub token: String,
}

/// What direct access shows next.
#[derive(Clone)]
pub enum Step {
    /// Whom to find.
    Find(FindPage),
    /// One person is found; why is their record opened?
    Reason(ReasonPage),
}

/// The form that finds one person.
#[derive(Clone, Default)]
pub struct FindPage {
    pub desk: Desk,
    /// As typed, to be mended.
    pub form: FindForm,
    pub faults: Vec<FindFault>,
    pub outcome: Outcome,
}

/// How the last attempt ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// There was none, or its fields had faults.
    #[default]
    None,
    Nobody,
    /// The national service did not answer.
    Unanswered,
    /// Too many attempts, or too many misses: wait.
    Paused,
}

/// The form that asks why.
#[derive(Clone, Default)]
pub struct ReasonPage {
    pub desk: Desk,
    /// What was typed to find the person, and nothing else of them.
    pub typed: Vec<(String, String)>,
    pub form: OpenForm,
    pub unstated: Vec<Unstated>,
}

/// What happened to a form that asked to open a record.
pub enum Opening {
    Admitted(super::Admitted),
    /// It did not say enough.
    Unstated(ReasonPage),
}

/// Why direct access goes no further.
#[derive(Debug, Clone)]
pub enum Stopped {
    /// It is not on in this deployment: there is no page here.
    Off,
    /// Nobody has signed in here, or it is too long ago.
    SignedOut,
    Refused(Refused),
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}
