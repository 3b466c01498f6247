//! Takes the verified claims of a host's assertion, gives the launch's facts, by whichever door it came; refuses every
//! claim that is missing, unreadable, or beyond what its host may say.
//! Source: RFC 7519; IHE IUA section 3.71; HL7 v3-ActReason.

use super::{Asked, Evidence, LaunchFacts, Person, Practitioner, Purpose, RELATIONSHIPS, Route, citizen};
use crate::{
    host::Host,
    jwt::{self, Fault},
    organisation::Organisation,
    role::Mapped,
    session,
};
use fhir::{FhirDate, Json, NhsNumber, Object, OdsCode, date::Precision};

/// Names that are nobody's: shared, generic and machine accounts.
const NOBODY: [&str; 16] = [
    "system",
    "admin",
    "administrator",
    "root",
    "generic",
    "shared",
    "guest",
    "user",
    "test",
    "service",
    "anonymous",
    "unknown",
    "unk",
    "default",
    "ward",
    "reception",
];

/// Everything a launch says but the hash of its assertion.
pub(super) fn facts(
    claims: &Object<'_>,
    host: &Host,
    route: Route,
    asked: Asked<'_>,
) -> Result<LaunchFacts, Fault> {
    citizen::refuse(claims)?;
    let iua = claims
        .object("extensions")
        .and_then(|all| all.object("ihe_iua"))
        .ok_or(Fault("extensions.ihe_iua"))?;
    let organisation = organisation(&iua, host)?;
    let role_claims = codes(&iua, "subject_role", "subject_role")?;
    if role_claims.is_empty() {
        return Err(Fault("subject_role"));
    }
    let person = person(claims, asked.training)?;
    check_person_id(&iua, &person)?;
    let today = fhir::date::london(asked.now).date();
    let mapped = host.roles.find(&role_claims, &organisation.ods, today);
    Ok(LaunchFacts {
        id: session::hex(&session::new_secret()),
        route,
        host: host.client_id.clone(),
        host_name: host.name.clone(),
        host_session: jwt::optional(claims, "host_session", "host_session")?,
        frame_origins: host.frame_origins.clone(),
        practitioner: practitioner(claims, &iua)?,
        role: mapped.map(|mapped: Mapped| mapped.role),
        emergency_access: mapped.is_some_and(|mapped| mapped.emergency_access),
        role_claims,
        role_map_version: host.roles.version().to_owned(),
        organisation,
        assurance: assurance(claims, host)?,
        auth_time_s: jwt::seconds(claims, "auth_time")?,
        person,
        purpose: purpose(&iua)?,
        reason: None,
        relationship: relationship(claims)?,
        received_at: asked.now,
        assertion_hash: String::new(),
        configuration_hash: host.configuration_hash.clone(),
    })
}

/// `jti` of 128 bits or more: a UUID, or 22 characters of base64url.
pub(super) fn unique_id(claims: &Object<'_>) -> Result<String, Fault> {
    let jti = jwt::text(claims, "jti", "jti")?;
    let url_safe = jti.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if url_safe && jti.len() >= 22 { Ok(jti) } else { Err(Fault("jti")) }
}

/// One the host may name, and no other (HAZ-047).
fn organisation(iua: &Object<'_>, host: &Host) -> Result<Organisation, Fault> {
    const CLAIM: &str = "subject_organization_id";
    let ods = jwt::text(iua, CLAIM, CLAIM)?;
    host.organisations.iter().find(|known| known.ods.as_str() == ods).cloned().ok_or(Fault(CLAIM))
}

fn practitioner(claims: &Object<'_>, iua: &Object<'_>) -> Result<Practitioner, Fault> {
    let nhs = claims.object("nhs").unwrap_or_default();
    let host_sub = jwt::text(claims, "sub", "sub")?;
    let local_user_id = jwt::optional(&nhs, "local_user_id", "local_user_id")?;
    if is_nobody(&host_sub) {
        return Err(Fault("sub"));
    }
    if local_user_id.as_deref().is_some_and(|id| id != "UNK" && is_nobody(id)) {
        return Err(Fault("local_user_id"));
    }
    Ok(Practitioner {
        display: jwt::text(iua, "subject_name", "subject_name")?,
        family: jwt::optional(&nhs, "family", "nhs.family")?,
        given: texts(&nhs, "given", "nhs.given")?,
        title: jwt::optional(&nhs, "title", "nhs.title")?,
        sds_user_id: jwt::optional(&nhs, "sds_user_id", "sds_user_id")?,
        sds_role_profile_id: jwt::optional(&nhs, "sds_role_profile_id", "sds_role_profile_id")?,
        sds_job_role: jwt::optional(&nhs, "sds_job_role", "sds_job_role")?,
        registration: jwt::optional(iua, "national_provider_identifier", "national_provider_identifier")?,
        host_sub,
        local_user_id,
    })
}

pub(super) fn is_nobody(id: &str) -> bool {
    NOBODY.contains(&id.to_ascii_lowercase().as_str())
}

fn person(claims: &Object<'_>, training: bool) -> Result<Person, Fault> {
    let patient = claims.object("patient").ok_or(Fault("patient"))?;
    let name = patient.object("name").ok_or(Fault("patient.name"))?;
    let given = texts(&name, "given", "patient.name.given")?;
    if given.is_empty() {
        return Err(Fault("patient.name.given"));
    }
    let gender = jwt::text(&patient, "gender", "patient.gender")?;
    if !["male", "female", "other", "unknown"].contains(&gender.as_str()) {
        return Err(Fault("patient.gender"));
    }
    let gp_ods = jwt::optional(&patient, "gpPracticeOds", "patient.gpPracticeOds")?;
    let gp_ods =
        gp_ods.map(|ods| OdsCode::parse(&ods).map_err(|_| Fault("patient.gpPracticeOds"))).transpose()?;
    Ok(Person {
        nhs_number: nhs_number(&patient, training)?,
        birth_date: birth_date(&patient)?,
        family: jwt::text(&name, "family", "patient.name.family")?,
        given,
        gender,
        gp_ods,
        sensitive: sensitive(&patient)?,
    })
}

/// Absent: not flagged. Anything but a truth value could mean either, and is refused.
fn sensitive(patient: &Object<'_>) -> Result<bool, Fault> {
    match patient.get("sensitive") {
        None => Ok(false),
        Some(value) => value.boolean().ok_or(Fault("patient.sensitive")),
    }
}

/// Test numbers in training, and there only (HAZ-054).
fn nhs_number(patient: &Object<'_>, training: bool) -> Result<NhsNumber, Fault> {
    const CLAIM: &str = "patient.identifier";
    let mut numbers = patient
        .objects("identifier")
        .into_iter()
        .filter(|identifier| identifier.text("system").as_deref() == Some(fhir::nhs_number::SYSTEM));
    let identifier = numbers.next().ok_or(Fault(CLAIM))?;
    // Two numbers are two people until somebody says otherwise.
    if numbers.next().is_some() {
        return Err(Fault(CLAIM));
    }
    let number = NhsNumber::parse(&jwt::text(&identifier, "value", CLAIM)?).map_err(|_| Fault(CLAIM))?;
    if number.is_test() == training { Ok(number) } else { Err(Fault(CLAIM)) }
}

/// IHE IUA may name the person a second time; it must be the same person (HAZ-001).
fn check_person_id(iua: &Object<'_>, person: &Person) -> Result<(), Fault> {
    let named = jwt::optional(iua, "person_id", "person_id")?;
    let same = |id: String| id.rsplit('|').next() == Some(person.nhs_number.digits());
    if named.is_none_or(same) { Ok(()) } else { Err(Fault("person_id")) }
}

fn birth_date(patient: &Object<'_>) -> Result<FhirDate, Fault> {
    let date = FhirDate::parse(&jwt::text(patient, "birthDate", "patient.birthDate")?);
    if matches!(date.precision(), Precision::Day(_)) { Ok(date) } else { Err(Fault("patient.birthDate")) }
}

/// None stated is treatment; several at once cannot be audited as one.
fn purpose(iua: &Object<'_>) -> Result<Purpose, Fault> {
    let mut codes = codes(iua, "purpose_of_use", "purpose_of_use")?;
    let code = codes.pop();
    if !codes.is_empty() {
        return Err(Fault("purpose_of_use"));
    }
    Ok(match code.as_deref() {
        None | Some("TREAT") => Purpose::Treat,
        Some("ETREAT") => Purpose::Etreat,
        Some("BTG") => Purpose::Btg,
        Some(other) => Purpose::Other(other.to_owned()),
    })
}

fn relationship(claims: &Object<'_>) -> Result<Vec<Evidence>, Fault> {
    const CLAIM: &str = "relationship";
    let all = claims.items(CLAIM);
    if all.len() > 16 {
        return Err(Fault(CLAIM));
    }
    all.into_iter().map(|value| evidence(&value.object().ok_or(Fault(CLAIM))?)).collect()
}

fn evidence(one: &Object<'_>) -> Result<Evidence, Fault> {
    const CLAIM: &str = "relationship";
    let code = jwt::text(one, "code", CLAIM)?;
    if !RELATIONSHIPS.contains(&code.as_str()) {
        return Err(Fault(CLAIM));
    }
    Ok(Evidence {
        code,
        service: jwt::optional(one, "service", CLAIM)?,
        since: jwt::optional(one, "since", CLAIM)?,
        reference: jwt::optional(one, "ref", CLAIM)?,
    })
}

/// By the host's registered table; whatever it does not list is a one-factor sign-in.
fn assurance(claims: &Object<'_>, host: &Host) -> Result<u8, Fault> {
    let acr = jwt::optional(claims, "acr", "acr")?;
    Ok(acr.and_then(|acr| host.assurance.get(&acr).copied()).unwrap_or(1))
}

/// Codes as IHE IUA writes them, bare or as codings.
fn codes(object: &Object<'_>, key: &str, claim: &'static str) -> Result<Vec<String>, Fault> {
    bounded(object, key, claim)?
        .into_iter()
        .map(|value| match value.object() {
            Some(coding) => jwt::text(&coding, "code", claim),
            None => jwt::clean(value, claim),
        })
        .collect()
}

fn texts(object: &Object<'_>, key: &str, claim: &'static str) -> Result<Vec<String>, Fault> {
    bounded(object, key, claim)?.into_iter().map(|value| jwt::clean(value, claim)).collect()
}

fn bounded<'a>(object: &Object<'a>, key: &str, claim: &'static str) -> Result<Vec<Json<'a>>, Fault> {
    let all = object.items(key);
    if all.len() <= 16 { Ok(all) } else { Err(Fault(claim)) }
}
