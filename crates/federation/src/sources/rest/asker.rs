//! Takes the professional who asks, gives the headers by which a partner can tell its own people who saw its record: the
//! organisation and the professional as minimal FHIR R4 resources in Base64, which no log here ever prints.
//! Source: Booking and Referral Standard, HTTP headers (access control); UK Core PractitionerRole.

use crate::{
    asking::{Asker, UNKNOWN},
    wire,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::{Map, Value, json};

const ORGANISATION: HeaderName = HeaderName::from_static("nhsd-end-user-organisation");
const ORGANISATION_ODS: HeaderName = HeaderName::from_static("nhsd-end-user-organisation-ods");
const PRACTITIONER: HeaderName = HeaderName::from_static("nhsd-requesting-practitioner");

const SDS_USER: &str = "https://fhir.nhs.uk/Id/sds-user-id";
const SDS_ROLE_PROFILE: &str = "https://fhir.nhs.uk/Id/sds-role-profile-id";
const SDS_JOB_ROLE: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName";

/// All three; the practitioner is named by whatever ids the host knew, the host's own always among them.
pub(super) fn headers(asker: &Asker) -> HeaderMap {
    let encoded = |resource: Value| STANDARD.encode(resource.to_string());
    let named = [
        (ORGANISATION, encoded(organisation(asker))),
        (ORGANISATION_ODS, asker.organisation_ods.clone()),
        (PRACTITIONER, encoded(practitioner_role(asker))),
    ];
    named.into_iter().filter_map(|(name, text)| Some((name, wire::secret(&text)?))).collect()
}

fn organisation(asker: &Asker) -> Value {
    json!({
        "resourceType": "Organization",
        "identifier": [ods(asker)],
        "name": asker.organisation_name,
    })
}

fn ods(asker: &Asker) -> Value {
    json!({ "system": fhir::ods::SYSTEM, "value": asker.organisation_ods })
}

/// The person stands inside the role: a header has no other place for it.
fn practitioner_role(asker: &Asker) -> Value {
    let mut role = Map::new();
    role.insert("resourceType".to_owned(), json!("PractitionerRole"));
    role.insert("contained".to_owned(), json!([practitioner(asker)]));
    if let Some(identifier) = known(SDS_ROLE_PROFILE, &asker.sds_role_profile_id) {
        role.insert("identifier".to_owned(), json!([identifier]));
    }
    role.insert("practitioner".to_owned(), json!({ "reference": "#practitioner" }));
    let organisation = json!({ "identifier": ods(asker), "display": asker.organisation_name });
    role.insert("organization".to_owned(), organisation);
    if let Some(code) = code(asker) {
        role.insert("code".to_owned(), json!([code]));
    }
    Value::Object(role)
}

fn practitioner(asker: &Asker) -> Value {
    let mut name = json!({ "family": asker.family, "given": asker.given });
    if let (Some(title), Some(name)) = (&asker.title, name.as_object_mut()) {
        name.insert("prefix".to_owned(), json!([title]));
    }
    // The host's own id means something only beside who gave it.
    let local = json!({ "value": asker.id, "assigner": { "identifier": ods(asker) } });
    let identifiers: Vec<Value> =
        known(SDS_USER, &asker.sds_user_id).into_iter().chain(std::iter::once(local)).collect();
    json!({
        "resourceType": "Practitioner",
        "id": "practitioner",
        "identifier": identifiers,
        "name": [name],
    })
}

/// Never "unknown" as an id: whoever reads it may take it for somebody.
fn known(system: &str, value: &str) -> Option<Value> {
    (value != UNKNOWN).then(|| json!({ "system": system, "value": value }))
}

/// The national job role (the last part of `S8000:G8000:R8001`) and the role in the host's words.
fn code(asker: &Asker) -> Option<Value> {
    let mut concept = Map::new();
    if asker.sds_job_role != UNKNOWN {
        let job = asker.sds_job_role.rsplit(':').next().unwrap_or_default();
        concept.insert("coding".to_owned(), json!([{ "system": SDS_JOB_ROLE, "code": job }]));
    }
    if !asker.role.is_empty() {
        concept.insert("text".to_owned(), json!(asker.role));
    }
    (!concept.is_empty()).then_some(Value::Object(concept))
}
