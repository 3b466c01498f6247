//! Takes AL1, gives an AllergyIntolerance a code, as the latest message that names it has it. A null deletes all, and so does
//! A29. Nothing here ever reads as "no known allergies" (HAZ-012). Source: HL7 v2.5.1 3.4.6; UK Core AllergyIntolerance.

use super::super::event::{Kind, Told};
use super::super::message::Segment;
use super::super::time;
use super::json::Object;
use super::{Desk, Served, deletes_person, patient, resource, terms};
use std::collections::BTreeMap;

pub(super) fn show(told: &[Told<'_>], desk: &mut Desk<'_, '_>) {
    let mut latest: BTreeMap<String, Segment<'_>> = BTreeMap::new();
    for told in told.iter().filter(|told| matches!(told.kind, Kind::Visit | Kind::Person | Kind::Merge)) {
        if deletes_person(told) {
            latest.clear();
        }
        for segment in told.message.all("AL1") {
            let code = segment.field(3);
            if code.is_null() {
                latest.clear();
            } else if let Some(key) = code.first(1).text().or_else(|| code.first(2).text()) {
                latest.insert(key.to_lowercase(), segment);
            }
        }
    }
    for (key, segment) in &latest {
        let id = desk.id(&format!("AllergyIntolerance\n{key}"));
        let allergy = allergy(&id, *segment);
        desk.put(Served { kind: "AllergyIntolerance", id: &id, dataset: "allergies", unit: None }, &allergy);
    }
}

fn allergy(id: &str, segment: Segment<'_>) -> Object {
    const ACTIVE: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    let sent = segment.field(4).first(1).text();
    let severity = sent.as_deref().and_then(severity);
    let manifestations = segment.field(5).repetitions().filter_map(|one| one.text()).map(terms::text);
    let manifestations: Vec<Object> = manifestations.collect();
    let unread = sent.filter(|_| severity.is_none() || manifestations.is_empty());
    // R4 has no severity but a reaction's.
    let reaction = (!manifestations.is_empty())
        .then(|| Object::new().with("manifestation", manifestations).with("severity", severity));
    let category = match segment.field(2).first(1).text().as_deref() {
        Some("DA") => Some("medication"),
        Some("FA") => Some("food"),
        Some("EA" | "AA" | "PA" | "LA") => Some("environment"),
        _ => None,
    };
    let note = unread.map(|code| Object::new().with("text", format!("Severity as sent: {code}")));
    resource("AllergyIntolerance", id)
        .with("clinicalStatus", terms::coded(ACTIVE, "active", "Active"))
        .with("category", category.map(|code| vec![code]))
        .with("code", terms::concept(segment.field(3)))
        .with("patient", patient())
        .with("recordedDate", time::moment(segment.field(6)).map(|at| at.text))
        .with("note", note.map(|note| vec![note]))
        .with("reaction", reaction.map(|reaction| vec![reaction]))
}

/// Source: HL7 table 0128.
fn severity(code: &str) -> Option<&'static str> {
    match code {
        "SV" => Some("severe"),
        "MO" => Some("moderate"),
        "MI" => Some("mild"),
        _ => None,
    }
}
