//! Lists: one for every area asked, the empty ones included, and secondary ones for what consultations and
//! problems brought along.
//! An empty List says that nothing was recorded, in its fixed words; warnings stand on it (HAZ-006, HAZ-009).
//! Source: GP Connect 1.6.2, List, and linkages; sources, section 1.5.

use super::{extension, meta};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{coded, snomed},
};
use jiff::ToSpan;
use serde_json::{Value, json};

/// Title, SNOMED CT code and display of a primary List.
pub(super) struct Primary(&'static str, &'static str, &'static str);

pub(super) const ALLERGIES: Primary =
    Primary("Allergies and adverse reactions", "886921000000105", "Allergies and adverse reactions");
pub(super) const ENDED_ALLERGIES: Primary = Primary("Ended allergies", "1103671000000101", "Ended allergies");
pub(super) const MEDICATIONS: Primary =
    Primary("Medications and medical devices", "933361000000108", "Medications and medical devices");
pub(super) const PROBLEMS: Primary = Primary("Problems", "717711000000103", "Problems");
pub(super) const CONSULTATIONS: Primary =
    Primary("List of consultations", "1149501000000101", "List of consultations");
pub(super) const IMMUNISATIONS: Primary = Primary("Immunisations", "1102181000000102", "Immunisations");
pub(super) const UNCATEGORISED: Primary =
    Primary("Uncategorised data", "826501000000100", "Miscellaneous record");
pub(super) const INVESTIGATIONS: Primary =
    Primary("Investigations and results", "887191000000108", "Investigations and results");
pub(super) const REFERRALS: Primary = Primary("Outbound referral", "792931000000107", "Outbound referral");
pub(super) const DIARY: Primary =
    Primary("Patient recall administration", "714311000000108", "Patient recall administration");

const SECONDARY: &str = "https://fhir.hl7.org.uk/STU3/CodeSystem/GPConnect-SecondaryListValues-1";
const EMPTY_REASON: &str = "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1";

pub(super) fn put(shelf: &mut Shelf<'_>, primary: &Primary, entries: Vec<Value>) {
    put_with(shelf, primary, entries, Vec::new());
}

/// With the resources that live inside the List: ended allergies do.
pub(super) fn put_with(shelf: &mut Shelf<'_>, primary: &Primary, entries: Vec<Value>, contained: Vec<Value>) {
    let (codes, texts) = warnings(shelf, primary);
    let list = list(shelf, primary.0, snomed(primary.1, primary.2), entries);
    shelf.put(warned(list, contained, &codes, texts));
}

/// Only when it holds something.
pub(super) fn put_secondary(shelf: &mut Shelf<'_>, code: &str, entries: Vec<Value>) {
    if entries.is_empty() {
        return;
    }
    let title = SECONDARY_TITLES.iter().find(|(known, _)| *known == code).map_or(code, |(_, title)| title);
    let list = list(shelf, title, coded(SECONDARY, code, title), entries);
    shelf.put(list);
}

const SECONDARY_TITLES: [(&str, &str); 4] = [
    (
        "consultations-problems-contained-in-consultations",
        "Consultations - problems contained in consultations",
    ),
    (
        "consultations-uncategorised-data-contained-in-consultations",
        "Consultations - uncategorised data contained in consultations",
    ),
    (
        "consultations-documents-contained-in-consultations",
        "Consultations - documents contained in consultations",
    ),
    ("problems-medications-related-to-problems", "Problems - medications related to problems"),
];

fn list(shelf: &Shelf<'_>, title: &str, code: Value, entries: Vec<Value>) -> Value {
    let empty = entries.is_empty();
    json!({
        "resourceType": "List",
        "id": shelf.id("List", title),
        "meta": meta("List"),
        "status": "current",
        "title": title,
        "mode": "snapshot",
        "code": code,
        "subject": shelf.subject(),
        "orderedBy": coded("http://hl7.org/fhir/list-order", "event-date", "Sorted by Event Date"),
        "note": empty.then(|| json!([{ "text": "Information not available" }])),
        "entry": entries.into_iter().map(|item| json!({ "item": item })).collect::<Vec<_>>(),
        "emptyReason": empty.then(|| coded(EMPTY_REASON, "no-content-recorded", "No Content Recorded")),
    })
}

/// Warning codes and their texts, as this practice's record stands.
fn warnings(shelf: &Shelf<'_>, primary: &Primary) -> (Vec<&'static str>, Vec<String>) {
    let quirks = shelf.person.story_facts.quirks;
    let (mut codes, mut texts) = (Vec::new(), Vec::new());
    if quirks.confidential && primary.1 == PROBLEMS.1 {
        codes.push("confidential-items");
        texts.push("Items excluded due to confidentiality and/or patient preferences.".to_owned());
    }
    if let Some(days) = quirks.in_transit_days {
        let registered = shelf.today.saturating_sub(days.days()).strftime("%d-%b-%Y");
        codes.push("data-in-transit");
        texts.push(format!(
            "Patient record transfer from previous GP practice not yet complete; \
             information recorded before {registered} may be missing."
        ));
    }
    (codes, texts)
}

fn warned(mut list: Value, contained: Vec<Value>, codes: &[&str], texts: Vec<String>) -> Value {
    let Some(members) = list.as_object_mut() else { return list };
    members.insert("contained".into(), Value::Array(contained));
    if codes.is_empty() {
        return list;
    }
    let url = extension("ListWarningCode");
    let warning = |code: &&str| json!({ "url": url, "valueCode": code });
    members.insert("extension".into(), codes.iter().map(warning).collect());
    let empty = members.get("note").and_then(|note| note.pointer("/0/text")).and_then(Value::as_str);
    let texts: Vec<String> = empty.map(str::to_owned).into_iter().chain(texts).collect();
    members.insert("note".into(), json!([{ "text": texts.join(" ") }]));
    list
}

/// One List of a consultation's structure: SNOMED CT code and display, title, place in the consultation.
pub(super) struct Part<'a> {
    pub(super) code: (&'static str, &'static str),
    pub(super) title: &'a str,
    pub(super) key: String,
    pub(super) encounter: &'a str,
    pub(super) date: Option<String>,
    pub(super) extension: Value,
    pub(super) entries: Vec<Value>,
}

/// Puts the List in and gives a reference to it.
pub(super) fn put_part(shelf: &mut Shelf<'_>, part: Part<'_>) -> Value {
    let id = shelf.id("List", &part.key);
    let list = json!({
        "resourceType": "List",
        "id": id,
        "meta": meta("List"),
        "extension": part.extension,
        "status": "current",
        "title": part.title,
        "mode": "snapshot",
        "code": snomed(part.code.0, part.code.1),
        "subject": shelf.subject(),
        "encounter": reference("Encounter", part.encounter),
        "date": part.date,
        "orderedBy": coded("http://hl7.org/fhir/list-order", "system", "Sorted by System"),
        "entry": part.entries.into_iter().map(|item| json!({ "item": item })).collect::<Vec<_>>(),
    });
    shelf.put(list);
    reference("List", &id)
}
