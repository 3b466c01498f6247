//! Takes a permit, asks every permitted source at once, and gives one reply per source, whatever happens: a partner's
//! failure is a value, never an error. Refuses nothing; withholds whatever is about somebody else.
//! Source: HL7 FHIR R4 and STU3; GP Connect 1.6.2; NHS England PDS and SDS FHIR APIs.
//!
//! A plan is made for the receipt of a recorded opening, and nobody is asked without a plan:
//!
//! ```
//! fn ask(all: &std::sync::Arc<federation::Federation>, permit: &access::Permit, opened: &audit::Opened, asking: federation::Asking) {
//!     drop(all.gather(all.plan(permit, opened, asking)));
//! }
//! ```
//!
//! Without it there is none, and none can be made by hand (HAZ-029, AU2):
//!
//! ```compile_fail
//! fn ask(all: &std::sync::Arc<federation::Federation>, permit: &access::Permit, asking: federation::Asking) {
//!     drop(all.gather(all.plan(permit, asking)));
//! }
//! ```
//! ```compile_fail
//! fn forge(questions: Vec<federation::Question>) -> federation::Plan {
//!     federation::Plan { questions, settled: Vec::new() }
//! }
//! ```

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
/// What replicas share of them.
mod fleet;
/// The national look-ups.
mod national;
/// What a source logged of us.
mod access_log;
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

pub use access_log::{AccessLogConfig, NotHandedOver};
pub use asking::{Asking, ObjectionReply};
pub use exchange::Exchange;
pub use federation::Federation;
pub use fleet::Watch;
pub use gather::Word;
pub use guard::Stance;
pub use limits::Limits;
pub use national::pds::search::Demographics;
pub use open::{Content, OpenReply};
pub use plan::Plan;
pub use probe::{Check, NotATestNumber, Probe};
pub use question::Question;
pub use source::{
    Addresses, ConfigFault, Consent, Feed, Keeper, Kind, NationalConfig, OAuth2, PersonSearch, Route,
    SourceConfig, Tls, WhenSilent,
};
pub use sources::gp_connect::objection::objection_signs;
pub use staff_match::{Employers, Staff, StaffMatchConfig, WAIT as STAFF_MATCH_WAIT};
pub use wire::line::Renewed;

/// Instead of sockets.
#[cfg(feature = "testing")]
pub mod network;

/// Fault servers for the tests.
#[cfg(test)]
mod testing;
