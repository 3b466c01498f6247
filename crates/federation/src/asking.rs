//! Takes who asks about whom from the stages before, gives what sources need of it and no more.

use crate::subject::Person;
use access::{launch::Practitioner, objection::Sign, person::Identified};
use fhir::{OdsCode, ReplyState};
use jiff::Timestamp;
use std::fmt;

/// One opening's professional and person, as access confirmed them.
#[derive(Clone)]
pub struct Asking {
    /// The opening's id: travels with every question, for the partner's own audit.
    pub opening: String,
    pub person: Identified,
    pub practitioner: Practitioner,
    /// The organisation the professional asks for: code and name.
    pub organisation: (OdsCode, String),
    /// What the host calls the professional's role.
    pub role: String,
    /// The moment of the opening, for tokens and dates. Deadlines run on the runtime's own clock.
    pub now: Timestamp,
    /// Whether an exception lets a restricted document be opened. Never for what is asked at large.
    pub opens_restricted: bool,
}

/// What the registered practice says about the person's wish.
#[derive(Debug)]
pub struct ObjectionReply {
    /// Every coded entry of the uncategorised data; `access::objection::weigh` knows which of them speak of sharing.
    pub signs: Vec<Sign>,
    /// Whether the signs can be rested on: only an answer can.
    pub state: ReplyState,
    pub elapsed_ms: u64,
}

/// The professional as a source is told: the real signed-on person, never a generic user.
#[derive(Clone, Default)]
pub(crate) struct Asker {
    pub(crate) id: String,
    /// `UNK` without a smartcard.
    pub(crate) sds_user_id: String,
    pub(crate) sds_role_profile_id: String,
    /// The national job role code.
    pub(crate) sds_job_role: String,
    /// In the host's words.
    pub(crate) role: String,
    pub(crate) family: String,
    pub(crate) given: Vec<String>,
    pub(crate) title: Option<String>,
    pub(crate) organisation_ods: String,
    pub(crate) organisation_name: String,
}

/// What stands where the host knew no such id.
pub(crate) const UNKNOWN: &str = "UNK";

impl Asking {
    pub(crate) fn asker(&self) -> Asker {
        let practitioner = &self.practitioner;
        let or_unknown = |id: &Option<String>| id.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        Asker {
            id: practitioner.host_sub.clone(),
            sds_user_id: or_unknown(&practitioner.sds_user_id),
            sds_role_profile_id: or_unknown(&practitioner.sds_role_profile_id),
            sds_job_role: or_unknown(&practitioner.sds_job_role),
            role: self.role.clone(),
            family: practitioner.family.clone().unwrap_or_else(|| practitioner.display.clone()),
            given: given(practitioner),
            title: practitioner.title.clone(),
            organisation_ods: self.organisation.0.to_string(),
            organisation_name: self.organisation.1.clone(),
        }
    }

    pub(crate) fn subject(&self) -> Person {
        let shown = &self.person.person;
        let numbers = std::iter::once(shown.nhs_number.clone()).chain(self.person.superseded.clone());
        Person {
            numbers: numbers.collect(),
            birth_date: Some(shown.birth_date.clone()),
            families: vec![shown.family.clone()],
            given: shown.given.clone(),
            gender: Some(shown.gender.clone()),
        }
    }
}

/// Practices want one at least: where the host sent none, the display name's first word.
fn given(practitioner: &Practitioner) -> Vec<String> {
    if !practitioner.given.is_empty() {
        return practitioner.given.clone();
    }
    practitioner.display.split_whitespace().next().map(str::to_owned).into_iter().collect()
}

impl fmt::Debug for Asking {
    /// Neither the person nor the professional is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asking({})", self.opening)
    }
}
