//! Takes the body of the operation, gives whose record is asked for and which areas of it; refuses what the
//! specification does not allow and remembers, for a warning, what this practice does not recognise.
//! Source: GP Connect 1.6.2, `$gpc.getstructuredrecord` (parameters, consultation and problem rules, exceptions).

use super::dates::{self, invalid};
use crate::{outcome::Problem, payload::GpParameters};
use fhir::NhsNumber;
use jiff::{ToSpan, civil::Date};
use serde_json::Value;
use std::collections::BTreeMap;

/// The areas and their parts, as this practice knows them.
mod known;
/// From what was read to what the payload wants to know.
mod areas;

use known::{Kind, Known};

/// A body that passed.
pub(super) struct Asked {
    pub(super) nhs_number: NhsNumber,
    /// What this practice did not recognise is in it, for the warning.
    pub(super) areas: GpParameters,
}

/// One area asked for, with the parts that came along.
#[derive(Debug, Default, Clone, PartialEq)]
struct Area(BTreeMap<&'static str, Part>);

/// A part's value, read by its kind.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Flag(bool),
    Day(Date),
    Period(Option<Date>, Option<Date>),
    Count(u32),
    Code(String),
}

type Areas = BTreeMap<&'static str, Area>;

pub(super) fn read(body: &[u8], today: Date) -> Result<Asked, Problem> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Problem::new("BAD_REQUEST", "the body is not JSON"))?;
    if body.get("resourceType").is_none_or(|kind| kind != "Parameters") {
        return Err(Problem::new("INVALID_RESOURCE", "the body is not a Parameters resource"));
    }
    let parameters = body.get("parameter").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let nhs_number = nhs_number(parameters)?;
    let (mut areas, mut unknown) = (Areas::new(), Vec::new());
    for parameter in parameters.iter().filter(|parameter| name_of(parameter) != "patientNHSNumber") {
        match known::area(name_of(parameter)) {
            Some(known) => insert(&mut areas, known, area(parameter, known, today, &mut unknown)?)?,
            None => unknown.push(name_of(parameter).to_owned()),
        }
    }
    check_together(&areas, today)?;
    Ok(Asked { nhs_number, areas: areas::of(&areas, unknown) })
}

fn nhs_number(parameters: &[Value]) -> Result<NhsNumber, Problem> {
    let mut named = parameters.iter().filter(|parameter| name_of(parameter) == "patientNHSNumber");
    let (Some(parameter), None) = (named.next(), named.next()) else {
        return Err(invalid("patientNHSNumber must stand once"));
    };
    let identifier = parameter.get("valueIdentifier");
    let identifier = identifier.ok_or_else(|| invalid("patientNHSNumber has no valueIdentifier"))?;
    let text = |key: &str| identifier.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("system") != fhir::nhs_number::SYSTEM {
        return Err(Problem::new("INVALID_IDENTIFIER_SYSTEM", "patientNHSNumber: not the NHS number system"));
    }
    // The wire form has no blanks, unlike what the vocabulary's reader forgives.
    let number = NhsNumber::parse(text("value")).ok().filter(|number| number.digits() == text("value"));
    number.ok_or_else(|| Problem::new("INVALID_NHS_NUMBER", "patientNHSNumber: not a valid NHS number"))
}

fn name_of(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn insert(areas: &mut Areas, known: &Known, area: Area) -> Result<(), Problem> {
    match areas.insert(known.name, area) {
        None => Ok(()),
        Some(_) => Err(invalid(format!("{} stands more than once", known.name))),
    }
}

fn area(parameter: &Value, known: &Known, today: Date, unknown: &mut Vec<String>) -> Result<Area, Problem> {
    let mut area = Area::default();
    let parts = parameter.get("part").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for sent in parts {
        let Some((name, kind)) = known.part(name_of(sent)) else {
            unknown.push(format!("{}.{}", known.name, name_of(sent)));
            continue;
        };
        if area.0.insert(name, part(sent, name, kind, today)?).is_some() {
            return Err(invalid(format!("{}.{name} stands more than once", known.name)));
        }
    }
    match known.mandatory.filter(|name| !area.0.contains_key(name)) {
        Some(missing) => Err(invalid(format!("{} has no part {missing}", known.name))),
        None => Ok(area),
    }
}

fn part(sent: &Value, name: &str, kind: Kind, today: Date) -> Result<Part, Problem> {
    let value =
        sent.get(kind.element()).ok_or_else(|| invalid(format!("{name} has no {}", kind.element())))?;
    let wrong = || invalid(format!("{name} has a value that is not allowed"));
    match kind {
        Kind::Flag => value.as_bool().map(Part::Flag).ok_or_else(wrong),
        Kind::DayPast => dates::not_after(dates::day(value, name)?, today, name).map(Part::Day),
        Kind::DayAhead => dates::not_before(dates::day(value, name)?, today, name).map(Part::Day),
        Kind::Period => dates::period(value, today, name).map(|(start, end)| Part::Period(start, end)),
        Kind::Count => {
            let count = value.as_u64().filter(|count| *count > 0).and_then(|count| u32::try_from(count).ok());
            count.map(Part::Count).ok_or_else(wrong)
        }
        Kind::Status => match value.as_str() {
            Some(code @ ("active" | "inactive")) => Ok(Part::Code(code.to_owned())),
            _ => Err(wrong()),
        },
    }
}

/// Filters that would leave holes in what consultations or problems link to.
const NOT_WITH_CONSULTATIONS: [&str; 7] = [
    "medicationSearchFromDate",
    "uncategorisedDataSearchPeriod",
    "filterStatus",
    "referralSearchPeriod",
    "diaryEntriesSearchDate",
    "includeNotGiven",
    "includeStatus",
];

fn check_together(areas: &Areas, today: Date) -> Result<(), Problem> {
    let consultations = areas.get("includeConsultations");
    let has = |area: &Area, part: &str| area.0.contains_key(part);
    if consultations
        .is_some_and(|area| has(area, "consultationSearchPeriod") && has(area, "includeNumberOfMostRecent"))
    {
        return Err(invalid("consultationSearchPeriod and includeNumberOfMostRecent stand together"));
    }
    let problems = areas.contains_key("includeProblems");
    if (consultations.is_none() && !problems) || predefined(areas, today) {
        return Ok(());
    }
    let barred =
        NOT_WITH_CONSULTATIONS.into_iter().filter(|part| consultations.is_some() || *part != "filterStatus");
    match barred.into_iter().find(|part| areas.values().any(|area| has(area, part))) {
        Some(part) => Err(invalid(format!("{part} may not stand beside consultations or problems"))),
        None => Ok(()),
    }
}

/// The two combinations the specification allows by name: the last three consultations, problems, allergies with
/// resolved ones and a year's medications; and the same with immunisations and uncategorised data.
fn predefined(areas: &Areas, today: Date) -> bool {
    let names: Vec<&str> = areas.keys().copied().collect();
    let short = ["includeAllergies", "includeConsultations", "includeMedication", "includeProblems"];
    let long = [
        "includeAllergies",
        "includeConsultations",
        "includeImmunisations",
        "includeMedication",
        "includeProblems",
        "includeUncategorisedData",
    ];
    let part = |area: &str, part: &str| areas.get(area).and_then(|area| area.0.get(part));
    let year_ago = today.checked_sub(365.days()).unwrap_or(today);
    (names == short || names == long)
        && part("includeAllergies", "includeResolvedAllergies") == Some(&Part::Flag(true))
        && part("includeConsultations", "includeNumberOfMostRecent") == Some(&Part::Count(3))
        && part("includeMedication", "medicationSearchFromDate") == Some(&Part::Day(year_ago))
        && part("includeProblems", "filterStatus").is_none()
}

#[cfg(test)]
mod tests;
