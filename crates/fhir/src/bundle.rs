//! Reads a Bundle's entries where they lie and resolves references by type and id, by `#id`, or by `fullUrl`.
//! Source: FHIR R4 2.36.4 (resolving references in bundles); GP Connect bundles carry no `fullUrl`.

use crate::json::{Json, Object};
use std::collections::HashMap;
use std::sync::OnceLock;

/// One resource of a Bundle.
#[derive(Clone)]
pub struct Entry<'a> {
    pub resource_type: String,
    /// Absent in some published Lists.
    pub id: Option<String>,
    pub full_url: Option<String>,
    /// `match`, `include`, `outcome`; absent outside searchsets.
    pub search_mode: Option<String>,
    pub resource: Object<'a>,
    pub json: Json<'a>,
}

/// A Bundle's entries in the order sent, with an index for references once one is followed.
#[derive(Clone, Default)]
pub struct Bundle<'a> {
    pub kind: String,
    pub id: Option<String>,
    pub total: Option<u64>,
    /// `link[relation=next].url`.
    pub next: Option<String>,
    pub entries: Vec<Entry<'a>>,
    /// Entries without a readable resource. Counted, never forgotten.
    pub unreadable: usize,
    index: OnceLock<HashMap<String, usize>>,
}

impl<'a> Bundle<'a> {
    /// `None` if the document is not a Bundle. A duplicate id keeps the first for resolving and both as entries.
    pub fn read(document: Json<'a>) -> Option<Self> {
        Self::of(&document.object()?)
    }

    /// The same, of a Bundle that is itself an entry of another.
    pub fn of(root: &Object<'a>) -> Option<Self> {
        if root.text("resourceType")? != "Bundle" {
            return None;
        }
        let mut bundle = Self {
            kind: root.text("type").unwrap_or_default().into_owned(),
            id: root.text("id").map(|id| id.into_owned()),
            total: root.get("total").and_then(Json::number).and_then(|n| n.parse().ok()),
            next: next_link(root),
            ..Self::default()
        };
        for entry in root.items("entry") {
            bundle.push(entry);
        }
        Some(bundle)
    }

    fn push(&mut self, entry: Json<'a>) {
        let Some(object) = entry.object() else {
            self.unreadable += 1;
            return;
        };
        let resource = object.get("resource").and_then(|json| Some((json, json.object()?)));
        let Some((json, resource)) = resource else {
            self.unreadable += 1;
            return;
        };
        let Some(resource_type) = resource.text("resourceType").map(|t| t.into_owned()) else {
            self.unreadable += 1;
            return;
        };
        let id = resource.text("id").map(|id| id.into_owned());
        let full_url = object.text("fullUrl").map(|url| url.into_owned());
        let search_mode = object.object("search").and_then(|s| s.text("mode").map(|m| m.into_owned()));
        self.entries.push(Entry { resource_type, id, full_url, search_mode, resource, json });
    }

    /// Resolves `Type/id`, an absolute URL ending so, or a `fullUrl`. References into `contained` are the holder's.
    pub fn resolve(&self, reference: &str) -> Option<&Entry<'a>> {
        let index = self.index.get_or_init(|| index(&self.entries));
        let place = index.get(reference).or_else(|| index.get(&type_and_id(reference)?))?;
        self.entries.get(*place)
    }

    pub fn of_type<'b>(&'b self, resource_type: &'b str) -> impl Iterator<Item = &'b Entry<'a>> {
        self.entries.iter().filter(move |entry| entry.resource_type == resource_type)
    }
}

/// Under which names each entry is referred to; the first of two by one name.
fn index(entries: &[Entry<'_>]) -> HashMap<String, usize> {
    let mut index = HashMap::with_capacity(entries.len() * 2);
    for (place, entry) in entries.iter().enumerate() {
        let kind = &entry.resource_type;
        if let Some(id) = &entry.id {
            index.entry(format!("{kind}/{id}")).or_insert(place);
        }
        if let Some(url) = &entry.full_url {
            index.entry(url.clone()).or_insert(place);
            // A resource without an id of its own is still known by its address.
            let is_of_kind = |key: &String| key.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'));
            if let Some(key) = type_and_id(url).filter(is_of_kind) {
                index.entry(key).or_insert(place);
            }
        }
    }
    index
}

/// `Type/id` from the end of a reference, without `/_history/…`.
pub fn type_and_id(reference: &str) -> Option<String> {
    let path = reference.split("/_history/").next()?;
    let mut parts = path.rsplit('/');
    let (id, resource_type) = (parts.next()?, parts.next()?);
    resource_type.starts_with(|c: char| c.is_ascii_uppercase()).then(|| format!("{resource_type}/{id}"))
}

fn next_link(root: &Object<'_>) -> Option<String> {
    let next =
        root.objects("link").into_iter().find(|link| link.text("relation").as_deref() == Some("next"))?;
    next.text("url").map(|url| url.into_owned())
}

#[cfg(test)]
mod tests;
