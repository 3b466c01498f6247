//! Takes text, gives an NHS number that passed its check digit; refuses everything else by reason.
//! Source: NHS Data Dictionary, NHS NUMBER; modulus 11, weights 10 to 2.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The identifier system of an NHS number in FHIR R4 and STU3.
pub const SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// Ten digits whose check digit holds. That proves only that it was typed right: whose number it is, PDS says.
///
/// It has no `Display`, and `Debug` is redacted, so that it cannot reach a log by accident (HAZ-049).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NhsNumber(String);

/// Why a text is not an NHS number. Carries no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnNhsNumber {
    #[error("an NHS number has ten digits")]
    Length,
    #[error("an NHS number has digits and blanks only")]
    Character,
    #[error("the check digit of the NHS number does not hold")]
    CheckDigit,
}

impl NhsNumber {
    /// Blanks are removed (3-3-4 is a display form); nothing else is mended.
    pub fn parse(text: &str) -> Result<Self, NotAnNhsNumber> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnNhsNumber::Character);
        }
        if digits.len() != 10 {
            return Err(NotAnNhsNumber::Length);
        }
        if check_digit(&digits) == digits.bytes().last().map(|b| u32::from(b - b'0')) {
            Ok(Self(digits))
        } else {
            Err(NotAnNhsNumber::CheckDigit)
        }
    }

    /// Ten digits without blanks: for the wire only.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// `999 000 0018`: for the page only.
    pub fn spaced(&self) -> String {
        let part = |from, to| self.0.get(from..to).unwrap_or_default();
        format!("{} {} {}", part(0, 3), part(3, 6), part(6, 10))
    }

    /// Whether it lies in the range that is never issued to anyone.
    pub fn is_test(&self) -> bool {
        self.0.starts_with("999")
    }
}

/// The tenth digit that the first nine ask for; `None` when no number has those nine.
pub fn check_digit(digits: &str) -> Option<u32> {
    let sum: u32 =
        digits.bytes().take(9).zip((2..=10).rev()).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        check => Some(check),
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(…)")
    }
}

impl TryFrom<String> for NhsNumber {
    type Error = NotAnNhsNumber;
    fn try_from(text: String) -> Result<Self, NotAnNhsNumber> {
        Self::parse(&text)
    }
}

impl From<NhsNumber> for String {
    fn from(number: NhsNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests;
