//! Patient and Organization, as this partner has them: its own mistakes in a name or a birth date included.
//! Source: UKCore-Patient 2.6.1, UKCore-Organization.

use super::meta;
use crate::payload::{
    pds::verified,
    shelf::Shelf,
    wire::{ODS, identifier, period},
};
use crate::people::{facts::Relation, when::When};
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
    let is_old = person.story_facts.keyed_on_old.contains(&shelf.partner);
    let number = person.superseded.first().filter(|_| is_old).unwrap_or(&person.nhs_number);
    let patient = json!({
        "resourceType": "Patient",
        "id": id,
        "meta": meta("Patient"),
        "identifier": [
            {
                "extension": [verified()],
                "system": nhs_number::SYSTEM,
                "value": number.digits(),
            },
            own.get(0),
        ],
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
        "contact": relations(shelf),
        "generalPractitioner": [{
            "type": "Organization",
            "identifier": { "system": ODS, "value": person.practice },
        }],
        "managingOrganization": shelf.organization(),
    });
    shelf.put(patient);
    organization(shelf);
}

fn relations(shelf: &Shelf<'_>) -> Value {
    let relation = |relation: &Relation| {
        json!({
            "relationship": [{ "text": relation.relationship }],
            "name": { "text": relation.name },
            "telecom": [{ "system": "phone", "value": relation.telephone }],
        })
    };
    shelf.person.story_facts.contacts.iter().map(relation).collect()
}

fn organization(shelf: &mut Shelf<'_>) {
    let profile = shelf.partner.profile();
    let organization = json!({
        "resourceType": "Organization",
        "id": shelf.shared_id("Organization", ""),
        "meta": meta("Organization"),
        "identifier": identifier(ODS, profile.ods),
        "active": true,
        "name": profile.name,
        "telecom": [{ "system": "phone", "value": profile.telephone }],
    });
    shelf.put(organization);
}

/// An episode or a stay as a period.
pub(super) fn span(shelf: &Shelf<'_>, start: When, end: Option<When>) -> Value {
    period(shelf.on(start), end.and_then(|end| shelf.on(end)))
}
