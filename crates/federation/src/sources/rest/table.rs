//! Takes a FHIR version and the permitted categories, gives the searches to make. Nothing is filtered by status or date
//! at the source, appointments past excepted: filters hide. Source: UK Core R4; Care Connect STU3 search parameters.

use super::Version;
use fhir::Category::{self, *};

/// One search for one resource type.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) resource_type: &'static str,
    pub(super) includes: &'static [&'static str],
    /// For whom it is made; the first one permitted names its payload.
    pub(super) categories: &'static [Category],
    versions: &'static [Version],
    /// Made even where no CapabilityStatement could be read.
    pub(super) is_usual: bool,
    /// Only from today on, where the server can tell dates.
    pub(super) is_from_today: bool,
}

impl Search {
    const fn of(resource_type: &'static str, categories: &'static [Category]) -> Self {
        let versions = &[Version::R4, Version::Stu3];
        Self { resource_type, includes: &[], categories, versions, is_usual: true, is_from_today: false }
    }

    const fn with(self, includes: &'static [&'static str]) -> Self {
        Self { includes, ..self }
    }

    const fn only(self, versions: &'static [Version]) -> Self {
        Self { versions, ..self }
    }

    const fn if_declared(self) -> Self {
        Self { is_usual: false, ..self }
    }

    const fn not_before_today(self) -> Self {
        Self { is_from_today: true, ..self }
    }

    /// The category whose search this is for this question.
    pub(super) fn category(&self, permitted: &[Category]) -> Option<Category> {
        self.categories.iter().copied().find(|category| permitted.contains(category))
    }
}

const R4: &[Version] = &[Version::R4];
const STU3: &[Version] = &[Version::Stu3];
const CARE: &[Category] = &[Encounters, SocialCare, MentalHealth];
/// Councils hold a safeguarding enquiry as a referral.
const REFERRALS: &[Category] = &[Encounters, SocialCare, MentalHealth, Safeguarding];

/// Mental health and social care are carried by the same resources as the rest; `record` files them.
static SEARCHES: [Search; 22] = [
    Search::of("AllergyIntolerance", &[Allergies]),
    Search::of("MedicationRequest", &[Medications]).with(&["MedicationRequest:medication"]),
    Search::of("MedicationStatement", &[Medications]).with(&["MedicationStatement:medication"]),
    Search::of("MedicationDispense", &[Medications]).with(&["MedicationDispense:medication"]).if_declared(),
    Search::of("MedicationAdministration", &[Medications])
        .with(&["MedicationAdministration:medication"])
        .if_declared(),
    Search::of("Condition", &[Problems]),
    Search::of("Procedure", &[Problems]),
    Search::of("DiagnosticReport", &[Results])
        .with(&["DiagnosticReport:result", "DiagnosticReport:specimen"]),
    Search::of("Observation", &[Results]),
    Search::of("Immunization", &[Immunisations]),
    Search::of("Encounter", &[Encounters, Consultations, MentalHealth])
        .with(&["Encounter:location", "Encounter:participant"]),
    Search::of("EpisodeOfCare", CARE),
    Search::of("Appointment", &[Encounters]).not_before_today(),
    Search::of("ServiceRequest", REFERRALS).only(R4),
    Search::of("ReferralRequest", REFERRALS).only(STU3),
    Search::of("ProcedureRequest", &[Encounters]).only(STU3),
    Search::of("CareTeam", CARE),
    Search::of("DocumentReference", &[Documents]),
    Search::of("CarePlan", &[CarePlans, MentalHealth, SocialCare]).with(&["CarePlan:goal"]),
    Search::of("QuestionnaireResponse", &[CarePlans]),
    Search::of("Consent", &[CarePlans]),
    Search::of("Flag", &[Alerts, Safeguarding]),
];

/// Every search any permitted category needs, each once.
pub(super) fn searches(version: Version, permitted: &[Category]) -> Vec<&'static Search> {
    let wanted =
        |search: &&Search| search.versions.contains(&version) && search.category(permitted).is_some();
    SEARCHES.iter().filter(wanted).collect()
}
