//! Allergies, conditions, family history and impressions. Source: sources.md 9.1; ait-1, ait-2, con-3 to con-5.

use super::{Code, concept, definition, encounter, not_done};
use crate::uk_core::extensions;
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::Work;

const ALLERGY_CLINICAL: Code = Code {
    system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
    codes: &["active", "inactive", "resolved"],
};
const ALLERGY_VERIFICATION: Code = Code {
    system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
    codes: &["unconfirmed", "confirmed", "refuted", "entered-in-error"],
};
const CONDITION_CLINICAL: Code = Code {
    system: "http://terminology.hl7.org/CodeSystem/condition-clinical",
    codes: &["active", "recurrence", "relapse", "inactive", "remission", "resolved"],
};
/// STU3's `unknown` is not among them.
const CONDITION_VERIFICATION: Code = Code {
    system: "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    codes: &["unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"],
};
const GENDER: Code = Code {
    system: "http://hl7.org/fhir/administrative-gender",
    codes: &["male", "female", "other", "unknown"],
};

pub(super) fn allergy_intolerance(fields: &mut Fields<'_>, work: &mut Work) {
    no_status_in_error(fields, work);
    concept(fields, "clinicalStatus", ALLERGY_CLINICAL, work);
    concept(fields, "verificationStatus", ALLERGY_VERIFICATION, work);
    fields.rename("assertedDate", "recordedDate");
    super::element_of(fields, "associatedencounter", "valueReference", "encounter");
}

pub(super) fn condition(fields: &mut Fields<'_>, work: &mut Work) {
    abatement(fields, work);
    no_status_in_error(fields, work);
    concept(fields, "clinicalStatus", CONDITION_CLINICAL, work);
    concept(fields, "verificationStatus", CONDITION_VERIFICATION, work);
    encounter(fields, work);
    fields.rename("assertedDate", "recordedDate");
    let episode = extensions::find(fields, "conditionepisode").and_then(|found| found.text("valueCode"));
    if episode.as_deref() == Some("flare") {
        work.caveat("Condition: the episode `flare` has no code in UK Core; it is kept as sent".to_owned());
    }
}

/// R4: what was entered in error has no clinical status (ait-2, con-5).
fn no_status_in_error(fields: &mut Fields<'_>, work: &mut Work) {
    if fields.text("verificationStatus").as_deref() == Some("entered-in-error") {
        work.lose_any(
            fields.take("clinicalStatus"),
            "R4 has no clinical status for what was entered in error",
        );
    }
}

/// A bare "it has abated" has no boolean in R4: it is said in words, and the condition is no longer active.
fn abatement(fields: &mut Fields<'_>, work: &mut Work) {
    let Some(node) = fields.take("abatementBoolean") else { return };
    if !node.is_true() {
        work.lose(&node, "R4 says only that a condition has abated, by saying when");
        return;
    }
    let in_error = fields.text("verificationStatus").as_deref() == Some("entered-in-error");
    if !fields.has("clinicalStatus") && !in_error {
        fields.put("clinicalStatus", Node::ours("inactive"));
    }
    super::put(fields, "abatementString", node.instead("abated, date not recorded"), work);
}

pub(super) fn family_member_history(fields: &mut Fields<'_>, work: &mut Work) {
    definition(fields, "instantiatesCanonical", work);
    not_done(fields, "notDone", "health-unknown", work);
    fields.rename("notDoneReason", "dataAbsentReason");
    fields.rename("gender", "sex");
    concept(fields, "sex", GENDER, work);
}

pub(super) fn clinical_impression(fields: &mut Fields<'_>, work: &mut Work) {
    encounter(fields, work);
}
