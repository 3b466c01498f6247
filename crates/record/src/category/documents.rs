//! Takes a DocumentReference, gives a document that exists, whether or not it can be had (HAZ-017, HAZ-020).
//! Source: GP Connect 1.6.2 documents guidance; UK Core DocumentReference; sources.md 9.1.

use crate::item::{Document, Facts, Item, Section, When};
use crate::normalise::extensions::plain;
use crate::normalise::provenance;
use crate::normalise::resource::{Resource, text};
use fhir::Category;

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let content = resource.object.objects("content");
    let attachment = content.iter().find_map(|content| content.object("attachment")).unwrap_or_default();
    let retrievable = text(&attachment, "url").is_some() || text(&attachment, "data").is_some();
    let title = text(&attachment, "title");
    let why = if retrievable { None } else { title.clone().or_else(|| Some("Exists, not retrieved".into())) };
    let author = provenance::party(resource, "author");
    let custodian = resource.object.object("custodian").and_then(|body| provenance::name(resource, &body));
    let document = Document {
        title: resource.text("description").or(title),
        kind: resource
            .words("type")
            .or_else(|| resource.words("class"))
            .or_else(|| resource.words("category")),
        organisation: custodian.or_else(|| author.as_ref().and_then(|party| party.organisation.clone())),
        author: author.and_then(|party| party.name),
        content_type: text(&attachment, "contentType"),
        size_bytes: attachment.get("size").and_then(plain),
        placeholder: why,
    };
    let words = document.kind.clone().or_else(|| document.title.clone());
    let mut item = resource.item(Section::Documents, Category::Documents, Facts::Document(document));
    item.what = resource.concept("type").unwrap_or_default();
    if item.what.words().is_none() {
        item.what.text = words;
    }
    let creation = text(&attachment, "creation").map(|at| fhir::FhirDate::parse(&at));
    let recorded = resource.date("indexed").or_else(|| resource.date("date"));
    item.when = When { from: resource.date("created").or(creation), to: None, recorded };
    let context = resource.object.object("context").unwrap_or_default();
    item.detail("Setting", crate::normalise::resource::words(&context, "practiceSetting"));
    item.detail("Kind of service", crate::normalise::resource::words(&context, "facilityType"));
    item.detail("Draft or final", resource.text("docStatus"));
    item
}
