//! Takes the payloads of one reply, gives all their entries on one shelf, so that a reference in one document resolves
//! in another. Source: FHIR R4 2.36.4; a document that is not a Bundle is one entry.

use fhir::bundle::{Bundle, Entry};
use fhir::reply::{Format, Payload};
use fhir::{Category, Json, Object, SourceId};
use std::sync::Arc;

/// Every entry of a reply, in the order received.
pub(crate) struct Shelf<'a> {
    pub(crate) source: &'a SourceId,
    documents: Vec<Document<'a>>,
}

/// One payload, read.
pub(crate) struct Document<'a> {
    pub(crate) text: &'a Arc<str>,
    pub(crate) format: Format,
    /// The category whose search brought it.
    pub(crate) searched: Option<Category>,
    pub(crate) bundle: Bundle<'a>,
    /// Entries without a readable resource, as sent.
    pub(crate) unreadable: Vec<Json<'a>>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn read(source: &'a SourceId, payloads: &'a [Payload]) -> Self {
        Self { source, documents: payloads.iter().map(document).collect() }
    }

    pub(crate) fn documents(&self) -> &[Document<'a>] {
        &self.documents
    }

    /// The entry a reference names: in its own document first, else in any other of the reply.
    pub(crate) fn resolve(&self, near: usize, reference: &str) -> Option<(usize, &Entry<'a>)> {
        let others = (0..self.documents.len()).filter(|place| *place != near);
        std::iter::once(near).chain(others).find_map(|place| {
            let entry = self.documents.get(place)?.bundle.resolve(reference)?;
            Some((place, entry))
        })
    }
}

fn document(payload: &Payload) -> Document<'_> {
    let json = Json::of(payload.text.strip_prefix('\u{feff}').unwrap_or(&payload.text));
    let (bundle, unreadable) = match Bundle::read(json) {
        Some(bundle) => {
            let unreadable = if bundle.unreadable == 0 { Vec::new() } else { without_resource(json) };
            (bundle, unreadable)
        }
        None => alone(json),
    };
    Document { text: &payload.text, format: payload.format, searched: payload.category, bundle, unreadable }
}

/// A single resource as a document of one entry.
fn alone(json: Json<'_>) -> (Bundle<'_>, Vec<Json<'_>>) {
    let mut bundle = Bundle::default();
    let Some(resource) = json.object() else { return (bundle, vec![json]) };
    let Some(resource_type) = resource.text("resourceType").map(|kind| kind.into_owned()) else {
        return (bundle, vec![json]);
    };
    let id = resource.text("id").map(|id| id.into_owned());
    bundle.entries.push(Entry { resource_type, id, full_url: None, search_mode: None, resource, json });
    (bundle, Vec::new())
}

fn without_resource(json: Json<'_>) -> Vec<Json<'_>> {
    let entries = json.object().map(|root| root.items("entry")).unwrap_or_default();
    let has_resource = |entry: &Json<'_>| {
        let resource = entry.object().and_then(|entry| entry.get("resource")).and_then(Json::object);
        resource.is_some_and(|resource: Object<'_>| resource.text("resourceType").is_some())
    };
    entries.into_iter().filter(|entry| !has_resource(entry)).collect()
}
