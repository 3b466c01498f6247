//! Takes the bearer token, gives the person it names, if any; refuses each fault of form or claim in its own words.
//! Source: GP Connect 1.6.2 and 0.7.4, Cross-organisation audit and provenance (unsigned JWT, `alg` none).

/// The claims of the HTML view, whose resources are DSTU2.
pub(super) mod dstu2;

use super::service::{Interaction, Service};
use crate::outcome::Problem;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A token lives this long, neither more nor less.
const LIFE_S: i64 = 300;
/// How far the asker's clock may run ahead of the practice's.
const LEEWAY_S: i64 = 5;

/// What this provider expects of a token.
pub(super) struct Expected<'a> {
    /// The service root; the HTML view has one audience for all.
    pub(super) audience: &'a str,
    pub(super) interaction: Interaction,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

/// A token that passed.
#[derive(Debug)]
pub(super) struct Token {
    /// Versions before 1.0 named the person in the token as well.
    pub(super) nhs_number: Option<String>,
}

impl Token {
    /// A token that names a person names the one the request is about.
    pub(super) fn about(&self, digits: &str) -> Result<(), Problem> {
        match &self.nhs_number {
            Some(number) if number != digits => {
                Err(bad("NHS number in the JWT differs from the patientNHSNumber parameter"))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn check(token: &str, expected: &Expected<'_>) -> Result<Token, Problem> {
    let claims = read(token)?;
    for claim in REQUIRED {
        present(&claims, claim)?;
    }
    check_audience(&claims, expected)?;
    check_times(&claims, expected.now)?;
    check_purpose(&claims, expected.interaction.scopes())?;
    check_device(&claims)?;
    if expected.interaction.service() == Service::Html {
        dstu2::check(&claims, expected.interaction)?;
    } else {
        check_organization(&claims)?;
        check_practitioner(&claims)?;
    }
    Ok(Token { nhs_number: nhs_number(&claims) })
}

fn present(claims: &Value, claim: &str) -> Result<(), Problem> {
    if claims.get(claim).is_none_or(Value::is_null) {
        return Err(bad(format!("JWT claim {claim} is missing")));
    }
    Ok(())
}

const REQUIRED: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "iat",
    "exp",
    "reason_for_request",
    "requested_scope",
    "requesting_device",
    "requesting_organization",
    "requesting_practitioner",
];

fn bad(diagnostics: impl Into<String>) -> Problem {
    Problem::new("BAD_REQUEST", diagnostics)
}

/// Three parts, the third empty; the first two base64url without padding around JSON objects.
fn read(token: &str) -> Result<Value, Problem> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(bad("JWT does not have three parts"));
    };
    if token.contains('=') {
        return Err(bad("JWT is base64url with padding"));
    }
    if !signature.is_empty() {
        return Err(bad("JWT has a signature"));
    }
    let header = part(header, "header")?;
    if text(&header, "/alg") != "none" {
        return Err(bad("JWT header alg is not none"));
    }
    if text(&header, "/typ") != "JWT" {
        return Err(bad("JWT header typ is not JWT"));
    }
    part(claims, "claims")
}

fn part(encoded: &str, name: &str) -> Result<Value, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| bad(format!("JWT {name} is not base64url")))?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| bad(format!("JWT {name} is not JSON")))?;
    if value.is_object() { Ok(value) } else { Err(bad(format!("JWT {name} is not a JSON object"))) }
}

fn check_audience(claims: &Value, expected: &Expected<'_>) -> Result<(), Problem> {
    if text(claims, "/iss").is_empty() {
        return Err(bad("JWT claim iss is empty"));
    }
    if text(claims, "/aud") != expected.audience {
        return Err(bad("JWT claim aud is not the audience of this service: its root URL, for STU3"));
    }
    Ok(())
}

fn check_times(claims: &Value, now: i64) -> Result<(), Problem> {
    let seconds = |claim: &str| {
        let value = claims.get(claim).and_then(Value::as_i64);
        value.ok_or_else(|| bad(format!("JWT claim {claim} is not an integer of seconds")))
    };
    let (iat, exp) = (seconds("iat")?, seconds("exp")?);
    if iat > now + LEEWAY_S {
        return Err(bad("JWT claim iat is in the future"));
    }
    if exp <= iat {
        return Err(bad("JWT claim exp is before iat"));
    }
    if exp - iat != LIFE_S {
        return Err(bad("JWT claim exp is not 300 seconds after iat"));
    }
    if exp <= now {
        return Err(bad("JWT claims iat and exp are in the past: the token has expired"));
    }
    Ok(())
}

fn check_purpose(claims: &Value, scopes: &[&str]) -> Result<(), Problem> {
    if text(claims, "/reason_for_request") != "directcare" {
        return Err(bad("JWT claim reason_for_request is not directcare"));
    }
    let asked = |scope: &str| text(claims, "/requested_scope").split(' ').any(|part| part == scope);
    if let Some(scope) = scopes.iter().find(|scope| !asked(scope)) {
        return Err(bad(format!("JWT claim requested_scope has no {scope}")));
    }
    if asked("conf/R") {
        return Err(bad("JWT claim requested_scope has conf/R, which is for transfers of a record"));
    }
    Ok(())
}

fn check_device(claims: &Value) -> Result<(), Problem> {
    let claim = resource(claims, "requesting_device", "Device")?;
    filled(claim, "requesting_device", &["/identifier/0/system", "/identifier/0/value", "/model", "/version"])
}

fn check_organization(claims: &Value) -> Result<(), Problem> {
    let name = "requesting_organization";
    let claim = resource(claims, name, "Organization")?;
    filled(claim, name, &["/name"])?;
    match identifier(claim, "https://fhir.nhs.uk/Id/ods-organization-code") {
        Some(ods) if !ods.is_empty() => Ok(()),
        _ => Err(bad(format!("JWT claim {name} has no ODS code"))),
    }
}

fn check_practitioner(claims: &Value) -> Result<(), Problem> {
    let name = "requesting_practitioner";
    let claim = resource(claims, name, "Practitioner")?;
    filled(claim, name, &["/id", "/name/0/family", "/name/0/given/0"])?;
    for system in ["https://fhir.nhs.uk/Id/sds-user-id", "https://fhir.nhs.uk/Id/sds-role-profile-id"] {
        if identifier(claim, system).is_none_or(str::is_empty) {
            return Err(bad(format!("JWT claim {name} has no identifier of system {system}")));
        }
    }
    if identifiers(claim).len() < 3 {
        return Err(bad(format!("JWT claim {name} has no local identifier")));
    }
    if text(claims, "/sub") != text(claim, "/id") {
        return Err(bad(format!("JWT claim sub is not the id of {name}")));
    }
    Ok(())
}

fn resource<'a>(claims: &'a Value, name: &str, kind: &str) -> Result<&'a Value, Problem> {
    let claim = claims.get(name).unwrap_or(&Value::Null);
    if text(claim, "/resourceType") == kind {
        Ok(claim)
    } else {
        Err(bad(format!("JWT claim {name} is not of resource type {kind}")))
    }
}

fn filled(claim: &Value, name: &str, pointers: &[&str]) -> Result<(), Problem> {
    match pointers.iter().find(|pointer| text(claim, pointer).is_empty()) {
        Some(pointer) => Err(bad(format!("JWT claim {name} is incomplete: {pointer}"))),
        None => Ok(()),
    }
}

fn identifiers(claim: &Value) -> &[Value] {
    claim.get("identifier").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn identifier<'a>(claim: &'a Value, system: &str) -> Option<&'a str> {
    let found = identifiers(claim).iter().find(|identifier| text(identifier, "/system") == system)?;
    Some(text(found, "/value"))
}

fn nhs_number(claims: &Value) -> Option<String> {
    let record = claims.get("requested_record").or_else(|| claims.get("requested_patient"))?;
    record.pointer("/identifier/0/value").and_then(Value::as_str).map(str::to_owned)
}

/// The string at a JSON pointer; empty where there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
