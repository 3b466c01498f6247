//! Takes a resource, gives its own status code and how it is shown. A code we do not know reads `Unknown`, never current.
//! Source: FHIR R4 and STU3 status value sets; HAZ-019.

use super::resource::Resource;
use crate::item::{Standing, Status};

pub(crate) fn read(resource: &Resource<'_>) -> Status {
    let code = code(resource);
    let standing = standing(&resource.resource_type, &code);
    Status { code, standing }
}

/// The code that says most: `entered-in-error`, `refuted` and `not given` before any other.
fn code(resource: &Resource<'_>) -> String {
    let verification = resource.code("verificationStatus").unwrap_or_default();
    if matches!(verification.as_str(), "entered-in-error" | "refuted") {
        return verification;
    }
    if resource.object.boolean("notGiven") == Some(true) || resource.object.boolean("notDone") == Some(true) {
        return "not-done".into();
    }
    let taken =
        resource.resource_type == "MedicationStatement" && resource.text("taken").as_deref() == Some("n");
    let own = resource.text("status").or_else(|| resource.code("clinicalStatus"));
    let own = own.or_else(|| resource.code("lifecycleStatus")).unwrap_or_default();
    if taken && own != "stopped" && own != "entered-in-error" { "not-taken".into() } else { own }
}

fn standing(resource_type: &str, code: &str) -> Standing {
    let event_is_fact = matches!(
        resource_type,
        "Immunization"
            | "Procedure"
            | "Observation"
            | "DiagnosticReport"
            | "QuestionnaireResponse"
            | "FamilyMemberHistory"
    );
    match code {
        "entered-in-error" => Standing::EnteredInError,
        "completed" if event_is_fact => Standing::Current,
        "active" | "current" | "final" | "amended" | "corrected" | "appended" | "recurrence" | "relapse"
        | "in-progress" | "arrived" | "triaged" | "onleave" | "accepted" | "received" | "ready" => {
            Standing::Current
        }
        "completed" | "finished" | "resolved" | "inactive" | "remission" | "stopped" | "ended"
        | "superseded" | "fulfilled" | "checked-in" | "aborted" => Standing::Past,
        "draft" | "preliminary" | "partial" | "registered" | "on-hold" | "onhold" | "suspended"
        | "planned" | "proposed" | "pending" | "booked" | "waitlist" | "intended" | "requested"
        | "preparation" | "health-unknown" => Standing::Provisional,
        "cancelled" | "not-done" | "not-taken" | "refuted" | "revoked" | "rejected" | "declined"
        | "noshow" | "failed" => Standing::Negated,
        _ => Standing::Unknown,
    }
}
