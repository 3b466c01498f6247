//! Takes a source's Patient and the person asked about, gives whether they are one: another number is another person,
//! another birth date withholds, another name or gender is said (HAZ-004, HAZ-037).
//! Source: access rules, identity; GP Connect 1.6.2 cross-check of demographics.

use super::{Person, nhs_numbers};
use fhir::{FhirDate, Object, nhs_number, reply::Warning};

/// What comparing says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// The person, with what the professional must be told.
    Same(Vec<Warning>),
    /// Another number: nothing of the reply may be named.
    OtherPerson,
    /// The number agrees or is missing, and these fields do not agree.
    Differs(Vec<String>),
}

/// Compares number, verification status, birth date, names and gender, in that order of weight.
pub(crate) fn compare(patient: &Object<'_>, person: &Person) -> Comparison {
    let numbers = nhs_numbers(patient);
    if numbers.iter().any(|number| !person.has(number)) {
        return Comparison::OtherPerson;
    }
    let born = patient.text("birthDate").map(|text| FhirDate::parse(&text));
    let birth_date = agree(born.as_ref(), person.birth_date.as_ref());
    let differing = [
        (numbers.is_empty(), "NHS number"),
        (!is_verified(patient), "NHS number verification status"),
        (birth_date == Agreement::Differs, "birth date"),
    ];
    let differing: Vec<String> = named(&differing);
    if !differing.is_empty() {
        return Comparison::Differs(differing);
    }
    Comparison::Same(warnings(patient, person, &numbers, birth_date))
}

fn warnings(patient: &Object<'_>, person: &Person, numbers: &[String], born: Agreement) -> Vec<Warning> {
    let differing = named(&[
        (!family_agrees(patient, person), "family name"),
        (!given_agrees(patient, person), "given name"),
        (!gender_agrees(patient, person), "gender"),
    ]);
    let mut warnings = Vec::new();
    if !differing.is_empty() {
        let text = format!("{} differs from the person asked about", differing.join(" and "));
        warnings.push(warning("identity-differs", &text));
    }
    if born == Agreement::Partial {
        warnings.push(warning("birth-date-partial", "it gives no whole birth date to compare"));
    }
    let current = person.number().map(fhir::NhsNumber::digits);
    if numbers.iter().all(|number| Some(number.replace(' ', "").as_str()) != current) {
        warnings.push(warning("earlier-number", "held under an earlier NHS number"));
    }
    if patient.boolean("active") == Some(false) {
        warnings.push(warning("inactive", "its record of this person is marked inactive at this partner"));
    }
    if !replacements(patient).is_empty() {
        warnings.push(warning(REPLACED, "it has replaced this record by another, which was not read"));
    }
    warnings
}

/// The code of a warning that what was read is not the record its server keeps now.
pub(crate) const REPLACED: &str = "replaced";

/// The records by which the server has replaced this one: `Patient/{id}`, or as sent.
pub(crate) fn replacements(patient: &Object<'_>) -> Vec<String> {
    let links = patient.objects("link");
    let replacing = links.iter().filter(|link| link.text("type").as_deref() == Some("replaced-by"));
    let others = replacing
        .map(|link| link.object("other").and_then(|other| Some(other.text("reference")?.into_owned())));
    others.map(Option::unwrap_or_default).collect()
}

fn named(fields: &[(bool, &str)]) -> Vec<String> {
    fields.iter().filter(|(differs, _)| *differs).map(|(_, name)| (*name).to_owned()).collect()
}

fn warning(code: &str, text: &str) -> Warning {
    Warning { code: code.to_owned(), category: None, text: text.to_owned() }
}

/// Where the source gives a status at all it must be `01`, or the word of UK Core's newer list.
fn is_verified(patient: &Object<'_>) -> bool {
    let identifiers = patient.objects("identifier");
    let numbers = identifiers.iter().filter(|i| i.text("system").as_deref() == Some(nhs_number::SYSTEM));
    let statuses = numbers.flat_map(|number| number.objects("extension")).filter(is_status);
    let codes = statuses.filter_map(|status| status.object("valueCodeableConcept"));
    let codes = codes.flat_map(|concept| concept.objects("coding"));
    codes.into_iter().all(|coding| {
        coding.text("code").is_none_or(|code| matches!(&*code, "01" | "number-present-and-verified"))
    })
}

fn is_status(extension: &Object<'_>) -> bool {
    extension.text("url").is_some_and(|url| url.contains("NHSNumberVerificationStatus"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Agrees,
    Partial,
    Differs,
}

/// A year or month agrees as far as it goes; nothing is padded (HAZ-016).
fn agree(theirs: Option<&FhirDate>, ours: Option<&FhirDate>) -> Agreement {
    let (Some(theirs), Some(ours)) = (theirs, ours) else {
        return Agreement::Partial;
    };
    let (theirs, ours) = (theirs.as_sent(), ours.as_sent());
    match (theirs == ours, ours.starts_with(theirs) || theirs.starts_with(ours)) {
        (true, _) => Agreement::Agrees,
        (false, true) if theirs.len() >= 4 => Agreement::Partial,
        _ => Agreement::Differs,
    }
}

fn family_agrees(patient: &Object<'_>, person: &Person) -> bool {
    any_agrees(&names(patient, "family"), &person.families)
}

fn given_agrees(patient: &Object<'_>, person: &Person) -> bool {
    any_agrees(&names(patient, "given"), &person.given)
}

fn gender_agrees(patient: &Object<'_>, person: &Person) -> bool {
    let known = |gender: &str| matches!(gender, "male" | "female" | "other").then(|| gender.to_owned());
    let theirs = patient.text("gender").and_then(|gender| known(&gender));
    let ours = person.gender.as_deref().and_then(known);
    theirs.is_none() || ours.is_none() || theirs == ours
}

fn names(patient: &Object<'_>, part: &str) -> Vec<String> {
    let names = patient.objects("name");
    let parts = names.iter().flat_map(|name| name.items(part));
    parts.filter_map(|part| part.text().map(|text| text.into_owned())).collect()
}

/// Any name counts, folded. A side without names cannot differ.
fn any_agrees(theirs: &[String], ours: &[String]) -> bool {
    let ours: Vec<String> = ours.iter().map(|name| fold(name)).collect();
    theirs.is_empty() || ours.is_empty() || theirs.iter().any(|name| ours.contains(&fold(name)))
}

/// Case, accents, hyphens, apostrophes and spacing do not tell people apart.
fn fold(name: &str) -> String {
    let letters = name.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
    letters.fold(String::new(), |mut folded, letter| {
        match base_letters(letter) {
            Some(base) => folded.push_str(base),
            None => folded.push(letter),
        }
        folded
    })
}

fn base_letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}
