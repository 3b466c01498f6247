//! The files of the folder as they are written: a list as a FHIR ValueSet, what is agreed and the services as TOML. Unknown members
//! are refused, so that a slip of the pen cannot shorten a list. Source: FHIR R4 ValueSet; SNOMED CT identifiers, Verhoeff check digit.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const SNOMED_CT: &str = "http://snomed.info/sct";

/// Which sets are agreed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agreed {
    pub(super) refset: Vec<Refset>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refset {
    pub(super) id: String,
    pub(super) name: String,
    /// The date of the oldest release that may be used.
    pub(super) not_older_than: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Services {
    pub(super) service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    pub(super) why: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) organisations: Vec<String>,
    #[serde(default)]
    pub(super) codes: Vec<Code>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Documents {
    pub(super) document: Vec<Document>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) why: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) codes: Vec<Code>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    pub(super) system: String,
    pub(super) code: String,
}

impl Service {
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(ods) = self.organisations.iter().find(|ods| fhir::OdsCode::parse(ods).is_err()) {
            return Err(format!("`{ods}` is not an ODS code"));
        }
        listed(&self.why, &self.names, &self.codes, self.organisations.len())
    }
}

impl Document {
    pub(super) fn check(&self) -> Result<(), String> {
        listed(&self.why, &self.names, &self.codes, 0)
    }
}

/// A word of one letter, or a code of any system, would restrict half of a record.
fn listed(why: &str, names: &[String], codes: &[Code], others: usize) -> Result<(), String> {
    let letters = |name: &str| name.chars().filter(|c| c.is_ascii_alphanumeric()).count();
    if why.trim().is_empty() || names.len() + codes.len() + others == 0 {
        return Err(format!("`{why}` says nothing, or not why"));
    }
    if let Some(name) = names.iter().find(|name| letters(name) < 3) {
        return Err(format!("the name `{name}` is too short to tell a service from anything else"));
    }
    match codes.iter().find(|code| code.system.trim().is_empty() || code.code.trim().is_empty()) {
        Some(code) => {
            Err(format!("code `{}` names no system, or system `{}` no code", code.code, code.system))
        }
        None => Ok(()),
    }
}

/// One reference set as a list of concepts. `experimental` marks the starter list.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ValueSet {
    pub(super) resource_type: String,
    /// The reference set's.
    pub(super) id: String,
    pub(super) url: String,
    /// The date of the release.
    pub(super) version: String,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) experimental: bool,
    /// Where it was taken from.
    pub(super) publisher: String,
    pub(super) description: String,
    pub(super) compose: Compose,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compose {
    pub(super) include: Vec<Include>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Include {
    pub(super) system: String,
    pub(super) concept: Vec<Concept>,
}

#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct Concept {
    pub(super) code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) display: String,
}

impl ValueSet {
    /// Whether it is the list of that set, and a list at all.
    pub(super) fn check(&self, id: &str) -> Result<(), String> {
        if self.resource_type != "ValueSet" || self.id != id || self.url != Self::url(id) {
            return Err(format!("it is not the list of reference set {id}"));
        }
        if !is_date(&self.version) {
            return Err(format!("`{}` is not the date of a release; write it as `2026-04-01`", self.version));
        }
        if let Some(include) = self.compose.include.iter().find(|include| include.system != SNOMED_CT) {
            return Err(format!("`{}` is not `{SNOMED_CT}`", include.system));
        }
        let mut seen = BTreeSet::new();
        for concept in self.compose.include.iter().flat_map(|include| &include.concept) {
            if !is_sctid(&concept.code) {
                return Err(format!("`{}` is not an id of SNOMED CT", concept.code));
            }
            if !seen.insert(&concept.code) {
                return Err(format!("{} stands twice", concept.code));
            }
        }
        if seen.is_empty() { Err("it holds no concept".to_owned()) } else { Ok(()) }
    }

    pub(super) fn concepts(self) -> Vec<Concept> {
        self.compose.include.into_iter().flat_map(|include| include.concept).collect()
    }

    pub(super) fn url(id: &str) -> String {
        format!("{SNOMED_CT}?fhir_vs=refset/{id}")
    }

    pub(super) fn of(id: &str, title: String, release: &str, concepts: Vec<Concept>) -> Self {
        Self {
            resource_type: "ValueSet".to_owned(),
            id: id.to_owned(),
            url: Self::url(id),
            version: release.to_owned(),
            title,
            status: "active".to_owned(),
            experimental: false,
            publisher: format!("SNOMED CT UK edition, release of {release}"),
            description:
                "Taken from a release under its licence by `shcr refset import`; not to be passed on."
                    .to_owned(),
            compose: Compose { include: vec![Include { system: SNOMED_CT.to_owned(), concept: concepts }] },
        }
    }
}

/// `2026-04-01`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Six to eighteen digits that pass the check digit.
pub(super) fn is_sctid(text: &str) -> bool {
    let digits: Option<Vec<usize>> =
        text.chars().map(|c| c.to_digit(10).and_then(|digit| usize::try_from(digit).ok())).collect();
    let is_long_enough = (6..=18).contains(&text.len()) && !text.starts_with('0');
    is_long_enough && digits.is_some_and(|digits| verhoeff(&digits) == Some(0))
}

/// The checksum over all digits, the last one first; zero for a valid number.
fn verhoeff(digits: &[usize]) -> Option<usize> {
    const PRODUCT: [[usize; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const PERMUTED: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted =
        |digit: usize, times: usize| (0..times % 8).try_fold(digit, |digit, _| PERMUTED.get(digit).copied());
    digits
        .iter()
        .rev()
        .enumerate()
        .try_fold(0, |sum, (place, digit)| PRODUCT.get(sum)?.get(permuted(*digit, place)?).copied())
}
