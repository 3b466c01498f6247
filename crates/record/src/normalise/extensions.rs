//! Reads inside an extension: its parts by name, without regard to case, and the words of its value.
//! Source: sources.md 9.2 (sub-extension names occur in two spellings).

use super::resource::{quantity, text, words};
use fhir::{FhirDate, Json, Object};

pub(crate) fn part<'a>(extension: &Object<'a>, name: &str) -> Option<Object<'a>> {
    let parts = extension.objects("extension");
    parts.into_iter().find(|part| part.text("url").is_some_and(|url| url.eq_ignore_ascii_case(name)))
}

/// The value of an extension as words, whatever its type; digits as sent.
pub(crate) fn value_words(extension: &Object<'_>) -> Option<String> {
    let (name, value) = extension.choice("value")?;
    match name {
        "valueCodeableConcept" => words(extension, name),
        "valueCoding" => {
            value.object().and_then(|coding| text(&coding, "display").or_else(|| text(&coding, "code")))
        }
        "valueQuantity" => value.object().and_then(|object| quantity(&object)),
        "valueReference" => value.object().and_then(|object| text(&object, "display")),
        _ => plain(value),
    }
}

pub(crate) fn value_date(extension: &Object<'_>) -> Option<FhirDate> {
    let (_, value) = extension.choice("value")?;
    value.text().map(|text| FhirDate::parse(&text))
}

/// A string, a number's own digits, or yes and no.
pub(crate) fn plain(value: Json<'_>) -> Option<String> {
    let boolean = || value.boolean().map(|yes| if yes { "Yes" } else { "No" }.to_owned());
    let text = value.text().map(|text| text.into_owned()).filter(|text| !text.trim().is_empty());
    text.or_else(|| value.number().map(str::to_owned)).or_else(boolean)
}
