//! What a Patient search finds where a partner's index of people is not in order: two Patients under one number, one that
//! has been replaced, one that is no longer in use.
//! Source: FHIR R4 and STU3 Patient.link, Patient.active (HAZ-004, HAZ-005).

use super::held::Held;
use crate::faults::Fault;
use serde_json::{Value, json};
use std::sync::Arc;

/// The same holdings where the fault leaves Patients alone.
pub(super) fn under(fault: Fault, held: Arc<Held>) -> Arc<Held> {
    match held.patient().and_then(|patient| found(fault, patient)) {
        Some(found) => Arc::new(Held::of(&found)),
        None => held,
    }
}

/// What a search by number finds in place of that Patient; `None` where the fault leaves Patients alone.
pub(crate) fn found(fault: Fault, patient: &Value) -> Option<Vec<Value>> {
    Some(match fault {
        Fault::Ambiguous => vec![patient.clone(), twin(patient)],
        Fault::Merged => vec![replaced(patient)],
        Fault::Inactive => vec![with(patient, &[("active", json!(false))])],
        _ => return None,
    })
}

/// Entered twice: the same number, another id, born on another day.
fn twin(patient: &Value) -> Value {
    with(patient, &[("id", other_id(patient, "twin")), ("birthDate", json!("1961-01-01"))])
}

/// An older entry that says which one took its place.
fn replaced(patient: &Value) -> Value {
    let id = patient.get("id").and_then(Value::as_str).unwrap_or_default();
    let link = json!([{"other": {"reference": format!("Patient/{id}")}, "type": "replaced-by"}]);
    with(patient, &[("id", other_id(patient, "old")), ("active", json!(false)), ("link", link)])
}

fn other_id(patient: &Value, ending: &str) -> Value {
    let id = patient.get("id").and_then(Value::as_str).unwrap_or_default();
    json!(format!("{id}-{ending}"))
}

fn with(patient: &Value, changes: &[(&str, Value)]) -> Value {
    let mut changed = patient.clone();
    if let Some(members) = changed.as_object_mut() {
        members.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    changed
}
