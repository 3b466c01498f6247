//! Takes the permitted categories, gives at most two requests: the safety categories without any filter, and the rest.
//! Source: GP Connect Access Record: Structured 1.6.2, getstructuredrecord parameters.

use fhir::{Category, nhs_number};
use serde_json::{Value, json};

/// One `include…` parameter, the List that answers it, and whose it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) parameter: &'static str,
    /// SNOMED CT code of the primary List.
    pub(super) list: &'static str,
    pub(super) category: Category,
    /// What the source does not share, in words, should it refuse the area.
    pub(super) words: &'static str,
}

/// One request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) areas: Vec<Area>,
}

/// Beside these the specification refuses most parts of the others.
const BARS_PARTS: [&str; 2] = ["includeConsultations", "includeProblems"];

/// The specification asks for few requests, at most two in one use.
pub(super) fn asks(permitted: &[Category]) -> Vec<Ask> {
    let of = |areas: Vec<Area>| Ask {
        areas: areas.into_iter().filter(|area| permitted.contains(&area.category)).collect(),
    };
    [of(safety()), of(rest())].into_iter().filter(|ask| !ask.areas.is_empty()).collect()
}

/// The one request that brings everything: what of it is permitted, for the states.
pub(super) fn whole(permitted: &[Category]) -> Vec<Ask> {
    let areas = asks(permitted).into_iter().flat_map(|ask| ask.areas).collect::<Vec<_>>();
    if areas.is_empty() { Vec::new() } else { vec![Ask { areas }] }
}

fn safety() -> Vec<Area> {
    vec![
        area("includeAllergies", "886921000000105", Category::Allergies, "allergies"),
        area("includeMedication", "933361000000108", Category::Medications, "medications"),
        area("includeProblems", "717711000000103", Category::Problems, "problems"),
    ]
}

fn rest() -> Vec<Area> {
    vec![
        area("includeConsultations", "1149501000000101", Category::Consultations, "consultations"),
        area("includeImmunisations", "1102181000000102", Category::Immunisations, "immunisations"),
        uncategorised(),
        area("includeInvestigations", "887191000000108", Category::Results, "investigations"),
        area("includeReferrals", "792931000000107", Category::Encounters, "referrals"),
        area("includeDiaryEntries", "714311000000108", Category::Encounters, "diary entries"),
    ]
}

/// Readings and other entries outside the areas; sharing objections stand here too.
pub(super) fn uncategorised() -> Area {
    area("includeUncategorisedData", "826501000000100", Category::Results, "uncategorised entries")
}

fn area(parameter: &'static str, list: &'static str, category: Category, words: &'static str) -> Area {
    Area { parameter, list, category, words }
}

/// The Parameters resource. No date or status filter: with consultations or problems most would be refused, and
/// filters hide.
pub(super) fn body(nhs_number: &str, areas: &[Area]) -> Value {
    let identifier = json!({ "system": nhs_number::SYSTEM, "value": nhs_number });
    let number = json!({ "name": "patientNHSNumber", "valueIdentifier": identifier });
    let parameters: Vec<Value> =
        std::iter::once(number).chain(areas.iter().map(|area| parameter(area, areas))).collect();
    json!({ "resourceType": "Parameters", "parameter": parameters })
}

fn parameter(area: &Area, beside: &[Area]) -> Value {
    let part =
        |name: &str| json!({ "name": area.parameter, "part": [{ "name": name, "valueBoolean": true }] });
    match area.parameter {
        // Mandatory, and ended allergies are wanted.
        "includeAllergies" => part("includeResolvedAllergies"),
        // A vaccination that was intended and not given says something too; refused beside these two.
        "includeImmunisations" if !beside.iter().any(|area| BARS_PARTS.contains(&area.parameter)) => {
            part("includeNotGiven")
        }
        name => json!({ "name": name }),
    }
}
