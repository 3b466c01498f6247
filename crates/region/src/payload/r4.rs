//! What a partner with a UK Core R4 endpoint, or an edge node, holds about a person.
//! Source: UK Core R4; sources, section 7.

mod allergies;
mod contacts;
mod documents;
mod immunisations;
mod medications;
mod patient;
mod plans;
mod problems;
mod results;
mod teams;

use super::{shelf::Shelf, wire::prune};
use crate::people::{Person, partner::Partner};
use jiff::civil::Date;
use serde_json::{Value, json};

/// Patient first, everything else in the order the facts are told, each referenced resource before what
/// refers to it.
pub(super) fn resources(partner: Partner, person: &Person, today: Date) -> Vec<Value> {
    let mut shelf = Shelf::new(person, partner, today);
    patient::put(&mut shelf);
    allergies::put(&mut shelf);
    medications::put(&mut shelf);
    problems::put(&mut shelf);
    results::put(&mut shelf);
    immunisations::put(&mut shelf);
    contacts::put(&mut shelf);
    teams::put(&mut shelf);
    documents::put(&mut shelf);
    plans::put(&mut shelf);
    shelf.into_resources()
}

fn meta(profile: &str) -> Value {
    json!({ "profile": [format!("https://fhir.hl7.org.uk/StructureDefinition/UKCore-{profile}")] })
}

/// A practitioner by the name the record writes; the same name is the same practitioner at one partner.
fn practitioner(shelf: &mut Shelf<'_>, name: &str) -> Value {
    if name.is_empty() {
        return Value::Null;
    }
    let id = shelf.shared_id("Practitioner", name);
    let mut words = name.split(' ');
    let (first, family) = (words.next(), words.next_back());
    let resource = json!({
        "resourceType": "Practitioner",
        "id": id,
        "meta": meta("Practitioner"),
        "identifier": shelf.business(&id),
        "name": [{ "text": name, "family": family.or(first) }],
    });
    shelf.put(resource);
    json!({ "reference": format!("Practitioner/{id}"), "display": name })
}

/// A place of this partner.
fn location(shelf: &mut Shelf<'_>, name: &str) -> Value {
    let id = shelf.shared_id("Location", name);
    let resource = json!({
        "resourceType": "Location",
        "id": id,
        "meta": meta("Location"),
        "status": "active",
        "name": name,
        "managingOrganization": shelf.organization(),
    });
    shelf.put(resource);
    json!({ "reference": format!("Location/{id}"), "display": name })
}

/// Ties two shapes of one resource together: members of `more` are added to `resource`.
fn with(resource: Value, more: Value) -> Value {
    match (resource, more) {
        (Value::Object(mut members), Value::Object(added)) => {
            members.extend(added);
            prune(Value::Object(members))
        }
        (resource, _) => resource,
    }
}
