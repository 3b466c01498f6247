//! Takes the id of the patient who is open in the host, gives the person as the host's own server holds them; refuses another
//! patient's answer, and an answer without number, name, birth date or gender (HAZ-001).
//! Source: FHIR R4, Patient; UK Core; SMART App Launch 2.2, launch context.

use super::Smart;
use crate::{
    Refusal,
    jwt::{self, Fault},
    launch::{
        Person,
        oidc::{self, Failure, Tokens},
    },
};
use fhir::{FhirDate, Json, NhsNumber, Object, OdsCode, date::Precision};

/// A larger patient is not read.
const SIZE_MAX: usize = 256 * 1024;
pub(super) const FHIR_JSON: &str = "application/fhir+json";

pub(super) async fn read(
    smart: &Smart,
    tokens: &Tokens,
    id: &str,
    training: bool,
) -> Result<Person, Failure> {
    let wanted = (format!("{}/Patient/{id}", smart.iss), FHIR_JSON, SIZE_MAX);
    let text = oidc::get(&smart.provider, tokens, wanted).await;
    let text = text.ok_or_else(|| Failure::unreachable("Patient"))?;
    let patient = Json::of(&text).object().ok_or_else(|| Failure::unreachable("Patient"))?;
    let is_it = patient.text("resourceType").as_deref() == Some("Patient")
        && patient.text("id").as_deref() == Some(id);
    if !is_it {
        return Err(Failure::not_accepted("Patient.id"));
    }
    let person = person(&patient).map_err(Failure::incomplete)?;
    // Said as for a person nobody knows: whether a number is a test number is nobody's business.
    if person.nhs_number.is_test() == training {
        Ok(person)
    } else {
        Err(Failure::new(Refusal::NoSharedRecord, "test number"))
    }
}

fn person(patient: &Object<'_>) -> Result<Person, Fault> {
    let names = patient.objects("name");
    let of_use = |wanted: &str| names.iter().find(|name| name.text("use").as_deref() == Some(wanted));
    let name = of_use("official").or_else(|| of_use("usual")).or_else(|| names.first());
    let name = name.ok_or(Fault("Patient.name"))?;
    let given: Result<Vec<String>, Fault> = name
        .items("given")
        .into_iter()
        .take(16)
        .map(|given| jwt::clean(given, "Patient.name.given"))
        .collect();
    let given = given?;
    if given.is_empty() {
        return Err(Fault("Patient.name.given"));
    }
    let gender = jwt::text(patient, "gender", "Patient.gender")?;
    if !["male", "female", "other", "unknown"].contains(&gender.as_str()) {
        return Err(Fault("Patient.gender"));
    }
    Ok(Person {
        nhs_number: nhs_number(patient)?,
        birth_date: birth_date(patient)?,
        family: jwt::text(name, "family", "Patient.name.family")?,
        given,
        gender,
        gp_ods: practice(patient),
        sensitive: is_sensitive(patient),
    })
}

/// Two numbers are two people until somebody says otherwise.
fn nhs_number(patient: &Object<'_>) -> Result<NhsNumber, Fault> {
    const AT: &str = "Patient.identifier";
    let identifiers = patient.objects("identifier");
    let mut ours = identifiers
        .iter()
        .filter(|identifier| identifier.text("system").as_deref() == Some(fhir::nhs_number::SYSTEM));
    let number = ours.next().ok_or(Fault(AT))?;
    if ours.next().is_some() {
        return Err(Fault(AT));
    }
    NhsNumber::parse(&jwt::text(number, "value", AT)?).map_err(|_| Fault(AT))
}

fn birth_date(patient: &Object<'_>) -> Result<FhirDate, Fault> {
    const AT: &str = "Patient.birthDate";
    let date = FhirDate::parse(&jwt::text(patient, "birthDate", AT)?);
    if matches!(date.precision(), Precision::Day(_)) { Ok(date) } else { Err(Fault(AT)) }
}

/// Only compared with the national one; whatever is unclear is none.
fn practice(patient: &Object<'_>) -> Option<OdsCode> {
    let practices = patient.objects("generalPractitioner");
    let mut identifiers = practices.iter().filter_map(|practice| practice.object("identifier"));
    let ours = identifiers.find(|id| id.text("system").as_deref() == Some(fhir::ods::SYSTEM))?;
    OdsCode::parse(ours.text("value")?.trim()).ok()
}

/// The host's own flag: restricted, or very restricted (HAZ-023).
fn is_sensitive(patient: &Object<'_>) -> bool {
    let labels = patient.object("meta").map(|meta| meta.objects("security")).unwrap_or_default();
    labels.iter().any(|label| matches!(label.text("code").as_deref(), Some("R" | "V")))
}
