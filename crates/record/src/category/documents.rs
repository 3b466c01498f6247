//! Takes a DocumentReference, gives a document that exists, whether or not it can be had (HAZ-017, HAZ-020). A pointer to
//! a plan of care stands with the plans. Source: GP Connect 1.6.2 documents guidance; UK Core DocumentReference; NRL;
//! IHE MHD; sources.md 6, 9.1.

use crate::item::{Document, Facts, Item, Section, Standing, Status, When};
use crate::normalise::extensions::plain;
use crate::normalise::provenance;
use crate::normalise::resource::{Resource, text, words};
use crate::normalise::surroundings::Surroundings;
use fhir::coding::{Coding, SNOMED_CT};
use fhir::{Category, Object, Retrieval};

/// Pointer types that are plans of care: mental health crisis plan, emergency health care plan, end of life care
/// coordination summary, ReSPECT form, contingency plan, end of life care plan, advanced care plan, treatment escalation
/// plan, personalised care and support plan.
const PLANS: [&str; 9] = [
    "736253002",
    "887701000000100",
    "861421000000109",
    "1382601000000107",
    "325691000000100",
    "736373009",
    "736366004",
    "735324008",
    "2181441000000107",
];
/// The pointer category "Care plan".
const CARE_PLAN: &str = "734163000";

pub(crate) fn read<'a>(resource: &Resource<'a>, around: &Surroundings<'a>) -> Item {
    let contents = resource.object.objects("content");
    let chosen = chosen(&contents);
    let attachment = chosen.and_then(|content| content.object("attachment")).unwrap_or_default();
    let retrieval = chosen.and_then(|content| retrieval(resource, content, &attachment));
    let mut document = document(resource, &attachment, retrieval);
    if let Some(content) = chosen.filter(|content| is_contact(content)) {
        document.placeholder = whom(content).map(|whom| format!("ask {whom}"));
        document.content_type = None;
    }
    let words = document.kind.clone().or_else(|| document.title.clone());
    let (section, category) = if is_plan(resource) {
        (Section::Plans, Category::CarePlans)
    } else {
        (Section::Documents, Category::Documents)
    };
    let mut item = resource.item(section, category, Facts::Document(document));
    if section == Section::Plans && item.category == Category::Documents {
        item.category = category;
    }
    item.what = resource.concept("type").unwrap_or_default();
    if item.what.words().is_none() {
        item.what.text = words;
    }
    let creation = text(&attachment, "creation").map(|at| fhir::FhirDate::parse(&at));
    let recorded = resource.date("indexed").or_else(|| resource.date("date"));
    item.when = When { from: resource.date("created").or(creation), to: None, recorded };
    draft(resource, &mut item);
    describe(resource, &mut item);
    for content in &contents {
        let is_chosen = chosen.is_some_and(|one| std::ptr::eq(one, content));
        other_content(content, is_chosen, &mut item);
    }
    written(item, resource, around)
}

/// The files of a document that is read here, as the entry beside it has them: the first that is no FHIR is to be opened.
pub(crate) fn opened<'a>(mut item: Item, composition: &Resource<'a>, around: &Surroundings<'a>) -> Item {
    let Some(reference) = around.opened_by(composition) else { return item };
    let contents = reference.object.objects("content");
    let is_fhir = |content: &Object<'_>| {
        let attachment = content.object("attachment").unwrap_or_default();
        text(&attachment, "contentType").is_some_and(|kind| kind.starts_with("application/fhir+"))
    };
    let chosen = chosen(&contents).filter(|content| !is_fhir(content));
    let attachment = chosen.and_then(|content| content.object("attachment")).unwrap_or_default();
    let found = chosen.and_then(|content| retrieval(reference, content, &attachment));
    if let (Facts::Document(document), Some(found)) = (&mut item.facts, found) {
        document.content_type = found.content_type.clone();
        document.size_bytes = found.size_bytes.clone();
        document.placeholder = None;
        document.retrieval = Some(found);
    }
    for content in &contents {
        other_content(content, chosen.is_some_and(|one| std::ptr::eq(one, content)), &mut item);
    }
    item
}

/// A pointer may be current where the text it points to is not: the text's own status counts (HAZ-019).
fn draft(resource: &Resource<'_>, item: &mut Item) {
    let standing = match resource.text("docStatus").as_deref() {
        Some("entered-in-error") => Standing::EnteredInError,
        Some("preliminary") if item.status.standing == Standing::Current => Standing::Provisional,
        _ => return,
    };
    item.status = Status { code: resource.text("docStatus").unwrap_or_default(), standing };
}

/// What it replaces, and what replaces it.
pub(crate) fn written<'a>(mut item: Item, resource: &Resource<'a>, around: &Surroundings<'a>) -> Item {
    for relation in resource.object.objects("relatesTo") {
        match relation.text("code").as_deref() {
            Some("replaces") => item.caveats.push("Replaces an earlier version".into()),
            Some(code) => {
                let target = ["target", "targetReference"].iter().find_map(|key| relation.object(key));
                let display = target.and_then(|target| text(&target, "display"));
                item.detail("Relates to another document", Some(display.unwrap_or_else(|| code.to_owned())));
            }
            None => {}
        }
    }
    if around.is_replaced(resource) && item.is_shown() {
        item.status.standing = Standing::Past;
        item.caveats.push("Replaced by a later version".into());
    }
    item
}

/// The content to be opened: the first that is a document; a telephone number or page to ask at only where there is none.
fn chosen<'c, 'a>(contents: &'c [Object<'a>]) -> Option<&'c Object<'a>> {
    let attached = |content: &&Object<'a>| content.object("attachment").is_some();
    let document = contents.iter().filter(attached).find(|content| !is_contact(content));
    document.or_else(|| contents.iter().find(attached))
}

fn format(content: &Object<'_>) -> Option<String> {
    content.object("format").and_then(|format| Coding::read(&format).code)
}

/// A pointer that names whom to ask, not a document.
fn is_contact(content: &Object<'_>) -> bool {
    Retrieval { format: format(content), ..Retrieval::default() }.is_contact()
}

fn document(resource: &Resource<'_>, attachment: &Object<'_>, retrieval: Option<Retrieval>) -> Document {
    let title = text(attachment, "title");
    let unknown = || Some("Exists, not retrieved".to_owned());
    let why = if retrieval.is_some() { None } else { title.clone().or_else(unknown) };
    let author = provenance::party(resource, "author");
    let custodian = resource.object.object("custodian").and_then(|body| provenance::name(resource, &body));
    let kinds = ["type", "class", "category"];
    Document {
        title: resource.text("description").or(title),
        kind: kinds.iter().find_map(|key| resource.words(key)),
        organisation: custodian.or_else(|| author.as_ref().and_then(|party| party.organisation.clone())),
        author: author.and_then(|party| party.name),
        content_type: text(attachment, "contentType"),
        size_bytes: attachment.get("size").and_then(plain),
        placeholder: why,
        retrieval,
    }
}

fn describe(resource: &Resource<'_>, item: &mut Item) {
    let context = resource.object.object("context").unwrap_or_default();
    item.detail("Setting", words(&context, "practiceSetting"));
    item.detail("Kind of service", words(&context, "facilityType"));
    item.detail("Draft or final", resource.text("docStatus"));
    item.detail("Kept by", text(&custodian(resource), "value").filter(|_| is_pointer_without_name(item)));
    let (from, to) =
        context.object("period").map_or((None, None), |p| crate::normalise::resource::period(&p));
    item.detail("Covers from", from.map(|date| date.display()));
    item.detail("Covers to", to.map(|date| date.display()));
}

/// Pointers name organisations by code alone.
fn is_pointer_without_name(item: &Item) -> bool {
    matches!(&item.facts, Facts::Document(document) if document.organisation.is_none())
}

fn custodian<'a>(resource: &Resource<'a>) -> Object<'a> {
    let custodian = resource.object.object("custodian").and_then(|custodian| custodian.object("identifier"));
    custodian.unwrap_or_default()
}

/// Whom to ask, and in what other forms it exists.
fn other_content(content: &Object<'_>, is_chosen: bool, item: &mut Item) {
    let attachment = content.object("attachment").unwrap_or_default();
    let member = |key| text(&attachment, key);
    if is_contact(content) {
        item.detail("Telephone or page to ask", whom(content));
    } else if !is_chosen {
        let kind = member("contentType").unwrap_or_else(|| "type not given".into());
        let title = member("title").map(|title| format!(", {title}")).unwrap_or_default();
        let size = attachment.get("size").and_then(plain).map(|size| format!(", {size} bytes"));
        item.detail("Also as", Some(format!("{kind}{title}{}", size.unwrap_or_default())));
    }
}

/// The words of a pointer that names whom to ask.
fn whom(content: &Object<'_>) -> Option<String> {
    let attachment = content.object("attachment")?;
    let said: Vec<String> = ["title", "url"].into_iter().filter_map(|key| text(&attachment, key)).collect();
    Some(said.join(", ")).filter(|said| !said.is_empty())
}

fn is_plan(resource: &Resource<'_>) -> bool {
    let codes = |key: &str, wanted: &[&str]| {
        resource.concepts(key).iter().any(|concept| wanted.iter().any(|code| concept.has(SNOMED_CT, code)))
    };
    codes("type", &PLANS) || codes("category", &[CARE_PLAN]) || codes("class", &[CARE_PLAN])
}

/// Everything a request for the content needs, as the source wrote it.
fn retrieval(resource: &Resource<'_>, content: &Object<'_>, attachment: &Object<'_>) -> Option<Retrieval> {
    let has_content = text(attachment, "url").is_some() || text(attachment, "data").is_some();
    if !has_content || is_contact(content) {
        return None;
    }
    let related = resource.object.object("context").map(|context| context.objects("related"));
    Some(Retrieval {
        resource: resource.key(),
        url: text(attachment, "url"),
        content_type: text(attachment, "contentType"),
        size_bytes: attachment.get("size").and_then(plain),
        hash: text(attachment, "hash"),
        format: format(content),
        asid: related.unwrap_or_default().iter().find_map(asid),
        custodian: text(&custodian(resource), "value"),
    })
}

/// A pointer's `context.related` names the system that holds the document; STU3 has it under `ref`.
fn asid(related: &Object<'_>) -> Option<String> {
    let identifier = related.object("identifier")?;
    let is_asid = identifier.text("system").is_some_and(|system| system.ends_with("/nhsSpineASID"));
    if is_asid { text(&identifier, "value") } else { None }
}
