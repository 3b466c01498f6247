//! Takes a search's parameters, gives whose it is and where in it the asker stands. Refuses a search that names nobody: a node
//! lists no one. Source: FHIR R4 3.1.1 (search), `Prefer: handling`.

use super::outcome::Problem;
use axum::http::{HeaderMap, header};
use fhir::NhsNumber;

/// More than this on a page is more than this node sends.
const PAGE_MAX: usize = 200;
const PAGE: usize = 50;

/// Whom a search names.
#[derive(Clone)]
pub(super) enum Person {
    Number(NhsNumber),
    /// An id of ours.
    Id(String),
}

#[derive(Clone)]
pub(super) struct Asked {
    pub(super) kind: &'static str,
    pub(super) person: Person,
    pub(super) page_size: usize,
    /// Of the matches, those before this page.
    pub(super) offset: usize,
    /// What the answer this page belongs to was drawn from.
    pub(super) state: Option<String>,
    /// `ge` and `le` of `date`.
    pub(super) dates: Vec<String>,
    /// What a lenient search named and this node does not know.
    pub(super) ignored: Vec<String>,
}

impl Asked {
    pub(super) fn read(
        kind: &'static str,
        headers: &HeaderMap,
        parameters: &[(String, String)],
    ) -> Result<Self, Problem> {
        let mut person = None;
        let mut asked = Self {
            kind,
            person: Person::Id(String::new()),
            page_size: PAGE,
            offset: 0,
            state: None,
            dates: Vec::new(),
            ignored: Vec::new(),
        };
        let number = |value: &str, name| {
            value.parse::<usize>().map_err(|_| Problem::Invalid(format!("{name} is not a number")))
        };
        for (name, value) in parameters {
            match (name.as_str(), kind) {
                ("identifier", "Patient") => person = Some(Person::Number(nhs_number(value)?)),
                ("_id", "Patient") => person = Some(Person::Id(value.clone())),
                ("patient" | "subject", kind) if kind != "Patient" => {
                    person = Some(Person::Id(value.rsplit('/').next().unwrap_or_default().to_owned()));
                }
                ("date", "Appointment") => asked.dates.push(value.clone()),
                ("_count", _) => asked.page_size = number(value, "_count")?.min(PAGE_MAX),
                ("_offset", _) => asked.offset = number(value, "_offset")?,
                ("_state", _) => asked.state = Some(value.clone()),
                // Whatever an entry refers to comes with it, asked for or not.
                ("_include" | "_format", _) => {}
                (other, _) => asked.ignored.push(other.to_owned()),
            }
        }
        let is_strict = |value: &str| value.split([',', ';']).any(|part| part.trim() == "handling=strict");
        let strict = headers.get_all("Prefer").iter().any(|value| value.to_str().is_ok_and(is_strict));
        if let (true, Some(name)) = (strict, asked.ignored.first()) {
            let name: String =
                name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-:.".contains(*c)).collect();
            return Err(Problem::Invalid(format!("search parameter not supported: {name}")));
        }
        asked.person =
            person.ok_or_else(|| Problem::Invalid("a search here must name one person".to_owned()))?;
        Ok(asked)
    }
}

fn nhs_number(value: &str) -> Result<NhsNumber, Problem> {
    let number = value.strip_prefix(fhir::nhs_number::SYSTEM).and_then(|rest| rest.strip_prefix('|'));
    let wrong = || Problem::Invalid("identifier is not of the NHS number system".to_owned());
    NhsNumber::parse(number.ok_or_else(wrong)?).map_err(|why| Problem::Invalid(why.to_string()))
}

/// Source: FHIR R4 2.24.0.1 (id).
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// The file itself, unless FHIR is asked for by name.
pub(super) fn wants_fhir(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types =
        accepted.flat_map(|value| value.split(',')).map(|one| one.split(';').next().unwrap_or(one));
    types.any(|one| one.trim() == "application/fhir+json")
}
