//! Encounters and appointments. Source: sources.md 9.1; HL7 v3 NullFlavor.

use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::Work;

pub(super) fn encounter(fields: &mut Fields<'_>, work: &mut Work) {
    fields.rename("incomingReferral", "basedOn");
    fields.rename("reason", "reasonCode");
    fields.each("diagnosis", &mut |diagnosis| diagnosis.rename("role", "use"));
    if fields.has("class") {
        return;
    }
    // R4 requires it and GP Connect does not send it: unknown, never a guess at where a person was seen.
    let system = Node::ours("http://terminology.hl7.org/CodeSystem/v3-NullFlavor");
    let unknown =
        Node::object([("system", system), ("code", Node::ours("UNK")), ("display", Node::ours("unknown"))]);
    fields.put("class", unknown);
    work.caveat("Encounter.class: not sent; said to be unknown".to_owned());
}

pub(super) fn appointment(fields: &mut Fields<'_>, _: &mut Work) {
    fields.rename("reason", "reasonCode");
    fields.rename("indication", "reasonReference");
    fields.rename("incomingReferral", "basedOn");
}
