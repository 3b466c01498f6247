//! Terms, amounts and small FHIR types as JSON, in the R4 and the STU3 manner.
//! Source: HL7 FHIR R4 and STU3 (datatypes); sources, sections 1.5 and 17.

use super::as_sent::decimal;
use crate::people::facts::{Heading, Term, Value as Measured};
use serde_json::{Value, json};

/// Nothing is allowed but under break-glass. Source: IHE PCF 1.1, overarching policies.
pub(super) const BREAK_GLASS_ONLY: &str = "https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only";
pub(super) const SNOMED: &str = "http://snomed.info/sct";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
pub(super) const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
pub(super) const LABORATORY_REPORT: &str = "urn:oid:2.16.840.1.113883.2.1.4.5.5";
const DESCRIPTION: &str = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid";

/// R4: the chosen words always stand in `text`.
pub(super) fn concept(term: Term) -> Value {
    let coding = term.code.map(
        |code| json!([{ "system": SNOMED, "code": code, "display": term.preferred.unwrap_or(term.text) }]),
    );
    json!({ "coding": coding, "text": term.text })
}

/// STU3 as practices send it: the chosen synonym stands in an extension of the coding.
pub(super) fn concept_stu3(term: Term) -> Value {
    let synonym = term.preferred.map(|_| {
        json!([{ "url": DESCRIPTION, "extension": [{ "url": "descriptionDisplay", "valueString": term.text }] }])
    });
    let coding = term.code.map(|code| {
        let display = term.preferred.unwrap_or(term.text);
        json!([{ "extension": synonym, "system": SNOMED, "code": code, "display": display, "userSelected": true }])
    });
    let text = (term.code.is_none() || term.preferred.is_some()).then_some(term.text);
    json!({ "coding": coding, "text": text })
}

/// One coding of a FHIR-defined code system.
pub(super) fn coded(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

pub(super) fn snomed(code: &str, display: &str) -> Value {
    coded(SNOMED, code, display)
}

pub(super) fn identifier(system: &str, value: &str) -> Value {
    json!([{ "system": system, "value": value }])
}

pub(super) fn period(start: Option<String>, end: Option<String>) -> Value {
    json!({ "start": start, "end": end })
}

/// An amount in UCUM, the unit as printed beside the code.
pub(super) fn amount(value: f64, unit: &str) -> Value {
    let printed = if unit == "{score}" { "score" } else { unit };
    json!({ "value": decimal(value, 0), "unit": printed, "system": UCUM, "code": unit })
}

/// A laboratory value with its bound.
pub(super) fn measured(value: &Measured) -> Value {
    let Measured { value: number, places, unit, ucum, bound, .. } = *value;
    json!({ "value": decimal(number, places), "comparator": bound, "unit": unit, "system": UCUM, "code": ucum })
}

/// How much was supplied, in the words of the product.
pub(super) fn supplied(quantity: Option<(f64, &str)>) -> Value {
    quantity.map_or(Value::Null, |(value, unit)| json!({ "value": decimal(value, 0), "unit": unit }))
}

/// The laboratory's own range, open-ended where it gave one end only.
pub(super) fn reference_range(value: &Measured) -> Value {
    let end = |limit: Option<f64>| {
        limit.map(|limit| json!({ "value": decimal(limit, value.places), "unit": value.unit }))
    };
    match (value.low, value.high) {
        (None, None) => Value::Null,
        (low, high) => json!([{ "low": end(low), "high": end(high) }]),
    }
}

/// The two components of a blood pressure, mm[Hg].
pub(super) fn pressure(systolic: f64, diastolic: f64) -> Value {
    let component =
        |code: Value, value: f64| json!({ "code": code, "valueQuantity": amount(value, "mm[Hg]") });
    json!([
        component(snomed("72313002", "Systolic arterial pressure"), systolic),
        component(snomed("1091811000000102", "Diastolic arterial pressure"), diastolic),
    ])
}

/// The activities of a plan: a heading each, and what is done.
pub(super) fn activities(lines: &[Heading]) -> Value {
    let activity = |(heading, words): &Heading| {
        json!({
            "detail": { "status": "in-progress", "code": { "text": heading }, "description": words },
        })
    };
    lines.iter().map(activity).collect()
}

/// The answers of a form, numbered as they stand.
pub(super) fn answers(lines: &[Heading]) -> Value {
    let answer = |(at, (question, words)): (usize, &Heading)| {
        json!({
            "linkId": (at + 1).to_string(),
            "text": question,
            "answer": [{ "valueString": words }],
        })
    };
    lines.iter().enumerate().map(answer).collect()
}

/// Drops absent members and the containers they leave empty: FHIR knows no null.
pub(crate) fn prune(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(k, v)| (k, prune(v))).filter(|(_, v)| !is_empty(v)).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(prune).filter(|v| !is_empty(v)).collect()),
        other => other,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
