//! Takes what a partner holds about a person, gives a searchset of one type that is wrong in as many ways as a system that
//! grew by itself can be: each way is one line below.

use super::searchset;
use serde_json::{Value, json};

/// How many more matches it counts than there are.
const MISCOUNTED: usize = 3;

/// Types that are sent along with whatever is asked for, and not marked as such.
const ALONG: [&str; 3] = ["Practitioner", "Organization", "Medication"];

/// Every match on one page, whatever page size was asked for.
pub(super) fn of_kind(kind: &str, held: &[Value]) -> Value {
    let of = |wanted: &[&str]| -> Vec<Value> {
        let is =
            |one: &&Value| one.get("resourceType").is_some_and(|own| wanted.iter().any(|kind| own == kind));
        held.iter().filter(is).cloned().collect()
    };
    let matches: Vec<Value> = of(&[kind]).into_iter().enumerate().map(spoilt).collect();
    if kind == "Patient" {
        return searchset(matches.len(), matches.into_iter().map(|one| json!({"resource": one})).collect());
    }
    let total = matches.len() + MISCOUNTED;
    // The first comes twice.
    let twice = matches.first().cloned().into_iter().chain(matches);
    let mut entries: Vec<Value> =
        twice.map(|one| json!({"resource": one, "search": {"mode": "match"}})).collect();
    entries.extend(of(&ALONG).into_iter().map(|one| json!({"resource": one})));
    if kind == "Observation" {
        entries.push(json!({"resource": {"resourceType": "PatientMood", "id": "mood-1", "mood": "fair"}}));
        entries.push(json!({"resource": "lost in the move of 2011"}));
    }
    searchset(total, entries)
}

fn spoilt((at, mut resource): (usize, Value)) -> Value {
    let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(members) = resource.as_object_mut() else { return resource };
    // Every profile claimed is another type's.
    members.insert("meta".to_owned(), json!({"profile": [CLAIMED]}));
    if kind == "Patient" {
        unverified(members.get_mut("identifier"));
        return resource;
    }
    // Nothing to tell one entry from another by, beyond this server.
    members.remove("identifier");
    if let (true, Some(id)) = (kind == "Condition", members.get("id").and_then(Value::as_str)) {
        let id = id.replace('-', " ");
        members.insert("id".to_owned(), json!(id));
    }
    if at % 2 == 1 {
        members.remove("patient");
        members.remove("subject");
    }
    without_systems(members.get_mut("code"));
    members.values_mut().for_each(without_zone);
    resource
}

pub(super) const CLAIMED: &str = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Slot";

/// The NHS number stands there and nobody says that it was checked.
fn unverified(identifiers: Option<&mut Value>) {
    let identifiers = identifiers.and_then(Value::as_array_mut);
    for members in identifiers.into_iter().flatten().filter_map(Value::as_object_mut) {
        members.remove("extension");
    }
}

fn without_systems(concept: Option<&mut Value>) {
    let codings = concept.and_then(|concept| concept.get_mut("coding")?.as_array_mut());
    for members in codings.into_iter().flatten().filter_map(Value::as_object_mut) {
        members.remove("system");
    }
}

/// A date with a time keeps the time and loses its zone.
fn without_zone(value: &mut Value) {
    match value {
        Value::String(text) if is_time(text) => text.truncate("2026-11-22T09:15:00".len()),
        Value::Array(several) => several.iter_mut().for_each(without_zone),
        Value::Object(members) => members.values_mut().for_each(without_zone),
        _ => {}
    }
}

fn is_time(text: &str) -> bool {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.take("0000-00-00T00:00:00".len()).eq(*b"0000-00-00T00:00:00")
}
