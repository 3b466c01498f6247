//! Takes an identity that holds, and what the provider says of it when asked, gives the professional; refuses a weak identity
//! or sign-in, an old one, and anybody who has not chosen the one role they work in.
//! Source: NHS CIS2 Authentication, scopes and claims, role selection.

use super::Direct;
use crate::{
    Refusal, Role,
    jwt::{self, Fault},
    launch::{
        Practitioner, citizen, claims,
        oidc::{self, Failure, Identity, Returned, Tokens},
    },
    organisation::Organisation,
    role::{Claimed, Smartcard},
};
use fhir::{Json, Object};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A larger answer is not read: somebody with a role in every organisation would still be smaller.
const SIZE_MAX: usize = 64 * 1024;
/// The professional has just signed in; somebody else may sit there by now.
const AUTH_AGE_S: i64 = 5 * 60;
const SKEW_S: i64 = 60;
/// High confidence that they are who they say they are.
const IDENTITY_LEVEL: i64 = 3;
/// Two factors.
const SIGN_IN_LEVEL: i64 = 2;

/// A professional who signed in, for sealing until the person is found.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub practitioner: Practitioner,
    pub organisation: Organisation,
    pub role_claims: Vec<String>,
    /// `None` where the map knows none of them.
    pub role: Option<Role>,
    /// The map caps that role to personal details.
    pub demographics_only: bool,
    pub assurance: u8,
    pub auth_time_s: i64,
    pub provider_session: Option<String>,
    /// SHA-256 of the identity token, hexadecimal.
    pub(super) token_hash: String,
}

pub(super) async fn read(
    direct: &Direct,
    identity: &Identity<'_>,
    (returned, tokens): (&Returned, &Tokens),
    now: Timestamp,
) -> Result<Staff, Failure> {
    let signed_in = signed_in(direct, &identity.claims, now)?;
    let address = returned.pending.metadata.userinfo_endpoint.clone();
    let address = address.ok_or_else(|| Failure::unreachable("userinfo_endpoint"))?;
    let text = oidc::get(&direct.provider, tokens, (address, "application/json", SIZE_MAX)).await;
    let text = text.ok_or_else(|| Failure::unreachable("userinfo"))?;
    let said = Json::of(&text).object().ok_or_else(|| Failure::unreachable("userinfo"))?;
    citizen::refuse(&said).map_err(not_accepted)?;
    same_person(identity, &said)?;
    let role = selected(&identity.claims, &said)?;
    let organisation = organisation(direct, &role)?;
    let code = jwt::text(&role, "role_code", "role_code").map_err(not_accepted)?;
    // The job role by itself, and with what it stands under: a map may name either.
    let short = code.rsplit(':').next().filter(|short| *short != code).map(str::to_owned);
    let role_claims: Vec<String> = std::iter::once(code.clone()).chain(short).collect();
    let today = fhir::date::london(now).date();
    let smartcard = Smartcard::default();
    let claimed = Claimed { claims: &role_claims, job_role: None, smartcard: &smartcard };
    let mapped = direct.roles.find(&claimed, &organisation.ods, today);
    Ok(Staff {
        practitioner: practitioner(identity, &said, (&role, code)).map_err(Failure::incomplete)?,
        role: mapped.map(|mapped| mapped.role),
        demographics_only: mapped.is_some_and(|mapped| mapped.demographics_only),
        organisation,
        role_claims,
        assurance: signed_in.level,
        auth_time_s: signed_in.at_s,
        provider_session: jwt::optional(&identity.claims, "sid", "sid").map_err(not_accepted)?,
        token_hash: identity.hash.clone(),
    })
}

fn not_accepted(Fault(reason): Fault) -> Failure {
    Failure::not_accepted(reason)
}

struct How {
    level: u8,
    at_s: i64,
}

fn signed_in(direct: &Direct, claims: &Object<'_>, now: Timestamp) -> Result<How, Failure> {
    if level(claims, "id_assurance_level")? < IDENTITY_LEVEL {
        return Err(Failure::not_accepted("id_assurance_level"));
    }
    const HOW: &str = "authentication_assurance_level";
    let found = level(claims, HOW)?;
    let least = if direct.acr == "AAL3_ANY" { 3 } else { SIGN_IN_LEVEL };
    let level = u8::try_from(found).ok().filter(|level| i64::from(*level) >= least && *level <= 3);
    let level = level.ok_or_else(|| Failure::not_accepted(HOW))?;
    let at_s = jwt::seconds(claims, "auth_time").ok().flatten();
    let fresh = |at_s: &i64| (-SKEW_S..=AUTH_AGE_S).contains(&(now.as_second() - at_s));
    let at_s = at_s.filter(fresh).ok_or_else(|| Failure::not_accepted("auth_time"))?;
    Ok(How { level, at_s })
}

/// Written as a number or as a text with one.
fn level(claims: &Object<'_>, claim: &'static str) -> Result<i64, Failure> {
    let value = claims.get(claim).ok_or_else(|| Failure::not_accepted(claim))?;
    let digits =
        value.text().map_or_else(|| value.number().unwrap_or_default().to_owned(), |text| text.into_owned());
    digits.parse().map_err(|_| Failure::not_accepted(claim))
}

/// What is asked with the access token must be about whom the identity token names.
fn same_person(identity: &Identity<'_>, said: &Object<'_>) -> Result<(), Failure> {
    for claim in ["sub", "uid"] {
        if said.text(claim).as_deref() != Some(identity.subject.as_str()) {
            return Err(Failure::not_accepted(claim));
        }
    }
    Ok(())
}

/// The one role the professional chose. None chosen: it is not ours to choose (HAZ-047).
fn selected<'a>(claims: &Object<'_>, said: &Object<'a>) -> Result<Object<'a>, Failure> {
    const AT: &str = "selected_roleid";
    let refuse = || Failure::new(Refusal::NoRole, AT);
    let chosen =
        said.text(AT).map(|text| text.into_owned()).filter(|text| !text.is_empty()).ok_or_else(refuse)?;
    if claims.text(AT).is_some_and(|token| token != chosen) {
        return Err(refuse());
    }
    let roles = said.objects("nhsid_nrbac_roles");
    let mut chosen =
        roles.into_iter().filter(|role| role.text("person_roleid").as_deref() == Some(chosen.as_str()));
    match (chosen.next(), chosen.next()) {
        (Some(role), None) => Ok(role),
        _ => Err(refuse()),
    }
}

/// A partner for which two people have enabled this way in.
fn organisation(direct: &Direct, role: &Object<'_>) -> Result<Organisation, Failure> {
    let code = role.text("org_code").map(|code| code.into_owned()).unwrap_or_default();
    let enabled = direct.partners.iter().find(|partner| partner.ods.as_str() == code);
    enabled.cloned().ok_or_else(|| Failure::new(Refusal::NoRole, "org_code"))
}

fn practitioner(
    identity: &Identity<'_>,
    said: &Object<'_>,
    (role, code): (&Object<'_>, String),
) -> Result<Practitioner, Fault> {
    let family = jwt::optional(said, "family_name", "family_name")?;
    let given = jwt::optional(said, "given_name", "given_name")?;
    let display = jwt::text(said, "name", "name")?;
    if claims::is_nobody(&display) {
        return Err(Fault("name"));
    }
    Ok(Practitioner {
        host_sub: identity.subject.clone(),
        display,
        family,
        given: given.into_iter().collect(),
        title: jwt::optional(said, "title", "title")?,
        sds_user_id: Some(identity.subject.clone()),
        sds_role_profile_id: jwt::optional(role, "person_roleid", "person_roleid")?,
        sds_job_role: Some(code),
        local_user_id: None,
        registration: None,
    })
}

impl fmt::Debug for Staff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Staff({}, …)", self.organisation.ods)
    }
}
