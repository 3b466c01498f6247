//! The codes of the standards an event is told in. Source: DICOM PS3.16 annex D; HL7 Terminology; IHE BALP 1.1 profiles; ISO 21089.

use serde_json::{Value, json};

pub(super) const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
pub(super) const ISO_21089: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
pub(super) const RESTFUL: &str = "http://hl7.org/fhir/restful-interaction";
pub(super) const RESOURCE_TYPES: &str = "http://hl7.org/fhir/resource-types";
pub(super) const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
pub(super) const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
pub(super) const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
pub(super) const SDS_USER: &str = "https://fhir.nhs.uk/Id/sds-user-id";
pub(super) const SDS_JOB_ROLE: &str = "https://fhir.nhs.uk/CodeSystem/NHSDigital-SDS-JobRoleCode";
pub(super) const RFC_3986: &str = "urn:ietf:rfc:3986";
pub(super) const X_REQUEST_ID: &str = "XrequestId";

const BALP: &str = "https://profiles.ihe.net/ITI/BALP";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// The address of a BALP profile.
pub(super) fn balp(profile: &str) -> String {
    format!("{BALP}/StructureDefinition/IHE.BasicAudit.{profile}")
}

pub(super) fn coding(system: &str, code: &str) -> Value {
    json!({"system": system, "code": code})
}

pub(super) fn dcm(code: &str) -> Value {
    coding(DCM, code)
}

/// `type` of a RESTful exchange.
pub(super) fn rest() -> Value {
    coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest")
}

pub(super) fn authz_consent() -> Value {
    coding(&format!("{BALP}/CodeSystem/AuthZsubType"), "AuthZ-Consent")
}

pub(super) fn entity_type(code: &str) -> Value {
    if code == X_REQUEST_ID {
        return coding(&format!("{BALP}/CodeSystem/BasicAuditEntityType"), code);
    }
    coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", code)
}

pub(super) fn object_role(code: &str) -> Value {
    coding("http://terminology.hl7.org/CodeSystem/object-role", code)
}

/// `agent.type` by its system and code.
pub(super) fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [coding(system, code)]})
}

/// An element a profile requires and the entry does not hold: there, and said to be unknown.
pub(super) fn unknown() -> Value {
    json!({"extension": absent()})
}

/// A reference by name, of a FHIR type or of none; where there is no name, that is said.
pub(super) fn named(kind: &str, system: Option<&str>, value: &str) -> Value {
    match value.trim() {
        "" => json!({"type": kind, "extension": absent()}),
        _ => json!({"type": kind, "identifier": {"system": system, "value": value}}),
    }
}

fn absent() -> Value {
    json!([{"url": ABSENT, "valueCode": "unknown"}])
}
