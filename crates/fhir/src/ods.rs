//! Takes text, gives an organisation code; refuses what cannot be one.
//! Source: NHS Data Dictionary, ORGANISATION CODE (3 to 12 capital letters and digits).

use serde::{Deserialize, Serialize};
use std::fmt;

/// The identifier system of an organisation in FHIR R4 and STU3.
pub const SYSTEM: &str = "https://fhir.nhs.uk/Id/ods-organization-code";

/// An organisation's code, capital letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OdsCode(String);

/// The text is not an organisation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an organisation code has 3 to 12 capital letters and digits")]
pub struct NotAnOdsCode;

impl OdsCode {
    pub fn parse(text: &str) -> Result<Self, NotAnOdsCode> {
        let fits = (3..=12).contains(&text.len());
        if fits && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnOdsCode)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OdsCode {
    type Error = NotAnOdsCode;
    fn try_from(text: String) -> Result<Self, NotAnOdsCode> {
        Self::parse(&text)
    }
}

impl From<OdsCode> for String {
    fn from(code: OdsCode) -> Self {
        code.0
    }
}
