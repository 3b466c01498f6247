//! Takes a search's parameters, gives the matches and what to include with them. A parameter this server does not know
//! refuses a strict search and is named in an outcome entry of a lenient one.
//! Source: FHIR R4 section 3.1.1 (search), `Prefer: handling`.

use super::{
    held::{Held, Resource, Store},
    kinds::Kind,
    partner::Partner,
};
use crate::outcome::Problem;
use axum::http::StatusCode;
use fhir::NhsNumber;
use serde_json::Value;
use std::sync::Arc;

/// More than this on a page is more than this server sends.
const PAGE_MAX: usize = 100;

/// A search as it arrived.
pub(super) struct Asked<'a> {
    pub(super) parameters: &'a [(String, String)],
    pub(super) strict: bool,
}

/// What a search found, and where in it the asker is.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) kind: &'static Kind,
    /// `None`: nobody here by that name.
    pub(super) held: Option<Arc<Held>>,
    /// Places of the matches in [`Held::resources`], in the order held.
    pub(super) matches: Arc<Vec<usize>>,
    pub(super) includes: Vec<&'static [&'static str]>,
    pub(super) ignored: Vec<String>,
    /// The parameters that took effect, as they were given, but for a person's number.
    pub(super) used: Vec<(String, String)>,
    /// What this page goes by, if it is not the first.
    pub(super) token: Option<String>,
    /// What the first page goes by, once something leads back to it.
    pub(super) first: Option<String>,
    pub(super) page_size: usize,
    pub(super) offset: usize,
}

pub(super) fn run(
    store: &Store,
    partner: &Partner,
    kind: &'static Kind,
    asked: &Asked<'_>,
) -> Result<Found, Problem> {
    let mut found = Found {
        kind,
        held: None,
        matches: Arc::default(),
        includes: Vec::new(),
        ignored: Vec::new(),
        used: Vec::new(),
        token: None,
        first: None,
        page_size: partner.page_size,
        offset: 0,
    };
    let mut filters = Vec::new();
    let mut named = false;
    for (name, value) in asked.parameters {
        let ignored_before = found.ignored.len();
        match name.as_str() {
            "_count" => found.page_size = page_size(value)?,
            "_format" => {}
            "_include" => match include(kind, value) {
                Some(path) => found.includes.push(path),
                None => found.ignored.push(format!("_include={value}")),
            },
            own if !kind.parameters.contains(&own) => found.ignored.push(own.to_owned()),
            "identifier" | "patient.identifier" | "patient" | "_id" => {
                named = true;
                found.held = who(store, name, value)?;
            }
            own => filters.push((own, value.as_str())),
        }
        // A number that names a person stands in no link, though the search was by it (HAZ-049).
        if found.ignored.len() == ignored_before && !name.ends_with("identifier") {
            found.used.push((name.clone(), value.clone()));
        }
    }
    if let (true, Some(name)) = (asked.strict, found.ignored.first()) {
        return Err(not_supported(name));
    }
    if !named {
        return Err(Problem::new("BAD_REQUEST", "a search here must name one person"));
    }
    found.matches = Arc::new(matches(&found, &filters));
    Ok(found)
}

fn not_supported(name: &str) -> Problem {
    let problem = Problem::new("NOT_SUPPORTED", format!("search parameter not supported: {name}"));
    problem.with_status(StatusCode::BAD_REQUEST)
}

fn page_size(value: &str) -> Result<usize, Problem> {
    let size: usize = value.parse().map_err(|_| Problem::new("BAD_REQUEST", "_count is not a number"))?;
    Ok(size.min(PAGE_MAX))
}

fn include(kind: &Kind, value: &str) -> Option<&'static [&'static str]> {
    let name = value.strip_prefix(kind.name)?.strip_prefix(':')?;
    // A third part, the target type, narrows nothing here: every reference has one type.
    let name = name.split(':').next()?;
    kind.includes.iter().find(|(known, _)| *known == name).map(|(_, path)| *path)
}

/// `identifier` and `patient.identifier` are `system|value`; `patient` is an id, relative or absolute reference; `_id` is an id.
fn who(store: &Store, name: &str, value: &str) -> Result<Option<Arc<Held>>, Problem> {
    if !name.ends_with("identifier") {
        return Ok(store.by_id(value.rsplit('/').next().unwrap_or_default()));
    }
    let number = value.strip_prefix(fhir::nhs_number::SYSTEM).and_then(|rest| rest.strip_prefix('|'));
    let number =
        number.ok_or_else(|| Problem::new("BAD_REQUEST", "identifier is not of the NHS number system"))?;
    Ok(NhsNumber::parse(number).ok().and_then(|number| store.by_number(&number)))
}

fn matches(found: &Found, filters: &[(&str, &str)]) -> Vec<usize> {
    let Some(held) = &found.held else { return Vec::new() };
    let fits = |resource: &Resource| {
        let resource = &resource.value;
        resource.get("resourceType").is_some_and(|kind| kind == found.kind.name)
            && filters.iter().all(|(name, value)| passes(resource, name, value))
    };
    held.resources.iter().enumerate().filter(|(_, one)| fits(one)).map(|(place, _)| place).collect()
}

fn passes(resource: &Value, name: &str, value: &str) -> bool {
    match name {
        "category" | "scope" => value.split(',').any(|wanted| has_code(resource.get(name), wanted)),
        "date" => starts_as_wanted(resource.get("start"), value),
        _ => true,
    }
}

/// `code` or `system|code` among the codings of one or several concepts.
fn has_code(concepts: Option<&Value>, wanted: &str) -> bool {
    let (system, code) = wanted.split_once('|').map_or((None, wanted), |(system, code)| (Some(system), code));
    let fits = |coding: &Value| {
        coding.get("code").is_some_and(|own| own == code)
            && system.is_none_or(|wanted| coding.get("system").is_some_and(|own| own == wanted))
    };
    let codings = each(concepts).flat_map(|concept| each(concept.get("coding")));
    codings.into_iter().any(fits)
}

/// An array's members, or the lone value itself.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Some(Value::Array(many)) => (many.as_slice(), None),
        one => (&[][..], one),
    };
    many.iter().chain(one)
}

/// Compares days only; FHIR's `ge` and `le` prefixes, no prefix meaning that day.
fn starts_as_wanted(start: Option<&Value>, wanted: &str) -> bool {
    let day = |text: &str| text.get(..10).map(str::to_owned);
    let Some(start) = start.and_then(Value::as_str).and_then(day) else { return false };
    match wanted.split_at_checked(2) {
        Some(("ge", bound)) => day(bound).is_some_and(|bound| start >= bound),
        Some(("le", bound)) => day(bound).is_some_and(|bound| start <= bound),
        _ => day(wanted).is_some_and(|wanted| start == wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::passes;
    use serde_json::json;

    #[test]
    fn categories_match_by_code_or_system_and_code_in_one_concept_or_several() {
        let many = json!({"category": [{"coding": [{"system": "s", "code": "vital-signs"}]}, {"text": "x"}]});
        let one = json!({"scope": {"coding": [{"system": "s", "code": "patient-privacy"}]}});
        assert!(
            passes(&many, "category", "vital-signs") && passes(&many, "category", "laboratory,s|vital-signs")
        );
        assert!(!passes(&many, "category", "t|vital-signs") && !passes(&many, "category", "laboratory"));
        assert!(passes(&one, "scope", "patient-privacy") && !passes(&json!({}), "scope", "patient-privacy"));
    }

    #[test]
    fn appointments_are_found_from_a_day_up_to_a_day_or_on_it() {
        let appointment = json!({"start": "2026-03-10T09:30:00Z"});
        for wanted in ["ge2026-03-10", "ge2026-03-09T00:00:00Z", "le2026-03-10", "2026-03-10"] {
            assert!(passes(&appointment, "date", wanted), "{wanted}");
        }
        for wanted in ["ge2026-03-11", "le2026-03-09", "2026-03-11", "ge", "", "gé", "ge2026-03"] {
            assert!(!passes(&appointment, "date", wanted), "{wanted}");
        }
        assert!(!passes(&json!({}), "date", "ge2026-01-01"));
    }
}
