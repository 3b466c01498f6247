//! Takes the body of the care-record operation, gives whose record, which section and which period; refuses what the
//! specification does not allow.
//! Source: GP Connect 0.7.4, `$gpc.getcarerecord`; FHIR DSTU2 Parameters in JSON and XML.

use crate::{
    gp::{
        dates::{self, invalid},
        headers::Form,
        token::dstu2::NHS_NUMBER,
    },
    outcome::Problem,
    payload::{Period, RecordSection},
};
use axum::http::StatusCode;
use fhir::NhsNumber;
use serde_json::{Map, Value, json};

const SECTION: &str = "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1";

/// A body that passed.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) nhs_number: NhsNumber,
    pub(super) section: RecordSection,
    pub(super) period: Option<Period>,
}

pub(super) fn read(body: &[u8], form: Form) -> Result<Asked, Problem> {
    let parameters = match form {
        Form::Json => from_json(body)?,
        Form::Xml => from_xml(body)?,
    };
    let section = section(one(&parameters, "recordSection")?)?;
    let nhs_number = nhs_number(one(&parameters, "patientNHSNumber")?)?;
    let known = ["patientNHSNumber", "recordSection", "timePeriod"];
    if let Some(other) = parameters.iter().find(|parameter| !known.contains(&name_of(parameter))) {
        return Err(invalid(format!("{} is an unrecognised parameter", name_of(other))));
    }
    let period = parameters.iter().find(|parameter| name_of(parameter) == "timePeriod");
    let period = period.map(|parameter| time_period(parameter, section)).transpose()?;
    Ok(Asked { nhs_number, section, period })
}

fn from_json(body: &[u8]) -> Result<Vec<Value>, Problem> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Problem::new("BAD_REQUEST", "the body is not JSON"))?;
    if body.get("resourceType").is_none_or(|kind| kind != "Parameters") {
        return Err(Problem::new("INVALID_RESOURCE", "the body is not a Parameters resource"));
    }
    Ok(body.get("parameter").and_then(Value::as_array).cloned().unwrap_or_default())
}

fn from_xml(body: &[u8]) -> Result<Vec<Value>, Problem> {
    let not = || Problem::new("BAD_REQUEST", "the body is not XML");
    let text = std::str::from_utf8(body).map_err(|_| not())?;
    let document = roxmltree::Document::parse(text).map_err(|_| not())?;
    let root = document.root_element();
    if root.tag_name().name() != "Parameters" {
        return Err(Problem::new("INVALID_RESOURCE", "the body is not a Parameters resource"));
    }
    Ok(root.children().filter(|child| child.tag_name().name() == "parameter").map(element).collect())
}

/// The elements of these parameters as JSON has them; the one that repeats is `coding`.
fn element(node: roxmltree::Node<'_, '_>) -> Value {
    if let Some(value) = node.attribute("value") {
        return Value::String(value.to_owned());
    }
    let mut members = Map::new();
    for child in node.children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        let value = if name == "coding" { json!([element(child)]) } else { element(child) };
        members.insert(name.to_owned(), value);
    }
    Value::Object(members)
}

fn name_of(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn one<'a>(parameters: &'a [Value], name: &str) -> Result<&'a Value, Problem> {
    let mut named = parameters.iter().filter(|parameter| name_of(parameter) == name);
    match (named.next(), named.next()) {
        (Some(parameter), None) => Ok(parameter),
        _ => Err(invalid(format!("{name} must stand once"))),
    }
}

fn nhs_number(parameter: &Value) -> Result<NhsNumber, Problem> {
    let text = |pointer: &str| parameter.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    if text("/valueIdentifier/system") != NHS_NUMBER {
        let says = "patientNHSNumber: not the NHS number system of this version";
        return Err(Problem::new("INVALID_IDENTIFIER_SYSTEM", says));
    }
    let value = text("/valueIdentifier/value");
    let number = NhsNumber::parse(value).ok().filter(|number| number.digits() == value);
    number.ok_or_else(|| Problem::new("INVALID_NHS_NUMBER", "patientNHSNumber: not a valid NHS number"))
}

fn section(parameter: &Value) -> Result<RecordSection, Problem> {
    let codings = parameter.pointer("/valueCodeableConcept/coding").and_then(Value::as_array);
    let [coding] = codings.map(Vec::as_slice).unwrap_or_default() else {
        return Err(invalid("recordSection: one coding, no more"));
    };
    let text = |key: &str| coding.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("system") != SECTION {
        return Err(Problem::new(
            "INVALID_IDENTIFIER_SYSTEM",
            "recordSection: not the system of record sections",
        ));
    }
    RecordSection::parse(text("code")).ok_or_else(|| invalid("recordSection: no such section"))
}

/// Whole days; unlike the structured record's they may lie ahead.
fn time_period(parameter: &Value, section: RecordSection) -> Result<Period, Problem> {
    if !section.takes_period() {
        let says = "timePeriod is not allowed for this section";
        return Err(invalid(says).with_status(StatusCode::BAD_REQUEST));
    }
    let value = parameter.get("valuePeriod").ok_or_else(|| invalid("timePeriod has no valuePeriod"))?;
    let side =
        |side: &str| value.get(side).map(|text| dates::day(text, &format!("timePeriod.{side}"))).transpose();
    match (side("start")?, side("end")?) {
        (None, None) => Err(invalid("timePeriod has neither start nor end")),
        (Some(start), Some(end)) if start > end => Err(invalid("timePeriod starts after it ends")),
        (start, end) => Ok(Period { start, end }),
    }
}
