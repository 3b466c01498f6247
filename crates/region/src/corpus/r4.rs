//! Takes published R4 files, gives their resources as one person's record: every subject becomes that person, ids made
//! unique, references inside a file kept. What has no type is passed over; a Patient of a file is nobody here.

use super::edit::{self, Change};
use crate::people::Person;
use fhir::{Json, Object};
use serde_json::json;
use std::collections::HashSet;

/// The Patient these resources are given to.
const PATIENT_ID: &str = "corpus-examples";

/// Members that name the person a resource is about.
const SUBJECTS: [&str; 4] = ["subject", "patient", "beneficiary", "for"];

/// One resource of a file before it is re-written.
struct Found<'a> {
    text: &'a str,
    object: Object<'a>,
    kind: String,
    full_url: Option<String>,
}

/// Texts, Patient first.
pub(super) fn gather(files: &[String], person: &Person) -> Vec<String> {
    let mut texts = vec![patient(person)];
    let mut taken = HashSet::new();
    for (place, file) in files.iter().enumerate() {
        let Ok(checked) = fhir::json::check(file.as_bytes()) else { continue };
        let found = resources(Json::of(checked));
        let renamed: Vec<(String, String)> = found
            .iter()
            .enumerate()
            .map(|(nth, one)| (one.kind.clone(), one.new_id(&mut taken, place, nth)))
            .collect();
        let names = names(&found, &renamed);
        for (one, (kind, id)) in found.iter().zip(&renamed) {
            if kind != "Patient" {
                texts.push(one.rewritten(id, &names, person));
            }
        }
    }
    texts
}

fn patient(person: &Person) -> String {
    let verified = json!({
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {"coding": [{
            "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus",
            "code": "01",
        }]},
    });
    json!({
        "resourceType": "Patient",
        "id": PATIENT_ID,
        "identifier": [{
            "extension": [verified],
            "system": fhir::nhs_number::SYSTEM,
            "value": person.nhs_number.digits(),
        }],
        "active": true,
        "name": [{"use": "official", "family": person.family, "given": person.given}],
        "gender": person.gender,
        "birthDate": person.birth_date.to_string(),
    })
    .to_string()
}

/// The file's own resource, or those of its Bundle.
fn resources(document: Json<'_>) -> Vec<Found<'_>> {
    let Some(object) = document.object() else { return Vec::new() };
    if object.text("resourceType").as_deref() != Some("Bundle") {
        return found(document, None).into_iter().collect();
    }
    object.objects("entry").into_iter().filter_map(entry).collect()
}

fn entry(entry: Object<'_>) -> Option<Found<'_>> {
    found(entry.get("resource")?, entry.text("fullUrl").map(|url| url.into_owned()))
}

fn found(json: Json<'_>, full_url: Option<String>) -> Option<Found<'_>> {
    let object = json.object()?;
    let kind = object.text("resourceType")?.into_owned();
    Some(Found { text: json.as_sent(), object, kind, full_url })
}

/// What each reference of the file is to say from now on.
fn names(found: &[Found<'_>], renamed: &[(String, String)]) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for (one, (kind, id)) in found.iter().zip(renamed) {
        let new = if kind == "Patient" { format!("Patient/{PATIENT_ID}") } else { format!("{kind}/{id}") };
        let old_id = one.object.text("id").map(|old| format!("{kind}/{old}"));
        names.extend(one.full_url.iter().cloned().chain(old_id).map(|old| (old, new.clone())));
    }
    names
}

impl Found<'_> {
    /// Its own id, unless it has none or an earlier file used it.
    fn new_id(&self, taken: &mut HashSet<String>, file: usize, nth: usize) -> String {
        let own = self.object.text("id").map(|id| id.into_owned());
        match own.filter(|id| taken.insert(format!("{}/{id}", self.kind))) {
            Some(id) => id,
            None => format!("f{file}-{nth}"),
        }
    }

    fn rewritten(&self, id: &str, names: &[(String, String)], person: &Person) -> String {
        let own = self.object.get("id").map(|member| (member, edit::literal(id)));
        let about = subjects(&self.object).chain(contained(&self.object, person));
        let changes = own.into_iter().chain(about);
        let changes = changes.filter_map(|(member, with)| Change::of(self.text, member, with)).collect();
        let mut text = edit::apply(self.text, changes);
        for (old, new) in names.iter().filter(|(old, new)| old != new) {
            text = text.replace(&edit::literal(old), &edit::literal(new));
        }
        if self.object.get("id").is_none() {
            text = text.replacen('{', &format!("{{\"id\":{},", edit::literal(id)), 1);
        }
        edit::about(text, PATIENT_ID)
    }
}

/// Whom a resource is about, and whom it is to be about.
fn subjects<'a>(resource: &Object<'a>) -> impl Iterator<Item = (Json<'a>, String)> {
    let subject = format!("{{\"reference\":\"Patient/{PATIENT_ID}\"}}");
    let members: Vec<Json<'a>> = SUBJECTS.iter().filter_map(|key| resource.get(key)).collect();
    members.into_iter().map(move |member| (member, subject.clone()))
}

/// The same inside a resource: a Patient there is the person, and another resource is about them.
fn contained<'a>(resource: &Object<'a>, person: &Person) -> Vec<(Json<'a>, String)> {
    let mut changes = Vec::new();
    for json in resource.items("contained") {
        let Some(inner) = json.object() else { continue };
        if inner.text("resourceType").as_deref() == Some("Patient") {
            let id = inner.text("id").unwrap_or_default();
            let number = json!([{"system": fhir::nhs_number::SYSTEM, "value": person.nhs_number.digits()}]);
            let patient = json!({"resourceType": "Patient", "id": id, "identifier": number});
            changes.push((json, patient.to_string()));
        } else {
            changes.extend(subjects(&inner));
        }
    }
    changes
}
