//! Takes the parameters of a search or a count, gives whose pointers of which type and custodian are wanted and from where
//! on; an extra parameter is an error.
//! Source: NRL consumer API, parameters; sources, section 6.

use super::{pointers::Pointer, refusal::Refusal, types};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::NhsNumber;

pub(super) type Pairs = Vec<(String, String)>;

const SUBJECT: &str = "subject:identifier";
const CUSTODIAN: &str = "custodian:identifier";
const TYPE: &str = "type";
const TOKEN: &str = "next-page-token";

const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code|";
const SNOMED: &str = "http://snomed.info/sct|";

/// A search that can be answered.
pub(super) struct Asked {
    pub(super) person: NhsNumber,
    custodian: Option<String>,
    kind: Option<&'static types::Kind>,
    pub(super) offset: usize,
}

impl Asked {
    pub(super) fn search(pairs: &Pairs) -> Result<Self, Refusal> {
        nothing_but(pairs, &[SUBJECT, CUSTODIAN, TYPE, TOKEN])?;
        let person = person(pairs).ok_or_else(Refusal::nhs_number)?;
        let custodian = match value(pairs, CUSTODIAN) {
            Some(text) => {
                Some(text.strip_prefix(ODS).ok_or_else(|| Refusal::parameter(CUSTODIAN, NO_MATCH))?)
            }
            None => None,
        };
        let kind = match value(pairs, TYPE) {
            Some(text) => Some(agreed(text).ok_or_else(Refusal::code_system)?),
            None => None,
        };
        let offset = match value(pairs, TOKEN) {
            Some(text) => offset(text).ok_or_else(|| Refusal::parameter(TOKEN, NO_MATCH))?,
            None => 0,
        };
        Ok(Self { person, custodian: custodian.map(str::to_owned), kind, offset })
    }

    pub(super) fn wants(&self, pointer: &Pointer) -> bool {
        pointer.kind.agreed
            && self.kind.is_none_or(|kind| kind == pointer.kind)
            && self.custodian.as_ref().is_none_or(|custodian| custodian == pointer.custodian)
    }
}

const NO_MATCH: &str = "String should match the expected pattern";

/// A count is about one person and about nothing else.
pub(super) fn count(pairs: &Pairs) -> Result<NhsNumber, Refusal> {
    nothing_but(pairs, &[SUBJECT])?;
    person(pairs).ok_or_else(Refusal::identifier)
}

fn nothing_but(pairs: &Pairs, known: &[&str]) -> Result<(), Refusal> {
    match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((extra, _)) => Err(Refusal::parameter(extra, "Extra inputs are not permitted")),
        None => Ok(()),
    }
}

fn value<'a>(pairs: &'a Pairs, wanted: &str) -> Option<&'a str> {
    pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

fn person(pairs: &Pairs) -> Option<NhsNumber> {
    let text = value(pairs, SUBJECT)?.strip_prefix(fhir::nhs_number::SYSTEM)?.strip_prefix('|')?;
    NhsNumber::parse(text).ok()
}

fn agreed(text: &str) -> Option<&'static types::Kind> {
    types::kind(text.strip_prefix(SNOMED)?).filter(|kind| kind.agreed)
}

/// What the next page goes by: opaque to everybody else.
pub(super) fn token(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("from {offset}"))
}

fn offset(token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix("from ")?.parse().ok()
}
