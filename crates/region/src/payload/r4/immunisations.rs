//! Immunization: given ones completed, refused ones not-done.
//! Source: UKCore-Immunization 2.4.0.

use super::meta;
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::{coded, concept},
};
use crate::people::facts::Vaccine;
use serde_json::{Value, json};

const PROCEDURE: &str = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure";
const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, vaccines, immunization);
}

fn immunization(shelf: &Shelf<'_>, key: &str, fact: &Vaccine) -> Value {
    let id = shelf.id("Immunization", key);
    json!({
        "resourceType": "Immunization",
        "id": id,
        "meta": meta("Immunization"),
        "extension": [{ "url": PROCEDURE, "valueCodeableConcept": concept(fact.name) }],
        "identifier": shelf.business(&id),
        "status": if fact.refused { "not-done" } else { "completed" },
        "statusReason": fact.refused.then(|| json!({ "text": "Declined" })),
        "vaccineCode": coded(NULL_FLAVOR, "UNK", "unknown"),
        "patient": shelf.subject(),
        "occurrenceDateTime": shelf.on(fact.on),
        "recorded": shelf.on(fact.on),
        "primarySource": true,
        "lotNumber": fact.batch,
        "site": fact.site.map(|site| json!({ "text": site })),
    })
}
