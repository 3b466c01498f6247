//! The person as the practice registered them, the practice, and its staff.
//! Source: CareConnect-GPC-Patient-1, -Organization-1, -Practitioner-1, -PractitionerRole-1.

use super::{code, extension, meta};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{ODS, identifier},
};
use crate::people::{facts::Relation, partner::Partner, when::When};
use fhir::nhs_number;
use serde_json::{Value, json};

/// The usual GP of everybody at these practices.
pub(in crate::payload) const USUAL_GP: &str = "Dr Helen Marsh";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    let (person, id) = (shelf.person, shelf.patient_id());
    let usual = practitioner(shelf, USUAL_GP);
    let own = shelf.business(&id);
    let mistake = person.story_facts.mistakes.iter().find(|mistake| mistake.at == Partner::Gp);
    let birth_date = mistake.and_then(|mistake| mistake.birth_date).unwrap_or(person.birth_date);
    let name = format!("{} {}", person.given.join(" "), person.family);
    let registered = person.story_facts.quirks.in_transit_days.map_or(When::Year(12), When::Day);
    let patient = json!({
        "resourceType": "Patient",
        "id": id,
        "meta": meta("Patient"),
        "extension": [{
            "url": extension("RegistrationDetails"),
            "extension": [{ "url": "registrationPeriod", "valuePeriod": { "start": shelf.on(registered) } }],
        }],
        "identifier": [number(person.nhs_number.digits()), own.get(0)],
        "active": true,
        "name": [{
            "use": "official",
            "text": name,
            "family": person.family,
            "given": person.given,
            "prefix": person.title.iter().collect::<Vec<_>>(),
        }],
        "telecom": [{ "system": "phone", "value": person.telephone, "use": "home" }],
        "gender": person.gender,
        "birthDate": birth_date.to_string(),
        "deceasedDateTime": person.deceased.map(|day| day.to_string()),
        "address": [{ "use": "home", "type": "physical", "line": person.address, "postalCode": person.postcode }],
        "contact": contacts(shelf),
        "generalPractitioner": [usual],
        "managingOrganization": shelf.organization(),
    });
    shelf.put(patient);
    practice(shelf);
    role(shelf);
}

fn number(digits: &str) -> Value {
    json!({
        "extension": [{
            "url": extension("NHSNumberVerificationStatus"),
            "valueCodeableConcept": code("NHSNumberVerificationStatus", "01", "Number present and verified"),
        }],
        "system": nhs_number::SYSTEM,
        "value": digits,
    })
}

fn contacts(shelf: &Shelf<'_>) -> Value {
    let contact = |relation: &Relation| {
        json!({
            "relationship": [{ "text": relation.relationship }],
            "name": { "use": "official", "text": relation.name },
            "telecom": [{ "system": "phone", "value": relation.telephone }],
        })
    };
    shelf.person.story_facts.contacts.iter().map(contact).collect()
}

fn practice(shelf: &mut Shelf<'_>) {
    let profile = shelf.person.practice_profile();
    let resource = json!({
        "resourceType": "Organization",
        "id": shelf.shared_id("Organization", ""),
        "meta": meta("Organization"),
        "identifier": identifier(ODS, shelf.ods()),
        "name": profile.map(|practice| practice.name),
        "telecom": profile.map(|practice| json!([{ "system": "phone", "value": practice.telephone, "use": "work" }])),
    });
    shelf.put(resource);
}

/// A member of staff by the name the record writes.
pub(super) fn practitioner(shelf: &mut Shelf<'_>, name: &str) -> Value {
    let id = shelf.shared_id("Practitioner", name);
    let (prefix, rest) = name.split_once(' ').unwrap_or(("", name));
    let (given, family) = rest.rsplit_once(' ').unwrap_or(("", rest));
    let present = |text: &str| (!text.is_empty()).then(|| json!([text]));
    let resource = json!({
        "resourceType": "Practitioner",
        "id": id,
        "meta": meta("Practitioner"),
        "identifier": identifier("https://fhir.nhs.uk/Id/sds-user-id", &format!("D{}", id.get(..8).unwrap_or_default())),
        "name": [{ "use": "usual", "text": name, "family": family, "given": present(given), "prefix": present(prefix) }],
    });
    shelf.put(resource);
    reference("Practitioner", &id)
}

fn role(shelf: &mut Shelf<'_>) {
    let practitioner = practitioner(shelf, USUAL_GP);
    let resource = json!({
        "resourceType": "PractitionerRole",
        "id": shelf.shared_id("PractitionerRole", USUAL_GP),
        "meta": meta("PractitionerRole"),
        "practitioner": practitioner,
        "organization": shelf.organization(),
        "code": [{ "text": "General Medical Practitioner" }],
    });
    shelf.put(resource);
}
