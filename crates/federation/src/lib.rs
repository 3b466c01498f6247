//! Takes a permit, asks every permitted source at once, and gives one reply per source, whatever happens: a partner's
//! failure is a value, never an error. Refuses nothing; withholds whatever is about somebody else.
//! Source: HL7 FHIR R4 and STU3; GP Connect 1.6.2; NHS England PDS and SDS FHIR APIs.

/// The sources as configured.
pub mod source;
/// Every bound, by name.
pub mod limits;
/// Who asks about whom.
pub mod asking;
/// Which source is asked for what.
pub mod plan;
/// One question and how it ended.
pub mod question;
/// The one door to all sources.
mod federation;
/// All questions at once, replies as they end.
mod gather;
/// Ceilings and breakers.
mod guard;
/// The national look-ups.
mod national;
/// An employer, about its own staff.
mod staff_match;
/// The kinds of source.
mod sources;
/// One document opened.
mod open;
/// One exchange, bounded.
mod wire;
/// Who we are to a source.
mod auth;
/// What passed during a test question.
mod exchange;
/// A test question about nobody.
mod probe;
/// What a failed exchange means.
mod fault;
/// Whether an answer is FHIR at all.
mod document;
/// What was sent for a document to open.
mod content;
/// Whether an answer is about this person.
mod subject;

pub use asking::{Asking, ObjectionReply};
pub use exchange::Exchange;
pub use federation::Federation;
pub use gather::Word;
pub use limits::Limits;
pub use national::pds::search::Demographics;
pub use open::{Content, OpenReply};
pub use plan::Plan;
pub use probe::{Check, NotATestNumber, Probe};
pub use question::Question;
pub use source::{
    ConfigFault, Consent, Feed, Keeper, Kind, NationalConfig, OAuth2, PersonSearch, Route, SourceConfig, Tls,
    WhenSilent,
};
pub use sources::gp_connect::objection::objection_signs;
pub use staff_match::{Employers, Staff, StaffMatchConfig, WAIT as STAFF_MATCH_WAIT};

/// Fault servers for the tests.
#[cfg(test)]
mod testing;
