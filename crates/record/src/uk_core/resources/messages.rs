//! Message headers, provenance and audit events. Source: FHIR R4, version history of each.

use super::put;
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::{NO_PLACE, Work};

pub(super) fn message_header(fields: &mut Fields<'_>, work: &mut Work) {
    fields.rename("event", "eventCoding");
    let Some(receiver) = fields.take("receiver") else { return };
    let mut destinations = fields.take("destination").map(Node::into_items).unwrap_or_default();
    match destinations.as_mut_slice() {
        [Node::Object(only)] => put(only, "receiver", receiver, work),
        _ => work.lose(&receiver, NO_PLACE),
    }
    if !destinations.is_empty() {
        fields.put("destination", Node::Array(destinations));
    }
}

pub(super) fn provenance(fields: &mut Fields<'_>, work: &mut Work) {
    fields.rename("period", "occurredPeriod");
    for name in ["reason", "activity"] {
        concepts(fields, name);
    }
    let actor = |agent: &mut Fields<'_>| {
        agent.rename("whoReference", "who");
        agent.rename("onBehalfOfReference", "onBehalfOf");
    };
    fields.each("agent", &mut |agent| actor(agent));
    fields.each("entity", &mut |entity| {
        entity.rename("whatReference", "what");
        if let Some(identifier) = entity.take("whatIdentifier") {
            put(entity, "what", Node::object([("identifier", identifier)]), work);
        }
        entity.each("agent", &mut |agent| actor(agent));
    });
}

/// Codings that became concepts.
fn concepts(fields: &mut Fields<'_>, name: &'static str) {
    let Some(node) = fields.take(name) else { return };
    let items = node.into_items().into_iter().map(as_concept).collect();
    fields.put(name, Node::Array(items));
}

fn as_concept(item: Node<'_>) -> Node<'_> {
    let is_concept = item.as_object().is_some_and(|item| item.has("coding") || item.has("text"));
    if is_concept { item } else { Node::object([("coding", Node::Array(vec![item]))]) }
}

pub(super) fn audit_event(fields: &mut Fields<'_>, work: &mut Work) {
    fields.each("agent", &mut |agent| {
        agent.rename("reference", "who");
        if let Some(user) = agent.take("userId") {
            put(agent, "who", Node::object([("identifier", user)]), work);
        }
    });
    fields.each("entity", &mut |entity| {
        entity.rename("reference", "what");
        if let Some(identifier) = entity.take("identifier") {
            put(entity, "what", Node::object([("identifier", identifier)]), work);
        }
    });
    fields.each("source", &mut |source| {
        if let Some(identifier) = source.take("identifier") {
            put(source, "observer", Node::object([("identifier", identifier)]), work);
        }
    });
}
