//! Takes a consultation's List of Lists, gives its headings and entries as lines in the order on the practice's screen.
//! Source: GP Connect 1.6.2 consultation structure: Consultation, Topic, Category, items.

use crate::normalise::filing;
use crate::normalise::resource::{Resource, text};

/// Lists inside Lists, at most: three are specified.
const DEPTH_MAX: u8 = 6;

/// One line of a consultation.
pub(crate) struct Line {
    pub(crate) words: String,
    /// A heading or a coded term; free text is not.
    pub(crate) coded: bool,
}

pub(crate) fn lines(list: &Resource<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    walk(list, DEPTH_MAX, &mut lines);
    lines
}

fn walk(list: &Resource<'_>, depth: u8, lines: &mut Vec<Line>) {
    if depth == 0 {
        return;
    }
    for entry in list.object.objects("entry") {
        let Some(reference) = entry.object("item") else { continue };
        match list.follow(&reference) {
            Some(inner) if inner.resource_type == "List" => {
                if let Some(heading) = inner.text("title") {
                    lines.push(Line { words: format!("{heading}:"), coded: true });
                }
                walk(&inner, depth - 1, lines);
            }
            Some(item) => lines.extend(self::item(&item)),
            None => lines.extend(text(&reference, "display").map(|words| Line { words, coded: false })),
        }
    }
}

/// A term and its free text. What is labelled as sensitive is not repeated here (HAZ-010).
fn item(item: &Resource<'_>) -> Vec<Line> {
    if filing::is_sensitive(item) || item.code("status").as_deref() == Some("entered-in-error") {
        return Vec::new();
    }
    let product =
        || item.linked("medicationReference").into_iter().find_map(|medication| medication.words("code"));
    let vaccine =
        || item.extension("vaccinationprocedure").and_then(|e| crate::normalise::extensions::value_words(&e));
    let term = vaccine().or_else(|| item.words("code")).or_else(product).or_else(|| item.words("reasonCode"));
    let term = term.or_else(|| item.words("description")).or_else(|| item.words("vaccineCode"));
    let comment_only =
        item.concept("code").is_some_and(|code| code.has(fhir::coding::SNOMED_CT, "37331000000100"));
    let value =
        item.object.object("valueQuantity").and_then(|value| crate::normalise::resource::quantity(&value));
    let term = term.filter(|_| !comment_only).map(|term| match value {
        Some(value) => format!("{term} {value}"),
        None => term,
    });
    let free = item.notes().into_iter().map(|note| Line { words: note.text, coded: false });
    term.map(|words| Line { words, coded: true }).into_iter().chain(free).collect()
}
