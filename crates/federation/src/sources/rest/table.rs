//! Takes a FHIR version and the permitted categories, gives the searches to make. Nothing is filtered by status or date
//! at the source, appointments past excepted: filters hide. Source: UK Core R4; Care Connect STU3 search parameters.

use super::Version;
use crate::question::Question;
use fhir::Category::{self, *};

/// One search for one resource type.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) resource_type: &'static str,
    pub(super) includes: &'static [&'static str],
    /// For whom it is made; the first one permitted names its payload.
    categories: &'static [Category],
    /// For whom it is made at a source that shares none of these. Where a source shares both, this type answers for the
    /// first alone: laboratory results are not social care because a social worker asks (HAZ-047).
    otherwise: &'static [Category],
    versions: &'static [Version],
    /// Made even where no CapabilityStatement could be read.
    pub(super) is_usual: bool,
    /// Only from today on, where the server can tell dates.
    pub(super) is_from_today: bool,
}

impl Search {
    const fn of(resource_type: &'static str, categories: &'static [Category]) -> Self {
        let versions = &[Version::R4, Version::Stu3];
        Self {
            resource_type,
            includes: &[],
            categories,
            otherwise: &[],
            versions,
            is_usual: true,
            is_from_today: false,
        }
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

    const fn or_for(self, otherwise: &'static [Category]) -> Self {
        Self { otherwise, ..self }
    }

    /// For whom it is made at the source that is asked.
    pub(super) fn categories(&self, question: &Question) -> &'static [Category] {
        let is_shared = self.categories.iter().any(|category| question.shares(*category));
        if is_shared { self.categories } else { self.otherwise }
    }

    pub(super) fn serves(&self, question: &Question, category: Category) -> bool {
        self.categories(question).contains(&category)
    }

    /// The category whose search this is for this question.
    pub(super) fn category(&self, question: &Question) -> Option<Category> {
        let categories = self.categories(question).iter().copied();
        categories.into_iter().find(|category| question.categories.contains(category))
    }
}

const R4: &[Version] = &[Version::R4];
const STU3: &[Version] = &[Version::Stu3];
const CARE: &[Category] = &[Encounters, SocialCare, MentalHealth];
/// Councils hold a safeguarding enquiry as a referral.
const REFERRALS: &[Category] = &[Encounters, SocialCare, MentalHealth, Safeguarding];

/// Mental health and social care are carried by the same resources as the rest; `record` files them.
static SEARCHES: [Search; 23] = [
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
    Search::of("Observation", &[Results]).or_for(&[SocialCare]),
    Search::of("Immunization", &[Immunisations]),
    Search::of("Encounter", &[Encounters, Consultations, MentalHealth])
        .with(&["Encounter:location", "Encounter:participant"])
        .or_for(&[SocialCare]),
    Search::of("EpisodeOfCare", CARE),
    Search::of("Appointment", &[Encounters]).not_before_today(),
    Search::of("ServiceRequest", REFERRALS).only(R4),
    Search::of("ReferralRequest", REFERRALS).only(STU3),
    Search::of("ProcedureRequest", &[Encounters]).only(STU3),
    Search::of("CareTeam", CARE),
    Search::of("DocumentReference", &[Documents]),
    // Documents and messages kept whole; `record` opens them and files what is in them, each by its own kind.
    Search::of("Bundle", &[Documents, Encounters, CarePlans, Alerts]).only(R4).if_declared(),
    Search::of("CarePlan", &[CarePlans, MentalHealth, SocialCare]).with(&["CarePlan:goal"]),
    Search::of("QuestionnaireResponse", &[CarePlans]),
    Search::of("Consent", &[CarePlans]),
    Search::of("Flag", &[Alerts, Safeguarding]),
];

/// Every search any permitted category needs, each once.
pub(super) fn searches(version: Version, question: &Question) -> Vec<&'static Search> {
    let wanted = |search: &&Search| search.versions.contains(&version) && search.category(question).is_some();
    SEARCHES.iter().filter(wanted).collect()
}
