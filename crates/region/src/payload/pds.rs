//! A person as PDS knows them. Shows no place of a restricted person (HAZ-023).
//! Source: Personal Demographics Service FHIR R4; sources, section 4.

use super::wire::{ODS, prune};
use crate::people::{Person, facts::National, when::When};
use fhir::nhs_number;
use jiff::civil::Date;
use serde_json::{Value, json};

const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition";
const UK_CORE_CODES: &str = "https://fhir.hl7.org.uk/CodeSystem";

/// The id is the current number even where a superseded one was asked: that is all PDS says about it
/// (HAZ-005).
pub(super) fn patient(person: &Person, today: Date) -> Value {
    let current = person.nhs_number.digits();
    let national = &person.story_facts.national;
    let (security, security_name) = match (person.restricted, national.very_restricted) {
        (_, true) => ("V", "very restricted"),
        (true, false) => ("R", "restricted"),
        (false, false) => ("U", "unrestricted"),
    };
    let mut patient = json!({
        "resourceType": "Patient",
        "id": current,
        "identifier": [{
            "system": nhs_number::SYSTEM,
            "value": current,
            "extension": [verification(national)],
        }],
        "meta": {
            "versionId": "2",
            "security": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                "code": security,
                "display": security_name,
            }],
        },
        "name": (!national.minimal).then(|| names(person)),
        "gender": person.gender,
        "birthDate": person.birth_date.to_string(),
        "deceasedDateTime": person.deceased.map(|day| format!("{day}T00:00:00+00:00")),
        "extension": extensions(person, today),
    });
    if security == "U" && !national.minimal {
        add_places(&mut patient, person, today);
    }
    prune(patient)
}

fn extensions(person: &Person, today: Date) -> Value {
    let national = &person.story_facts.national;
    let death = person.deceased.map(|day| death_notification(&format!("{day}T00:00:00+00:00"), national));
    let removal = national.left.map(|(days, code, display)| {
        let on = When::Day(days).instant(today);
        json!({
            "url": format!("{UK_CORE}/Extension-PDS-RemovalFromRegistration"),
            "extension": [
                { "url": "removalFromRegistrationCode", "valueCodeableConcept": { "coding": [{
                    "system": "https://fhir.nhs.uk/CodeSystem/PDS-RemovalReasonExitCode",
                    "code": code,
                    "display": display,
                }] } },
                { "url": "effectiveTime", "valuePeriod": { "start": on } },
            ],
        })
    });
    json!([death, removal])
}

/// Status 01: present and verified.
pub(super) fn verified() -> Value {
    verification(&National::default())
}

fn verification(national: &National) -> Value {
    let (code, display) = national.status.unwrap_or(("01", "Number present and verified"));
    json!({
        "url": format!("{UK_CORE}/Extension-UKCore-NHSNumberVerificationStatus"),
        "valueCodeableConcept": { "coding": [{
            "system": format!("{UK_CORE_CODES}/UKCore-NHSNumberVerificationStatus"),
            "version": "1.0.0",
            "code": code,
            "display": display,
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

fn death_notification(at: &str, national: &National) -> Value {
    let (code, display) = if national.informal_death {
        (
            "1",
            "Informal - death notice received via an update from a local NHS Organisation such as GP or Trust",
        )
    } else {
        ("2", "Formal - death notice received from Registrar of Deaths")
    };
    json!({
        "url": format!("{UK_CORE}/Extension-UKCore-DeathNotificationStatus"),
        "extension": [
            {
                "url": "deathNotificationStatus",
                "valueCodeableConcept": { "coding": [{
                    "system": format!("{UK_CORE_CODES}/UKCore-DeathNotificationStatus"),
                    "version": "1.0.0",
                    "code": code,
                    "display": display,
                }] },
            },
            { "url": "systemEffectiveDate", "valueDateTime": at },
        ],
    })
}

fn add_places(patient: &mut Value, person: &Person, today: Date) {
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
    let left = person.story_facts.national.left.and_then(|(days, ..)| When::Day(days).text(today));
    members.insert(
        "generalPractitioner".into(),
        json!([{
            "id": "registered",
            "type": "Organization",
            "identifier": {
                "system": ODS,
                "value": person.practice,
                "period": { "start": "2001-01-01", "end": left },
            },
        }]),
    );
}
