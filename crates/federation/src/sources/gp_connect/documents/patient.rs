//! Takes the answer to the search for the person, gives the one Patient by whose id documents are searched; none is no
//! record, several are nobody (HAZ-037). Source: GP Connect Access Document 1.6.2, find a patient.

use crate::{
    sources::gp_connect::exchange::{self, Asked, Condemned, Seen},
    subject::{OnePatient, demographics},
};
use fhir::{
    bundle::{Bundle, Entry},
    reply::Warning,
};

/// Who was found, and what must be said of them.
pub(super) type Found = Option<(OnePatient, Vec<Warning>)>;

pub(super) fn inspect(bundle: &Bundle<'_>, asked: &Asked) -> Seen<Found> {
    let patients: Vec<_> = bundle.of_type("Patient").collect();
    let patient = match patients.as_slice() {
        // An entry that cannot be read might be the person.
        [] if bundle.kind == "searchset" && bundle.unreadable == 0 => return Seen::Record(None),
        [] => return Seen::NotARecord,
        [patient] => patient,
        several => return Seen::Condemned(several_of(several, asked)),
    };
    let warnings = match exchange::same(demographics::compare(&patient.resource, &asked.person)) {
        Ok(warnings) => warnings,
        Err(condemned) => return Seen::Condemned(condemned),
    };
    let one = OnePatient::new(&asked.person, patient, &asked.root);
    if !one.is_all(bundle) {
        return Seen::Condemned(Condemned::WrongPerson);
    }
    if one.id().is_some_and(is_id) { Seen::Record(Some((one, warnings))) } else { Seen::NotARecord }
}

fn several_of(several: &[&Entry<'_>], asked: &Asked) -> Condemned {
    let is_other = |entry: &&Entry<'_>| {
        exchange::same(demographics::compare(&entry.resource, &asked.person)) == Err(Condemned::WrongPerson)
    };
    if several.iter().any(is_other) { Condemned::WrongPerson } else { Condemned::Several }
}

/// What may stand in an address. Source: FHIR STU3 2.21.0.20 (id).
fn is_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=64).contains(&id.len()) && id.bytes().all(fits) && !id.bytes().all(|byte| byte == b'.')
}
