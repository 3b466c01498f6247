//! Takes the claims of a token for the HTML view; refuses those whose resources are not as DSTU2 and the audit guidance
//! of that time had them, the published mistake in the user's identifier included.
//! Source: GP Connect 0.7.4, Cross-organisation audit and provenance.

use super::{bad, filled, identifier, present, resource, text};
use crate::{gp::service::Interaction, outcome::Problem};
use serde_json::Value;

/// One audience for every provider.
pub(in crate::gp) const AUDIENCE: &str = "https://authorize.fhir.nhs.net/token";

/// The mistake: `/Id/` is missing, and providers check that it is.
const USER: &str = "http://fhir.nhs.net/sds-user-id";
const ODS: &str = "http://fhir.nhs.net/Id/ods-organization-code";
const ROLE: &str = "http://fhir.nhs.net/ValueSet/sds-job-role-name-1";
pub(in crate::gp) const NHS_NUMBER: &str = "http://fhir.nhs.net/Id/nhs-number";

pub(super) fn check(claims: &Value, interaction: Interaction) -> Result<(), Problem> {
    present(claims, "requested_record")?;
    if interaction == Interaction::Html {
        check_record(claims)?;
    }
    check_organization(claims)?;
    check_practitioner(claims)
}

fn check_record(claims: &Value) -> Result<(), Problem> {
    let name = "requested_record";
    let claim = resource(claims, name, "Patient")?;
    if identifier(claim, NHS_NUMBER).is_none_or(str::is_empty) {
        return Err(bad(format!("JWT claim {name} has no identifier of system {NHS_NUMBER}")));
    }
    Ok(())
}

fn check_organization(claims: &Value) -> Result<(), Problem> {
    let name = "requesting_organization";
    let claim = resource(claims, name, "Organization")?;
    filled(claim, name, &["/id", "/name"])?;
    let Some(ods) = identifier(claim, ODS).filter(|ods| !ods.is_empty()) else {
        return Err(bad(format!("JWT claim {name} has no identifier of system {ODS}")));
    };
    let form = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if ods.len() < 3 || ods.len() > 12 || !ods.bytes().all(form) {
        return Err(Problem::new("INVALID_ODS_CODE", format!("JWT claim {name}: not an ODS code")));
    }
    Ok(())
}

/// One name object whose members are arrays.
fn check_practitioner(claims: &Value) -> Result<(), Problem> {
    let name = "requesting_practitioner";
    let claim = resource(claims, name, "Practitioner")?;
    filled(claim, name, &["/id", "/name/family/0", "/name/given/0"])?;
    if identifier(claim, USER).is_none_or(str::is_empty) {
        return Err(bad(format!("JWT claim {name} has no identifier of system {USER}")));
    }
    let role = claim.pointer("/practitionerRole/0/role/coding/0").unwrap_or(&Value::Null);
    if text(role, "/system") != ROLE || text(role, "/code").is_empty() {
        return Err(bad(format!("JWT claim {name} has no practitionerRole of system {ROLE}")));
    }
    if text(claims, "/sub") != text(claim, "/id") {
        return Err(bad(format!("JWT claim sub is not the id of {name}")));
    }
    Ok(())
}
