//! Takes one entry, its place in the log and a few words on the deployment, gives it as FHIR R4 AuditEvents, one canonical text
//! each and one person each. Pure. What the entry does not hold is left out, or said to be unknown where a profile requires it;
//! an event claims a profile only where it fulfils it. Refuses an entry the log would refuse.
//! Source: FHIR R4 AuditEvent; IHE BALP 1.1; DICOM PS3.16 annex D (DCM); RFC 8785. docs/look-up/audit-events.md.

/// Decisions: who was permitted or denied.
mod authorisation;
/// Who took part.
mod agents;
/// The codes of the standards, and our own.
mod codes;
/// What it was about.
mod entities;
/// The parts every event has.
mod frame;
/// Everything that is neither a question, a release nor a decision.
mod other;
/// Questions to sources, openings of documents, releases.
mod questions;
/// Values that FHIR and a line of a file can hold.
mod text;

use crate::{
    canonical,
    entry::{Entry, EntryFault, Kind},
    hash::Hash,
};
use frame::{Event, Frame};

/// What an entry does not say of the gateway or edge node that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Whoever recorded, such as `gateway:g2`.
    pub observer: String,
    /// The ODS code of the organisation that runs it.
    pub site: String,
    /// Where it is reached, such as its public URL.
    pub address: Option<String>,
    /// Absolute, without a slash at its end: the codes, names and the extension of ours stand below it.
    pub base: String,
}

/// An entry where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    pub entry: &'a Entry,
    pub index: u64,
    pub commitment: &'a Hash,
    /// The log's origin.
    pub log: &'a str,
}

/// Why an entry has no events. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    #[error("the entry is not one the log takes")]
    Entry(#[source] EntryFault),
    #[error("a moment is outside the years 0 to 9999")]
    Moment,
    #[error("the base of our codes is not an absolute address without a slash at its end")]
    Base,
    #[error("the observer, the site or the log has no name")]
    Nameless,
    #[error("an event has no canonical text")]
    Canonical,
}

/// The events of one entry, each on one line without its end, always the same for the same entry. None for a close in which every
/// source answered: its disclosures say it all.
pub fn events(placed: &Placed<'_>, at: &Deployment) -> Result<Vec<String>, EventFault> {
    placed.entry.canonical().map_err(EventFault::Entry)?;
    if !text::is_base(&at.base) {
        return Err(EventFault::Base);
    }
    if [at.observer.as_str(), &at.site, placed.log].iter().any(|name| name.trim().is_empty()) {
        return Err(EventFault::Nameless);
    }
    let frame = Frame { placed, at };
    told(&frame).into_iter().map(|event| line(frame.resource(event)?)).collect()
}

fn told(frame: &Frame<'_>) -> Vec<Event> {
    match frame.placed.entry.kind {
        Kind::Open | Kind::Refused | Kind::Objection => vec![authorisation::decision(frame)],
        Kind::Ask => questions::asked(frame),
        Kind::Disclosure => questions::disclosed(frame),
        Kind::Close | Kind::Sweep => questions::ended(frame),
        Kind::Find => vec![questions::find(frame)],
        Kind::Print => vec![questions::printed(frame)],
        Kind::Answer => vec![questions::answer(frame)],
        Kind::LaunchRefused => vec![other::launch_refused(frame)],
        Kind::Session => vec![other::session(frame)],
        Kind::Override => vec![other::overridden(frame)],
        Kind::AuditRead | Kind::FeedStatement => vec![other::audit_read(frame)],
        Kind::Alert => vec![other::alert(frame)],
        Kind::Configuration => vec![other::configuration(frame)],
        Kind::Replica => vec![other::replica(frame)],
        Kind::Deletion => vec![other::deletion(frame)],
        Kind::Incident => vec![other::incident(frame)],
        Kind::Intake => vec![other::intake(frame)],
        Kind::Stewardship => vec![other::stewardship(frame)],
        Kind::Backup => vec![other::backup(frame)],
        Kind::Restore => vec![other::restore(frame)],
    }
}

fn line(resource: serde_json::Value) -> Result<String, EventFault> {
    let bytes = canonical::canonical(&text::whole(resource)).map_err(|_| EventFault::Canonical)?;
    String::from_utf8(bytes).map_err(|_| EventFault::Canonical)
}

#[cfg(test)]
mod tests;
