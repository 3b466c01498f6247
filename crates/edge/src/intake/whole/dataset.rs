//! Takes a type of resource, gives the name by which a partner can switch it off. Source: sharing schedule; sources.md 7.

/// Every name there is.
pub(crate) const ALL: &[&str] = &[
    "allergies",
    "medications",
    "problems",
    "immunisations",
    "results",
    "documents",
    "care-plans",
    "alerts",
    "requests",
    "assessments",
    "services",
    "encounters",
];

pub(crate) fn of(resource_type: &str) -> &'static str {
    match resource_type {
        "AllergyIntolerance" | "AdverseEvent" => "allergies",
        "MedicationRequest"
        | "MedicationStatement"
        | "MedicationDispense"
        | "MedicationAdministration"
        | "Medication" => "medications",
        "Condition" | "Procedure" | "FamilyMemberHistory" => "problems",
        "Immunization" | "ImmunizationRecommendation" => "immunisations",
        "Observation" | "DiagnosticReport" | "Specimen" | "ImagingStudy" => "results",
        "DocumentReference" | "Composition" | "Binary" | "Bundle" => "documents",
        "CarePlan" | "CareTeam" | "Goal" | "Consent" => "care-plans",
        "Flag" => "alerts",
        "ServiceRequest" | "ReferralRequest" | "ProcedureRequest" | "Task" => "requests",
        "QuestionnaireResponse" | "RiskAssessment" => "assessments",
        "EpisodeOfCare" => "services",
        _ => "encounters",
    }
}
