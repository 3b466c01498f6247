//! Words for programs: what of a record is on the page and not among the entries they are given, and why a request was not taken.

use super::entry;

/// The page asks the professional something before it opens; a program may not answer for them.
pub const ON_THE_PAGE_FIRST: &str =
    "This record asks the professional something before it opens. Open it on its page first.";
/// Prefetched, asked for by part of a page, or from elsewhere.
pub const NOT_BY_A_PERSON: &str = "A record is opened as a whole, by its own address.";

/// `in your role` is the professional's, whose session it is.
pub fn given_in_part(entries: usize) -> String {
    format!("{} {} shown in part for your role: only on the page.", entries, are(entries))
}

pub fn not_given_in_r4(entries: usize) -> String {
    format!(
        "{} {} not given here, because there is no FHIR R4 of it: only on the page.",
        entries,
        are(entries)
    )
}

pub fn converted(entries: usize) -> String {
    format!("{} {} converted from an older standard.", entries, are(entries))
}

pub fn shortened(entries: usize) -> String {
    format!(
        "{} {} without something that FHIR R4 has no place for: the whole is on the page.",
        entries,
        are(entries)
    )
}

pub fn of_other_types(entries: usize) -> String {
    format!("{} {} of types that were not asked for.", entries, are(entries))
}

pub fn confirmed_difference(fields: &[String]) -> String {
    format!("Differs between your system and the national record, confirmed by you: {}.", fields.join(", "))
}

/// A parameter that is not one of ours. Its name only where it is a word; its value never.
pub fn parameter_refused(name: &str) -> String {
    match is_word(name) {
        true => format!("Parameter {name}: not taken here. The session names the person."),
        false => "A parameter is not taken here. The session names the person.".to_owned(),
    }
}

pub fn parameter_repeated(name: &str) -> String {
    format!("Parameter {name}: more than once.")
}

pub fn type_unknown(name: &str) -> String {
    match is_word(name) {
        true => format!("Parameter _type: {name} is no resource of FHIR R4."),
        false => "Parameter _type: a value is no resource of FHIR R4.".to_owned(),
    }
}

/// What could not be anybody's name, number or address may be said back.
fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-:".contains(&byte))
}

fn are(entries: usize) -> String {
    format!("{} {}", entry(entries), if entries == 1 { "is" } else { "are" })
}
