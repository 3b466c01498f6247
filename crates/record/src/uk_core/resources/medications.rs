//! Medicines: statements, requests, dispenses, administrations and the products themselves. Doses keep their digits
//! (HAZ-014). Source: sources.md 9.1; UK Core course of therapy.

use super::{definition, encounter, is_value, not_done, put, requester};
use crate::uk_core::extensions;
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::{NO_PLACE, Work};

const COURSE: &str = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy";
const COURSE_UK: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationRequestCourseOfTherapy";

/// `taken` says something only where it says no: the other three are what a system must fill in (HAZ-013).
pub(super) fn statement(fields: &mut Fields<'_>, work: &mut Work) {
    let taken = fields.take("taken");
    let is_no = taken.as_ref().and_then(Node::text).as_deref() == Some("n");
    let status = fields.text("status").unwrap_or_default().into_owned();
    match taken {
        Some(node) if is_no && !matches!(status.as_str(), "stopped" | "entered-in-error") => {
            work.lose_any(fields.take("status"), "the source says it is not taken, and R4 has one status");
            fields.put("status", node.instead("not-taken"));
        }
        Some(node) if is_no => work.lose(&node, "the status says more, and R4 has one status"),
        other => work.lose_any(other, "a filler: R4 has no place for taken, not applicable or unknown"),
    }
    fields.rename("reasonNotTaken", "statusReason");
}

pub(super) fn request(fields: &mut Fields<'_>, work: &mut Work) {
    definition(fields, "instantiatesCanonical", work);
    encounter(fields, work);
    requester(fields, "MedicationRequest", work);
    fields.each("substitution", &mut |substitution| substitution.rename("allowed", "allowedBoolean"));
    status_reason(fields);
    course_of_therapy(fields);
    repeats_allowed(fields, work);
}

fn status_reason(fields: &mut Fields<'_>) {
    let reason = extensions::find(fields, "medicationstatusreason")
        .and_then(|found| extensions::part(found, "statusReason"))
        .and_then(|part| part.get("valueCodeableConcept"));
    if let Some(reason) = reason.cloned().filter(|_| !fields.has("statusReason")) {
        fields.put("statusReason", reason);
    }
}

/// R4's coding first, the one sent beside it.
fn course_of_therapy(fields: &mut Fields<'_>) {
    let Some(sent) =
        extensions::find(fields, "prescriptiontype").and_then(|found| found.get("valueCodeableConcept"))
    else {
        return;
    };
    let Node::Object(mut concept) = sent.clone() else { return };
    let is_type = |coding: &&Fields<'_>| {
        coding.text("system").is_some_and(|system| system.ends_with("/CareConnect-PrescriptionType-1"))
    };
    let code = concept.objects("coding").find(is_type).and_then(|coding| coding.text("code"));
    let (system, code) = match code.as_deref() {
        Some("acute" | "acute-handwritten" | "delayed-prescribing") => (COURSE, "acute"),
        Some("repeat") => (COURSE, "continuous"),
        Some("repeat-dispensing") => (COURSE_UK, "continuous-repeating-dispensing"),
        _ => return,
    };
    let coding = Node::object([("system", Node::ours(system)), ("code", Node::ours(code))]);
    let mut codings = vec![coding];
    codings.extend(concept.take("coding").map(Node::into_items).unwrap_or_default());
    concept.put("coding", Node::Array(codings));
    if !fields.has("courseOfTherapyType") {
        fields.put("courseOfTherapyType", Node::Object(concept));
    }
}

fn repeats_allowed(fields: &mut Fields<'_>, work: &mut Work) {
    let part = extensions::find(fields, "medicationrepeatinformation")
        .and_then(|found| extensions::part(found, "numberOfRepeatPrescriptionsAllowed"));
    let number = part.and_then(|part| part.get("valuePositiveInt").or_else(|| part.get("valueUnsignedInt")));
    let Some(number) = number.filter(|number| is_value("unsignedInt", number)).cloned() else { return };
    let mut dispense = match fields.take("dispenseRequest") {
        Some(Node::Object(dispense)) => dispense,
        other => {
            work.lose_any(other, "not the kind of value R4 takes here");
            Fields::default()
        }
    };
    if !dispense.has("numberOfRepeatsAllowed") {
        dispense.put("numberOfRepeatsAllowed", number);
        work.caveat(
            "MedicationRequest.dispenseRequest.numberOfRepeatsAllowed: GP Connect counts every issue, FHIR the \
             repeats after the first; the number is as sent"
                .to_owned(),
        );
    }
    fields.put("dispenseRequest", Node::Object(dispense));
}

pub(super) fn dispense(fields: &mut Fields<'_>, work: &mut Work) {
    not_done(fields, "notDone", "declined", work);
    fields.rename("notDoneReasonCodeableConcept", "statusReasonCodeableConcept");
    fields.rename("notDoneReasonReference", "statusReasonReference");
}

pub(super) fn administration(fields: &mut Fields<'_>, work: &mut Work) {
    definition(fields, "instantiates", work);
    not_done(fields, "notGiven", "not-done", work);
    fields.rename("reasonNotGiven", "statusReason");
    fields.rename("prescription", "request");
}

pub(super) fn medication(fields: &mut Fields<'_>, work: &mut Work) {
    fields.each("ingredient", &mut |ingredient| ingredient.rename("amount", "strength"));
    let Some(Node::Object(mut package)) = fields.take("package") else { return };
    if let Some(batch) = package.take("batch") {
        put(fields, "batch", batch, work);
    }
    work.lose(&Node::Object(package), NO_PLACE);
}
