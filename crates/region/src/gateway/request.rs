//! What the gateway sends on to a practice: the token in the asker's name, and the body that asks for everything.
//! Source: GP Connect 1.6.2, `$gpc.getstructuredrecord` and the unsigned JWT.

use crate::gp::service::Interaction;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(super) const INTERACTION: &str = Interaction::Structured.id();
/// The gateway's own system.
pub(super) const OUR_ASID: &str = "918999199901";

const ISSUER: &str = "https://gateway.example.test";

pub(super) fn token(ods_from: &str, root: &str) -> String {
    let issued = crate::clock::now().as_second();
    let claims = json!({
        "iss": ISSUER,
        "sub": "national-gateway",
        "aud": root,
        "iat": issued,
        "exp": issued + 300,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read conf/N",
        "requesting_device": {
            "resourceType": "Device",
            "identifier": [{"system": format!("{ISSUER}/devices"), "value": "1"}],
            "model": "Clinical data gateway simulator",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "requesting_organization": {
            "resourceType": "Organization",
            "name": ods_from,
            "identifier": [{"system": fhir::ods::SYSTEM, "value": ods_from}],
        },
        "requesting_practitioner": {
            "resourceType": "Practitioner",
            "id": "national-gateway",
            "name": [{"family": "Professional", "given": ["Signed-in"]}],
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "UNK"},
                {"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "UNK"},
                {"system": format!("{ISSUER}/users"), "value": "national-gateway"},
            ],
        },
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT"})), part(&claims))
}

/// Every area, without a filter.
pub(super) fn body(digits: &str) -> Value {
    let with = |name: &str, part: &str| json!({"name": name, "part": [{"name": part, "valueBoolean": true}]});
    let alone = |name: &str| json!({"name": name});
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "patientNHSNumber", "valueIdentifier": {"system": fhir::nhs_number::SYSTEM, "value": digits}},
        with("includeAllergies", "includeResolvedAllergies"),
        alone("includeMedication"),
        alone("includeConsultations"),
        alone("includeProblems"),
        alone("includeImmunisations"),
        alone("includeUncategorisedData"),
        alone("includeInvestigations"),
        alone("includeReferrals"),
        alone("includeDiaryEntries"),
    ]})
}
