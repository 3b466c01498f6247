//! The parts that every Observation of a practice has.
//! Source: CareConnect-GPC-Observation-1.

use super::{
    meta,
    patient::{USUAL_GP, practitioner},
};
use crate::payload::shelf::{Shelf, reference};
use crate::people::when::When;
use serde_json::{Value, json};

/// Puts an Observation in and gives a reference to it; `own` holds what sets it apart.
pub(super) fn put(shelf: &mut Shelf<'_>, (kind, key): (&str, &str), on: When, own: Value) -> Value {
    let id = shelf.id(kind, key);
    let performer = practitioner(shelf, USUAL_GP);
    let mut resource = json!({
        "resourceType": "Observation",
        "id": id,
        "meta": meta("Observation"),
        "identifier": shelf.business(&id),
        "status": "final",
        "subject": shelf.subject(),
        "effectiveDateTime": shelf.on(on),
        "issued": shelf.instant(on),
        "performer": [performer],
    });
    if let (Some(members), Value::Object(own)) = (resource.as_object_mut(), own) {
        members.extend(own);
    }
    shelf.put(resource);
    reference("Observation", &id)
}

/// The code under which all free text stands.
pub(super) fn comment_note() -> Value {
    crate::payload::wire::snomed("37331000000100", "Comment note")
}
