//! Takes the payloads of one reply, gives all their entries on one shelf, so that a reference in one document resolves
//! in another. A Bundle inside a Bundle (a message that carries a document) is opened and stands on the shelf as well.
//! Source: FHIR R4 2.36.4; ITK3; a document that is not a Bundle is one entry.

use super::resource::Resource;
use super::surroundings::address;
use super::{document, filing, restriction};
use crate::restrictions::Restrictions;
use fhir::bundle::{Bundle, Entry};
use fhir::coding::Coding;
use fhir::reply::{Format, Payload};
use fhir::{Category, Json, Object, SourceId};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// Bundles inside one another, at most; what lies deeper is counted as unread (HAZ-041).
const INSIDE_MAX: u8 = 6;

/// Every entry of a reply, in the order received.
pub(crate) struct Shelf<'a> {
    pub(crate) source: &'a SourceId,
    documents: Vec<Document<'a>>,
    pub(crate) restrictions: &'a Restrictions,
    /// Addresses of the entries that are restricted; known once all have been looked at together.
    restricted: OnceLock<HashSet<usize>>,
}

/// One payload, or one Bundle inside it, read.
pub(crate) struct Document<'a> {
    pub(crate) text: &'a Arc<str>,
    pub(crate) json: Json<'a>,
    pub(crate) format: Format,
    /// The category whose search brought its entries. A search that found a document or message as a whole says nothing of what
    /// stands in it, unless it protects: then each entry is filed by its own kind.
    pub(crate) searched: Option<Category>,
    /// The category whose search brought the answer it came in.
    pub(crate) found_by: Option<Category>,
    pub(crate) bundle: Bundle<'a>,
    /// Entries without a readable resource, as sent.
    pub(crate) unreadable: Vec<Json<'a>>,
    /// A written document: its Composition is the item, everything else in it is context.
    pub(crate) is_whole: bool,
    /// Security labels of a document's or message's own Bundle: they hold for all that is in it.
    pub(crate) labels: Vec<String>,
    inside: u8,
}

impl<'a> Document<'a> {
    /// Whether a Bundle among its entries is opened and read.
    pub(crate) fn opens(&self) -> bool {
        self.inside < INSIDE_MAX
    }

    /// Whether it is the document Bundle of that id, with a Composition to be read.
    pub(crate) fn is_read_as(&self, id: &str) -> bool {
        let bundle = &self.bundle;
        bundle.kind == "document"
            && bundle.id.as_deref() == Some(id)
            && bundle.of_type("Composition").next().is_some()
    }

    /// Its Bundles, each as a document of its own.
    fn nested(&self) -> Vec<Self> {
        let bundles = self.bundle.of_type("Bundle").filter(|_| self.opens());
        let open = |entry: &Entry<'a>| {
            let mut labels = self.labels.clone();
            labels.extend(own_labels(entry.json));
            let searched = self.searched.filter(|category| filing::is_protected(*category));
            let opened = Self { labels, ..document(self.text, entry.json, self.format, searched) };
            let opened = Self { found_by: self.found_by, ..opened };
            Self { inside: self.inside + 1, is_whole: opened.is_whole || self.is_whole, ..opened }
        };
        bundles.map(open).collect()
    }
}

impl<'a> Shelf<'a> {
    pub(crate) fn read(
        source: &'a SourceId,
        payloads: &'a [Payload],
        restrictions: &'a Restrictions,
    ) -> Self {
        let mut documents: Vec<Document<'a>> = payloads.iter().map(payload).collect();
        let mut place = 0;
        while let Some(nested) = documents.get(place).map(Document::nested) {
            documents.extend(nested);
            place += 1;
        }
        Self { source, documents, restrictions, restricted: OnceLock::new() }
    }

    /// From here on these are restricted, wherever their words would stand. Said once.
    pub(super) fn restrict(&self, addresses: HashSet<usize>) -> &HashSet<usize> {
        self.restricted.get_or_init(|| addresses)
    }

    /// An entry by what was found of all together; what is contained in one also by itself.
    pub(super) fn is_restricted(&self, resource: &Resource<'_>) -> bool {
        let is_one = self.restricted.get().is_some_and(|all| all.contains(&address(resource)));
        is_one
            || (resource.is_contained()
                && (filing::is_labelled(resource) || restriction::is_listed(resource)))
    }

    pub(crate) fn documents(&self) -> &[Document<'a>] {
        &self.documents
    }

    /// The entry a reference names: in its own document first, else in any other of the reply.
    pub(crate) fn resolve(&self, near: usize, reference: &str) -> Option<(usize, &Entry<'a>)> {
        let mended = reference.replace("Practioner/", "Practitioner/");
        let others = (0..self.documents.len()).filter(|place| *place != near);
        std::iter::once(near).chain(others).find_map(|place| {
            let entry = self.documents.get(place)?.bundle.resolve(&mended)?;
            Some((place, entry))
        })
    }
}

fn payload(payload: &Payload) -> Document<'_> {
    let json = Json::of(payload.text.strip_prefix('\u{feff}').unwrap_or(&payload.text));
    Document { labels: own_labels(json), ..document(&payload.text, json, payload.format, payload.category) }
}

fn document<'a>(
    text: &'a Arc<str>,
    json: Json<'a>,
    format: Format,
    searched: Option<Category>,
) -> Document<'a> {
    let (bundle, unreadable) = match Bundle::read(json) {
        Some(bundle) => {
            let unreadable = if bundle.unreadable == 0 { Vec::new() } else { without_resource(json) };
            (bundle, unreadable)
        }
        None => alone(json),
    };
    let is_whole = format != Format::GpConnectHtml && document::is_whole(&bundle);
    let labels = Vec::new();
    Document {
        text,
        json,
        format,
        searched,
        found_by: searched,
        bundle,
        unreadable,
        is_whole,
        labels,
        inside: 0,
    }
}

/// `meta.security` of a document or message Bundle. A searchset's says only what is the highest among its entries'.
fn own_labels(json: Json<'_>) -> Vec<String> {
    let root = json.object().unwrap_or_default();
    if !matches!(root.text("type").as_deref(), Some("document" | "message")) {
        return Vec::new();
    }
    let labels = root.object("meta").map(|meta| meta.objects("security")).unwrap_or_default();
    labels.iter().filter_map(|label| Coding::read(label).code).collect()
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
