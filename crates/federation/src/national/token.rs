//! Takes the professional and the practice's address, gives the unsigned token that every request carries: algorithm
//! none, base64url without padding, a dot at the end. Source: GP Connect 1.6.2, cross-organisation audit and provenance.

/// The shapes of the older version.
pub(crate) mod dstu2;

use crate::asking::Asker;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Exactly so long: providers refuse shorter and longer.
const LIFETIME_S: i64 = 300;

const DEVICE: &str = "shared-care-record-gateway";

/// Which FHIR the resources in a token are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Stu3,
    Dstu2,
}

/// What a token says.
pub(crate) struct Claims<'a> {
    pub(crate) shape: Shape,
    pub(crate) scope: &'static str,
    /// Our Spine endpoint.
    pub(crate) issuer: &'a str,
    /// The provider's service root.
    pub(crate) audience: &'a str,
    pub(crate) asker: &'a Asker,
    /// Whose record is asked for; the older token says it again.
    pub(crate) number: &'a str,
    pub(crate) issued_s: i64,
}

/// A new token; never reused.
pub(crate) fn unsigned(claims: &Claims<'_>) -> String {
    let header = json!({ "alg": "none", "typ": "JWT" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let payload = match claims.shape {
        Shape::Stu3 => payload(claims),
        Shape::Dstu2 => dstu2::payload(claims),
    };
    format!("{}.{}.", part(&header), part(&payload))
}

fn payload(claims: &Claims<'_>) -> Value {
    json!({
        "iss": claims.issuer,
        "sub": claims.asker.id,
        "aud": claims.audience,
        "iat": claims.issued_s,
        "exp": claims.issued_s + LIFETIME_S,
        "reason_for_request": "directcare",
        "requested_scope": claims.scope,
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
        "identifier": [{ "system": format!("{issuer}/Id/device"), "value": DEVICE }],
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
