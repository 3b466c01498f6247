//! Gives the statements of what a practice's services can do: two STU3 CapabilityStatements and one DSTU2 Conformance.
//! Source: FHIR STU3 CapabilityStatement; FHIR DSTU2 Conformance; GP Connect 1.6.2 and 0.7.4, metadata.

use crate::people::{DocumentsService, Practice};
use serde_json::{Value, json};

pub(super) fn structured(practice: &Practice) -> Value {
    let operation = json!({
        "name": "gpc.getstructuredrecord",
        "definition": {"reference":
            "https://fhir.nhs.uk/STU3/OperationDefinition/GPConnect-GetStructuredRecord-Operation-1/_history/1.20"},
    });
    let mut statement = statement(practice, "GP Connect Access Record: Structured");
    let operations = if practice.structured { json!([operation]) } else { json!([]) };
    put(
        &mut statement,
        "rest",
        json!([{"mode": "server", "security": {"cors": false}, "operation": operations}]),
    );
    statement
}

pub(super) fn documents(practice: &Practice) -> Value {
    let resource = |kind: &str, interaction: &str, parameters: &[&str]| {
        json!({
            "type": kind,
            "interaction": [{"code": interaction}],
            "searchParam": parameters.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        })
    };
    let resources = json!([
        resource("Patient", "search-type", &["identifier"]),
        resource("DocumentReference", "search-type", &["created", "author", "description"]),
        resource("Binary", "read", &[]),
    ]);
    let on = matches!(practice.documents, DocumentsService::On { .. });
    let mut statement = statement(practice, "GP Connect Access Document");
    let resources = if on { resources } else { json!([]) };
    put(
        &mut statement,
        "rest",
        json!([{"mode": "server", "security": {"cors": false}, "resource": resources}]),
    );
    statement
}

pub(super) fn html(practice: &Practice) -> Value {
    json!({
        "resourceType": "Conformance",
        "version": "0.7.4",
        "name": format!("GP Connect Access Record: HTML at {}", practice.name),
        "status": "active",
        "date": "2020-10-01",
        "publisher": "Region simulator",
        "kind": "instance",
        "software": {"name": "Practice system simulator", "version": env!("CARGO_PKG_VERSION")},
        "fhirVersion": "1.0.2",
        "acceptUnknown": "both",
        "format": ["application/json+fhir", "application/xml+fhir"],
        "rest": [{
            "mode": "server",
            "security": {"cors": false},
            "operation": [{
                "name": "gpc.getcarerecord",
                "definition": {"reference": "OperationDefinition/gpc.getcarerecord"},
            }],
        }],
    })
}

fn statement(practice: &Practice, what: &str) -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "version": "1.6.2",
        "name": format!("{what} at {}", practice.name),
        "status": "active",
        "date": "2024-03-25",
        "publisher": "Region simulator",
        "kind": "instance",
        "software": {"name": "Practice system simulator", "version": env!("CARGO_PKG_VERSION")},
        "fhirVersion": "3.0.1",
        "acceptUnknown": "both",
        "format": ["application/fhir+json"],
    })
}

fn put(statement: &mut Value, name: &str, value: Value) {
    if let Some(members) = statement.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
