//! Takes the payloads of a reply and what of it is restricted, gives the payloads as though it had never been sent: without those
//! entries, and without every reference to them. All other bytes stay as they came.
//! Source: access.md section 9, point 5; HAZ-010, HAZ-023.

use super::links::{Names, is_reference};
use crate::item::Original;
use crate::normalise::resource::{Resource, text};
use crate::normalise::surroundings::address;
use fhir::reply::Payload;
use fhir::{Json, Object};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One entry that was taken out, for the manifest of what was held.
#[derive(Debug, Clone)]
pub struct Cut {
    pub resource_type: String,
    pub id: Option<String>,
    pub version: Option<String>,
    pub last_updated: Option<String>,
    pub original: Original,
}

/// `restricted`: addresses of entries on the shelf of these payloads.
pub(in crate::normalise) fn cut<'a>(
    payloads: &'a [Payload],
    entries: &[Resource<'a>],
    restricted: &HashSet<usize>,
) -> (Vec<Payload>, Vec<Cut>) {
    let by_address = entries.iter().map(|entry| (address(entry), entry)).collect();
    let knife = Knife { by_address, names: Names::of(entries), entries, restricted };
    let mut taken: Vec<Cut> = entries.iter().filter(|entry| knife.is_restricted(entry)).map(line).collect();
    let left = payloads.iter().filter_map(|payload| knife.payload(payload, &mut taken)).collect();
    (left, taken)
}

pub(in crate::normalise) fn line(entry: &Resource<'_>) -> Cut {
    let meta = entry.object.object("meta").unwrap_or_default();
    Cut {
        resource_type: entry.resource_type.clone(),
        id: entry.id.clone(),
        version: text(&meta, "versionId"),
        last_updated: text(&meta, "lastUpdated"),
        original: entry.original(),
    }
}

struct Knife<'k, 'a> {
    by_address: HashMap<usize, &'k Resource<'a>>,
    names: Names,
    entries: &'k [Resource<'a>],
    restricted: &'k HashSet<usize>,
}

impl<'a> Knife<'_, 'a> {
    fn is_restricted(&self, entry: &Resource<'a>) -> bool {
        self.restricted.contains(&address(entry))
    }

    /// `None` where it was one resource, and that is restricted.
    fn payload(&self, payload: &'a Payload, taken: &mut Vec<Cut>) -> Option<Payload> {
        let json = Json::of(payload.text.strip_prefix('\u{feff}').unwrap_or(&payload.text));
        let text = self.resource(json, taken)?;
        Some(Payload { text: Arc::from(text), ..payload.clone() })
    }

    /// One resource, or a Bundle with all in it.
    fn resource(&self, json: Json<'a>, taken: &mut Vec<Cut>) -> Option<String> {
        let place = json.as_sent().as_ptr() as usize;
        if self.restricted.contains(&place) {
            return None;
        }
        let object = json.object().unwrap_or_default();
        if object.text("resourceType").as_deref() == Some("Bundle") {
            return self.bundle(&object, taken);
        }
        let Some(entry) = self.by_address.get(&place) else { return Some(json.as_sent().to_owned()) };
        let mut within = Within { knife: self, entry, gone: Vec::new() };
        within.note_contained(taken);
        if within.gone.is_empty() && !within.names_restricted(json) {
            return Some(json.as_sent().to_owned());
        }
        Some(within.object(&entry.object).unwrap_or_else(|| "{}".to_owned()))
    }

    /// A Bundle that held something and holds nothing now was itself what is restricted.
    fn bundle(&self, bundle: &Object<'a>, taken: &mut Vec<Cut>) -> Option<String> {
        let sent = bundle.items("entry");
        let mut left = Vec::new();
        for entry in &sent {
            let Some(object) = entry.object() else {
                left.push(entry.as_sent().to_owned());
                continue;
            };
            match object.get("resource") {
                None => left.push(entry.as_sent().to_owned()),
                Some(resource) => {
                    let text = self.resource(resource, taken);
                    left.extend(text.map(|text| with(&object, "resource", &text)));
                }
            }
        }
        let is_whole = matches!(bundle.text("type").as_deref(), Some("document" | "message"));
        let is_gone = is_whole && left.len() < sent.len() && !self.has_content(bundle);
        (!is_gone).then(|| with(bundle, "entry", &format!("[{}]", left.join(","))))
    }

    /// Whether anything but parties is left of a document or message.
    fn has_content(&self, bundle: &Object<'a>) -> bool {
        let resources = bundle.items("entry").into_iter().filter_map(|entry| entry.object()?.get("resource"));
        resources.into_iter().any(|resource| {
            let entry = self.by_address.get(&(resource.as_sent().as_ptr() as usize));
            entry.is_some_and(|entry| {
                !super::is_about_nobody(&entry.resource_type) && !self.is_restricted(entry)
            })
        })
    }
}

/// The object with one member's value changed; the others as sent.
fn with(object: &Object<'_>, key: &str, value: &str) -> String {
    let member = |(name, sent): (&std::borrow::Cow<'_, str>, Json<'_>)| {
        let value = if name == key { value } else { sent.as_sent() };
        format!("{}:{value}", quoted(name))
    };
    format!("{{{}}}", object.members().map(member).collect::<Vec<_>>().join(","))
}

/// A member's name as JSON writes it.
pub(in crate::normalise) fn quoted(name: &str) -> String {
    let letter = |letter: char| match letter {
        '"' | '\\' => format!("\\{letter}"),
        letter if letter.is_control() => format!("\\u{:04x}", u32::from(letter)),
        letter => letter.to_string(),
    };
    format!("\"{}\"", name.chars().map(letter).collect::<String>())
}

/// One entry that stays.
struct Within<'w, 'k, 'a> {
    knife: &'w Knife<'k, 'a>,
    entry: &'w Resource<'a>,
    /// Resources contained in it that do not stay, by `#id`.
    gone: Vec<String>,
}

impl<'a> Within<'_, '_, 'a> {
    /// Only a List holds what is not a part of it: allergies that ended stand nowhere else.
    fn note_contained(&mut self, taken: &mut Vec<Cut>) {
        let contained = self.entry.object.items("contained").into_iter();
        for inner in contained.filter_map(|json| self.entry.inside(json)).filter(is_restricted) {
            let id = inner.id.as_deref().unwrap_or_default().trim_start_matches('#').to_owned();
            self.gone.push(format!("#{id}"));
            taken.push(line(&inner));
        }
    }

    /// `None` where nothing is left of it. Unchanged, it is the bytes as sent.
    fn object(&self, object: &Object<'a>) -> Option<String> {
        let mut left = Vec::new();
        for (name, value) in object.members() {
            let kept = match value.as_sent().as_bytes().first() {
                Some(b'[') => self.array(name, value),
                Some(b'{') => self.value(value),
                _ => Some(value.as_sent().to_owned()),
            };
            left.extend(kept.map(|kept| format!("{}:{kept}", quoted(name))));
        }
        (!left.is_empty()).then(|| format!("{{{}}}", left.join(",")))
    }

    fn value(&self, value: Json<'a>) -> Option<String> {
        if !self.names_restricted(value) {
            return Some(value.as_sent().to_owned());
        }
        let object = value.object()?;
        if is_reference(&object) && self.is_restricted(&object) {
            return None;
        }
        self.object(&object)
    }

    /// What names a restricted entry in any part of it goes whole: the rest of it is about that entry.
    fn array(&self, name: &str, value: Json<'a>) -> Option<String> {
        if name != "contained" && !self.names_restricted(value) {
            return Some(value.as_sent().to_owned());
        }
        let keep = |item: Json<'a>| match name {
            "contained" if self.entry.inside(item).as_ref().is_some_and(is_restricted) => None,
            "contained" => self.value(item),
            _ => (!self.names_restricted(item)).then(|| item.as_sent().to_owned()),
        };
        let left: Vec<String> = value.items().into_iter().filter_map(keep).collect();
        (!left.is_empty()).then(|| format!("[{}]", left.join(",")))
    }

    fn names_restricted(&self, value: Json<'a>) -> bool {
        let text = value.as_sent();
        match text.as_bytes().first() {
            Some(b'[') => value.items().into_iter().any(|item| self.names_restricted(item)),
            Some(b'{') => value.object().is_some_and(|object| {
                (is_reference(&object) && self.is_restricted(&object))
                    || object.members().any(|(_, value)| self.names_restricted(value))
            }),
            _ => false,
        }
    }

    fn is_restricted(&self, reference: &Object<'a>) -> bool {
        let local = reference.text("reference").filter(|target| target.starts_with('#'));
        if let Some(local) = local {
            return self.gone.iter().any(|gone| *gone == *local);
        }
        let targets = self.knife.names.behind(self.entry, reference).iter();
        let entries = targets.filter_map(|place| self.knife.entries.get(*place));
        entries.into_iter().any(|entry| self.knife.is_restricted(entry))
    }
}

fn is_restricted(contained: &Resource<'_>) -> bool {
    contained.shelf.is_restricted(contained)
}
