//! Takes the professional and the practice's address, gives the unsigned token that every request carries: algorithm
//! none, base64url without padding, a dot at the end. Source: GP Connect 1.6.2, cross-organisation audit and provenance.

use crate::asking::Asker;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Exactly so long: providers refuse shorter and longer.
const LIFETIME_S: i64 = 300;

/// What a token says.
pub(super) struct Claims<'a> {
    /// Our Spine endpoint.
    pub(super) issuer: &'a str,
    /// The provider's service root.
    pub(super) audience: &'a str,
    pub(super) asker: &'a Asker,
    pub(super) issued_s: i64,
}

/// A new token; never reused.
pub(super) fn unsigned(claims: &Claims<'_>) -> String {
    let header = json!({ "alg": "none", "typ": "JWT" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&header), part(&payload(claims)))
}

fn payload(claims: &Claims<'_>) -> Value {
    json!({
        "iss": claims.issuer,
        "sub": claims.asker.id,
        "aud": claims.audience,
        "iat": claims.issued_s,
        "exp": claims.issued_s + LIFETIME_S,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read conf/N",
        "requesting_device": device(claims.issuer),
        "requesting_organization": {
            "resourceType": "Organization",
            "name": claims.asker.organisation_name,
            "identifier": [{ "system": fhir::ods::SYSTEM, "value": claims.asker.organisation_ods }],
        },
        "requesting_practitioner": practitioner(claims),
    })
}

fn device(issuer: &str) -> Value {
    json!({
        "resourceType": "Device",
        "identifier": [{ "system": format!("{issuer}/Id/device"), "value": "shared-care-record-gateway" }],
        "model": "Shared Care Record gateway",
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn practitioner(claims: &Claims<'_>) -> Value {
    let asker = claims.asker;
    let mut name = json!({ "family": asker.family, "given": asker.given });
    if let (Some(title), Some(name)) = (&asker.title, name.as_object_mut()) {
        name.insert("prefix".to_owned(), json!([title]));
    }
    json!({
        "resourceType": "Practitioner",
        "id": asker.id,
        "name": [name],
        "identifier": [
            { "system": "https://fhir.nhs.uk/Id/sds-user-id", "value": asker.sds_user_id },
            { "system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": asker.sds_role_profile_id },
            { "system": format!("{}/Id/host-user", claims.issuer), "value": asker.id },
        ],
    })
}
