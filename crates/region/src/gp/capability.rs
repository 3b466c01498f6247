//! Gives a practice's CapabilityStatement: one operation, JSON only.
//! Source: FHIR STU3 CapabilityStatement; GP Connect 1.6.2, Access Record: Structured metadata.

use crate::people::Practice;
use serde_json::{Value, json};

pub(super) fn statement(practice: &Practice) -> Value {
    let operation = json!({
        "name": "gpc.getstructuredrecord",
        "definition": {"reference":
            "https://fhir.nhs.uk/STU3/OperationDefinition/GPConnect-GetStructuredRecord-Operation-1/_history/1.20"},
    });
    json!({
        "resourceType": "CapabilityStatement",
        "version": "1.6.2",
        "name": format!("GP Connect Access Record: Structured at {}", practice.name),
        "status": "active",
        "date": "2024-03-25",
        "publisher": "Region simulator",
        "kind": "instance",
        "software": {"name": "Practice system simulator", "version": env!("CARGO_PKG_VERSION")},
        "fhirVersion": "3.0.1",
        "acceptUnknown": "both",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": {"cors": false},
            "operation": if practice.structured { json!([operation]) } else { json!([]) },
        }],
    })
}
