//! Takes a DocumentReference, gives a document that exists, whether or not it can be had (HAZ-017, HAZ-020).
//! Source: GP Connect 1.6.2 documents guidance; UK Core DocumentReference; sources.md 9.1.

use crate::item::{Document, Facts, Item, Section, When};
use crate::normalise::extensions::plain;
use crate::normalise::provenance;
use crate::normalise::resource::{Resource, text};
use fhir::{Category, Object, Retrieval, coding::Coding};

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let contents = resource.object.objects("content");
    let content = contents.iter().find(|content| content.object("attachment").is_some());
    let attachment = content.and_then(|content| content.object("attachment")).unwrap_or_default();
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
        retrieval: retrievable.then(|| retrieval(resource, content, &attachment)),
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

/// Everything a request for the content needs, as the source wrote it.
fn retrieval(resource: &Resource<'_>, content: Option<&Object<'_>>, attachment: &Object<'_>) -> Retrieval {
    let format = content.and_then(|content| content.object("format"));
    let related = resource.object.object("context").map(|context| context.objects("related"));
    let custodian = resource.object.object("custodian").and_then(|custodian| custodian.object("identifier"));
    Retrieval {
        resource: resource.key(),
        url: text(attachment, "url"),
        content_type: text(attachment, "contentType"),
        size_bytes: attachment.get("size").and_then(plain),
        hash: text(attachment, "hash"),
        format: format.and_then(|format| Coding::read(&format).code),
        asid: related.unwrap_or_default().iter().find_map(asid),
        custodian: custodian.and_then(|identifier| text(&identifier, "value")),
    }
}

/// A pointer's `context.related` names the system that holds the document.
fn asid(related: &Object<'_>) -> Option<String> {
    let identifier = related.object("identifier")?;
    let is_asid = identifier.text("system").is_some_and(|system| system.ends_with("/nhsSpineASID"));
    if is_asid { text(&identifier, "value") } else { None }
}
