//! The SMART EHR launch: takes what a browser brings from a host's own system, gives a launch once that host's server has said
//! who it is and whose record is open. We are the client; nothing is asked of an address that is not registered (HAZ-046).
//! Source: SMART App Launch 2.2, EHR launch; OpenID Connect Core 1.0.

/// The SMART side of a host's registration.
mod registered;
/// The person whose record is open there.
mod patient;
/// The professional, and the role and organisation they act in.
mod practitioner;

pub(crate) use registered::Smart;
pub use registered::{RolesFrom, SmartConfig};

use super::{
    Evidence, Launch, LaunchFacts, Particulars, Person, Purpose, Route, citizen,
    oidc::{self, Begun, Callback, Failure, Identity, Returned, Revocation, Tokens},
};
use crate::{
    Refusal,
    host::{Host, Hosts},
    jwt::{self, Compact},
    keys::Keys,
    role::{Claimed, Smartcard},
    session,
};
use jiff::Timestamp;
use practitioner::Professional;

/// We want identity, context and a demographic cross-check, not the host's clinical data.
const SCOPE: &str = "openid fhirUser launch patient/Patient.r";
/// Where the role is not in the identity token.
const SCOPE_WITH_ROLES: &str = "openid fhirUser launch patient/Patient.r user/PractitionerRole.rs";
/// An opaque value longer than this is nobody's.
const LAUNCH_MAX: usize = 4096;

/// What the door stands on.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub hosts: &'a Hosts,
    pub keys: &'a Keys,
    /// Our own address.
    pub public_url: &'a str,
    /// Only numbers of the test range, and those nowhere else (HAZ-054).
    pub training: bool,
    pub now: Timestamp,
}

/// A launch that holds, and the access token that has done its work.
#[derive(Debug)]
pub struct Finished {
    pub launch: Launch,
    pub revocation: Option<Revocation>,
    /// SHA-256 of the code: it opens one session.
    pub code_hash: [u8; 32],
}

/// `GET /launch/smart`: byte for byte a registered `iss`, or no packet leaves. `cookie`: what the browser has of ours.
pub async fn begin(
    door: Door<'_>,
    iss: &str,
    launch: &str,
    cookie: Option<[u8; 32]>,
) -> Result<Begun, Failure> {
    let found = door.hosts.by_iss(iss).ok_or_else(|| Failure::not_accepted("iss"))?;
    let (host, smart) = found;
    if launch.is_empty() || launch.len() > LAUNCH_MAX {
        return Err(Failure::new(Refusal::LaunchIncomplete, "launch").by(&host.client_id));
    }
    begin_at(door, host, smart, (launch, cookie)).await.map_err(|failure| failure.by(&host.client_id))
}

async fn begin_at(
    door: Door<'_>,
    host: &Host,
    smart: &Smart,
    (launch, cookie): (&str, Option<[u8; 32]>),
) -> Result<Begun, Failure> {
    let address = format!("{}/.well-known/smart-configuration", smart.iss);
    let metadata = oidc::discover(&smart.provider, address).await?;
    let scope = if smart.roles_from == RolesFrom::IdToken { SCOPE } else { SCOPE_WITH_ROLES };
    let mut extra = vec![("launch", launch), ("aud", smart.iss.as_str())];
    if smart.asks_auth_time {
        extra.push(("claims", r#"{"id_token":{"auth_time":{"essential":true}}}"#));
    }
    oidc::authorise(&smart.provider, metadata, (redirect_uri(door, host), scope, &extra), cookie)
}

/// One per host, so that an answer tells whose it is before anything in it is read.
fn redirect_uri(door: Door<'_>, host: &Host) -> String {
    format!("{}/launch/smart/callback/{}", door.public_url, host.client_id)
}

/// `GET /launch/smart/callback/{host}`. `kept`: what was found under the answer's state, and is gone from there.
pub async fn finish(
    door: Door<'_>,
    named: &str,
    (kept, cookie): (Option<Vec<u8>>, Option<[u8; 32]>),
    callback: Callback,
) -> Result<Finished, Failure> {
    let host = door.hosts.find(named).ok_or_else(|| Failure::not_accepted("host"))?;
    let smart = host.smart.as_ref().ok_or_else(|| Failure::not_accepted("host"))?;
    let by_host = |failure: Failure| failure.by(&host.client_id);
    let returned = oidc::resume(&smart.provider, kept, cookie, callback).map_err(by_host)?;
    let tokens = oidc::exchange(&smart.provider, &returned, door.now).await.map_err(by_host)?;
    let revocation = Revocation::of(&smart.provider, &returned, &tokens, door.now);
    match believed(door, host, smart, (&returned, &tokens)).await {
        Ok(launch) => Ok(Finished { launch, revocation, code_hash: session::hash(returned.code.as_bytes()) }),
        Err(failure) => {
            // Refused or not, the token is of no more use.
            if let Some(revocation) = revocation {
                revocation.send().await;
            }
            Err(by_host(failure))
        }
    }
}

async fn believed(
    door: Door<'_>,
    host: &Host,
    smart: &Smart,
    (returned, tokens): (&Returned, &Tokens),
) -> Result<Launch, Failure> {
    let text = tokens.id_token.as_str();
    let token = Compact::read(text).map_err(|_| Failure::not_accepted("id_token"))?;
    let sign_in = (door.keys, returned.pending.nonce.as_str(), door.now);
    let identity = oidc::identity(&token, text, &smart.provider, sign_in).await?;
    let user = jwt::text(&identity.claims, "fhirUser", "fhirUser").map_err(Failure::incomplete)?;
    let user = practitioner::reference(&user, &smart.iss)?;
    let id = patient_id(&identity, tokens)?;
    let person = patient::read(smart, tokens, &id, door.training).await?;
    let professional = practitioner::read(host, smart, tokens, (&identity, user)).await?;
    launch(door, host, (identity, professional, person)).map_err(Failure::incomplete)
}

/// In the token's answer; and where the identity token says it too, the same there (HAZ-001).
fn patient_id(identity: &Identity<'_>, tokens: &Tokens) -> Result<String, Failure> {
    let answer = tokens.answer();
    let id = jwt::text(&answer, "patient", "patient").map_err(Failure::incomplete)?;
    let same = identity.claims.text("patient").is_none_or(|said| said == id);
    if same && citizen::is_id(&id) { Ok(id) } else { Err(Failure::not_accepted("patient")) }
}

fn launch(
    door: Door<'_>,
    host: &Host,
    (identity, professional, person): (Identity<'_>, Professional, Person),
) -> Result<Launch, jwt::Fault> {
    let claims = &identity.claims;
    let today = fhir::date::london(door.now).date();
    let smartcard = Smartcard::default();
    let claimed = Claimed {
        claims: &professional.roles,
        job_role: professional.practitioner.sds_job_role.as_deref(),
        smartcard: &smartcard,
    };
    let mapped = host.roles.find(&claimed, &professional.organisation.ods, today);
    let acr = jwt::optional(claims, "acr", "acr")?;
    Ok(Launch::new(LaunchFacts {
        id: session::hex(&session::new_secret()),
        route: Route::Smart,
        host: host.client_id.clone(),
        host_name: host.name.clone(),
        host_session: jwt::optional(claims, "sid", "sid")?,
        frame_origins: host.frame_origins.clone(),
        practitioner: professional.practitioner,
        role: mapped.map(|mapped| mapped.role),
        emergency_access: mapped.is_some_and(|mapped| mapped.emergency_access),
        demographics_only: mapped.is_some_and(|mapped| mapped.demographics_only),
        smartcard,
        role_claims: professional.roles,
        role_map_version: host.roles.version(),
        organisation: professional.organisation,
        assurance: acr.and_then(|acr| host.assurance.get(&acr).copied()).unwrap_or(1),
        auth_time_s: jwt::seconds(claims, "auth_time")?,
        person,
        purpose: Purpose::Treat,
        relationship: vec![host_open()],
        reason: None,
        received_at: door.now,
        assertion_hash: identity.hash,
        configuration_hash: host.configuration_hash.clone(),
        signed_by: None,
        particulars: Particulars::default(),
    }))
}

/// The record is open in the host now: the launch itself says so, and no more.
fn host_open() -> Evidence {
    Evidence { code: "host-open".to_owned(), service: None, since: None, reference: None }
}

#[cfg(test)]
mod tests;
