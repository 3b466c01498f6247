//! Takes an entry, says whether it names anybody it is about. One that does not came in an answer about this person, and
//! says so on its row (HAZ-004). Who an entry does name was compared before it came here.
//! Source: FHIR R4 and STU3, the subject of each resource type.

use super::resource::Resource;

/// Types that are about somebody, each with the element that says so.
const SUBJECTS: [(&str, &str); 24] = [
    ("AllergyIntolerance", "patient"),
    ("CarePlan", "subject"),
    ("CareTeam", "subject"),
    ("Condition", "subject"),
    ("Consent", "patient"),
    ("DiagnosticReport", "subject"),
    ("DocumentReference", "subject"),
    ("Encounter", "subject"),
    ("EpisodeOfCare", "patient"),
    ("FamilyMemberHistory", "patient"),
    ("Flag", "subject"),
    ("Goal", "subject"),
    ("Immunization", "patient"),
    ("MedicationAdministration", "subject"),
    ("MedicationDispense", "subject"),
    ("MedicationRequest", "subject"),
    ("MedicationStatement", "subject"),
    ("Observation", "subject"),
    ("Procedure", "subject"),
    ("ProcedureRequest", "subject"),
    ("QuestionnaireResponse", "subject"),
    ("ReferralRequest", "subject"),
    ("RelatedPerson", "patient"),
    ("ServiceRequest", "subject"),
];

const NOBODY: &str = "Does not say whom it is about: it came in an answer about this person";

pub(super) fn caveat(entry: &Resource<'_>) -> Option<String> {
    let (_, element) = SUBJECTS.iter().find(|(kind, _)| *kind == entry.resource_type)?;
    let subjects = entry.object.objects(element);
    let names = |key: &str| subjects.iter().any(|subject| subject.get(key).is_some());
    (!names("reference") && !names("identifier")).then(|| NOBODY.to_owned())
}
