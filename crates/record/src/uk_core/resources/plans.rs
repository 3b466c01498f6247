//! Care plans, teams and goals. Source: sources.md 9.1.

use super::{Code, coded, definition, encounter, put, status};
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::Work;

const ACHIEVEMENT: Code = Code {
    system: "http://terminology.hl7.org/CodeSystem/goal-achievement",
    codes: &["in-progress", "sustaining", "achieved"],
};

pub(super) fn care_plan(fields: &mut Fields<'_>, work: &mut Work) {
    definition(fields, "instantiatesCanonical", work);
    status(fields, &[("suspended", "on-hold"), ("cancelled", "revoked")]);
    encounter(fields, work);
    authors(fields, work);
    fields.each("activity", &mut |activity| {
        activity.each("detail", &mut |detail| activity_detail(detail, work))
    });
}

/// R4 has one author; the others contributed.
fn authors(fields: &mut Fields<'_>, work: &mut Work) {
    let mut authors = fields.take("author").map(Node::into_items).unwrap_or_default().into_iter();
    if let Some(first) = authors.next() {
        fields.put("author", first);
        put(fields, "contributor", Node::Array(authors.collect()), work);
    }
}

fn activity_detail(detail: &mut Fields<'_>, work: &mut Work) {
    if let Some(definition) = detail.take("definition") {
        let canonicals =
            definition.into_items().into_iter().filter_map(|item| super::canonical(item, work)).collect();
        put(detail, "instantiatesCanonical", Node::Array(canonicals), work);
    }
    detail.rename("prohibited", "doNotPerform");
    if let Some(text) = detail.take("statusReason") {
        let reason = if text.text().is_some() { Node::object([("text", text)]) } else { text };
        detail.put("statusReason", reason);
    }
    kind(detail, work);
}

/// R4's `kind` is the sort of request; only a code that is one of them is taken over.
fn kind(detail: &mut Fields<'_>, work: &mut Work) {
    const KINDS: [&str; 8] = [
        "Appointment",
        "CommunicationRequest",
        "DeviceRequest",
        "MedicationRequest",
        "NutritionOrder",
        "Task",
        "ServiceRequest",
        "VisionPrescription",
    ];
    let Some(Node::Object(category)) = detail.take("category") else { return };
    let code = category.objects("coding").filter_map(|coding| coding.get("code"));
    let code = code.into_iter().find(|code| code.text().is_some_and(|code| KINDS.contains(&code.as_ref())));
    if let Some(code) = code.cloned() {
        put(detail, "kind", code, work);
    }
    work.lose(&Node::Object(category), "R4 has other codes for the kind of an activity");
}

pub(super) fn care_team(fields: &mut Fields<'_>, work: &mut Work) {
    encounter(fields, work);
}

/// STU3 had one status for how far a goal is and how well it goes.
pub(super) fn goal(fields: &mut Fields<'_>, work: &mut Work) {
    let Some(sent) = fields.take("status") else { return };
    let code = sent.text().unwrap_or_default().into_owned();
    let lifecycle = match code.as_str() {
        "in-progress" | "on-target" | "ahead-of-target" | "behind-target" | "sustaining" => "active",
        "achieved" => "completed",
        same => same,
    };
    let is_said = ACHIEVEMENT.codes.contains(&code.as_str());
    if is_said {
        put(fields, "achievementStatus", coded(ACHIEVEMENT.system, sent.clone()), work);
    } else if lifecycle != code {
        work.caveat("Goal.status: how well it goes has no code in R4; it stands as sent".to_owned());
        work.lose(&sent, "a code R4 does not have");
        put(fields, "lifecycleStatus", Node::ours(lifecycle), work);
        return;
    }
    put(fields, "lifecycleStatus", sent.instead(lifecycle), work);
}
