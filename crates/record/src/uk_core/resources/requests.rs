//! Referrals and requests for procedures, which R4 calls service requests; communication requests and tasks.
//! Source: sources.md 9.1; GP Connect diary entries.

use super::{definition, encounter, is_gp_connect, note, put, requester, status};
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::Work;

const REQUEST_STATUS: [(&str, &str); 2] = [("suspended", "on-hold"), ("cancelled", "revoked")];

pub(super) fn referral_request(fields: &mut Fields<'_>, work: &mut Work) {
    service_request(fields, "ReferralRequest", work);
    fields.rename("groupIdentifier", "requisition");
    fields.rename("recipient", "performer");
    fields.rename("specialty", "performerType");
    fields.rename("type", "category");
    if let Some(description) = fields.take("description") {
        note(fields, description);
    }
    let requested = fields.take("serviceRequested").map(Node::into_items).unwrap_or_default();
    let mut requested = requested.into_iter();
    if let Some(first) = requested.next() {
        put(fields, "code", first, work);
        put(fields, "orderDetail", Node::Array(requested.collect()), work);
    }
}

pub(super) fn procedure_request(fields: &mut Fields<'_>, work: &mut Work) {
    let is_plan = fields.text("intent").as_deref() == Some("plan");
    service_request(fields, "ProcedureRequest", work);
    // A diary entry is what a practice means to do; it must never read as a request somebody made (HAZ-018).
    if is_plan && is_gp_connect(work) {
        let mut categories = fields.take("category").map(Node::into_items).unwrap_or_default();
        categories.push(Node::object([("text", Node::ours("Diary entry"))]));
        fields.put("category", Node::Array(categories));
    }
}

fn service_request(fields: &mut Fields<'_>, kind: &str, work: &mut Work) {
    if let Some(node) = fields.get("resourceType").map(|node| node.instead("ServiceRequest")) {
        fields.set("resourceType", node);
    }
    definition(fields, "instantiatesCanonical", work);
    status(fields, &REQUEST_STATUS);
    encounter(fields, work);
    requester(fields, kind, work);
}

pub(super) fn communication_request(fields: &mut Fields<'_>, work: &mut Work) {
    status(fields, &REQUEST_STATUS);
    encounter(fields, work);
    requester(fields, "CommunicationRequest", work);
    fields.rename("topic", "about");
}

pub(super) fn task(fields: &mut Fields<'_>, work: &mut Work) {
    encounter(fields, work);
    requester(fields, "Task", work);
    fields.rename("definitionUri", "instantiatesUri");
    fields.rename("reason", "reasonCode");
}
