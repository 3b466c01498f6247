//! Codings and concepts as sent, and which of their words to show.
//! Source: FHIR R4 CodeableConcept; GP Connect 1.6.2 Extension-coding-sctdescid.

use crate::json::Object;

pub const SNOMED_CT: &str = "http://snomed.info/sct";
pub const READ_V2: &str = "http://read.info/readv2";
pub const CTV3: &str = "http://read.info/ctv3";

/// One coding. Systems are trimmed of blanks, otherwise as sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
pub struct Coding {
    pub system: Option<String>,
    pub code: Option<String>,
    pub display: Option<String>,
    /// The term the clinician chose (SNOMED CT description), where the source names it.
    pub chosen_term: Option<String>,
    pub user_selected: bool,
}

/// A concept: its codings in the order sent, and its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
pub struct Concept {
    pub text: Option<String>,
    pub codings: Vec<Coding>,
}

impl Coding {
    pub fn read(object: &Object<'_>) -> Self {
        let owned = |key| object.text(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            system: owned("system"),
            code: owned("code"),
            display: object.text("display").map(|text| text.into_owned()),
            chosen_term: chosen_term(object),
            user_selected: object.boolean("userSelected").unwrap_or(false),
        }
    }

    pub fn is(&self, system: &str, code: &str) -> bool {
        self.system.as_deref() == Some(system) && self.code.as_deref() == Some(code)
    }
}

impl Concept {
    pub fn read(object: &Object<'_>) -> Self {
        Self {
            text: object.text("text").map(|text| text.into_owned()).filter(|text| !text.trim().is_empty()),
            codings: object.objects("coding").iter().map(Coding::read).collect(),
        }
    }

    /// The words to show: text, the term chosen, the native display, any display, the code (HAZ-018).
    pub fn words(&self) -> Option<&str> {
        let native = self.codings.iter().find(|coding| coding.user_selected);
        let text = self.text.as_deref();
        text.or_else(|| self.codings.iter().find_map(|coding| coding.chosen_term.as_deref()))
            .or_else(|| native.and_then(|coding| coding.display.as_deref()))
            .or_else(|| self.codings.iter().find_map(|coding| coding.display.as_deref()))
            .or_else(|| self.codings.iter().find_map(|coding| coding.code.as_deref()))
    }

    pub fn has(&self, system: &str, code: &str) -> bool {
        self.codings.iter().any(|coding| coding.is(system, code))
    }

    pub fn code_in(&self, system: &str) -> Option<&str> {
        self.codings.iter().find(|coding| coding.system.as_deref() == Some(system))?.code.as_deref()
    }
}

/// `descriptionDisplay` of the description-id extension, under any of its bases and spellings.
fn chosen_term(object: &Object<'_>) -> Option<String> {
    let is_description = |url: &str| {
        let url = url.to_ascii_lowercase();
        url.contains("coding-sctdescid")
            || url.contains("coding-sctdecsid")
            || url.contains("codingsctdescid")
    };
    let extension = object
        .objects("extension")
        .into_iter()
        .find(|e| e.text("url").is_some_and(|url| is_description(&url)))?;
    let part = extension
        .objects("extension")
        .into_iter()
        .find(|e| e.text("url").is_some_and(|url| url.eq_ignore_ascii_case("descriptionDisplay")))?;
    part.text("valueString").map(|text| text.into_owned())
}
