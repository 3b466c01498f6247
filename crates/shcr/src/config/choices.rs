//! Takes the part of the configuration that Caldicott Guardian and Clinical Safety Officer decide about a person: objections,
//! identity, people who have died. Defaults are those of the sharing agreement.

use super::{
    duration,
    report::{Text, Wrong},
};
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Objection {
    #[serde(deserialize_with = "duration")]
    pub(crate) wait: Duration,
    pub(crate) unknown: WhenUnknown,
    /// What a professional is told of a person who has objected.
    #[serde(default)]
    pub(crate) page: ObjectionPage,
    /// How often an open view asks again.
    #[serde(default = "recheck", deserialize_with = "duration")]
    pub(crate) recheck: Duration,
    /// What "no consent for electronic record sharing" means.
    #[serde(default = "no_electronic_sharing")]
    pub(crate) no_electronic_sharing: access::objection::NoElectronicSharing,
    /// The source whose register is the region's list: an objection there is to sharing as a whole.
    pub(crate) list: Option<fhir::SourceId>,
}

/// Often enough that a new objection reaches an open view within a minute, the question's own time included.
fn recheck() -> Duration {
    Duration::from_secs(45)
}

/// The longest that still does.
const RECHECK_LONGEST: Duration = Duration::from_secs(55);

fn no_electronic_sharing() -> access::objection::NoElectronicSharing {
    access::objection::NoElectronicSharing::Objection
}

/// What a professional is told of a person who has objected.
#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ObjectionPage {
    /// Name, birth date, and that the person has objected.
    #[default]
    Say,
    /// What is told of somebody nobody knows.
    Uniform,
}

/// What the Clinical Safety Officer decides of the comparison with the national record.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// While the national service is silent.
    #[serde(default)]
    pub(crate) pds_down: PdsDown,
    /// Where the host names another practice.
    #[serde(default)]
    pub(crate) practice_differs: PracticeDiffers,
}

impl Identity {
    pub(crate) fn rules(&self) -> access::person::Rules {
        access::person::Rules {
            goes_on_untraced: self.pds_down == PdsDown::ContinueWithCaveat,
            says_other_practice: self.practice_differs == PracticeDiffers::Caveat,
        }
    }
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PdsDown {
    #[default]
    ContinueWithCaveat,
    Stop,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PracticeDiffers {
    #[default]
    Caveat,
    Silent,
}

/// People who have died.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deceased {
    /// For so many days the record opens as any other; after that it needs a reason.
    pub(crate) days: i32,
}

impl Default for Deceased {
    fn default() -> Self {
        Self { days: DECEASED_DAYS }
    }
}

/// Half a year: certification, bereavement care and most complaints lie within it.
const DECEASED_DAYS: i32 = 180;

/// What an opening does while nobody has said whether the person objects.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WhenUnknown {
    ShowWithCaveat,
    Refuse,
}

impl Objection {
    /// What the types cannot say.
    pub(super) fn wrong(&self, sources: &[federation::SourceConfig], text: &Text) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if !(Duration::from_secs(1)..=RECHECK_LONGEST).contains(&self.recheck) {
            let said = "an open view must ask again every 1 to 55 seconds, so that a new objection reaches it within a minute (HAZ-022)";
            wrong.push(text.at("objection", "recheck", said.to_owned(), "write a time such as `45s`"));
        }
        let keeps_register =
            |id: &fhir::SourceId| sources.iter().any(|source| source.id == *id && source.consent.is_asked());
        if let Some(list) = self.list.as_ref().filter(|list| !keeps_register(list)) {
            let said = format!("`{list}` is no source with a register of objections");
            wrong.push(text.at("objection", "list", said, "name a source that has `consent = true`"));
        }
        wrong
    }
}
