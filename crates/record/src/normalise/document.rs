//! Takes a Composition, gives one document: its sections whole and in order as text, who wrote it, what came attached. A
//! section about safeguarding or the law, or a word that it is confidential, protects all of it (HAZ-023); a section left
//! empty says so and never reads as "none" (HAZ-011). Source: ITK3 document Bundles (STU3); FHIR R4 Composition;
//! sources.md 12.

use super::gp_connect::terms;
use super::resource::{Resource, text, words};
use super::{filing, narrative, provenance, status};
use crate::category::{medications, results};
use crate::item::{Document, Facts, Item, Measurement, Note, Section, Standing, When};
use fhir::bundle::Bundle;
use fhir::coding::{Concept, SNOMED_CT};
use fhir::{Category, Object};

/// The record headings of the professional bodies.
mod headings;

/// Sections inside sections, at most (HAZ-041).
const DEPTH_MAX: u8 = 8;
const LEFT_OUT: &str = "Something in this document was left out for safety: see as sent";
const IN_ERROR: &str = "An entry made in error, not shown";
const AS_SENT: &str = "In a form shown only as sent";

/// Whether a Bundle is a document written to be read: its Composition has words of its own. One that only lists entries
/// is a table of contents, and its entries are read for themselves.
pub(super) fn is_whole(bundle: &Bundle<'_>) -> bool {
    let written = |composition: &Object<'_>| {
        composition.objects("section").iter().any(|section| has_words(section, DEPTH_MAX))
    };
    bundle.kind == "document" && bundle.of_type("Composition").any(|entry| written(&entry.resource))
}

fn has_words(section: &Object<'_>, depth: u8) -> bool {
    let own = section.object("text").is_some_and(|narrative| text(&narrative, "div").is_some());
    own || (depth > 0 && section.objects("section").iter().any(|inner| has_words(inner, depth - 1)))
}

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let author = provenance::party(resource, "author");
    let custodian = resource.object.object("custodian").and_then(|body| provenance::name(resource, &body));
    let document = Document {
        title: resource.text("title"),
        kind: resource.words("type"),
        organisation: custodian.or_else(|| author.as_ref().and_then(|party| party.organisation.clone())),
        author: author.and_then(|party| party.name),
        placeholder: attached(resource),
        ..Document::default()
    };
    let title = document.title.clone();
    let mut item = resource.item(Section::Documents, Category::Documents, Facts::Document(document));
    item.what = resource.concept("type").unwrap_or_default();
    if item.what.words().is_none() {
        item.what.text = title.or_else(|| Some("Document".into()));
    }
    item.when = When { from: resource.date("date"), ..When::default() };
    describe(resource, &mut item);
    let mut reader = Reader { resource, notes: Vec::new(), left_out: false, unreadable: false };
    reader.composition();
    item.caveats.extend(reader.left_out.then(|| LEFT_OUT.to_owned()));
    item.caveats.extend(reader.unreadable.then(|| "A section could not be read: see as sent".to_owned()));
    item.notes.extend(reader.notes);
    protect(resource, &mut item);
    item
}

fn describe(resource: &Resource<'_>, item: &mut Item) {
    let setting = resource.extension_like("caresettingtype");
    item.detail("Setting", setting.and_then(|setting| super::extensions::value_words(&setting)));
    item.detail("Class", resource.words("class").or_else(|| resource.words("category")));
    for attester in resource.object.objects("attester") {
        item.detail("Attested by", provenance::name_in(resource, &attester, "party"));
    }
    for event in resource.object.objects("event") {
        item.detail("About", words(&event, "code"));
    }
}

/// Files that came with it. They lie inside the message and are not fetched from anywhere.
fn attached(resource: &Resource<'_>) -> Option<String> {
    let is_document = resource.document.bundle.kind == "document";
    let binaries = resource.siblings().filter(|entry| is_document && entry.resource_type == "Binary");
    let kinds: Vec<String> = binaries
        .map(|binary| binary.text("contentType").unwrap_or_else(|| "type not given".into()))
        .collect();
    (!kinds.is_empty()).then(|| format!("Attached file: {}", kinds.join(", ")))
}

/// Whether a section's heading restricts the whole of it.
pub(super) fn is_restricted(resource: &Resource<'_>) -> bool {
    let mut waiting = resource.object.objects("section");
    while let Some(section) = waiting.pop() {
        let heading = Heading::of(&section);
        if headings::protects(heading.code.as_deref(), &heading.words) == Some(Category::Restricted) {
            return true;
        }
        waiting.extend(section.objects("section"));
    }
    false
}

/// The most protected of what its sections, its entries and it itself say.
fn protect(resource: &Resource<'_>, item: &mut Item) {
    if resource.document.is_whole {
        for entry in resource.siblings() {
            filing::take_on(item, filing::file(&entry, Category::Documents));
        }
    }
    let mut waiting = resource.object.objects("section");
    while let Some(section) = waiting.pop() {
        let heading = Heading::of(&section);
        if let Some(category) = headings::protects(heading.code.as_deref(), &heading.words) {
            item.category = filing::stricter(item.category, category);
        }
        for entry in section.objects("entry").iter().flat_map(|entry| told(resource, entry)) {
            filing::take_on(item, filing::file(&entry, Category::Documents));
        }
        waiting.extend(section.objects("section"));
    }
}

/// What a section is headed.
struct Heading {
    code: Option<String>,
    words: String,
}

impl Heading {
    /// The heading's own name where its code is known, with the title as sent where that differs; else the title.
    fn of(section: &Object<'_>) -> Self {
        let concept = section.object("code").map(|code| Concept::read(&code)).unwrap_or_default();
        let code = concept.code_in(SNOMED_CT).map(str::to_owned);
        let sent = text(section, "title").or_else(|| concept.words().map(str::to_owned));
        let known = code.as_deref().and_then(headings::name);
        let words = match (known, sent) {
            (Some(known), Some(sent)) if !same(known, &sent) => format!("{known} ({sent})"),
            (Some(known), _) => known.to_owned(),
            (None, sent) => sent.unwrap_or_else(|| "Without a heading".into()),
        };
        Self { code, words }
    }
}

fn same(a: &str, b: &str) -> bool {
    let folded = |text: &str| text.trim().to_lowercase();
    folded(a) == folded(b)
}

/// A Composition while its sections are read.
struct Reader<'r, 'a> {
    resource: &'r Resource<'a>,
    notes: Vec<Note>,
    left_out: bool,
    unreadable: bool,
}

impl<'a> Reader<'_, 'a> {
    fn composition(&mut self) {
        let object = &self.resource.object;
        let sections = object.objects("section");
        let any_words = sections.iter().any(|section| has_words(section, DEPTH_MAX));
        if let Some(own) = self.narrative(object).filter(|_| !any_words) {
            self.note("Text", own);
        }
        for section in &sections {
            self.section(section, "", DEPTH_MAX);
        }
    }

    fn section(&mut self, section: &Object<'a>, above: &str, depth: u8) {
        let own = Heading::of(section).words;
        let heading = if above.is_empty() { own } else { format!("{above}, {own}") };
        let inner = section.objects("section");
        if let Some(said) = self.said(section) {
            self.note(&heading, said);
        } else if inner.is_empty() {
            self.note(&heading, "Nothing was sent under this heading, and no reason given".into());
        }
        if depth == 0 && !inner.is_empty() {
            self.note(&heading, AS_SENT.into());
            return;
        }
        for inner in &inner {
            self.section(inner, &heading, depth - 1);
        }
    }

    /// Its words; without words what it refers to; and why it is empty where it says so.
    fn said(&mut self, section: &Object<'a>) -> Option<String> {
        let narrative = self.narrative(section);
        let listed = || {
            let entries = section.objects("entry");
            let lines: Vec<String> =
                entries.iter().flat_map(|entry| entry_lines(self.resource, entry)).collect();
            match (entries.is_empty(), lines.is_empty()) {
                (true, _) => None,
                // Something was sent, and none of it has words here: never "nothing" (HAZ-011).
                (false, true) => Some(AS_SENT.to_owned()),
                (false, false) => Some(lines.join("\n")),
            }
        };
        let main = narrative.or_else(listed);
        let empty = words(section, "emptyReason").map(|why| format!("Left empty by the sender: {why}"));
        match (main, empty) {
            (Some(main), Some(empty)) => Some(format!("{main}\n{empty}")),
            (main, empty) => main.or(empty),
        }
    }

    fn narrative(&mut self, holder: &Object<'a>) -> Option<String> {
        let div = text(&holder.object("text")?, "div")?;
        let Some(read) = narrative::read(&div) else {
            self.unreadable = true;
            return Some(AS_SENT.to_owned());
        };
        self.left_out |= read.left_out;
        Some(read.text).filter(|text| !text.trim().is_empty())
    }

    fn note(&mut self, heading: &str, text: String) {
        self.notes.push(Note { preformatted: text.contains('\n'), text, by: Some(heading.to_owned()) });
    }
}

/// What a section refers to, in words: who and where stand elsewhere.
fn entry_lines<'a>(resource: &Resource<'a>, reference: &Object<'a>) -> Vec<String> {
    const AROUND: [&str; 7] = [
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "Binary",
        "HealthcareService",
    ];
    if resource.follow(reference).is_none() {
        return vec![text(reference, "display").unwrap_or_else(|| AS_SENT.to_owned())];
    }
    let entries = told(resource, reference).into_iter();
    let said = |entry: Resource<'a>| {
        let lines = lines(&entry);
        if lines.is_empty() { vec![AS_SENT.to_owned()] } else { lines }
    };
    entries.filter(|entry| !AROUND.contains(&entry.resource_type.as_str())).flat_map(said).collect()
}

/// The entries a section's reference leads to: a List's members, or the one it names.
fn told<'a>(resource: &Resource<'a>, reference: &Object<'a>) -> Vec<Resource<'a>> {
    match resource.follow(reference) {
        Some(list) if list.resource_type == "List" => {
            let items: Vec<Object<'a>> =
                list.object.objects("entry").iter().filter_map(|entry| entry.object("item")).collect();
            let members = items.iter().filter_map(|item| list.follow(item));
            members.filter(|member| member.resource_type != "List").collect()
        }
        entry => entry.into_iter().collect(),
    }
}

/// An entry's term and free text, the dose of a medicine as written, and the values of an Observation as sent.
pub(super) fn lines(entry: &Resource<'_>) -> Vec<String> {
    if status::read(entry).standing == Standing::EnteredInError {
        return vec![IN_ERROR.to_owned()];
    }
    let mut lines: Vec<String> = terms(entry);
    if entry.resource_type.starts_with("Medication") {
        let doses = medications::doses(entry);
        let name = lines.len().min(1);
        lines.splice(name..name, doses);
    }
    if entry.resource_type == "Observation" {
        let measured = results::measure(entry);
        lines.extend(measured.components.iter().filter_map(part));
    }
    lines
}

fn part(part: &Measurement) -> Option<String> {
    Some(format!("{}: {}", part.name.words().unwrap_or("Part"), part.value.as_deref()?))
}

#[cfg(test)]
mod tests;
