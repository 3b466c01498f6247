//! Patient and Organization as this trust has them, its mistakes included.
//! Source: CareConnect-Patient-1, CareConnect-Organization-1.

use super::{extension, meta};
use crate::payload::{
    shelf::Shelf,
    wire::{ODS, coded, identifier},
};
use fhir::nhs_number;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) {
    let (person, id) = (shelf.person, shelf.patient_id());
    let mistake = person.story_facts.mistakes.iter().find(|mistake| mistake.at == shelf.partner);
    let given = match mistake.and_then(|mistake| mistake.given) {
        Some(wrong) => vec![wrong.to_owned()],
        None => person.given.clone(),
    };
    let birth_date = mistake.and_then(|mistake| mistake.birth_date).unwrap_or(person.birth_date);
    let own = shelf.business(&id);
    let patient = json!({
        "resourceType": "Patient",
        "id": id,
        "meta": meta("Patient"),
        "identifier": [number(person.nhs_number.digits()), own.get(0)],
        "active": true,
        "name": [{
            "use": "official",
            "family": person.family,
            "given": given,
            "prefix": person.title.iter().collect::<Vec<_>>(),
        }],
        "telecom": [{ "system": "phone", "value": person.telephone, "use": "home" }],
        "gender": person.gender,
        "birthDate": birth_date.to_string(),
        "deceasedDateTime": person.deceased.map(|day| day.to_string()),
        "address": [{ "use": "home", "line": person.address, "postalCode": person.postcode }],
        "managingOrganization": shelf.organization(),
    });
    shelf.put(patient);
    organization(shelf);
}

fn number(digits: &str) -> Value {
    let system = "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-NHSNumberVerificationStatus-1";
    json!({
        "extension": [{
            "url": extension("NHSNumberVerificationStatus"),
            "valueCodeableConcept": coded(system, "01", "Number present and verified"),
        }],
        "system": nhs_number::SYSTEM,
        "value": digits,
    })
}

fn organization(shelf: &mut Shelf<'_>) {
    let profile = shelf.partner.profile();
    let resource = json!({
        "resourceType": "Organization",
        "id": shelf.shared_id("Organization", ""),
        "meta": meta("Organization"),
        "identifier": identifier(ODS, profile.ods),
        "name": profile.name,
        "telecom": [{ "system": "phone", "value": profile.telephone }],
    });
    shelf.put(resource);
}
