//! Takes the person as PDS or the host knows them, gives the identity banner: who this is, in words, whole, never a code.
//! Source: NHS CUI Patient Banner, Name, NHS number, Sex, Date (ISB 1500 to 1508); HAZ-001, HAZ-052.

use crate::page::{Banner, Page};
use crate::words;
use fhir::date::{self, FhirDate, Precision};
use jiff::civil::Date;

/// A telephone number as it is read out.
mod phone;

/// The banner's texts, ready to stand in the page.
pub(crate) struct Identity<'a> {
    /// `TESTPATIENT, Doreen (Mrs)`
    pub(crate) name: String,
    pub(crate) preferred: Option<&'a str>,
    pub(crate) born: String,
    pub(crate) died: Option<String>,
    pub(crate) age_at_death: Option<String>,
    pub(crate) gender: &'static str,
    pub(crate) nhs_number: &'a str,
    pub(crate) earlier_number: bool,
    /// Each part whole: a line breaks between them.
    pub(crate) address: Vec<&'a str>,
    pub(crate) telephone: String,
    pub(crate) practice: &'a str,
}

impl<'a> Identity<'a> {
    pub(crate) fn of(page: &'a Page) -> Self {
        Self::on(&page.banner, page.opened_at)
    }

    /// As it reads at that moment.
    pub(crate) fn on(banner: &'a Banner, at: jiff::Timestamp) -> Self {
        let today = date::london(at).date();
        Self {
            name: name(banner),
            preferred: banner.preferred.as_deref().filter(|name| !name.trim().is_empty()),
            born: born(banner, today),
            died: banner.died.as_ref().map(FhirDate::display_day),
            age_at_death: banner.died.as_ref().map(|_| age_at_death(banner)),
            gender: gender(&banner.gender),
            nhs_number: or_words(&banner.nhs_number),
            earlier_number: banner.earlier_number,
            address: address(&banner.address),
            telephone: phone::shown(banner.telephone.as_deref().map_or(words::NOT_RECORDED, or_words)),
            practice: banner.practice.as_deref().map_or(words::NOT_RECORDED, or_words),
        }
    }

    /// A line breaks between the parts of a name, not within one (NID-0013).
    pub(crate) fn name_parts(&self) -> std::str::Split<'_, char> {
        self.name.split(' ')
    }
}

/// `TESTPATIENT, Doreen (Mrs)`: family name in capitals, given name in title case (NID-0001 to 0007). Unknown parts in words.
pub(crate) fn name(banner: &Banner) -> String {
    let part = |text: &str, otherwise: &str| {
        if text.trim().is_empty() { otherwise.to_owned() } else { text.trim().to_owned() }
    };
    let family = part(&banner.family, "family name not known").to_uppercase();
    let given = title_case(&part(&banner.given, "given name not known"));
    match banner
        .title
        .as_deref()
        .map(|title| title.trim().trim_matches(['(', ')', '.']))
        .filter(|title| !title.is_empty())
    {
        Some(title) => format!("{family}, {given} ({})", title_case(title)),
        None => format!("{family}, {given}"),
    }
}

/// Only names wholly in one case are changed: `McAdam` stays as its owner writes it.
fn title_case(name: &str) -> String {
    let one_case = name.to_uppercase() == name || name.to_lowercase() == name;
    if !one_case || name.contains("not known") {
        return name.to_owned();
    }
    let mut start = true;
    let mut cased = String::with_capacity(name.len());
    for letter in name.chars() {
        if start {
            cased.extend(letter.to_uppercase());
        } else {
            cased.extend(letter.to_lowercase());
        }
        start = matches!(letter, ' ' | '-' | '\'' | '’');
    }
    cased
}

/// `14-Aug-1935 (91y)`; the age of the dead stands with their death.
fn born(banner: &Banner, today: Date) -> String {
    let Some(born) = &banner.born else { return words::NOT_RECORDED.to_owned() };
    let age = match (born.precision(), &banner.died) {
        (Precision::Day(day), None) => {
            age(day, today).or_else(|| banner.age.map(|years| format!("{years}y")))
        }
        _ => None,
    };
    let shown = born.display_day();
    age.map_or_else(|| shown.clone(), |age| format!("{shown} ({age})"))
}

fn age_at_death(banner: &Banner) -> String {
    let days = |date: Option<&FhirDate>| match date?.precision() {
        Precision::Day(day) => Some(day),
        Precision::Instant(at) => Some(date::london(at).date()),
        _ => None,
    };
    let reckoned =
        days(banner.born.as_ref()).zip(days(banner.died.as_ref())).and_then(|(born, died)| age(born, died));
    banner
        .age_at_death
        .map(|years| format!("{years}y"))
        .or(reckoned)
        .unwrap_or_else(|| "Not known".to_owned())
}

/// Years from 18; years and months from 2; months and days from 1; weeks and days before; no unit of which there is none
/// (CUI Time Display, durations and ages).
fn age(born: Date, on: Date) -> Option<String> {
    let years = date::age_years(born, on)?;
    let span = born.until((jiff::Unit::Month, on)).ok()?;
    let [first, second] = match years {
        18.. => return Some(format!("{years}y")),
        2.. => [(i32::from(years), 'y'), (span.get_months() % 12, 'm')],
        1 => [(span.get_months(), 'm'), (span.get_days(), 'd')],
        _ => {
            let days = born.until((jiff::Unit::Day, on)).ok()?.get_days();
            [(days / 7, 'w'), (days % 7, 'd')]
        }
    };
    Some(match (first, second) {
        ((0, _), (n, unit)) | ((n, unit), (0, _)) => format!("{n}{unit}"),
        ((n, unit), (m, lesser)) => format!("{n}{unit} {m}{lesser}"),
    })
}

fn gender(code: &str) -> &'static str {
    match code {
        "male" => "Male",
        "female" => "Female",
        "other" => "Other Specific",
        "unknown" => "Not Known",
        _ => "Not Specified",
    }
}

fn or_words(text: &str) -> &str {
    if text.trim().is_empty() { words::NOT_RECORDED } else { text }
}

/// No empty parts (ADR-0006).
fn address(parts: &[String]) -> Vec<&str> {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { vec![words::NOT_RECORDED] } else { parts }
}

#[cfg(test)]
mod tests;
