//! Gives a partner's CapabilityStatement: what it declares is what it does, and what it does not declare is not asked.
//! Source: FHIR R4 and STU3 CapabilityStatement.

use super::{
    kinds::{self, Kind},
    partner::{Lock, Partner, Version},
};
use serde_json::{Value, json};

pub(super) fn statement(partner: &Partner, base: &str) -> Value {
    let searched = partner.kinds.iter().filter_map(|name| kinds::kind(name)).map(resource);
    let binary = json!({"type": "Binary", "interaction": [{"code": "read"}]});
    let resources: Vec<Value> = searched.chain([binary]).collect();
    let mut statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-05",
        "publisher": partner.title(),
        "kind": "instance",
        "software": {"name": "Region simulator", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": partner.title(), "url": base},
        "fhirVersion": match partner.version {
            Version::R4 => "4.0.1",
            Version::Stu3 => "3.0.2",
        },
        "format": ["application/fhir+json"],
        "rest": [{"mode": "server", "security": security(partner.lock), "resource": resources}],
    });
    if let (Version::Stu3, Some(members)) = (partner.version, statement.as_object_mut()) {
        // Mandatory in STU3, gone in R4.
        members.insert("acceptUnknown".to_owned(), json!("both"));
    }
    statement
}

fn resource(kind: &Kind) -> Value {
    let search_type = |name: &str| match name {
        "patient" => "reference",
        "date" => "date",
        _ => "token",
    };
    let parameters: Vec<Value> =
        kind.parameters.iter().map(|name| json!({"name": name, "type": search_type(name)})).collect();
    let includes: Vec<String> =
        kind.includes.iter().map(|(name, _)| format!("{}:{name}", kind.name)).collect();
    json!({
        "type": kind.name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": parameters,
        "searchInclude": includes,
    })
}

fn security(lock: Lock) -> Value {
    let service = |code: &str| {
        let system = "http://terminology.hl7.org/CodeSystem/restful-security-service";
        json!({"service": [{"coding": [{"system": system, "code": code}]}]})
    };
    match lock {
        Lock::ApiKey => json!({"service": [{"text": "API key in X-Api-Key"}]}),
        Lock::OAuth2 => service("SMART-on-FHIR"),
        Lock::MutualTls => service("Certificates"),
    }
}
