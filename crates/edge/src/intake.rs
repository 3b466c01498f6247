//! The formats a partner's system may send, one file or folder each. One format never imports another.

/// Adult social care extracts of councils: CSV shaped on Client Level Data.
pub mod client_level_data;
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

use crate::{config::Feed, format::Format, vault::generation::Mode};
use serde::Deserialize;
use std::{path::Path, sync::Arc};

/// One line of the table.
pub(crate) struct KindOfFormat {
    /// The name in configuration.
    pub(crate) name: &'static str,
    pub(crate) modes: &'static [Mode],
    /// What of it can be switched off.
    pub(crate) datasets: &'static [&'static str],
    /// The types of resource it is shown as: what the node declares it can be asked for.
    pub(crate) types: &'static [&'static str],
    build: fn(&Feed) -> Result<Arc<dyn Format>, String>,
}

/// Every format there is.
static FORMATS: [KindOfFormat; 6] = [
    KindOfFormat {
        name: "client-level-data",
        modes: BULK,
        datasets: &["requests", "assessments", "services", "reviews", "facts", "flags"],
        types: COUNCIL_TYPES,
        build: client_level_data,
    },
    KindOfFormat {
        name: "hl7-v2",
        modes: MESSAGES,
        datasets: &["encounters", "results", "documents", "allergies", "procedures", "diagnoses"],
        types: HL7_TYPES,
        build: hl7v2,
    },
    KindOfFormat {
        name: "cda-nhs111",
        modes: MESSAGES,
        datasets: &["documents", "encounters"],
        types: &["DocumentReference", "Encounter"],
        build: cda,
    },
    KindOfFormat {
        name: "fhir-document",
        modes: MESSAGES,
        datasets: &["documents"],
        types: &["Bundle", "DocumentReference"],
        build: fhir_document,
    },
    KindOfFormat {
        name: "bars",
        modes: MESSAGES,
        datasets: &["encounters"],
        types: &["Bundle"],
        build: bars,
    },
    KindOfFormat {
        name: "fhir-ndjson",
        modes: BULK,
        datasets: whole::dataset::ALL,
        types: ALL_TYPES,
        build: ndjson,
    },
];

const MESSAGES: &[Mode] = &[Mode::Messages];
const BULK: &[Mode] = &[Mode::Snapshot, Mode::Delta];
const COUNCIL_TYPES: &[&str] =
    &["CarePlan", "Encounter", "EpisodeOfCare", "Flag", "Observation", "ServiceRequest"];
const HL7_TYPES: &[&str] = &[
    "AllergyIntolerance",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Observation",
    "Procedure",
];

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

fn client_level_data(feed: &Feed) -> Result<Arc<dyn Format>, String> {
    // The column map's path is whole by now, or relative to where the node runs.
    let read = client_level_data::ClientLevelData::load(&settings(feed)?, Path::new("."));
    read.map(|format| Arc::new(format) as Arc<dyn Format>).map_err(|wrong| wrong.to_string())
}

fn hl7v2(feed: &Feed) -> Result<Arc<dyn Format>, String> {
    Ok(Arc::new(hl7v2::Hl7v2::new(settings(feed)?)))
}

fn cda(feed: &Feed) -> Result<Arc<dyn Format>, String> {
    /// What the sender agreed on.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        /// Confidentiality R restricts a report, as V does. IC24 puts it on every one.
        #[serde(default)]
        restricted_restricts: bool,
    }
    let settings: Settings = settings(feed)?;
    Ok(Arc::new(cda::Cda { restricted_is_ordinary: !settings.restricted_restricts }))
}

/// Which FHIR a feed speaks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edition {
    version: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Version {
    R4,
    Stu3,
}

fn fhir_document(feed: &Feed) -> Result<Arc<dyn Format>, String> {
    let version = match settings::<Edition>(feed)?.version {
        Version::R4 => fhir_document::Version::R4,
        Version::Stu3 => fhir_document::Version::Stu3,
    };
    Ok(Arc::new(fhir_document::FhirDocument { version }))
}

fn ndjson(feed: &Feed) -> Result<Arc<dyn Format>, String> {
    let version = match settings::<Edition>(feed)?.version {
        Version::R4 => ndjson::Version::R4,
        Version::Stu3 => ndjson::Version::Stu3,
    };
    Ok(Arc::new(ndjson::Ndjson { version }))
}

fn bars(feed: &Feed) -> Result<Arc<dyn Format>, String> {
    /// It has none.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {}
    settings::<Settings>(feed).map(|Settings {}| Arc::new(bars::Bars) as Arc<dyn Format>)
}

/// The format's own settings, typed.
fn settings<T: serde::de::DeserializeOwned>(feed: &Feed) -> Result<T, String> {
    T::deserialize(toml::Value::Table(feed.settings.clone())).map_err(|error| error.to_string())
}

/// What of a format can be switched off.
pub(crate) fn datasets(format: &str) -> &'static [&'static str] {
    FORMATS.iter().find(|line| line.name == format).map_or(&[], |line| line.datasets)
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
