//! Takes the parameters of the searches, gives the NHS number or which documents are wanted; every parameter that is
//! missing, doubled or of another form is refused by its name.
//! Source: GP Connect 1.6.2, Access Document: find a patient, search for patient documents.

use crate::{gp::dates::invalid, outcome::Problem, payload::WantedDocuments};
use fhir::NhsNumber;
use jiff::civil::Date;

type Pairs = [(String, String)];

/// All five or nothing.
const MANDATORY: [(&str, &str); 5] = [
    ("_include", "DocumentReference:subject:Patient"),
    ("_include", "DocumentReference:custodian:Organization"),
    ("_include", "DocumentReference:author:Organization"),
    ("_include", "DocumentReference:author:Practitioner"),
    ("_revinclude:recurse", "PractitionerRole:practitioner"),
];

pub(super) fn nhs_number(asked: &Pairs) -> Result<NhsNumber, Problem> {
    let [(name, value)] = asked else {
        return Err(invalid("the one parameter of this search is identifier"));
    };
    if name != "identifier" {
        return Err(invalid("the one parameter of this search is identifier"));
    }
    let system = format!("{}|", fhir::nhs_number::SYSTEM);
    let digits = value
        .strip_prefix(&system)
        .ok_or_else(|| Problem::new("INVALID_IDENTIFIER_SYSTEM", "identifier: not the NHS number system"))?;
    let number = NhsNumber::parse(digits).ok().filter(|number| number.digits() == digits);
    number.ok_or_else(|| Problem::new("INVALID_NHS_NUMBER", "identifier: not a valid NHS number"))
}

pub(super) fn documents(asked: &Pairs) -> Result<WantedDocuments, Problem> {
    for (name, value) in MANDATORY {
        if !asked.iter().any(|(sent, content)| sent == name && content == value) {
            return Err(invalid(format!("Missing mandatory {name} parameter {name}={value}")));
        }
    }
    let mut wanted = WantedDocuments::default();
    for (name, value) in asked {
        let mandatory = MANDATORY.iter().any(|(known, content)| name == known && value == content);
        match name.as_str() {
            _ if mandatory => {}
            "created" => created(&mut wanted, value)?,
            "author" => once(&mut wanted.author, author(value)?, name)?,
            "description" => once(&mut wanted.description, value.to_lowercase(), name)?,
            other => return Err(invalid(format!("{other} is not a parameter of this search"))),
        }
    }
    Ok(wanted)
}

/// At most one of each side; nothing but these two.
fn created(wanted: &mut WantedDocuments, value: &str) -> Result<(), Problem> {
    let day = |text: &str| -> Result<Date, Problem> {
        let whole = text.len() == 10;
        text.parse().ok().filter(|_| whole).ok_or_else(|| invalid("created is not a whole date"))
    };
    match (value.strip_prefix("ge"), value.strip_prefix("le")) {
        (Some(from), _) => once(&mut wanted.created.start, day(from)?, "created ge"),
        (_, Some(until)) => once(&mut wanted.created.end, day(until)?, "created le"),
        _ => Err(invalid("created has no prefix ge or le")),
    }
}

fn author(value: &str) -> Result<String, Problem> {
    let system = format!("{}|", fhir::ods::SYSTEM);
    let code = value.strip_prefix(&system).filter(|code| !code.is_empty());
    code.map(str::to_owned).ok_or_else(|| invalid("author search parameter is not an ODS code"))
}

fn once<T>(slot: &mut Option<T>, value: T, name: &str) -> Result<(), Problem> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(invalid(format!("{name} stands more than once"))),
    }
}
