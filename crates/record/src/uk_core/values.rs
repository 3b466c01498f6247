//! Whether a leaf is a value of an R4 primitive type. A date-time without zone, or a day that no calendar has, is not
//! one: it is never mended (HAZ-016). Source: FHIR R4 section 2.24.0.1, primitive types.

use super::tree::Leaf;
use fhir::date::{FhirDate, Precision};

/// Primitive types are written small; the complex ones start with a capital or are `@` backbone elements.
pub(super) fn is_primitive(type_name: &str) -> bool {
    type_name.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Why a leaf is not a value of the type, in words fit for a list of what was left out.
pub(super) fn fault(type_name: &str, leaf: &Leaf<'_>) -> Option<&'static str> {
    let json = leaf.json();
    let is_number = json.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let right = match type_name {
        "boolean" => json == "true" || json == "false",
        "decimal" => is_number,
        "integer" => is_number && is_whole(json),
        "unsignedInt" => is_number && is_whole(json) && !json.starts_with('-'),
        "positiveInt" => is_number && is_whole(json) && !json.starts_with('-') && json != "0",
        _ => {
            return leaf
                .text()
                .map_or(Some("not the kind of value R4 takes here"), |text| wrong(type_name, &text));
        }
    };
    (!right).then_some("not the kind of value R4 takes here")
}

fn is_whole(json: &str) -> bool {
    !json.contains(['.', 'e', 'E']) && json.parse::<i32>().is_ok()
}

fn wrong(type_name: &str, text: &str) -> Option<&'static str> {
    let right = match type_name {
        _ if text.trim().is_empty() => return Some("blank"),
        "date" => is_date(text),
        "dateTime" => is_date(text) || is_instant(text),
        "instant" => is_instant(text),
        "time" => is_time(text),
        "uri" | "url" | "canonical" | "oid" | "uuid" => !text.contains(char::is_whitespace),
        "code" => text.split(' ').all(|word| !word.is_empty() && !word.contains(char::is_whitespace)),
        "id" => is_id(text),
        _ => true,
    };
    let is_dated = matches!(type_name, "date" | "dateTime" | "instant" | "time");
    match (right, is_dated) {
        (true, _) => None,
        (false, true) => Some("not a date or time of R4: a zone is missing, or no calendar has it"),
        (false, false) => Some("not the kind of value R4 takes here"),
    }
}

fn is_date(text: &str) -> bool {
    use Precision::{Day, Month, Year};
    matches!(FhirDate::parse(text).precision(), Year(_) | Month(..) | Day(_)) && !text.contains('T')
}

/// `2015-02-07T13:28:17.239+02:00`: to the second, with its zone.
fn is_instant(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let zone = time.find(['Z', '+', '-']).and_then(|place| time.split_at_checked(place));
    let Some((clock, zone)) = zone else { return false };
    let is_zone = zone == "Z" || shaped(zone.get(1..).unwrap_or_default(), "00:00");
    is_zone
        && date.len() == 10
        && is_time(clock)
        && matches!(FhirDate::parse(text).precision(), Precision::Instant(_))
}

/// `13:28:17` or `13:28:17.239`.
fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    is_fraction && shaped(clock, "00:00:00") && clock.parse::<jiff::civil::Time>().is_ok()
}

fn shaped(text: &str, shape: &str) -> bool {
    let fits = |(have, want): (u8, u8)| if want == b'0' { have.is_ascii_digit() } else { have == want };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// An id as R4 allows it. Others are passed on unchanged, with a caveat: references hang on them.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}
