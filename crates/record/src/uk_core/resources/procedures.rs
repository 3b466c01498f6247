//! Procedures and communications: what was done, or expressly not done (HAZ-018). Source: sources.md 9.1.

use super::{definition, encounter, not_done, role_to_function, status};
use crate::uk_core::tree::Fields;
use crate::uk_core::work::Work;

const EVENT_STATUS: [(&str, &str); 2] = [("suspended", "on-hold"), ("aborted", "stopped")];

pub(super) fn procedure(fields: &mut Fields<'_>, work: &mut Work) {
    definition(fields, "instantiatesCanonical", work);
    status(fields, &EVENT_STATUS);
    not_done(fields, "notDone", "not-done", work);
    fields.rename("notDoneReason", "statusReason");
    encounter(fields, work);
    role_to_function(fields, "performer");
}

pub(super) fn communication(fields: &mut Fields<'_>, work: &mut Work) {
    definition(fields, "instantiatesCanonical", work);
    status(fields, &EVENT_STATUS);
    not_done(fields, "notDone", "not-done", work);
    fields.rename("notDoneReason", "statusReason");
    fields.rename("topic", "about");
    encounter(fields, work);
}
