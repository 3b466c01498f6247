//! Takes a Bundle or a resource, says whom it is about and names that person as the gateway asks: every subject must be the
//! Patient of this node or a Patient inside that carries the number (HAZ-004, HAZ-042). Every other byte stays as it was.
//!
//! A message that was held because its Patient had no number to rely on, and released when a later one brought it, still has
//! no number inside. Nothing is put in: its Patient is taken out of what is shown, and all that referred to it refers to the
//! node's own Patient. What its sender knew of the person stays in the original.
//! Source: FHIR R4 2.3.0 (references), 2.36.4 (resolving references in Bundles).

use super::edit::{Change, apply, literal};
use crate::format::PATIENT;
use fhir::bundle::{Bundle, Entry, type_and_id};
use fhir::{Json, Object};

/// Where a resource says whom it is about.
const SUBJECTS: [&str; 4] = ["subject", "patient", "beneficiary", "for"];

/// The Patients of a Bundle.
pub(crate) fn patients<'a>(bundle: &Bundle<'a>) -> Vec<Object<'a>> {
    bundle.of_type("Patient").map(|entry| entry.resource.clone()).collect()
}

/// Whether an entry is about somebody or something that did not come along. A place inside is nobody.
pub(crate) fn is_about_a_stranger(bundle: &Bundle<'_>) -> bool {
    bundle.entries.iter().any(|entry| is_strange(entry, bundle))
}

fn is_strange(entry: &Entry<'_>, bundle: &Bundle<'_>) -> bool {
    let subjects = SUBJECTS.iter().flat_map(|key| entry.resource.objects(key));
    let mut named = subjects.filter_map(|subject| subject.text("reference").map(|named| named.into_owned()));
    named.any(|named| !named.starts_with('#') && find(bundle, &named).is_none())
}

/// By its address, its type and id, or its bare id: some senders leave out what stands before it.
pub(crate) fn find<'b, 'a>(bundle: &'b Bundle<'a>, reference: &str) -> Option<&'b Entry<'a>> {
    let bare = |entry: &&Entry<'a>| {
        let id = entry.id.as_deref() == Some(reference);
        id || entry.full_url.as_deref().and_then(|url| url.strip_prefix("urn:uuid:")) == Some(reference)
    };
    bundle.resolve(reference).or_else(|| {
        let by_uuid = reference.strip_prefix("urn:uuid:");
        let same_id = |entry: &&Entry<'a>| by_uuid.is_some() && entry.id.as_deref() == by_uuid;
        bundle.entries.iter().find(bare).or_else(|| bundle.entries.iter().find(same_id))
    })
}

/// A Bundle to be served under `id`. `is_mended`: its Patient is taken out and the node's own stands for it.
pub(crate) fn served(text: &str, id: &str, is_mended: bool) -> String {
    let root = Json::of(text);
    let (Some(object), Some(bundle)) = (root.object(), Bundle::read(root)) else { return text.to_owned() };
    let id = literal(id);
    let mut changes: Vec<Change> = match object.get("id") {
        Some(own) => Change::of(text, own, id).into_iter().collect(),
        None => Change::adding(text, root, &format!("\"id\":{id}")).into_iter().collect(),
    };
    let person = literal(PATIENT);
    references(root, &mut |value, name| {
        let leads = find(&bundle, name).filter(|entry| entry.resource_type == "Patient");
        if leads.is_some_and(|patient| is_mended || !is_plain(patient, name)) {
            changes.extend(Change::of(text, value, person.clone()));
        }
    });
    if is_mended {
        for entry in bundle.entries.iter().filter(|entry| is_strange(entry, &bundle)) {
            for subject in SUBJECTS.iter().flat_map(|key| entry.resource.objects(key)) {
                let named = subject.get("reference").filter(|value| {
                    value.text().is_some_and(|name| !name.starts_with('#') && find(&bundle, &name).is_none())
                });
                changes.extend(named.and_then(|value| Change::of(text, value, person.clone())));
            }
        }
    }
    let made = apply(text, changes);
    if is_mended { without_patients(&made) } else { made }
}

/// A name by which any reader finds it.
fn is_plain(patient: &Entry<'_>, name: &str) -> bool {
    let name = name.split("/_history/").next().unwrap_or(name);
    let by_id = || patient.id.as_ref().is_some_and(|id| name == format!("Patient/{id}"));
    patient.full_url.as_deref() == Some(name) || by_id()
}

fn without_patients(text: &str) -> String {
    let entries = Json::of(text).object().and_then(|root| root.get("entry"));
    let Some(entries) = entries.filter(|entries| entries.as_sent().starts_with('[')) else {
        return text.to_owned();
    };
    let is_patient = |entry: &Json<'_>| {
        let resource = entry.object().and_then(|entry| entry.object("resource"));
        resource.is_some_and(|resource| resource.text("resourceType").as_deref() == Some("Patient"))
    };
    let kept: Vec<&str> =
        entries.items().into_iter().filter(|entry| !is_patient(entry)).map(Json::as_sent).collect();
    apply(text, Change::of(text, entries, format!("[{}]", kept.join(","))).into_iter().collect())
}

/// Every reference of a resource, as it lies in the text and unescaped.
pub(crate) fn references<'a>(json: Json<'a>, told: &mut dyn FnMut(Json<'a>, &str)) {
    if !json.as_sent().contains("eference") && !json.as_sent().contains('\\') {
        return;
    }
    if json.as_sent().starts_with('[') {
        return json.items().into_iter().for_each(|item| references(item, told));
    }
    let Some(object) = json.object() else { return };
    for (name, value) in object.members() {
        match value.text().filter(|_| name == "reference") {
            Some(reference) => told(value, &reference),
            None => references(value, told),
        }
    }
}

/// The ids of the sender's Patients one resource names: of its subject, or where it has none, of all it refers to.
pub(crate) fn named(resource: &Object<'_>, json: Json<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    references(json, &mut |_, name| {
        let id = type_and_id(name).and_then(|name| name.strip_prefix("Patient/").map(str::to_owned));
        ids.extend(id);
    });
    if resource.text("resourceType").as_deref() == Some("Patient") {
        ids.extend(resource.text("id").map(|id| id.into_owned()));
    }
    ids.sort();
    ids.dedup();
    ids
}

/// A resource whose references to the one Patient it names are the node's own; every other byte as it was.
pub(crate) fn own(text: &str) -> String {
    let mut changes = Vec::new();
    references(Json::of(text), &mut |value, name| {
        let is_patient = type_and_id(name).is_some_and(|name| name.starts_with("Patient/"));
        let is_unknown_subject = name.starts_with("urn:uuid:") && is_subject(text, value);
        if is_patient || is_unknown_subject {
            changes.extend(Change::of(text, value, literal(PATIENT)));
        }
    });
    apply(text, changes)
}

/// Whether that value is the reference of the resource's subject.
fn is_subject(text: &str, value: Json<'_>) -> bool {
    let Some(root) = Json::of(text).object() else { return false };
    let subjects = SUBJECTS.iter().flat_map(|key| root.objects(key));
    let mut values = subjects.filter_map(|subject| subject.get("reference"));
    values.any(|own| std::ptr::eq(own.as_sent(), value.as_sent()))
}

/// Identifiers by which a resource names its subject.
pub(crate) fn identified<'a>(resource: &Object<'a>) -> Vec<Object<'a>> {
    let subjects = SUBJECTS.iter().flat_map(|key| resource.objects(key));
    subjects.filter_map(|subject| subject.object("identifier")).collect()
}

/// Whether it says whom it is about, in any way.
pub(crate) fn has_subject(resource: &Object<'_>) -> bool {
    SUBJECTS.iter().any(|key| resource.object(key).is_some())
}
