//! Takes what a token says, gives its claims in the shapes of the older version: DSTU2 resources with ids, the record asked
//! for named again, a fixed audience, and an identifier system published by mistake that providers check for.
//! Source: GP Connect Access Record: HTML 0.7.4, cross-organisation audit and provenance.

use super::{Claims, DEVICE, LIFETIME_S};
use serde_json::{Value, json};

/// Not the provider's address.
const AUDIENCE: &str = "https://authorize.fhir.nhs.net/token";
pub(crate) const NHS_NUMBER: &str = "http://fhir.nhs.net/Id/nhs-number";
/// As published, without `Id`.
const SDS_USER: &str = "http://fhir.nhs.net/sds-user-id";
const ORGANISATION: &str = "http://fhir.nhs.net/Id/ods-organization-code";
const JOB_ROLE: &str = "http://fhir.nhs.net/ValueSet/sds-job-role-name-1";

pub(super) fn payload(claims: &Claims<'_>) -> Value {
    let asker = claims.asker;
    json!({
        "iss": claims.issuer,
        "sub": asker.id,
        "aud": AUDIENCE,
        "iat": claims.issued_s,
        "exp": claims.issued_s + LIFETIME_S,
        "reason_for_request": "directcare",
        "requested_scope": claims.scope,
        "requested_record": {
            "resourceType": "Patient",
            "identifier": [{ "system": NHS_NUMBER, "value": claims.number }],
        },
        "requesting_device": {
            "resourceType": "Device",
            "id": DEVICE,
            "identifier": [{ "system": format!("{}/Id/device", claims.issuer), "value": DEVICE }],
            "model": "Shared Care Record gateway",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "requesting_organization": {
            "resourceType": "Organization",
            "id": asker.organisation_ods,
            "identifier": [{ "system": ORGANISATION, "value": asker.organisation_ods }],
            "name": asker.organisation_name,
        },
        "requesting_practitioner": practitioner(claims),
    })
}

/// One name with arrays in it, where STU3 has an array of names.
fn practitioner(claims: &Claims<'_>) -> Value {
    let asker = claims.asker;
    let mut name = json!({ "family": [asker.family], "given": asker.given });
    if let (Some(title), Some(name)) = (&asker.title, name.as_object_mut()) {
        name.insert("prefix".to_owned(), json!([title]));
    }
    json!({
        "resourceType": "Practitioner",
        "id": asker.id,
        "identifier": [
            { "system": SDS_USER, "value": asker.sds_user_id },
            { "system": format!("{}/Id/host-user", claims.issuer), "value": asker.id },
        ],
        "name": name,
        "practitionerRole": [{ "role": { "coding": [{ "system": JOB_ROLE, "code": asker.sds_job_role }] } }],
    })
}
