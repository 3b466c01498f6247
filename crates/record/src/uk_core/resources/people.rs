//! People, places and things: patients, services, devices. Source: sources.md 9.1; DSTU2 Patient.

use super::put;
use crate::uk_core::extensions;
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::{Dialect, NO_PLACE, Work};

pub(super) fn patient(fields: &mut Fields<'_>, work: &mut Work) {
    if work.dialect == Dialect::Dstu2 {
        fields.rename("careProvider", "generalPractitioner");
    }
    let spoken: Vec<Node<'_>> =
        extensions::all(fields, "nhscommunication").filter_map(communication).collect();
    if !spoken.is_empty() && !fields.has("communication") {
        fields.put("communication", Node::Array(spoken));
    }
}

/// The language and whether it is preferred; the rest of it stays in the extension.
fn communication<'a>(extension: &Fields<'a>) -> Option<Node<'a>> {
    let language = extensions::part(extension, "language")?.get("valueCodeableConcept")?.clone();
    let mut communication = Fields::default();
    communication.put("language", language);
    let preferred = extensions::part(extension, "preferred").and_then(|part| part.get("valueBoolean"));
    if let Some(preferred) = preferred.cloned() {
        communication.put("preferred", preferred);
    }
    Some(Node::Object(communication))
}

pub(super) fn device(fields: &mut Fields<'_>, work: &mut Work) {
    if let Some(Node::Object(mut udi)) = fields.take("udi") {
        if let Some(name) = udi.take("name") {
            let named = Node::object([("name", name), ("type", Node::ours("udi-label-name"))]);
            put(fields, "deviceName", Node::Array(vec![named]), work);
        }
        put(fields, "udiCarrier", Node::Array(vec![Node::Object(udi)]), work);
    }
    fields.rename("model", "modelNumber");
    if let Some(version) = fields.take("version") {
        let version = if version.text().is_some() { Node::object([("value", version)]) } else { version };
        fields.put("version", version);
    }
}

pub(super) fn healthcare_service(fields: &mut Fields<'_>, work: &mut Work) {
    let names = fields.take("programName").map(Node::into_items).unwrap_or_default();
    let programs: Vec<Node<'_>> = names.into_iter().map(|name| Node::object([("text", name)])).collect();
    put(fields, "program", Node::Array(programs), work);
    let (code, comment) = (fields.take("eligibility"), fields.take("eligibilityNote"));
    if code.is_none() && comment.is_none() {
        return;
    }
    let mut eligibility = Fields::default();
    code.into_iter().for_each(|code| eligibility.put("code", code));
    comment.into_iter().for_each(|comment| eligibility.put("comment", comment));
    if eligibility.object("code").is_some_and(|code| code.has("code")) {
        // Already R4's shape.
        work.lose(&Node::Object(eligibility), NO_PLACE);
    } else {
        fields.put("eligibility", Node::Array(vec![Node::Object(eligibility)]));
    }
}
