//! Takes the verified claims of a host's assertion, gives the launch's facts, by whichever door it came; refuses every
//! claim that is missing, unreadable, or beyond what its host may say.
//! Source: RFC 7519; IHE IUA section 3.71; HL7 v3-ActReason.

use super::{
    Asked, Evidence, LaunchFacts, Particulars, Person, Practitioner, Purpose, RELATIONSHIPS, Route, citizen,
};
use crate::{
    host::Host,
    jwt::{self, Fault},
    organisation::Organisation,
    role::{Claimed, Mapped, Smartcard},
    session,
};
use fhir::{FhirDate, Json, NhsNumber, Object, OdsCode, date::Precision};
use std::collections::BTreeMap;

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

/// The professional is an account that several people share, or a machine.
pub(super) const SHARED_ACCOUNT: Fault = Fault("sub: a shared account");

/// Everything a launch says but the hash of its assertion.
pub(super) fn facts(
    claims: &Object<'_>,
    host: &Host,
    route: Route,
    asked: Asked<'_>,
) -> Result<LaunchFacts, Fault> {
    let purpose = purpose(&iua(claims)?)?;
    facts_about(claims, (claims, purpose), host, route, asked)
}

/// The same, where the person, the purpose and the relationship stand in an object of their own.
pub(super) fn facts_about(
    claims: &Object<'_>,
    (details, purpose): (&Object<'_>, Purpose),
    host: &Host,
    route: Route,
    asked: Asked<'_>,
) -> Result<LaunchFacts, Fault> {
    citizen::refuse(claims)?;
    if !host.flows.contains(&route) {
        return Err(Fault("flow"));
    }
    let iua = iua(claims)?;
    let organisation = organisation(&iua, host)?;
    let role_claims = role_claims(&iua, host)?;
    let person = person(details, asked.training)?;
    check_person_id(&iua, &person)?;
    let (practitioner, smartcard) = (practitioner(claims, &iua)?, smartcard(claims, host)?);
    let job_role = practitioner.sds_job_role.as_deref();
    let claimed = Claimed { claims: &role_claims, job_role, smartcard: &smartcard };
    let mapped = mapped(host, &claimed, &organisation, asked);
    Ok(LaunchFacts {
        id: session::hex(&session::new_secret()),
        route,
        host: host.client_id.clone(),
        host_name: host.name.clone(),
        host_session: jwt::optional(claims, "host_session", "host_session")?,
        frame_origins: host.frame_origins.clone(),
        practitioner,
        role: mapped.map(|mapped| mapped.role),
        emergency_access: mapped.is_some_and(|mapped| mapped.emergency_access),
        demographics_only: mapped.is_some_and(|mapped| mapped.demographics_only),
        smartcard,
        role_claims,
        role_map_version: host.roles.version(),
        organisation,
        assurance: assurance(claims, &host.assurance)?,
        auth_time_s: jwt::seconds(claims, "auth_time")?,
        person,
        purpose,
        reason: None,
        relationship: relationship(details)?,
        received_at: asked.now,
        assertion_hash: String::new(),
        configuration_hash: host.configuration_hash.clone(),
        signed_by: None,
        particulars: particulars(claims, host)?,
    })
}

fn iua<'a>(claims: &Object<'a>) -> Result<Object<'a>, Fault> {
    claims.object("extensions").and_then(|all| all.object("ihe_iua")).ok_or(Fault("extensions.ihe_iua"))
}

/// Which role the host's map makes of its role names today, in London.
pub(super) fn mapped(
    host: &Host,
    claimed: &Claimed<'_>,
    organisation: &Organisation,
    asked: Asked<'_>,
) -> Option<Mapped> {
    let today = fhir::date::london(asked.now).date();
    host.roles.find(claimed, &organisation.ods, today)
}

/// At least one, and where the host's registration lists them, no other (HAZ-047).
fn role_claims(iua: &Object<'_>, host: &Host) -> Result<Vec<String>, Fault> {
    const CLAIM: &str = "subject_role";
    let named = codes(iua, CLAIM, CLAIM)?;
    if named.is_empty() || !named.iter().all(|role| may_send(&host.roles_allowed, role)) {
        return Err(Fault(CLAIM));
    }
    Ok(named)
}

pub(super) fn may_send(allowed: &[String], role: &String) -> bool {
    allowed.is_empty() || allowed.contains(role)
}

fn particulars(claims: &Object<'_>, host: &Host) -> Result<Particulars, Fault> {
    let hint = claims.object("client_hint").unwrap_or_default();
    let workstation_address = jwt::optional(&hint, "address", "client_hint")?;
    if host.compares_client_hint && workstation_address.is_none() {
        return Err(Fault("client_hint"));
    }
    Ok(Particulars {
        workstation: jwt::optional(&hint, "workstation", "client_hint")?,
        workstation_address,
        provider: None,
    })
}

/// `jti` of 128 bits or more: a UUID, or 22 characters of base64url.
pub(crate) fn unique_id(claims: &Object<'_>) -> Result<String, Fault> {
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
    let display = jwt::text(iua, "subject_name", "subject_name")?;
    let local = local_user_id.as_deref().filter(|id| *id != "UNK");
    if [Some(host_sub.as_str()), local, Some(&display)].into_iter().flatten().any(is_nobody) {
        return Err(SHARED_ACCOUNT);
    }
    Ok(Practitioner {
        display,
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

/// Activities and workgroups, by the names the national identity service has for them; no activity that the host may not
/// send (HAZ-047).
fn smartcard(claims: &Object<'_>, host: &Host) -> Result<Smartcard, Fault> {
    const ACTIVITIES: &str = "activity_codes";
    let nhs = claims.object("nhs").unwrap_or_default();
    let activity_codes = texts(&nhs, ACTIVITIES, ACTIVITIES)?;
    if !activity_codes.iter().all(|code| host.activities_allowed.contains(code)) {
        return Err(Fault(ACTIVITIES));
    }
    Ok(Smartcard { activity_codes, workgroups: texts(&nhs, "workgroups", "nhs.workgroups")? })
}

/// Whom nobody could hold to account (HAZ-047).
pub(super) fn is_nobody(id: &str) -> bool {
    NOBODY.contains(&id.to_ascii_lowercase().as_str())
}

pub(super) fn person(claims: &Object<'_>, training: bool) -> Result<Person, Fault> {
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
pub(super) fn purpose(iua: &Object<'_>) -> Result<Purpose, Fault> {
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

/// By the registered table; whatever it does not list is a one-factor sign-in. `amr` says how, and decides nothing: it is
/// only required to be readable.
pub(super) fn assurance(claims: &Object<'_>, table: &BTreeMap<String, u8>) -> Result<u8, Fault> {
    texts(claims, "amr", "amr")?;
    let acr = jwt::optional(claims, "acr", "acr")?;
    Ok(acr.and_then(|acr| table.get(&acr).copied()).unwrap_or(1))
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
