//! Takes a resource, gives its own status code and how it is shown. A code we do not know reads `Unknown`, never current.
//! Source: FHIR R4 and STU3 status value sets; HAZ-019.

use super::resource::Resource;
use crate::item::{Item, Standing, Status};
use fhir::reply::Format;

pub(crate) fn read(resource: &Resource<'_>) -> Status {
    let code = code(resource);
    let standing = standing(&resource.resource_type, &code);
    Status { code, standing }
}

/// An entry's words where another entry tells them: what was not done, refuted, stopped or only planned says so beside
/// them and never reads as a fact (HAZ-018).
pub(crate) fn in_its_sense(entry: &Resource<'_>, words: String) -> String {
    let status = read(entry);
    let kind = entry.resource_type.as_str();
    // A practice's acute course is "completed" by the calendar alone.
    let is_by_calendar = entry.is_gp_connect() && status.code == "completed";
    let ends = kind.starts_with("Medication") || matches!(kind, "AllergyIntolerance" | "Condition" | "Goal");
    let own = match status.standing {
        Standing::Negated | Standing::Provisional => true,
        Standing::Past => ends && !is_by_calendar,
        Standing::Current | Standing::Unknown | Standing::EnteredInError => false,
    };
    let asked = match entry.text("intent").as_deref() {
        _ if !matches!(kind, "ProcedureRequest" | "ServiceRequest") => None,
        Some("plan" | "proposal" | "option") => Some("planned".to_owned()),
        _ => Some("requested".to_owned()),
    };
    let doubt = entry.code("verificationStatus").filter(|code| {
        kind == "Condition" && matches!(code.as_str(), "provisional" | "differential" | "unconfirmed")
    });
    let own = Some(status.code.replace('-', " ")).filter(|_| own);
    let said: Vec<String> = [own, asked, doubt].into_iter().flatten().collect();
    let words = if is_not_to_be_done(entry) { format!("{NOT_TO_BE_DONE}: {words}") } else { words };
    if said.is_empty() { words } else { format!("{words} ({})", said.join(", ")) }
}

pub(crate) const NOT_TO_BE_DONE: &str = "Not to be done";

/// An order that something is not to happen: whatever its status, it is no order for it (HAZ-018).
pub(crate) fn is_not_to_be_done(resource: &Resource<'_>) -> bool {
    resource.object.boolean("doNotPerform") == Some(true)
}

/// What somebody only proposed is not ordered. A practice's own plans and orders are read by their lists.
pub(crate) fn propose(resource: &Resource<'_>, item: &mut Item) {
    let is_proposed = matches!(resource.text("intent").as_deref(), Some("proposal" | "option"));
    if !is_proposed || resource.document.format == Format::GpConnectStu3 {
        return;
    }
    if item.status.standing == Standing::Current {
        item.status.standing = Standing::Provisional;
    }
    item.caveats.push("Proposed: not ordered".into());
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
