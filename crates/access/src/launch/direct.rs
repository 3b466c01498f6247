//! Direct access: takes a professional who signs in through a registered OpenID provider such as NHS CIS2, gives a launch for
//! one person they found exactly and gave a reason for. Off for every partner until two people enable it; refuses everybody
//! whose role, organisation or sign-in does not hold (HAZ-048).
//! Source: NHS CIS2 Authentication, scopes and claims; OpenID Connect Core 1.0.

/// The `[direct]` table, and the partners it is on for.
mod registered;
/// The professional, as the provider names them.
mod staff;
/// One person, exactly.
mod find;
/// Why the record is opened.
mod reason;

pub use find::{Field, FindFault, FindForm, Wanted};
pub use reason::{OpenForm, REASONS, Unstated};
pub use registered::{Direct, DirectConfig, DirectFault};
pub use staff::Staff;

use super::{
    Evidence, Launch, LaunchFacts, Particulars, Person, Purpose, Route,
    oidc::{self, Begun, Callback, Failure, Revocation},
};
use crate::{
    Refusal, Role,
    jwt::Compact,
    keys::Keys,
    person::{Trace, Traced},
    role::Smartcard,
    session,
};
use jiff::Timestamp;

/// The name of this way in where another has its host's.
pub const HOST: &str = "direct";

/// Whose sign-in it is, and where the provider sends the browser back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub id: &'static str,
    pub callback: &'static str,
}

/// Direct access to a record.
pub const DESK: Place = Place { id: HOST, callback: "/direct/callback" };
/// The privacy officers' pages, which no record is opened from.
pub const OFFICE: Place = Place { id: "privacy-office", callback: "/callback" };
const SCOPE: &str = "openid profile nationalrbacaccess associatedorgs selectedrole";

/// What the door stands on.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub direct: &'a Direct,
    pub keys: &'a Keys,
    /// Our own address.
    pub public_url: &'a str,
    pub now: Timestamp,
}

/// A professional who has signed in, and the access token that has done its work.
#[derive(Debug)]
pub struct SignedIn {
    pub staff: Staff,
    pub revocation: Option<Revocation>,
    /// SHA-256 of the code: it signs in once.
    pub code_hash: [u8; 32],
}

/// `GET /direct`: the professional signs in afresh, whoever is signed in at the provider.
pub async fn begin(door: Door<'_>, cookie: Option<[u8; 32]>) -> Result<Begun, Failure> {
    let provider = &door.direct.provider;
    let address = format!("{}/.well-known/openid-configuration", provider.issuer_url);
    let extra = [("prompt", "login"), ("acr_values", door.direct.acr.as_str())];
    let begun = async {
        let metadata = oidc::discover(provider, address).await?;
        let redirect_uri = format!("{}{}", door.public_url, door.direct.place.callback);
        oidc::authorise(provider, metadata, (redirect_uri, SCOPE, &extra), cookie)
    };
    begun.await.map_err(|failure| failure.by(door.direct.place.id))
}

/// `GET /direct/callback`. `kept`: what was found under the answer's state, and is gone from there.
pub async fn finish(
    door: Door<'_>,
    (kept, cookie): (Option<Vec<u8>>, Option<[u8; 32]>),
    callback: Callback,
) -> Result<SignedIn, Failure> {
    let provider = &door.direct.provider;
    let by = |failure: Failure| failure.by(door.direct.place.id);
    let returned = oidc::resume(provider, kept, cookie, callback).map_err(by)?;
    let tokens = oidc::exchange(provider, &returned, door.now).await.map_err(by)?;
    let revocation = Revocation::of(provider, &returned, &tokens, door.now);
    let staff = async {
        let text = tokens.id_token.as_str();
        let token = Compact::read(text).map_err(|_| Failure::not_accepted("id_token"))?;
        let sign_in = (door.keys, returned.pending.nonce.as_str(), door.now);
        let identity = oidc::identity(&token, text, provider, sign_in).await?;
        staff::read(door.direct, &identity, (&returned, &tokens), door.now).await
    };
    match staff.await.and_then(|staff| belongs(door.direct.place, staff)) {
        Ok(staff) => Ok(SignedIn { staff, revocation, code_hash: session::hash(returned.code.as_bytes()) }),
        Err(failure) => {
            if let Some(revocation) = revocation {
                revocation.send().await;
            }
            Err(by(failure))
        }
    }
}

/// The privacy officers' pages are for privacy officers alone; nobody opens a record there, whatever their role.
fn belongs(place: Place, staff: Staff) -> Result<Staff, Failure> {
    let is_officer = staff.role == Some(Role::R10);
    if place == OFFICE && !is_officer { Err(Failure::new(Refusal::NoRole, "role")) } else { Ok(staff) }
}

/// The one person who is exactly what was typed; everything else is nobody, and looks the same (HAZ-050).
pub fn exactly(wanted: &Wanted, found: &Trace) -> Option<Person> {
    match found {
        Trace::Found(traced) if !traced.restricted && wanted.is(traced) => person(traced),
        _ => None,
    }
}

/// By the national record; somebody it cannot name is not opened this way.
fn person(traced: &Traced) -> Option<Person> {
    let usual = traced.names.iter().find(|name| name.use_.as_deref() == Some("usual"));
    let name = usual.or_else(|| traced.names.first())?;
    Some(Person {
        nhs_number: traced.nhs_number.clone(),
        birth_date: traced.birth_date.clone()?,
        family: name.family.clone(),
        given: name.given.clone(),
        gender: traced.gender.clone().unwrap_or_else(|| "unknown".to_owned()),
        gp_ods: traced.practice.clone(),
        sensitive: false,
    })
}

/// The launch, once the reason stands. `found` came from [`exactly`].
pub fn launch(
    direct: &Direct,
    staff: &Staff,
    found: Person,
    (form, now): (&OpenForm, Timestamp),
) -> Result<Launch, Vec<Unstated>> {
    let reason = form.stated()?;
    Ok(Launch::new(LaunchFacts {
        id: session::hex(&session::new_secret()),
        route: Route::Direct,
        host: HOST.to_owned(),
        host_name: direct.name.clone(),
        host_session: staff.provider_session.clone(),
        frame_origins: Vec::new(),
        practitioner: staff.practitioner.clone(),
        role_claims: staff.role_claims.clone(),
        role: staff.role,
        // Never by this way in.
        emergency_access: false,
        demographics_only: staff.demographics_only,
        smartcard: Smartcard::default(),
        role_map_version: direct.roles.version().to_owned(),
        organisation: staff.organisation.clone(),
        assurance: staff.assurance,
        auth_time_s: Some(staff.auth_time_s),
        person: found,
        purpose: Purpose::Treat,
        relationship: vec![self_claimed()],
        reason: Some(reason),
        received_at: now,
        assertion_hash: staff.token_hash.clone(),
        configuration_hash: direct.configuration_hash.clone(),
        signed_by: None,
        particulars: Particulars::default(),
    }))
}

fn self_claimed() -> Evidence {
    Evidence { code: "self-claimed".to_owned(), service: None, since: None, reference: None }
}

#[cfg(test)]
mod tests;
