//! What each partner's system holds about a person, in that partner's own wire form. Every fact a partner
//! holds is rendered;
//! nothing is rendered for a partner that does not hold it, and a partner that does not know the person gives
//! nothing.
//! Source: sources, sections 1.4 to 1.6 (GP Connect), 4 (PDS), 7 (UK Core R4), 8 (Care Connect STU3).

/// Words, codes and amounts as JSON.
mod wire;
/// Resources of one reply, with the ids and references that tie them.
mod shelf;
/// JSON text with decimals as they were recorded.
mod as_sent;
/// GP Connect Access Record: Structured.
mod gp_connect;
/// UK Core R4.
mod r4;
/// Care Connect STU3.
mod stu3;
/// The national demographics.
mod pds;

pub use as_sent::as_sent;
pub use gp_connect::parameters::*;

use crate::people::{Person, partner::Partner};
use fhir::NhsNumber;
use jiff::civil::Date;
use serde_json::Value;

/// A whole STU3 collection Bundle for what was asked; an area that was not asked is not there.
pub fn gp_connect(person: &Person, asked: &GpParameters, bundle_id: &str, today: Date) -> Value {
    gp_connect::bundle(person, asked, bundle_id, today)
}

/// Patient first, then all this partner holds about the person, then what those resources refer to.
/// `nelft` answers in STU3, everybody else in R4. Empty: the partner does not know the person, or there is no
/// such partner.
pub fn resources(partner: &str, person: &Person, today: Date) -> Vec<Value> {
    match Partner::parse(partner) {
        Some(partner) if !person.is_known_to(partner) => Vec::new(),
        Some(Partner::Nelft) => stu3::resources(person, today),
        Some(partner) => r4::resources(partner, person, today),
        None => Vec::new(),
    }
}

/// The PDS Patient. Its id is the current number, whichever number was asked; a restricted person has no
/// place in it.
pub fn pds_patient(person: &Person, _asked: &NhsNumber) -> Value {
    pds::patient(person)
}

#[cfg(test)]
mod tests;
