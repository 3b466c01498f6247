//! Puts resources together: ids of the feed, the person's place, nothing empty, in a stable order.

use crate::format::{About, PATIENT, Shown};
use crate::intake::client_level_data::columns::Column;
use crate::intake::client_level_data::event::Event;
use serde_json::{Map, Value, json};

const PROFILES: &str = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-";
const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";

pub(super) struct Maker<'a> {
    about: &'a About<'a>,
    shown: Vec<Shown>,
}

/// What a resource is kept apart by.
pub(super) struct Place<'p> {
    pub(super) resource_type: &'static str,
    /// What it is, within the feed.
    pub(super) name: &'p str,
    pub(super) dataset: &'static str,
    /// The row it is from.
    pub(super) event: &'p Event,
}

impl<'a> Maker<'a> {
    pub(super) fn new(about: &'a About<'a>) -> Self {
        Self { about, shown: Vec::new() }
    }

    /// The id of a resource that is put, or will be.
    pub(super) fn id(&self, resource_type: &str, name: &str) -> String {
        (self.about.id)(&format!("{resource_type}\u{1f}{name}"))
    }

    /// Adds a resource; `members` need neither type, id nor profile. Members without content fall away.
    pub(super) fn put(&mut self, place: &Place<'_>, members: Value) {
        let id = self.id(place.resource_type, place.name);
        let mut resource = Map::new();
        resource.insert("resourceType".into(), place.resource_type.into());
        resource.insert("id".into(), id.clone().into());
        resource.insert("meta".into(), json!({ "profile": [format!("{PROFILES}{}", place.resource_type)] }));
        if let Some(Value::Object(members)) = filled(members) {
            resource.extend(members);
        }
        self.shown.push(Shown {
            resource_type: place.resource_type.into(),
            id,
            json: Value::Object(resource).to_string(),
            dataset: place.dataset,
            unit: place.event.of(Column::Team).map(str::to_owned),
            is_context: false,
        });
    }

    /// The council, for display.
    pub(super) fn council(&self) -> Value {
        json!({ "identifier": { "system": ODS, "value": self.about.ods }, "display": self.about.partner })
    }

    pub(super) fn shown(mut self) -> Vec<Shown> {
        self.shown.sort_by(|a, b| (&a.resource_type, &a.id).cmp(&(&b.resource_type, &b.id)));
        self.shown
    }
}

pub(super) fn subject() -> Value {
    json!({ "reference": PATIENT })
}

/// A concept of which only the words are known.
pub(super) fn words(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| json!({ "text": text }))
}

/// Null, empty lists and empty objects are not FHIR.
fn filled(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let items: Vec<Value> = items.into_iter().filter_map(filled).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            let members: Map<String, Value> =
                members.into_iter().filter_map(|(name, value)| Some((name, filled(value)?))).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other),
    }
}
