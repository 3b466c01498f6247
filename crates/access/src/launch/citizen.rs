//! Takes the claims of any token that names somebody who signed in, refuses those of a patient, a citizen or a relative: this
//! door is for professionals, whichever door it is. Source: NHS login, scopes and claims; SMART App Launch 2.2, `fhirUser`.

use crate::jwt::Fault;
use fhir::Object;

/// Claims that only a citizen's identity carries.
const CITIZENS: [&str; 4] = ["nhs_number", "identity_proofing_level", "vot", "vtm"];
/// What a professional may be.
const PROFESSIONALS: [&str; 2] = ["Practitioner", "PractitionerRole"];

/// Nothing is said where nothing speaks for a citizen.
pub(super) fn refuse(claims: &Object<'_>) -> Result<(), Fault> {
    if CITIZENS.into_iter().any(|claim| claims.get(claim).is_some()) {
        return Err(Fault("citizen"));
    }
    match claims.get("fhirUser") {
        None => Ok(()),
        Some(user) => {
            let user = user.text().ok_or(Fault("fhirUser"))?;
            reference(&user).map(|_| ())
        }
    }
}

/// Type and id of a professional, at the end of an address or alone.
pub(super) fn reference(user: &str) -> Result<(&str, &str), Fault> {
    let mut parts = user.rsplit('/');
    let (id, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if PROFESSIONALS.contains(&kind) && is_id(id) { Ok((kind, id)) } else { Err(Fault("fhirUser")) }
}

/// A FHIR id.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}
