//! Immunisations. One not given is never read as given (HAZ-018). Source: sources.md 9.1.

use super::{element_of, not_done, note, put, role_to_function};
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::Work;

pub(super) fn immunization(fields: &mut Fields<'_>, work: &mut Work) {
    not_done(fields, "notGiven", "not-done", work);
    occurrence(fields);
    fields.rename("practitioner", "performer");
    role_to_function(fields, "performer");
    if let Some(Node::Object(mut explanation)) = fields.take("explanation") {
        for (from, to) in [("reason", "reasonCode"), ("reasonNotGiven", "statusReason")] {
            if let Some(node) = explanation.take(from) {
                put(fields, to, node, work);
            }
        }
    }
    if let Some(protocols) = fields.take("vaccinationProtocol") {
        let applied = protocols.into_items().into_iter().map(|protocol| protocol_applied(fields, protocol));
        let applied: Vec<_> = applied.collect();
        put(fields, "protocolApplied", Node::Array(applied), work);
    }
    element_of(fields, "daterecorded", "valueDateTime", "recorded");
}

/// R4 requires when; where nobody recorded it, it is said in words.
fn occurrence(fields: &mut Fields<'_>) {
    fields.rename("date", "occurrenceDateTime");
    if !fields.has_choice("occurrence") {
        fields.put("occurrenceString", Node::ours("date not recorded"));
    }
}

fn protocol_applied<'a>(fields: &mut Fields<'a>, mut protocol: Node<'a>) -> Node<'a> {
    let mut description = None;
    protocol.each(&mut |protocol| {
        description = protocol.take("description");
        protocol.rename("doseSequence", "doseNumberPositiveInt");
        protocol.rename("seriesDoses", "seriesDosesPositiveInt");
        if !protocol.has_choice("doseNumber") {
            protocol.put("doseNumberString", Node::ours("not recorded"));
        }
    });
    if let Some(description) = description {
        note(fields, description);
    }
    protocol
}
