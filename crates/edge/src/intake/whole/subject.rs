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
use std::collections::HashMap;

/// Where a resource says whom it is about.
const SUBJECTS: [&str; 4] = ["subject", "patient", "beneficiary", "for"];

/// What an entry of a document or message may be about.
const KNOWN: [&str; 3] = ["Patient", "Location", "Flag"];

/// The Patients of a Bundle.
pub(crate) fn patients<'a>(bundle: &Bundle<'a>) -> Vec<Object<'a>> {
    bundle.of_type("Patient").map(|entry| entry.resource.clone()).collect()
}

/// A Bundle's entries by every name its references may use.
pub(crate) struct Names<'b, 'a> {
    bundle: &'b Bundle<'a>,
    /// Bare ids, and `urn:uuid:` with the id behind it: some senders leave out what stands before, or add it.
    loose: HashMap<String, usize>,
}

impl<'b, 'a> Names<'b, 'a> {
    pub(crate) fn of(bundle: &'b Bundle<'a>) -> Self {
        let mut loose = HashMap::new();
        for (place, entry) in bundle.entries.iter().enumerate() {
            let bare =
                entry.full_url.as_deref().and_then(|url| url.strip_prefix("urn:uuid:")).map(str::to_owned);
            let by_id = entry.id.iter().flat_map(|id| [id.clone(), format!("urn:uuid:{id}")]);
            for name in by_id.chain(bare) {
                loose.entry(name).or_insert(place);
            }
        }
        Self { bundle, loose }
    }

    /// By its address, its type and id, or its bare id. An address of another server is not found by the id at its end: that
    /// would be another person's (HAZ-004).
    pub(crate) fn find(&self, reference: &str) -> Option<&'b Entry<'a>> {
        if reference.contains("://") {
            let address = reference.split("/_history/").next();
            return self.bundle.resolve(reference).filter(|entry| entry.full_url.as_deref() == address);
        }
        self.bundle.resolve(reference).or_else(|| self.bundle.entries.get(*self.loose.get(reference)?))
    }

    /// Why not all entries can be about one person. A gateway would refuse all of an answer for it (HAZ-004).
    pub(crate) fn objection(&self) -> Option<&'static str> {
        let is_known = |entry: &Entry<'_>| KNOWN.contains(&entry.resource_type.as_str());
        let contained = self.bundle.entries.iter().flat_map(|entry| entry.resource.objects("contained"));
        if contained.into_iter().any(|inner| inner.text("resourceType").as_deref() == Some("Patient")) {
            return Some("a Patient stands inside another entry, where nobody compares it");
        }
        let mut missing: Vec<String> = Vec::new();
        for value in self.bundle.entries.iter().flat_map(subjects) {
            let named = value.text().unwrap_or_default();
            match self.find(&named) {
                _ if named.starts_with('#') => {}
                Some(found) if is_known(found) => {}
                Some(_) => {
                    return Some(
                        "an entry is about something that is neither a Patient nor a place nor a warning",
                    );
                }
                None => missing.push(named.into_owned()),
            }
        }
        missing.sort();
        missing.dedup();
        let has_patient = self.bundle.of_type("Patient").next().is_some();
        let is_one_elsewhere = missing.len() == 1 && !has_patient;
        (!missing.is_empty() && !is_one_elsewhere)
            .then_some("an entry is about somebody who did not come along")
    }

    /// The references of an entry's subjects that lead to nothing.
    fn strangers(&self, entry: &Entry<'a>) -> Vec<Json<'a>> {
        let is_strange = |name: &str| !name.starts_with('#') && self.find(name).is_none();
        subjects(entry)
            .into_iter()
            .filter(|value| value.text().is_some_and(|name| is_strange(&name)))
            .collect()
    }
}

/// The references by which an entry says whom it is about.
fn subjects<'a>(entry: &Entry<'a>) -> Vec<Json<'a>> {
    let subjects = SUBJECTS.iter().flat_map(|key| entry.resource.objects(key));
    subjects.filter_map(|subject| subject.get("reference")).collect()
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
    let names = Names::of(&bundle);
    references(root, &mut |value, name| {
        let leads = names.find(name).filter(|entry| entry.resource_type == "Patient");
        if leads.is_some_and(|patient| is_mended || !is_plain(patient, name)) {
            changes.extend(Change::of(text, value, person.clone()));
        }
    });
    if is_mended {
        let strangers = bundle.entries.iter().flat_map(|entry| names.strangers(entry));
        changes.extend(strangers.filter_map(|value| Change::of(text, value, person.clone())));
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
    let root = Json::of(text);
    let object = root.object().unwrap_or_default();
    let subjects = SUBJECTS.iter().flat_map(|key| object.objects(key));
    let of_subject: Vec<*const str> =
        subjects.filter_map(|one| Some(std::ptr::from_ref(one.get("reference")?.as_sent()))).collect();
    let mut changes = Vec::new();
    references(root, &mut |value, name| {
        let is_patient = type_and_id(name).is_some_and(|name| name.starts_with("Patient/"));
        let is_unknown_subject =
            name.starts_with("urn:uuid:") && of_subject.iter().any(|own| std::ptr::eq(*own, value.as_sent()));
        if is_patient || is_unknown_subject {
            changes.extend(Change::of(text, value, literal(PATIENT)));
        }
    });
    apply(text, changes)
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
