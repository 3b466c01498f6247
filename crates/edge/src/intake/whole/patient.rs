//! Takes a FHIR Patient, STU3 or R4, says whose it is: an NHS number counts where its sender says that it was present and
//! verified (HAZ-042), and two numbers count as none (HAZ-005).
//! Source: UK Core and Care Connect NHSNumberVerificationStatus; sources.md 4, 9.2, 16.

use crate::format::Demographics;
use crate::unit::{LocalId, Untraced, Whose};
use fhir::nhs_number::SYSTEM;
use fhir::{NhsNumber, Object};

/// The words of both generations for "number present and verified".
const VERIFIED: [&str; 2] = ["01", "number-present-and-verified"];

/// The person, or why it is not sure who. Of several Patients each must carry the number: one without could be anybody.
pub(crate) fn whose(patients: &[Object<'_>]) -> Whose {
    let identifiers: Vec<Vec<Object<'_>>> =
        patients.iter().map(|patient| patient.objects("identifier")).collect();
    let has_number = |own: &&Vec<Object<'_>>| own.iter().any(|one| number(one).is_some());
    let numbered = identifiers.iter().filter(has_number).count();
    if numbered > 0 && numbered < patients.len() {
        return Whose::Untraced(Untraced::Several);
    }
    whose_number(&identifiers.concat())
}

/// The same, from identifiers alone.
pub(crate) fn whose_number(identifiers: &[Object<'_>]) -> Whose {
    let found: Vec<Found> = identifiers.iter().filter_map(number).collect();
    let mut known: Vec<&NhsNumber> = found.iter().filter_map(|one| one.number.as_ref().ok()).collect();
    known.sort();
    known.dedup();
    match known.as_slice() {
        [] if found.is_empty() => Whose::Untraced(Untraced::NoNumber),
        [] => Whose::Untraced(Untraced::NotANumber),
        [one] if found.iter().any(|found| found.is_verified && found.number.as_ref().ok() == Some(*one)) => {
            Whose::Person((*one).clone())
        }
        [_] => Whose::Untraced(Untraced::NotVerified),
        _ => Whose::Untraced(Untraced::Several),
    }
}

/// An identifier that stands for an NHS number.
struct Found {
    number: Result<NhsNumber, fhir::nhs_number::NotAnNhsNumber>,
    is_verified: bool,
}

fn number(identifier: &Object<'_>) -> Option<Found> {
    let is_number = identifier.text("system").is_some_and(|system| system.trim() == SYSTEM);
    let value = identifier.text("value").filter(|value| is_number && !value.trim().is_empty())?;
    Some(Found { number: NhsNumber::parse(value.trim()), is_verified: is_verified(identifier) })
}

/// The sender's own names of a person: identifiers with a system, but for the NHS number.
pub(crate) fn local(patient: &Object<'_>) -> Vec<LocalId> {
    let identifiers = patient.objects("identifier");
    let own = |identifier: &Object<'_>| {
        let (system, value) = (identifier.text("system")?, identifier.text("value")?);
        let (authority, id) = (system.trim().to_owned(), value.trim().to_owned());
        (authority != SYSTEM && !authority.is_empty() && !id.is_empty()).then_some(LocalId { authority, id })
    };
    identifiers.iter().filter_map(own).collect()
}

fn is_verified(identifier: &Object<'_>) -> bool {
    let status = |extension: &&Object<'_>| {
        extension
            .text("url")
            .is_some_and(|url| url.to_ascii_lowercase().contains("nhsnumberverificationstatus"))
    };
    let extensions = identifier.objects("extension");
    let concepts = extensions.iter().filter(status).filter_map(|extension| {
        extension.object("valueCodeableConcept").map(|concept| concept.objects("coding"))
    });
    let codes = concepts.flatten().filter_map(|coding| coding.text("code").map(|code| code.into_owned()));
    codes.into_iter().any(|code| VERIFIED.contains(&code.trim()))
}

/// What is known of the person.
pub(crate) fn demographics(patient: &Object<'_>) -> Demographics {
    let names = patient.objects("name");
    let is_official = |name: &&Object<'_>| name.text("use").as_deref() == Some("official");
    let name = names.iter().find(is_official).or(names.first());
    let owned = |text: std::borrow::Cow<'_, str>| text.into_owned();
    let given = name.map(|name| name.items("given")).unwrap_or_default();
    Demographics {
        family: name.and_then(|name| name.text("family")).map(owned),
        given: given.into_iter().filter_map(|given| given.text().map(owned)).collect(),
        birth_date: patient.text("birthDate").map(owned),
        gender: patient.text("gender").and_then(|gender| gender_of(&gender)),
        deceased: patient.text("deceasedDateTime").map(owned),
    }
}

fn gender_of(code: &str) -> Option<&'static str> {
    ["male", "female", "other", "unknown"].into_iter().find(|known| *known == code.trim())
}
