//! What this node declares: the types its feeds are shown as, searched by one person, and documents read. What is not declared
//! is not asked, and never reads as empty (HAZ-006). Source: FHIR R4 CapabilityStatement.

use crate::{intake, node::Node};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Patient and whatever the feeds are shown as.
pub(super) fn searchable(node: &Node) -> BTreeSet<&'static str> {
    let feeds = node.0.feeds.iter().flat_map(|feed| intake::types(&feed.config.format).iter().copied());
    feeds.chain(["Patient"]).collect()
}

pub(super) fn statement(node: &Node) -> Value {
    let config = node.config();
    let resource = |kind: &'static str| {
        let names: &[&str] = match kind {
            "Patient" => &["identifier", "_id"],
            "Appointment" => &["patient", "date"],
            _ => &["patient"],
        };
        let kinds = |name: &str| match name {
            "patient" => "reference",
            "date" => "date",
            _ => "token",
        };
        let parameters: Vec<Value> =
            names.iter().map(|name| json!({ "name": name, "type": kinds(name) })).collect();
        let mut interactions = vec![json!({ "code": "search-type" })];
        if kind == "DocumentReference" {
            interactions.push(json!({ "code": "read" }));
        }
        json!({ "type": kind, "interaction": interactions, "searchParam": parameters })
    };
    let mut resources: Vec<Value> = searchable(node).into_iter().map(resource).collect();
    resources.push(json!({ "type": "Binary", "interaction": [{ "code": "read" }] }));
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-28",
        "publisher": config.name,
        "kind": "instance",
        "software": { "name": "Shared Care Record edge node", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": config.name, "url": config.serve.public_url },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": { "service": [{ "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                "code": "Certificates",
            }] }] },
            "resource": resources,
        }],
    })
}
