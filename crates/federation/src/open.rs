//! Takes one document that an earlier answer named, gives its bytes or how asking for them ended. Asked only when a
//! professional opens it; what came is neither believed nor kept here (HAZ-020). Source: IHE MHD ITI-68; GP Connect Documents.

use crate::wire::Kept;
use crate::{asking::Asker, fault::Fault, guard::Verdict, source::Kind, subject::Person};
use fhir::{OdsCode, ReplyState, Retrieval, SourceId, reply::Withholder};
use jiff::Timestamp;
use std::fmt;

/// One document, one person, one professional.
pub(crate) struct OpenQuestion {
    pub(crate) source: SourceId,
    pub(crate) kind: Kind,
    pub(crate) opening: String,
    pub(crate) person: Person,
    pub(crate) asker: Asker,
    pub(crate) practice: Option<OdsCode>,
    pub(crate) now: Timestamp,
    pub(crate) retrieval: Retrieval,
    /// It was listed as restricted, by an exception that still holds.
    pub(crate) opens_restricted: bool,
}

/// The content of a document as its source sent it.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    pub bytes: Vec<u8>,
    /// What the source says it is, in small letters, without parameters. Never to be trusted.
    pub media_type: String,
}

impl fmt::Debug for Content {
    /// Clinical content is never printed (HAZ-049).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.bytes.len())
    }
}

/// How opening one document ended.
#[derive(Debug)]
pub struct OpenReply {
    pub source: SourceId,
    /// [`ReplyState::Answered`] exactly where there is content.
    pub state: ReplyState,
    pub content: Option<Content>,
    pub elapsed_ms: u64,
    pub size_bytes: u64,
    /// Room for its content.
    pub(crate) _kept: Kept,
}

/// The same, with what it tells the source's guard.
pub(crate) struct Opening {
    pub(crate) state: ReplyState,
    pub(crate) content: Option<Content>,
    pub(crate) verdict: Verdict,
}

impl Opening {
    pub(crate) fn content(content: Content) -> Self {
        Self { state: ReplyState::Answered, content: Some(content), verdict: Verdict::Well }
    }

    pub(crate) fn well(state: ReplyState) -> Self {
        Self { state, content: None, verdict: Verdict::Well }
    }

    /// Nothing of it reached the source.
    pub(crate) fn unasked(state: ReplyState) -> Self {
        Self { verdict: Verdict::Unasked, ..Self::well(state) }
    }

    pub(crate) fn fault(fault: &Fault) -> Self {
        Self { verdict: fault.verdict(), ..Self::well(fault.state()) }
    }

    /// The entry that names the document is somebody else's now (HAZ-004).
    pub(crate) fn wrong_person() -> Self {
        let state = ReplyState::Withheld(Withholder::PolicyIdentity);
        Self { verdict: Verdict::WrongPerson, ..Self::well(state) }
    }
}
