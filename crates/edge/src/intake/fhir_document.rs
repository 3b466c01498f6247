//! Letters and discharge summaries in FHIR. Takes, as XML or JSON, a message whose focus is a document, a document, or one
//! resource that updates a record; gives one unit for it. Counts acknowledgements and shows none. Refuses a message that leads
//! to no document, a document without kind or name, and entries about somebody who did not come along. STU3 becomes R4 here;
//! what was sent is kept byte by byte beside it (R67).
//! Source: ITK3 (FHIR STU3); FHIR R4, 2.44 documents; sources.md 9, 12; HAZ-005, HAZ-020, HAZ-041 to 043.

use super::whole::wire::{self, Wire};
use super::whole::{self, parts, patient, subject};
use crate::format::{About, Demographics, Format, Kept, Seen, Shown, Take, Unusable};
use crate::unit::{LocalId, Refused, Unit, Untraced, Whose};
use fhir::bundle::{Bundle, Entry};
use fhir::{Json, Object, reply};
use record::uk_core::emit;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;

/// A document and what can be opened of it, as R4.
mod show;

/// Documents of one feed.
pub struct FhirDocument {
    pub version: Version,
}

/// The edition of FHIR a feed speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    R4,
    Stu3,
}

/// What of the body lies where.
const ORIGINAL: usize = 0;
const R4: usize = 1;
/// Names in a body's head.
const KEY: &str = "key";
const WIRE: &str = "wire";
const KIND: &str = "kind";
const MENDED: &str = "mended";

impl Format for FhirDocument {
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable> {
        let bytes = whole::read(input)?;
        let (wire, text) = wire::to_json(&bytes)?;
        let root = Json::of(&text);
        let object = root.object().unwrap_or_default();
        let mut seen = Seen { units: 1, ..Seen::default() };
        if is_acknowledgement(&object) {
            seen.unknown.push(("acknowledgements, counted and not shown".to_owned(), 1));
            return Ok(seen);
        }
        let mut left = BTreeMap::new();
        let unit = document_of(root, &object).and_then(|found| self.unit(&found, (wire, &bytes), &mut left));
        seen.unknown.extend(left);
        let _ = take(1, unit);
        Ok(seen)
    }

    fn show(&self, kept: &[Kept<'_>], about: &About<'_>) -> Vec<Shown> {
        kept.iter()
            .filter_map(|kept| parts::Body::read(kept.body))
            .flat_map(|body| show::resources(&body, about))
            .collect()
    }

    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics> {
        kept.iter().rev().find_map(|kept| {
            let body = parts::Body::read(kept.body)?;
            let bundle = Bundle::read(Json::of(body.part_text(R4)?))?;
            let of_whom = bundle.of_type("Patient").next()?;
            Some(patient::demographics(&of_whom.resource))
        })
    }
}

/// What a file is about.
struct Found<'a> {
    /// A document Bundle, or a resource alone.
    json: Json<'a>,
    is_document: bool,
}

/// An answer to something sent: it names what it answers and carries no document (ITK infrastructure and business
/// acknowledgements).
fn is_acknowledgement(root: &Object<'_>) -> bool {
    let Some(bundle) = Bundle::of(root).filter(|bundle| bundle.kind == "message") else { return false };
    let answers = bundle.of_type("MessageHeader").any(|header| header.resource.object("response").is_some());
    answers && bundle.of_type("Bundle").next().is_none()
}

fn document_of<'a>(root: Json<'a>, object: &Object<'a>) -> Result<Found<'a>, Refused> {
    let Some(bundle) = Bundle::of(object) else {
        return Ok(Found { json: root, is_document: false });
    };
    match bundle.kind.as_str() {
        "document" => Ok(Found { json: root, is_document: true }),
        "message" => focus(&bundle).map(|json| Found { json, is_document: true }),
        _ => Err(Refused::at("Bundle.type", "neither a document nor a message")),
    }
}

fn focus<'a>(bundle: &Bundle<'a>) -> Result<Json<'a>, Refused> {
    let mut headers = bundle.of_type("MessageHeader");
    let header =
        headers.next().ok_or_else(|| Refused::at("Bundle.entry", "a message without a MessageHeader"))?;
    let foci = header.resource.objects("focus");
    let named = foci.iter().filter_map(|focus| focus.text("reference"));
    let names = subject::Names::of(bundle);
    let leads: Vec<&Entry<'a>> = named.filter_map(|name| names.find(&name)).collect();
    let is_document =
        |entry: &&&Entry<'a>| Bundle::of(&entry.resource).is_some_and(|inner| inner.kind == "document");
    match leads.iter().filter(is_document).collect::<Vec<_>>().as_slice() {
        [one] => Ok(one.json),
        [] => Err(Refused::at("MessageHeader.focus", "it leads to no document in the message")),
        _ => Err(Refused::at("MessageHeader.focus", "it leads to several documents")),
    }
}

impl FhirDocument {
    fn unit(
        &self,
        found: &Found<'_>,
        sent: (Wire, &[u8]),
        left: &mut BTreeMap<String, u64>,
    ) -> Result<Unit, Refused> {
        let own = found.json.object().unwrap_or_default();
        let read = if found.is_document { document(&own)? } else { alone(&own, found.json)? };
        let r4 = match self.version {
            Version::R4 => found.json.as_sent().to_owned(),
            Version::Stu3 => {
                let made = emit(found.json.as_sent(), reply::Format::Stu3)
                    .ok_or_else(|| Refused::new("it has a resource that R4 does not know"))?;
                for dropped in &made.dropped {
                    *left.entry(format!("{}, in the original only", unplaced(&dropped.path))).or_default() +=
                        1;
                }
                made.json
            }
        };
        let mut head = Map::new();
        let is_sure = matches!(read.whose, Whose::Person(_));
        let kind = if found.is_document { "document" } else { "resource" };
        for (name, value) in [(KEY, read.key.as_str()), (WIRE, sent.0.media_type()), (KIND, kind)] {
            head.insert(name.to_owned(), Value::from(value));
        }
        head.insert(MENDED.to_owned(), Value::from(if is_sure { "no" } else { "yes" }));
        let names = own.text("resourceType").zip(own.text("id")).map(|(kind, id)| format!("{kind}/{id}"));
        Ok(Unit {
            whose: read.whose,
            local: read.local,
            act: None,
            order: read.order,
            body: parts::pack(head, &[sent.1, r4.as_bytes()]),
            names: names.into_iter().filter(|_| !found.is_document).collect(),
            key: read.key,
        })
    }
}

/// A path without the places in its lists.
fn unplaced(path: &str) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        inside = (inside || *c == '[') && *c != ']';
        !inside && *c != ']'
    };
    path.chars().filter(keep).collect()
}

/// Whose a document or resource is, and what it replaces.
struct Claims {
    whose: Whose,
    local: Vec<LocalId>,
    key: String,
    order: i64,
}

fn document(own: &Object<'_>) -> Result<Claims, Refused> {
    let bundle = Bundle::of(own).unwrap_or_default();
    let first = bundle.entries.first().filter(|entry| entry.resource_type == "Composition");
    let composition =
        first.ok_or_else(|| Refused::at("Bundle.entry", "a document begins with its Composition"))?;
    let kind = composition.resource.object("type").unwrap_or_default();
    let codings = kind.objects("coding");
    let says = |object: &Object<'_>, key: &str| object.text(key).is_some_and(|text| !text.trim().is_empty());
    if !says(&kind, "text") && !codings.iter().any(|coding| says(coding, "code") || says(coding, "display")) {
        return Err(Refused::at("Composition.type", "it does not say what kind of document it is"));
    }
    let patients = subject::patients(&bundle);
    let whose = patient::whose(&patients);
    if let Some(why) = subject::Names::of(&bundle).objection() {
        return Err(Refused::at("subject", why));
    }
    let key = key(own, &composition.resource).ok_or_else(|| {
        Refused::at("Bundle.identifier", "the document has no name of its own: nothing could correct it")
    })?;
    let at = |object: &Object<'_>, key: &str| object.text(key).as_deref().and_then(whole::moment);
    let updated = own.object("meta").and_then(|meta| at(&meta, "lastUpdated"));
    let order = at(&composition.resource, "date").max(updated).unwrap_or(0);
    Ok(Claims { local: local(&whose, &patients), whose, key, order })
}

/// Several numbers release nothing that is held (HAZ-005).
fn local(whose: &Whose, patients: &[Object<'_>]) -> Vec<LocalId> {
    if matches!(whose, Whose::Untraced(Untraced::Several)) || patients.len() > 1 {
        return Vec::new();
    }
    patients.iter().flat_map(patient::local).collect()
}

/// The document's identifier, its Composition's, or its id with whoever keeps it.
fn key(bundle: &Object<'_>, composition: &Object<'_>) -> Option<String> {
    let identity = |object: &Object<'_>| {
        let identifier = object.object("identifier")?;
        let value = identifier.text("value").filter(|value| !value.trim().is_empty())?;
        Some(format!("{}|{}", identifier.text("system").unwrap_or_default().trim(), value.trim()))
    };
    let by_id = || {
        let custodian = composition.object("custodian").unwrap_or_default();
        let keeper = custodian.text("reference").or_else(|| custodian.text("display")).unwrap_or_default();
        Some(format!("{keeper}|{}", bundle.text("id")?))
    };
    identity(bundle).or_else(|| identity(composition)).or_else(by_id)
}

fn alone(own: &Object<'_>, json: Json<'_>) -> Result<Claims, Refused> {
    let resource_type = own.text("resourceType").ok_or_else(|| Refused::new("no FHIR resource"))?;
    if !subject::has_subject(own) {
        return Err(Refused::at("subject", "a resource alone must say whom it is about"));
    }
    let id = own
        .text("id")
        .ok_or_else(|| Refused::at("id", "a resource without an id: nothing could correct it"))?;
    let named = subject::named(own, json);
    let whose = match named.as_slice() {
        [] | [_] => patient::whose_number(&subject::identified(own)),
        _ => Whose::Untraced(Untraced::Several),
    };
    let local = named.into_iter().map(|id| LocalId { authority: "Patient".to_owned(), id });
    let updated =
        own.object("meta").and_then(|meta| meta.text("lastUpdated").as_deref().and_then(whole::moment));
    let is_several = matches!(whose, Whose::Untraced(Untraced::Several));
    Ok(Claims {
        local: local.filter(|_| !is_several).collect(),
        whose,
        key: format!("{resource_type}/{id}"),
        order: updated.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests;
