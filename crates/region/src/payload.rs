//! What each partner's system holds about a person, in that partner's own wire form. Every fact a partner
//! holds is rendered;
//! nothing is rendered for a partner that does not hold it, and a partner that does not know the person gives
//! nothing.
//! Source: sources, sections 1.4 to 1.6, 2 and 3 (GP Connect), 4 (PDS), 7 (UK Core R4), 8 (Care Connect STU3).

/// Words, codes and amounts as JSON.
mod wire;
/// Resources of one reply, with the ids and references that tie them.
mod shelf;
/// JSON text with decimals as they were recorded.
mod as_sent;
/// Documents as the bytes they are sent as.
pub(crate) mod papers;
/// Documents as trusts and councils refer to them.
mod attachment;
/// GP Connect Access Record: Structured.
mod gp_connect;
/// GP Connect Access Record: HTML.
mod html;
/// UK Core R4.
mod r4;
/// Care Connect STU3.
mod stu3;
/// The national demographics.
mod pds;

pub use as_sent::as_sent;
pub use gp_connect::{GpReply, documents::WantedDocuments, parameters::*};
pub use html::{CareRecord, section::RecordSection};
pub(crate) use wire::prune as pruned;

use crate::people::{Person, partner::Partner};
use jiff::civil::Date;
use serde_json::Value;

/// A whole STU3 collection Bundle for what was asked; an area that was not asked is not there.
pub fn gp_connect(person: &Person, asked: &GpParameters, reply: GpReply<'_>, today: Date) -> Value {
    gp_connect::bundle(person, asked, reply, today)
}

/// The id a practice's systems know the person by.
pub fn gp_patient_id(person: &Person) -> String {
    gp_connect::patient_id(person)
}

/// A searchset of the person at their practice, or of nobody.
pub fn gp_patient(person: Option<&Person>, root: &str, today: Date) -> Value {
    gp_connect::documents::patient_searchset(person, root, today)
}

/// A searchset of the person's documents at their practice, with everybody they name.
pub fn gp_documents(person: &Person, wanted: &WantedDocuments, root: &str, today: Date) -> Value {
    gp_connect::documents::searchset(person, wanted, root, today)
}

/// One of the person's documents at their practice, as a STU3 Binary. `None` where it cannot be given.
pub fn gp_binary(person: &Person, id: &str, today: Date) -> Option<Value> {
    gp_connect::documents::binary(person, id, today)
}

/// One section of the person's record at their practice as DSTU2 with XHTML inside.
pub fn care_record(person: &Person, record: &CareRecord, today: Date) -> Value {
    html::bundle(person, record, today)
}

/// A DSTU2 resource of this module's as XML.
pub fn dstu2_xml(resource: &Value) -> String {
    html::xml::text(resource)
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

/// What a partner calls one document.
pub(crate) struct DocumentIds {
    /// Of its DocumentReference.
    pub(crate) reference: String,
    /// Of its Binary.
    pub(crate) binary: String,
}

/// `key` is the document's place among the person's facts, or a name for one that stands nowhere else.
pub(crate) fn document_ids(partner: Partner, person: &Person, key: &str, today: Date) -> DocumentIds {
    let shelf = shelf::Shelf::new(person, partner, today);
    DocumentIds { reference: shelf.id("DocumentReference", key), binary: shelf.id("Binary", key) }
}

/// The PDS Patient. Its id is the current number, whichever number was asked; a restricted person has no
/// place in it.
pub fn pds_patient(person: &Person, today: Date) -> Value {
    pds::patient(person, today)
}

#[cfg(test)]
mod tests;
