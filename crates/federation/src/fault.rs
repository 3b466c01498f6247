//! Takes what went wrong in one exchange with a source, gives the reply state it means, in small fixed sentences.
//! A source's own words about its failure never reach the page. Source: GP Connect 1.6.2 error handling; FHIR R4 http.

use crate::{
    guard::Verdict,
    wire::{self, Answer},
};
use fhir::json::NotJson;
use fhir::reply::{NotAsked, ReplyState, Silence, Withholder};
use std::time::Duration;

/// Its ceiling is full, or its rate used up.
pub(crate) const BUSY: &str = "busy";

/// Why one exchange gave no usable document. A value, never an error of ours to the professional.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("no answer within the time allowed")]
    TimedOut,
    #[error("the connection was refused")]
    Refused,
    #[error("no connection, or no secure one")]
    Unreachable,
    #[error("its name leads to an address that is not allowed")]
    Elsewhere,
    #[error("the answer broke off")]
    Broke,
    #[error("no room to read the answer within the time allowed")]
    NoRoom,
    /// Nothing was sent.
    #[error("too many questions are there already")]
    Busy,
    #[error("the answer is larger than the limit")]
    TooLarge,
    #[error("the answer is in a content encoding that was not offered")]
    Encoded,
    #[error("the answer is not FHIR JSON")]
    NotARecord,
    #[error("the answer is not a document to be trusted")]
    Document(#[source] NotJson),
    #[error("status {0}")]
    Status(u16),
    /// Too many requests, or busy: with the time it asked for (HAZ-036).
    #[error("it asked us to wait")]
    AskedToWait(Duration),
    #[error("the token endpoint refused us")]
    TokenRefused,
    #[error("the token endpoint did not answer as it should")]
    NoToken,
    #[error("an OperationOutcome with an error inside a success")]
    ErrorInside,
    #[error("a FHIR version that is neither STU3 nor R4")]
    Version,
}

impl Fault {
    /// The state of a whole reply, or of one category, that ended so.
    pub(crate) fn state(&self) -> ReplyState {
        match self {
            Fault::TimedOut | Fault::NoRoom => ReplyState::DidNotAnswer(Silence::TimedOut),
            Fault::Busy => ReplyState::NotAsked(NotAsked(BUSY.to_owned())),
            Fault::Refused => failed("refused the connection"),
            Fault::Unreachable => failed("could not be reached"),
            Fault::Elsewhere => failed("could not be reached at an address that is allowed"),
            Fault::Broke => failed("broke off while answering"),
            Fault::TooLarge => unreadable("sent more than can be read here"),
            Fault::Encoded => unreadable("sent an answer in an encoding that was not asked for"),
            Fault::NotARecord => unreadable("sent something that is not a record"),
            Fault::Document(_) => unreadable("sent a document that is not well formed"),
            Fault::Status(status) => status_state(*status),
            Fault::AskedToWait(_) => failed("asked us to wait"),
            Fault::TokenRefused => our_side("our credentials were not accepted"),
            Fault::NoToken => failed("its token service did not answer"),
            Fault::ErrorInside => failed("answered with an error"),
            Fault::Version => our_side("speaks a version that is not set up here"),
        }
    }

    /// Whether it says that the source is unwell, so that its breaker should count it (HAZ-036).
    pub(crate) fn is_sick(&self) -> bool {
        match self {
            Fault::TimedOut
            | Fault::Refused
            | Fault::Unreachable
            | Fault::Elsewhere
            | Fault::Broke
            | Fault::NoToken => true,
            Fault::Status(status) => *status >= 500,
            _ => false,
        }
    }

    /// What it tells the source's guard.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Fault::AskedToWait(wait) => Verdict::Wait(*wait),
            Fault::Busy => Verdict::Unasked,
            fault if fault.is_sick() => Verdict::Sick,
            _ => Verdict::Well,
        }
    }

    /// Of an answer that is no success. Too many requests always means waiting; a busy server only where it says how long.
    pub(crate) fn of(answer: &Answer) -> Self {
        match (answer.status, answer.retry_after) {
            (429 | 503, Some(wait)) => Fault::AskedToWait(wait),
            (429, None) => Fault::AskedToWait(wire::retry_after::UNCLEAR),
            (status, _) => Fault::Status(status),
        }
    }
}

fn status_state(status: u16) -> ReplyState {
    match status {
        300..=399 => failed("pointed us elsewhere"),
        401 | 407 => our_side("our credentials were not accepted"),
        403 => ReplyState::Withheld(Withholder::Source("it refused to answer".to_owned())),
        429 | 503 => failed("asked us to wait"),
        404 | 410 => failed("answered with an error"),
        400..=499 => our_side("our question was not accepted"),
        _ => failed("answered with an error"),
    }
}

pub(crate) fn failed(words: &str) -> ReplyState {
    ReplyState::DidNotAnswer(Silence::Failed(words.to_owned()))
}

pub(crate) fn our_side(words: &str) -> ReplyState {
    ReplyState::DidNotAnswer(Silence::FailedOurSide(words.to_owned()))
}

pub(crate) fn unreadable(words: &str) -> ReplyState {
    ReplyState::Unreadable(words.to_owned())
}
