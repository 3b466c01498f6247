//! The formats a partner's system may send, one file or folder each. One format never imports another.

use crate::{config::Feed, format::Format, vault::generation::Mode};
use std::sync::Arc;

/// One line of the table.
pub(crate) struct KindOfFormat {
    /// The name in configuration.
    pub(crate) name: &'static str,
    pub(crate) modes: &'static [Mode],
    /// The types of resource it is shown as: what the node declares it can be asked for.
    pub(crate) types: &'static [&'static str],
    build: fn(&Feed) -> Result<Arc<dyn Format>, String>,
}

/// Every format there is.
static FORMATS: [KindOfFormat; 0] = [];

/// A format as one feed has it.
pub(crate) struct Formats {
    pub(crate) format: Arc<dyn Format>,
    pub(crate) modes: &'static [Mode],
}

impl Formats {
    /// Words that name the key where the configuration is wrong.
    pub(crate) fn build(feed: &Feed) -> Result<Self, String> {
        let Some(line) = FORMATS.iter().find(|line| line.name == feed.format) else {
            let known: Vec<String> = FORMATS.iter().map(|line| format!("`{}`", line.name)).collect();
            return Err(format!("format: `{}` is none of {}", feed.format, known.join(", ")));
        };
        let format = (line.build)(feed).map_err(|reason| format!("settings: {reason}"))?;
        Ok(Self { format, modes: line.modes })
    }
}

/// The format's own settings, typed.
pub(crate) fn settings<T: serde::de::DeserializeOwned>(feed: &Feed) -> Result<T, String> {
    T::deserialize(toml::Value::Table(feed.settings.clone())).map_err(|error| error.to_string())
}

/// The types a format is shown as.
pub(crate) fn types(format: &str) -> &'static [&'static str] {
    FORMATS.iter().find(|line| line.name == format).map_or(&[], |line| line.types)
}

/// Every type any format is shown as.
pub(crate) const ALL_TYPES: &[&str] = &[
    "AllergyIntolerance",
    "Appointment",
    "Bundle",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "Flag",
    "Goal",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
];
/// HL7 v2 messages, over MLLP or in batch files.
pub mod hl7v2;
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
