//! Bulk files of FHIR: one resource a line, R4 or STU3, types mixed. Takes the lines of one file; gives one unit a line, keyed
//! by type and id. The lines of a person are linked by the sender's Patient id, which may come in another file or later;
//! only a line that carries a verified number itself says whose it is (HAZ-042). R4 stays as it was sent but for the
//! references to its Patient; STU3 becomes R4 here. Refuses a line over 24 MiB, bad UTF-8, a key that stands twice, a line
//! without type or id, and a deletion: a file of changes is applied by sending the whole again.
//! Source: FHIR Bulk Data Access 2.0, 6 (NDJSON); FHIR R4; sources.md 9.

use super::whole::{self, dataset, parts, patient, subject};
use crate::format::{About, Demographics, Format, Kept, Seen, Shown, Take, Unusable};
use crate::unit::{Act, LocalId, Refused, Unit, Untraced, Whose};
use fhir::bundle::type_and_id;
use fhir::{Json, Object, json, reply};
use lines::Lines;
use record::uk_core::emit;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;

/// Lines of a file, none longer than the limit.
mod lines;

/// A bulk feed.
pub struct Ndjson {
    pub version: Version,
}

/// The edition of FHIR a feed speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    R4,
    Stu3,
}

/// The authority of a sender's Patient ids.
pub const PATIENT_ID: &str = "Patient";

/// Nobody's: other lines refer to them.
const SHARED: [&str; 13] = [
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "Medication",
    "Endpoint",
    "Substance",
    "Questionnaire",
    "PlanDefinition",
    "ActivityDefinition",
    "Schedule",
    "Slot",
];

const ORIGINAL: usize = 0;
const R4: usize = 1;

impl Format for Ndjson {
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable> {
        let mut seen = Seen::default();
        let mut left = BTreeMap::new();
        let mut lines = Lines::new(input);
        while let Some((place, line)) = lines.next()? {
            seen.units += 1;
            let units = match line {
                Ok(bytes) => {
                    deletions(bytes, place).unwrap_or_else(|| vec![self.unit(bytes, place, &mut left)])
                }
                Err(refused) => vec![Err(refused)],
            };
            if units.into_iter().any(|unit| take(place, unit).is_break()) {
                break;
            }
        }
        seen.unknown.extend(left);
        Ok(seen)
    }

    fn show(&self, kept: &[Kept<'_>], _: &About<'_>) -> Vec<Shown> {
        kept.iter().filter_map(|kept| shown(&parts::Body::read(kept.body)?)).collect()
    }

    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics> {
        kept.iter().rev().find_map(|kept| {
            let body = parts::Body::read(kept.body)?;
            let object = Json::of(text_of(&body)?).object()?;
            (object.text("resourceType")? == "Patient").then(|| patient::demographics(&object))
        })
    }
}

impl Ndjson {
    fn unit(&self, bytes: &[u8], place: u64, left: &mut BTreeMap<String, u64>) -> Result<Unit, Refused> {
        let text = json::check(bytes).map_err(|not| Refused::new(not.to_string()))?;
        let sent = Json::of(text);
        let object = sent.object().unwrap_or_default();
        let resource_type =
            object.text("resourceType").ok_or_else(|| Refused::at("resourceType", "absent"))?;
        let id = object.text("id").filter(|id| !id.trim().is_empty());
        let id = id.ok_or_else(|| Refused::at("id", "absent: nothing could correct this line"))?;
        let key = format!("{resource_type}/{id}");
        let r4 = match self.version {
            Version::R4 => String::new(),
            Version::Stu3 => self.emitted(text, left)?,
        };
        let (whose, local) = claims(&object, sent);
        let updated = object
            .object("meta")
            .and_then(|meta| meta.text("lastUpdated").as_deref().and_then(whole::moment));
        let order = updated.unwrap_or_else(|| i64::try_from(place).unwrap_or(i64::MAX));
        let body = parts::pack(Map::<String, Value>::new(), &[text.as_bytes(), r4.as_bytes()]);
        Ok(Unit { whose, local, act: None, names: vec![key.clone()], key, order, body })
    }

    fn emitted(&self, text: &str, left: &mut BTreeMap<String, u64>) -> Result<String, Refused> {
        let made = emit(text, reply::Format::Stu3)
            .ok_or_else(|| Refused::at("resourceType", "a kind of resource that R4 does not know"))?;
        let dropped = made.dropped.len() as u64;
        if dropped > 0 {
            *left.entry("elements without a place in R4, in the original only".to_owned()).or_default() +=
                dropped;
        }
        Ok(made.json)
    }
}

/// The list of what a bulk server has deleted since: a Bundle whose entries ask for nothing but that. `None` for any other
/// line. Source: FHIR Bulk Data Access 2.0, `deleted`.
fn deletions(bytes: &[u8], place: u64) -> Option<Vec<Result<Unit, Refused>>> {
    let bundle = Json::of(json::check(bytes).ok()?).object()?;
    if bundle.text("resourceType")? != "Bundle" {
        return None;
    }
    let entries = bundle.objects("entry");
    let asks = |entry: &Object<'_>| {
        entry.object("request").is_some_and(|request| request.text("method").as_deref() == Some("DELETE"))
    };
    entries.iter().any(asks).then(|| entries.iter().map(|entry| deletion(entry, place)).collect())
}

fn deletion(entry: &Object<'_>, place: u64) -> Result<Unit, Refused> {
    let request = entry.object("request").unwrap_or_default();
    if request.text("method").as_deref() != Some("DELETE") || entry.get("resource").is_some() {
        return Err(Refused::at("Bundle.entry.request", "a list of deletions holds nothing but deletions"));
    }
    let key = request.text("url").and_then(|url| type_and_id(&url));
    let key = key.ok_or_else(|| Refused::at("Bundle.entry.request.url", "names no resource"))?;
    Ok(Unit {
        whose: Whose::Untraced(Untraced::NoNumber),
        local: Vec::new(),
        act: Some(Act::Delete),
        key,
        order: i64::try_from(place).unwrap_or(i64::MAX),
        body: Vec::new(),
        names: Vec::new(),
    })
}

/// Whose a line is, and by which of the sender's Patients it is linked. A line about several is nobody's until they are told
/// apart, and links nothing (HAZ-005).
fn claims(object: &Object<'_>, sent: Json<'_>) -> (Whose, Vec<LocalId>) {
    let resource_type = object.text("resourceType").unwrap_or_default();
    let mut named = subject::named(object, sent);
    if named.len() > 1 && resource_type != "Patient" {
        return (Whose::Untraced(Untraced::Several), Vec::new());
    }
    let whose = if resource_type == "Patient" {
        // A Patient may name others: those it replaced, and links.
        named = object.text("id").map(|id| id.into_owned()).into_iter().collect();
        patient::whose(std::slice::from_ref(object))
    } else if named.is_empty() && (SHARED.contains(&&*resource_type) || resource_type == "Binary") {
        // A file without a security context is whoever's refers to it.
        return (Whose::Shared, Vec::new());
    } else {
        patient::whose_number(&subject::identified(object))
    };
    let local = named.into_iter().map(|id| LocalId { authority: PATIENT_ID.to_owned(), id }).collect();
    (whose, local)
}

fn text_of<'a>(body: &parts::Body<'a>) -> Option<&'a str> {
    body.part_text(R4).filter(|r4| !r4.is_empty()).or_else(|| body.part_text(ORIGINAL))
}

/// The node itself answers as the Patient, so a Patient's line is not shown beside it.
fn shown(body: &parts::Body<'_>) -> Option<Shown> {
    let text = text_of(body)?;
    let object = Json::of(text).object()?;
    let resource_type = object.text("resourceType")?.into_owned();
    if resource_type == "Patient" {
        return None;
    }
    let id = object.text("id")?.into_owned();
    let is_context = SHARED.contains(&resource_type.as_str()) || resource_type == "Binary";
    let dataset = dataset::of(&resource_type);
    Some(Shown { json: subject::own(text), resource_type, id, dataset, unit: None, is_context })
}

#[cfg(test)]
mod tests;
