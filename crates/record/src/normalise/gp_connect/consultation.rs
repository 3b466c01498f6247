//! Takes a consultation's List of Lists, gives its headings and entries as lines in the order on the practice's screen.
//! Source: GP Connect 1.6.2 consultation structure: Consultation, Topic, Category, items.

use crate::category::results;
use crate::item::Standing;
use crate::normalise::extensions::value_words;
use crate::normalise::resource::{Resource, quantity, text};
use crate::normalise::{filing, status};
use fhir::Object;
use fhir::coding::SNOMED_CT;

/// Lists inside Lists, at most: three are specified.
const DEPTH_MAX: u8 = 6;

/// One line of a consultation.
pub(crate) struct Line {
    pub(crate) words: String,
    /// A heading or a coded term; free text is not.
    pub(crate) coded: bool,
}

/// What stands in a consultation's Lists.
enum Part<'a> {
    Heading(String),
    Entry(Resource<'a>),
    /// A reference that leads nowhere: its display is all there is.
    Named(String),
}

pub(crate) fn lines(list: &Resource<'_>) -> Vec<Line> {
    let line = |part: Part<'_>| match part {
        Part::Heading(heading) => vec![Line { words: format!("{heading}:"), coded: true }],
        Part::Entry(entry) => item(&entry),
        Part::Named(words) => vec![Line { words, coded: false }],
    };
    parts(list).into_iter().flat_map(line).collect()
}

/// The entries themselves, without headings.
pub(crate) fn members<'a>(list: &Resource<'a>) -> Vec<Resource<'a>> {
    let entry = |part| if let Part::Entry(entry) = part { Some(entry) } else { None };
    parts(list).into_iter().filter_map(entry).collect()
}

fn parts<'a>(list: &Resource<'a>) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    walk(list, DEPTH_MAX, &mut parts);
    parts
}

fn walk<'a>(list: &Resource<'a>, depth: u8, parts: &mut Vec<Part<'a>>) {
    if depth == 0 {
        return;
    }
    for entry in list.object.objects("entry") {
        let Some(reference) = entry.object("item") else { continue };
        match list.follow(&reference) {
            Some(inner) if inner.resource_type == "List" => {
                parts.extend(inner.text("title").map(Part::Heading));
                walk(&inner, depth - 1, parts);
            }
            Some(entry) => parts.push(Part::Entry(entry)),
            None => parts.extend(named(&reference).map(Part::Named)),
        }
    }
}

/// Sensitive or made in error: never repeated in a consultation (HAZ-010, HAZ-019).
pub(crate) fn is_set_apart(entry: &Resource<'_>) -> bool {
    filing::is_sensitive(entry) || status::read(entry).standing == Standing::EnteredInError
}

/// The display of a reference that leads nowhere; some systems put the sentence into the reference itself.
pub(crate) fn named(reference: &Object<'_>) -> Option<String> {
    let sentence = || text(reference, "reference").filter(|target| target.trim().contains(' '));
    text(reference, "display").or_else(sentence)
}

/// A term and its free text. What is labelled as sensitive is not repeated here (HAZ-010).
fn item(item: &Resource<'_>) -> Vec<Line> {
    if is_set_apart(item) {
        return Vec::new();
    }
    let free = item.notes().into_iter().map(|note| Line { words: note.text, coded: false });
    let coded = !has_value_in_words(item);
    term(item).map(|words| Line { words, coded }).into_iter().chain(free).collect()
}

/// An entry's term and free text, whoever may see them.
pub(crate) fn terms(entry: &Resource<'_>) -> Vec<String> {
    let free = entry.notes().into_iter().map(|note| note.text);
    let is_impression = entry.resource_type == "ClinicalImpression";
    let summary = ["code", "description", "summary"].iter().filter_map(|key| entry.words(key));
    let named: Vec<String> =
        if is_impression { summary.collect() } else { term(entry).into_iter().collect() };
    named.into_iter().chain(free).collect()
}

/// Whether its value is free text: then the term without it may mean the opposite, and with it is no coded line (HAZ-018).
pub(crate) fn has_value_in_words(entry: &Resource<'_>) -> bool {
    entry.object.get("valueString").is_some()
}

/// What an entry is called, with its value; a comment has no name of its own.
pub(crate) fn term(item: &Resource<'_>) -> Option<String> {
    let product =
        || item.linked("medicationReference").into_iter().find_map(|medication| medication.words("code"));
    let vaccine = || item.extension("vaccinationprocedure").and_then(|e| value_words(&e));
    let term = vaccine().or_else(|| item.words("code")).or_else(product).or_else(|| item.words("reasonCode"));
    let term = term.or_else(|| item.words("description")).or_else(|| item.words("vaccineCode"));
    let term = term.or_else(|| item.words("medicationCodeableConcept")).or_else(|| item.words("type"));
    let comment_only = item.concept("code").is_some_and(|code| code.has(SNOMED_CT, "37331000000100"));
    let amount = item.object.object("valueQuantity").and_then(|value| quantity(&value));
    let other = || results::measure(item).value.filter(|_| item.resource_type == "Observation");
    let term = term.filter(|_| !comment_only).map(|term| match amount {
        Some(amount) => format!("{term} {amount}"),
        None => other().map_or(term.clone(), |value| format!("{term}: {value}")),
    });
    term.map(|term| status::in_its_sense(item, term))
}
