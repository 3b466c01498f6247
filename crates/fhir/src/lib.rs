//! The vocabulary every room shares: identifiers, dates with their precision, codings, readers over
//! JSON as it was sent, and the values that travel between stages. No I/O, no clock.
//! Source: HL7 FHIR R4 (4.0.1), STU3 (3.0.2); NHS Data Dictionary.

/// NHS numbers: parsed strictly, printed only where a person is meant to read them.
pub mod nhs_number;
/// Organisation Data Service codes.
pub mod ods;
/// What kind of information an item is, and how much of it may be seen.
pub mod category;
/// Dates and times at the precision they were recorded.
pub mod date;
/// JSON read where it lies: checked once, then borrowed.
pub mod json;
/// FHIR's XML form, turned into JSON.
pub mod xml;
/// Codings and concepts, and which words to show for them.
pub mod coding;
/// Bundles and the references inside them.
pub mod bundle;
/// OperationOutcomes.
pub mod outcome;
/// Where a document's content lies: from the row that names it to the request that opens it.
pub mod retrieval;
/// What one source answered: the value that travels from federation to the page.
pub mod reply;

pub use category::{Category, Level};
pub use date::FhirDate;
pub use json::{Json, Object};
pub use nhs_number::NhsNumber;
pub use ods::OdsCode;
pub use reply::{Reply, ReplyState, SourceId};
pub use retrieval::Retrieval;
