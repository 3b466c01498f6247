//! Immunisations: given ones; those not given only when asked; what was consented to or declined as
//! Observations.
//! Declining a vaccine is no objection to sharing (HAZ-022).
//! Source: CareConnect-GPC-Immunization-1; sources, section 1.6.

use super::{
    care_connect, lists, meta, observation,
    parameters::ImmunisationPart,
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::{coded, concept_stu3},
};
use crate::people::facts::Vaccine;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &ImmunisationPart) {
    let mut entries = Vec::new();
    for (at, fact) in shelf.person.story_facts.vaccines.iter().enumerate() {
        if !shelf.holds(fact.at) {
            continue;
        }
        if asked.not_given || !fact.refused {
            let resource = immunization(shelf, &at.to_string(), fact);
            entries.push(reference("Immunization", &shelf.id("Immunization", &at.to_string())));
            shelf.put(resource);
        }
        if asked.status && fact.refused {
            let own = json!({ "code": { "text": format!("{} declined", fact.name.text) } });
            entries.push(observation::put(shelf, ("Observation vaccine", &at.to_string()), fact.on, own));
        }
    }
    lists::put(shelf, &lists::IMMUNISATIONS, entries);
}

fn immunization(shelf: &mut Shelf<'_>, key: &str, fact: &Vaccine) -> Value {
    let id = shelf.id("Immunization", key);
    let actor = practitioner(shelf, USUAL_GP);
    let administered = coded("http://hl7.org/fhir/v2/0443", "AP", "Administering Provider");
    json!({
        "resourceType": "Immunization",
        "id": id,
        "meta": meta("Immunization"),
        "extension": [
            { "url": care_connect("DateRecorded"), "valueDateTime": shelf.on(fact.on) },
            { "url": care_connect("VaccinationProcedure"), "valueCodeableConcept": concept_stu3(fact.name) },
        ],
        "identifier": shelf.business(&id),
        "status": "completed",
        "notGiven": fact.refused,
        "vaccineCode": coded("http://hl7.org/fhir/v3/NullFlavor", "UNK", "unknown"),
        "patient": shelf.subject(),
        "date": shelf.on(fact.on),
        "primarySource": true,
        "lotNumber": fact.batch,
        "site": fact.site.map(|site| json!({ "text": site })),
        "practitioner": (!fact.refused).then(|| json!([{ "role": administered, "actor": actor }])),
        "explanation": fact.refused.then(|| json!({ "reasonNotGiven": [{ "text": "Declined" }] })),
    })
}
