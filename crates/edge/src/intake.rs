//! The formats a partner's system may send, one file or folder each. One format never imports another.

/// What formats share that take one whole document or message.
mod whole;

/// NHS 111 reports: ITK envelopes with CDA documents.
pub mod cda;
/// Letters and discharge summaries: ITK3 messages and FHIR documents.
pub mod fhir_document;
/// Messages about ambulance and 111 events.
pub mod bars;
/// Bulk files of FHIR resources, one a line.
pub mod ndjson;
