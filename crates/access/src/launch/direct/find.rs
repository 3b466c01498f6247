//! Takes what a professional typed to find one person, gives a question with nothing left open; refuses wildcards, parts of
//! names and a surname alone. What comes back must be exactly what was typed (HAZ-001, HAZ-048).

use crate::person::{Traced, same_given, same_name};
use fhir::{FhirDate, NhsNumber, date::Precision};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The form, as posted.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FindForm {
    /// `number` or `details`.
    pub by: String,
    pub nhs_number: String,
    pub family: String,
    pub given: String,
    pub gender: String,
    pub postcode: String,
    pub day: String,
    pub month: String,
    pub year: String,
}

/// A question that one person answers, or nobody.
#[derive(Clone, PartialEq, Eq)]
pub enum Wanted {
    Number { nhs_number: NhsNumber, birth_date: FhirDate },
    Details { family: String, given: String, gender: String, birth_date: FhirDate, postcode: String },
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    NhsNumber,
    Family,
    Given,
    Gender,
    Postcode,
    BirthDate,
}

/// What is wrong with a field, in words for the page; never what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindFault {
    pub field: Field,
    pub says: &'static str,
}

/// Longer than any name.
const LONGEST: usize = 100;

impl FindForm {
    /// Everything wrong with it at once. `today`: nobody is born later.
    pub fn wanted(&self, today: jiff::civil::Date) -> Result<Wanted, Vec<FindFault>> {
        let mut faults = Vec::new();
        let mut need = |field: Field, value: Result<String, &'static str>| match value {
            Ok(value) => value,
            Err(says) => {
                faults.push(FindFault { field, says });
                String::new()
            }
        };
        let wanted = if self.by == "details" {
            // In the order of the page.
            let given = need(Field::Given, name(&self.given, "Enter the whole first name"));
            let family = need(Field::Family, name(&self.family, "Enter the whole last name"));
            let postcode = need(Field::Postcode, postcode(&self.postcode));
            let birth_date = FhirDate::parse(&need(Field::BirthDate, self.birth_date(today)));
            let gender = need(Field::Gender, gender(&self.gender));
            Wanted::Details { family, given, gender, birth_date, postcode }
        } else {
            let digits = need(Field::NhsNumber, nhs_number(&self.nhs_number));
            let birth_date = FhirDate::parse(&need(Field::BirthDate, self.birth_date(today)));
            match NhsNumber::parse(&digits) {
                Ok(nhs_number) => Wanted::Number { nhs_number, birth_date },
                Err(_) => return Err(faults),
            }
        };
        if faults.is_empty() { Ok(wanted) } else { Err(faults) }
    }

    fn birth_date(&self, today: jiff::civil::Date) -> Result<String, &'static str> {
        const SAYS: &str = "Enter the date of birth as day, month and year, such as 14 8 1935";
        let number = |text: &str, longest| {
            let text = text.trim();
            let fits = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i16>().ok().filter(|_| fits)
        };
        let parts = (number(&self.day, 2), number(&self.month, 2), number(&self.year, 4));
        let (Some(day), Some(month), Some(year)) = parts else { return Err(SAYS) };
        let (Ok(day), Ok(month)) = (i8::try_from(day), i8::try_from(month)) else { return Err(SAYS) };
        let date = jiff::civil::Date::new(year, month, day).map_err(|_| SAYS)?;
        if year < 1850 || date > today { Err(SAYS) } else { Ok(date.to_string()) }
    }

    /// What was typed, for the page that asks why: it tells no more.
    pub fn typed(&self) -> Vec<(&'static str, String)> {
        let date = format!("{} {} {}", self.day.trim(), self.month.trim(), self.year.trim());
        if self.by == "details" {
            vec![
                ("Last name", self.family.trim().to_owned()),
                ("First name", self.given.trim().to_owned()),
                ("Date of birth", date),
                ("Gender", self.gender.clone()),
                ("Postcode", self.postcode.trim().to_uppercase()),
            ]
        } else {
            vec![("NHS number", self.nhs_number.trim().to_owned()), ("Date of birth", date)]
        }
    }
}

/// A whole name: letters of any alphabet, and what joins them.
fn name(text: &str, says: &'static str) -> Result<String, &'static str> {
    let text = text.trim();
    let letter = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.');
    let whole = text.chars().all(letter) && text.chars().any(char::is_alphabetic);
    if whole && text.len() <= LONGEST { Ok(text.to_owned()) } else { Err(says) }
}

fn gender(text: &str) -> Result<String, &'static str> {
    let known = ["female", "male", "other", "unknown"].contains(&text);
    if known { Ok(text.to_owned()) } else { Err("Choose the gender") }
}

/// A whole postcode, `SS0 0ZZ`.
fn postcode(text: &str) -> Result<String, &'static str> {
    const SAYS: &str = "Enter the whole postcode, such as SS0 0ZZ";
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain || !(5..=7).contains(&plain.len()) {
        return Err(SAYS);
    }
    let (out, inward) = plain.split_at_checked(plain.len() - 3).ok_or(SAYS)?;
    let starts = out.starts_with(|c: char| c.is_ascii_alphabetic());
    let ends = inward.bytes().enumerate().all(|(at, byte)| (at == 0) == byte.is_ascii_digit());
    if starts && ends { Ok(format!("{out} {inward}")) } else { Err(SAYS) }
}

fn nhs_number(text: &str) -> Result<String, &'static str> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let number = NhsNumber::parse(&plain);
    number.map(|number| number.digits().to_owned()).map_err(|_| "Enter an NHS number of 10 digits")
}

impl Wanted {
    /// Whether a number may be looked for at all: test numbers in training, and there only (HAZ-054).
    pub fn is_of(&self, training: bool) -> bool {
        match self {
            Wanted::Number { nhs_number, .. } => nhs_number.is_test() == training,
            Wanted::Details { .. } => true,
        }
    }

    /// Every field, whatever the national service matched by.
    pub(super) fn is(&self, traced: &Traced) -> bool {
        match self {
            Wanted::Number { nhs_number, birth_date } => {
                let same =
                    traced.nhs_number == *nhs_number || traced.superseded_from.as_ref() == Some(nhs_number);
                same && same_day(birth_date, traced)
            }
            Wanted::Details { family, given, gender, birth_date, .. } => {
                let given = [given.clone()];
                let named = |name: &crate::person::Name| {
                    same_name(&name.family, family) && same_given(&name.given, &given)
                };
                traced.names.iter().any(named)
                    && traced.gender.as_deref() == Some(gender.as_str())
                    && same_day(birth_date, traced)
            }
        }
    }
}

/// A national date that is no day is nobody's here.
fn same_day(wanted: &FhirDate, traced: &Traced) -> bool {
    let day = traced.birth_date.as_ref().filter(|date| matches!(date.precision(), Precision::Day(_)));
    day.is_some_and(|date| date.first_day() == wanted.first_day())
}

impl fmt::Debug for FindForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FindForm(…)")
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wanted(…)")
    }
}
