//! The partners that answer FHIR searches, as data: who they are, whether a system or an edge node answers for them, what
//! they hold, how they page, what they ask of a caller, and what their interface sheets say that the standard does not.

use super::kinds::{self, Kind};
use crate::people;

/// Which FHIR they speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    R4,
    Stu3,
}

impl Version {
    pub(crate) fn source_kind(self) -> &'static str {
        match self {
            Self::R4 => "fhir-r4",
            Self::Stu3 => "fhir-stu3",
        }
    }
}

/// What a partner asks of whoever calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    ApiKey,
    /// A token from the partner's own authorisation server.
    OAuth2,
    /// A client certificate; the connection itself is the proof.
    MutualTls,
}

impl Lock {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::OAuth2 => "oauth2",
            Self::MutualTls => "mtls",
        }
    }
}

/// What an interface sheet says that the standard does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// Documents are referred to by whole addresses; otherwise by relative ones.
    pub(super) absolute_urls: bool,
    /// `Prefer: handling` is not read.
    pub(super) ignores_prefer: bool,
    /// A Patient is searched for by GET alone.
    pub(super) patient_by_get: bool,
    /// Goes with every searchset about a person, as information.
    pub(super) remark: Option<&'static str>,
}

const PLAIN: Habits =
    Habits { absolute_urls: false, ignores_prefer: false, patient_by_get: false, remark: None };

/// One partner.
#[derive(Debug)]
pub(crate) struct Partner {
    /// The name its source and its faults go by.
    pub(crate) name: &'static str,
    pub(crate) ods: &'static str,
    pub(crate) version: Version,
    /// Matches on a page where the asker does not say.
    pub(super) page_size: usize,
    pub(crate) lock: Lock,
    pub(super) habits: Habits,
    /// Whether its own system cannot answer, and an edge node does: then only its door is here.
    pub(crate) behind_a_node: bool,
    /// Names of the types supported; anything else is answered with 404.
    pub(super) kinds: &'static [&'static str],
}

impl Partner {
    /// The partner's own name for itself.
    pub(crate) fn title(&self) -> &'static str {
        people::partner::Partner::parse(self.name).map_or(self.name, |partner| partner.profile().name)
    }

    /// The type of that name, if this partner supports it.
    pub(super) fn kind(&self, name: &str) -> Option<&'static Kind> {
        self.kinds.iter().find(|kind| **kind == name).and_then(|name| kinds::kind(name))
    }
}

const fn live(name: &'static str, ods: &'static str, kinds: &'static [&'static str]) -> Partner {
    Partner {
        name,
        ods,
        version: Version::R4,
        page_size: 50,
        lock: Lock::ApiKey,
        habits: PLAIN,
        behind_a_node: false,
        kinds,
    }
}

/// What it holds, and how that is asked for, is its node's to say.
const fn behind_a_node(name: &'static str, ods: &'static str) -> Partner {
    Partner { behind_a_node: true, ..live(name, ods, &[]) }
}

/// In the order of the sharing agreement.
pub(crate) const PARTNERS: [Partner; 9] = [
    Partner { page_size: 20, ..live("acute", "ZZ910", TRUST) },
    Partner {
        lock: Lock::OAuth2,
        habits: Habits { absolute_urls: true, ..PLAIN },
        ..live("eput", "ZZ911", MENTAL_HEALTH)
    },
    Partner {
        version: Version::Stu3,
        habits: Habits {
            absolute_urls: true,
            ignores_prefer: true,
            remark: Some("Entries from before April 2014 are on paper and not in this answer"),
            ..PLAIN
        },
        ..live("nelft", "ZZ912", COMMUNITY_STU3)
    },
    Partner {
        lock: Lock::MutualTls,
        habits: Habits { patient_by_get: true, ..PLAIN },
        ..live("provide", "ZZ913", COMMUNITY)
    },
    behind_a_node("ic24", "ZZ915"),
    behind_a_node("ambulance", "ZZ916"),
    behind_a_node("essex", "ZZ917"),
    behind_a_node("southend", "ZZ918"),
    behind_a_node("thurrock", "ZZ919"),
];

const TRUST: &[&str] = &[
    "Patient",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationStatement",
    "Condition",
    "Procedure",
    "DiagnosticReport",
    "Observation",
    "Immunization",
    "Encounter",
    "EpisodeOfCare",
    "Appointment",
    "ServiceRequest",
    "CareTeam",
    "DocumentReference",
    "CarePlan",
    "QuestionnaireResponse",
    "Consent",
    "Flag",
];

const MENTAL_HEALTH: &[&str] = &[
    "Patient",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationStatement",
    "Condition",
    "Observation",
    "Encounter",
    "EpisodeOfCare",
    "Appointment",
    "ServiceRequest",
    "CareTeam",
    "DocumentReference",
    "CarePlan",
    "QuestionnaireResponse",
    "Consent",
    "Flag",
];

const COMMUNITY: &[&str] = &[
    "Patient",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationStatement",
    "Condition",
    "Procedure",
    "Observation",
    "Immunization",
    "Encounter",
    "EpisodeOfCare",
    "Appointment",
    "ServiceRequest",
    "CareTeam",
    "DocumentReference",
    "CarePlan",
    "QuestionnaireResponse",
    "Consent",
    "Flag",
];

const COMMUNITY_STU3: &[&str] = &[
    "Patient",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationStatement",
    "Condition",
    "Procedure",
    "Observation",
    "Immunization",
    "Encounter",
    "EpisodeOfCare",
    "Appointment",
    "ReferralRequest",
    "CareTeam",
    "DocumentReference",
    "CarePlan",
    "Consent",
    "Flag",
];
