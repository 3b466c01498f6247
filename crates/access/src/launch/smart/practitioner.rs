//! Takes an identity that holds, gives the professional with role and organisation: from the identity token, or for hosts
//! registered so from their PractitionerRole. Refuses an organisation the host may not name (HAZ-047).
//! Source: SMART App Launch 2.2, `fhirUser`; FHIR R4, PractitionerRole.

use super::{RolesFrom, Smart, patient::FHIR_JSON};
use crate::{
    host::Host,
    jwt::{self, Fault},
    launch::{
        Practitioner, citizen,
        oidc::{self, Failure, Identity, Tokens},
    },
    organisation::Organisation,
};
use fhir::{Json, Object};

/// A larger answer is not read.
const SIZE_MAX: usize = 256 * 1024;
/// Nobody has more roles than this at once.
const ROLES_MAX: usize = 16;
const SDS_USER: &str = "https://fhir.nhs.uk/Id/sds-user-id";
const SDS_ROLE_PROFILE: &str = "https://fhir.nhs.uk/Id/sds-role-profile-id";

/// Who asks, by the host's word.
pub(super) struct Professional {
    pub(super) practitioner: Practitioner,
    pub(super) organisation: Organisation,
    pub(super) roles: Vec<String>,
}

/// `Practitioner` or `PractitionerRole`, and its id.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct User {
    kind: String,
    id: String,
}

/// What PractitionerRole says beside.
#[derive(Default)]
struct Said {
    roles: Vec<String>,
    /// By code, each once.
    organisations: Vec<String>,
    display: Option<String>,
    sds_user_id: Option<String>,
    sds_role_profile_id: Option<String>,
}

/// On the host's own server: a professional of somebody else's is nobody here.
pub(super) fn reference(user: &str, iss: &str) -> Result<User, Failure> {
    let (kind, id) = citizen::reference(user).map_err(|Fault(reason)| Failure::not_accepted(reason))?;
    let relative = format!("{kind}/{id}");
    if user != relative && user != format!("{iss}/{relative}") {
        return Err(Failure::not_accepted("fhirUser"));
    }
    Ok(User { kind: kind.to_owned(), id: id.to_owned() })
}

pub(super) async fn read(
    host: &Host,
    smart: &Smart,
    tokens: &Tokens,
    (identity, user): (&Identity<'_>, User),
) -> Result<Professional, Failure> {
    let said = match smart.roles_from {
        RolesFrom::IdToken => from_claims(&identity.claims, smart).map_err(Failure::incomplete)?,
        RolesFrom::PractitionerRole => ask(host, smart, tokens, &user).await?,
    };
    if said.roles.is_empty() {
        return Err(Failure::incomplete(Fault("role")));
    }
    let organisation = organisation(host, smart, &identity.claims, &said)?;
    let practitioner = practitioner(identity, &said).map_err(Failure::incomplete)?;
    Ok(Professional { practitioner, organisation, roles: said.roles })
}

fn from_claims(claims: &Object<'_>, smart: &Smart) -> Result<Said, Fault> {
    let claim = smart.role_claim.as_deref().unwrap_or_default();
    let values = claims.items(claim);
    if values.len() > ROLES_MAX {
        return Err(Fault("role"));
    }
    let roles: Result<Vec<_>, _> = values.into_iter().map(|value| jwt::clean(value, "role")).collect();
    Ok(Said { roles: roles?, ..Said::default() })
}

async fn ask(host: &Host, smart: &Smart, tokens: &Tokens, user: &User) -> Result<Said, Failure> {
    let address = if user.kind == "PractitionerRole" {
        format!("{}/PractitionerRole/{}", smart.iss, user.id)
    } else {
        format!("{}/PractitionerRole?practitioner=Practitioner/{}", smart.iss, user.id)
    };
    let text = oidc::get(&smart.provider, tokens, (address, FHIR_JSON, SIZE_MAX)).await;
    let text = text.ok_or_else(|| Failure::unreachable("PractitionerRole"))?;
    let answer = Json::of(&text).object().ok_or_else(|| Failure::unreachable("PractitionerRole"))?;
    let entries: Vec<Object<'_>> = match answer.text("resourceType").as_deref() {
        Some("Bundle") => {
            answer.objects("entry").iter().filter_map(|entry| entry.object("resource")).collect()
        }
        _ => vec![answer],
    };
    let mut said = Said::default();
    let theirs = entries.iter().filter(|role| is_theirs(role, user)).take(ROLES_MAX);
    for role in theirs {
        add(&mut said, role, host).map_err(Failure::incomplete)?;
    }
    Ok(said)
}

/// In force, and of this professional.
fn is_theirs(role: &Object<'_>, user: &User) -> bool {
    let is_role = role.text("resourceType").as_deref() == Some("PractitionerRole");
    let theirs = if user.kind == "PractitionerRole" {
        role.text("id").as_deref() == Some(user.id.as_str())
    } else {
        let practitioner =
            role.object("practitioner").and_then(|it| it.text("reference").map(|it| it.into_owned()));
        practitioner.is_some_and(|it| citizen::reference(&it) == Ok(("Practitioner", user.id.as_str())))
    };
    is_role && theirs && role.boolean("active") != Some(false)
}

/// Roles at organisations the host may not name are not counted.
fn add(said: &mut Said, role: &Object<'_>, host: &Host) -> Result<(), Fault> {
    let at = role.object("organization").and_then(|it| it.object("identifier"));
    let at = at.filter(|it| it.text("system").as_deref() == Some(fhir::ods::SYSTEM));
    let ods = at.and_then(|it| it.text("value").map(|it| it.into_owned()));
    if let Some(ods) = &ods {
        if !host.organisations.iter().any(|known| known.ods.as_str() == ods) {
            return Ok(());
        }
        if !said.organisations.contains(ods) {
            said.organisations.push(ods.clone());
        }
    }
    for concept in role.objects("code") {
        for coding in concept.objects("coding") {
            said.roles.push(jwt::text(&coding, "code", "PractitionerRole.code")?);
        }
    }
    let practitioner = role.object("practitioner").unwrap_or_default();
    let display = jwt::optional(&practitioner, "display", "PractitionerRole.practitioner")?;
    said.display = said.display.take().or(display);
    let user = practitioner.object("identifier").into_iter().collect::<Vec<_>>();
    said.sds_user_id = said.sds_user_id.take().or(identifier(&user, SDS_USER)?);
    let profile = identifier(&role.objects("identifier"), SDS_ROLE_PROFILE)?;
    said.sds_role_profile_id = said.sds_role_profile_id.take().or(profile);
    Ok(())
}

fn identifier(all: &[Object<'_>], system: &str) -> Result<Option<String>, Fault> {
    let found = all.iter().find(|identifier| identifier.text("system").as_deref() == Some(system));
    found.map(|identifier| jwt::text(identifier, "value", "identifier")).transpose()
}

/// One the host may name; two at once cannot be told apart.
fn organisation(
    host: &Host,
    smart: &Smart,
    claims: &Object<'_>,
    said: &Said,
) -> Result<Organisation, Failure> {
    const AT: &str = "organization";
    let claimed = smart.organisation_claim.as_deref();
    let claimed =
        claimed.map(|claim| jwt::text(claims, claim, AT)).transpose().map_err(Failure::incomplete)?;
    let code = match (claimed, said.organisations.as_slice(), host.organisations.as_slice()) {
        (Some(code), [], _) => code,
        (Some(code), named, _) if named.contains(&code) => code,
        (None, [code], _) => code.clone(),
        (None, [], [only]) => only.ods.to_string(),
        _ => return Err(Failure::incomplete(Fault(AT))),
    };
    let known = host.organisations.iter().find(|known| known.ods.as_str() == code);
    known.cloned().ok_or_else(|| Failure::not_accepted(AT))
}

fn practitioner(identity: &Identity<'_>, said: &Said) -> Result<Practitioner, Fault> {
    let claims = &identity.claims;
    let family = jwt::optional(claims, "family_name", "family_name")?;
    let given = jwt::optional(claims, "given_name", "given_name")?;
    let full = family
        .as_ref()
        .map(|family| given.as_ref().map_or_else(|| family.clone(), |given| format!("{given} {family}")));
    let display = jwt::optional(claims, "name", "name")?.or(full).or_else(|| said.display.clone());
    Ok(Practitioner {
        host_sub: identity.subject.clone(),
        display: display.ok_or(Fault("name"))?,
        family,
        given: given.into_iter().collect(),
        title: None,
        sds_user_id: said.sds_user_id.clone(),
        sds_role_profile_id: said.sds_role_profile_id.clone(),
        sds_job_role: None,
        local_user_id: None,
        registration: None,
    })
}
