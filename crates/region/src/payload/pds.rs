//! A person as PDS knows them. Shows no place of a restricted person (HAZ-023).
//! Source: Personal Demographics Service FHIR R4; sources, section 4.

use super::wire::{ODS, prune};
use crate::people::Person;
use fhir::nhs_number;
use serde_json::{Value, json};

const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition";
const UK_CORE_CODES: &str = "https://fhir.hl7.org.uk/CodeSystem";

/// The id is the current number even where a superseded one was asked: that is all PDS says about it
/// (HAZ-005).
pub(super) fn patient(person: &Person) -> Value {
    let current = person.nhs_number.digits();
    let (security, security_name) =
        if person.restricted { ("R", "restricted") } else { ("U", "unrestricted") };
    let mut patient = json!({
        "resourceType": "Patient",
        "id": current,
        "identifier": [{
            "system": nhs_number::SYSTEM,
            "value": current,
            "extension": [verified()],
        }],
        "meta": {
            "versionId": "2",
            "security": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                "code": security,
                "display": security_name,
            }],
        },
        "name": names(person),
        "gender": person.gender,
        "birthDate": person.birth_date.to_string(),
        "deceasedDateTime": person.deceased.map(|day| format!("{day}T00:00:00+00:00")),
        "extension": person.deceased.map(|day| json!([death_notification(&format!("{day}T00:00:00+00:00"))])),
    });
    if !person.restricted {
        add_places(&mut patient, person);
    }
    prune(patient)
}

/// Status 01: present and verified.
pub(super) fn verified() -> Value {
    json!({
        "url": format!("{UK_CORE}/Extension-UKCore-NHSNumberVerificationStatus"),
        "valueCodeableConcept": { "coding": [{
            "system": format!("{UK_CORE_CODES}/UKCore-NHSNumberVerificationStatus"),
            "version": "1.0.0",
            "code": "01",
            "display": "Number present and verified",
        }] },
    })
}

fn names(person: &Person) -> Value {
    let usual = json!({
        "id": "usual",
        "use": "usual",
        "period": { "start": "2001-01-01" },
        "given": person.given,
        "family": person.family,
        "prefix": person.title.iter().collect::<Vec<_>>(),
    });
    let preferred =
        person.preferred.as_ref().map(|name| json!({ "id": "nick", "use": "nickname", "given": [name] }));
    json!([usual, preferred])
}

fn death_notification(at: &str) -> Value {
    json!({
        "url": format!("{UK_CORE}/Extension-UKCore-DeathNotificationStatus"),
        "extension": [
            {
                "url": "deathNotificationStatus",
                "valueCodeableConcept": { "coding": [{
                    "system": format!("{UK_CORE_CODES}/UKCore-DeathNotificationStatus"),
                    "version": "1.0.0",
                    "code": "2",
                    "display": "Formal - death notice received from Registrar of Deaths",
                }] },
            },
            { "url": "systemEffectiveDate", "valueDateTime": at },
        ],
    })
}

fn add_places(patient: &mut Value, person: &Person) {
    let Some(members) = patient.as_object_mut() else { return };
    members.insert(
        "address".into(),
        json!([{
            "id": "home",
            "use": "home",
            "period": { "start": "2001-01-01" },
            "line": person.address,
            "postalCode": person.postcode,
        }]),
    );
    members.insert(
        "telecom".into(),
        json!([{
            "id": "home",
            "use": "home",
            "system": "phone",
            "value": person.telephone,
            "period": { "start": "2001-01-01" },
        }]),
    );
    members.insert(
        "generalPractitioner".into(),
        json!([{
            "id": "registered",
            "type": "Organization",
            "identifier": { "system": ODS, "value": person.practice, "period": { "start": "2001-01-01" } },
        }]),
    );
}
