//! What one kind of resource means, one module per category; each reads STU3's and R4's names of an element.

use crate::item::Item;
use crate::normalise::{document, resource::Resource, surroundings::Surroundings};

/// Allergies and statements that there are none.
pub(crate) mod allergies;
/// Medicines: a course with its plan and issues is one.
pub(crate) mod medications;
/// Problems, procedures, family history and other coded history.
pub(crate) mod problems;
/// Vaccinations given and not given.
pub(crate) mod immunisations;
/// Observations and reports.
pub(crate) mod results;
/// Contacts, appointments, referrals and what is planned.
pub(crate) mod encounters;
/// Documents that exist, whether or not they can be had.
pub(crate) mod documents;
/// Plans and wishes.
pub(crate) mod care_plans;
/// Services, packages and teams.
pub(crate) mod social_care;
/// Alerts and safeguarding status.
pub(crate) mod alerts;
/// The people around the person.
pub(crate) mod people;

/// What an entry turned out to be.
pub(crate) enum Read {
    Item(Box<Item>),
    /// Not read for itself: an item refers to it.
    Context,
    /// In a form we cannot yet read: counted and kept (HAZ-040).
    Unread(&'static str),
}

impl From<Item> for Read {
    fn from(item: Item) -> Self {
        Read::Item(Box::new(item))
    }
}

/// Reads one entry that is not already context of another.
pub(crate) fn read<'a>(resource: &Resource<'a>, around: &Surroundings<'a>) -> Read {
    match resource.resource_type.as_str() {
        "AllergyIntolerance" => allergies::read(resource).into(),
        "MedicationStatement" | "MedicationRequest" | "MedicationDispense" | "MedicationAdministration" => {
            medications::read(resource, around).into()
        }
        "Condition" => problems::condition(resource).into(),
        "Procedure" => problems::procedure(resource).into(),
        "FamilyMemberHistory" => problems::family_history(resource).into(),
        "Immunization" => immunisations::read(resource).into(),
        "Observation" => results::observation(resource).into(),
        "DiagnosticReport" => results::report(resource, around).into(),
        "Encounter" => encounters::encounter(resource, around).into(),
        "Appointment" => encounters::appointment(resource).into(),
        "ServiceRequest" | "ReferralRequest" | "ProcedureRequest" => encounters::request(resource).into(),
        "Communication" => encounters::communication(resource).into(),
        "ClinicalImpression" => encounters::impression(resource).into(),
        "EpisodeOfCare" => social_care::episode(resource).into(),
        "CareTeam" => social_care::team(resource).into(),
        "Task" => social_care::task(resource).into(),
        "DocumentReference" => documents::read(resource, around).into(),
        "Composition" => documents::written(
            documents::opened(document::read(resource), resource, around),
            resource,
            around,
        )
        .into(),
        "MessageHeader" => around.messages.event(resource),
        // Opened: what it holds stands on the shelf for itself.
        "Bundle" if resource.document.opens() => Read::Context,
        "CarePlan" => care_plans::care_plan(resource).into(),
        "Goal" => care_plans::goal(resource).into(),
        "Consent" => care_plans::consent(resource),
        "QuestionnaireResponse" => care_plans::questionnaire_response(resource),
        "Flag" => alerts::read(resource).into(),
        "RelatedPerson" => people::read(resource).into(),
        other => unknown(other),
    }
}

/// Types that describe other entries, or the message they came in.
fn unknown(resource_type: &str) -> Read {
    match resource_type {
        "Patient"
        | "Practitioner"
        | "PractitionerRole"
        | "Organization"
        | "Location"
        | "HealthcareService"
        | "List"
        | "Medication"
        | "Specimen"
        | "OperationOutcome"
        | "Provenance"
        | "Questionnaire"
        | "Binary"
        | "Endpoint"
        | "Schedule"
        | "Slot"
        | "Substance"
        | "CapabilityStatement"
        | "Parameters" => Read::Context,
        _ => Read::Unread("in a form this record cannot yet read"),
    }
}
