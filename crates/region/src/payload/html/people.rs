//! The person, the usual GP, the practice and its system, as DSTU2 had them: names are arrays, a GP is a `careProvider`.
//! Source: gpconnect-patient-1, -practitioner-1, -organization-1, -device-1; CareConnect-GPC profiles of older systems.

use crate::payload::{gp_connect::USUAL_GP, shelf::Shelf};
use crate::people::{HtmlSystem, partner::Partner};
use serde_json::{Value, json};

/// Where this kind of system takes its identifiers from: older ones use those of the next version.
struct Systems {
    nhs_number: &'static str,
    ods: &'static str,
    user: &'static str,
    profiles: &'static str,
}

impl Systems {
    fn of(system: HtmlSystem) -> Self {
        match system {
            HtmlSystem::Older => Self {
                nhs_number: fhir::nhs_number::SYSTEM,
                ods: fhir::ods::SYSTEM,
                user: "https://fhir.nhs.uk/Id/sds-user-id",
                profiles: "https://fhir.nhs.uk/StructureDefinition/CareConnect-GPC-",
            },
            HtmlSystem::Current | HtmlSystem::WithoutAdministration => Self {
                nhs_number: "http://fhir.nhs.net/Id/nhs-number",
                ods: "http://fhir.nhs.net/Id/ods-organization-code",
                user: "http://fhir.nhs.net/sds-user-id",
                profiles: "http://fhir.nhs.net/StructureDefinition/gpconnect-",
            },
        }
    }

    fn profile(&self, kind: &str) -> Value {
        let kind =
            if self.profiles.contains("CareConnect") { kind.to_owned() } else { kind.to_ascii_lowercase() };
        json!({ "profile": [format!("{}{kind}-1", self.profiles)] })
    }
}

pub(super) fn all(shelf: &Shelf<'_>, system: HtmlSystem) -> [Value; 4] {
    let systems = Systems::of(system);
    [
        patient(shelf, &systems),
        practitioner(shelf, &systems),
        organization(shelf, &systems),
        device(shelf, &systems),
    ]
}

fn patient(shelf: &Shelf<'_>, systems: &Systems) -> Value {
    let person = shelf.person;
    let mistake = person.story_facts.mistakes.iter().find(|mistake| mistake.at == Partner::Gp);
    let birth_date = mistake.and_then(|mistake| mistake.birth_date).unwrap_or(person.birth_date);
    json!({
        "resourceType": "Patient",
        "id": shelf.patient_id(),
        "meta": systems.profile("Patient"),
        "identifier": [{ "system": systems.nhs_number, "value": person.nhs_number.digits() }],
        "active": true,
        "name": [{
            "use": "official",
            "text": format!("{} {}", person.given.join(" "), person.family),
            "family": [person.family],
            "given": person.given,
            "prefix": person.title.iter().collect::<Vec<_>>(),
        }],
        "telecom": [{ "system": "phone", "value": person.telephone }],
        "gender": person.gender,
        "birthDate": birth_date.to_string(),
        "deceasedDateTime": person.deceased.map(|day| day.to_string()),
        "address": [{ "use": "home", "type": "physical", "line": person.address, "postalCode": person.postcode }],
        "careProvider": [{ "reference": format!("Practitioner/{}", usual_gp(shelf)) }],
        "managingOrganization": shelf.organization(),
    })
}

fn usual_gp(shelf: &Shelf<'_>) -> String {
    shelf.shared_id("Practitioner", USUAL_GP)
}

fn practitioner(shelf: &Shelf<'_>, systems: &Systems) -> Value {
    let id = usual_gp(shelf);
    let (family, given) = ("Marsh", "Helen");
    json!({
        "resourceType": "Practitioner",
        "id": id,
        "meta": systems.profile("Practitioner"),
        "identifier": [{ "system": systems.user, "value": format!("D{}", id.get(..8).unwrap_or_default()) }],
        "name": { "use": "usual", "text": USUAL_GP, "family": [family], "given": [given], "prefix": ["Dr"] },
        "practitionerRole": [{
            "managingOrganization": shelf.organization(),
            "role": { "coding": [{
                "system": "http://fhir.nhs.net/ValueSet/sds-job-role-name-1",
                "code": "R0260",
                "display": "General Medical Practitioner",
            }] },
        }],
    })
}

fn organization(shelf: &Shelf<'_>, systems: &Systems) -> Value {
    let practice = shelf.person.practice_profile();
    json!({
        "resourceType": "Organization",
        "id": shelf.shared_id("Organization", ""),
        "meta": systems.profile("Organization"),
        "identifier": [{ "system": systems.ods, "value": shelf.ods() }],
        "name": practice.map(|practice| practice.name),
        "telecom": practice.map(|practice| json!([{ "system": "phone", "value": practice.telephone }])),
    })
}

fn device(shelf: &Shelf<'_>, systems: &Systems) -> Value {
    json!({
        "resourceType": "Device",
        "id": shelf.shared_id("Device", ""),
        "meta": systems.profile("Device"),
        "identifier": [{ "system": "https://example-gp-system.test/devices", "value": shelf.ods() }],
        "type": { "coding": [{
            "system": "http://snomed.info/sct",
            "code": "462240000",
            "display": "Patient health record information system",
        }] },
        "manufacturer": "Region simulator",
        "model": "Practice system simulator",
        "version": env!("CARGO_PKG_VERSION"),
        "owner": shelf.organization(),
    })
}

/// The record is written by no person.
pub(super) fn device_reference(shelf: &Shelf<'_>) -> Value {
    json!({ "reference": format!("Device/{}", shelf.shared_id("Device", "")) })
}
