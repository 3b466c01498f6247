//! Takes a professional and a person, gives what the professional's own organisation says of the two: nothing, or that they are
//! one person, of one household, colleagues, or that it wants more care with this record. Keeps no list; pure.
//! Source: the project's rules for own, family and colleague; HAZ-048.

use crate::{Launch, person};
use serde::{Deserialize, Serialize};

/// What the employer answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffMatch {
    None,
    /// The professional is the person.
    Own,
    Household,
    /// The person works there too.
    Colleague,
    /// The organisation has put the person on its list.
    Listed,
    /// It did not answer, or cannot be asked.
    Unchecked,
}

impl StaffMatch {
    /// What an organisation may answer.
    pub const ANSWERS: [StaffMatch; 5] =
        [StaffMatch::None, StaffMatch::Own, StaffMatch::Household, StaffMatch::Colleague, StaffMatch::Listed];

    /// The name on the wire and in the audit.
    pub fn name(self) -> &'static str {
        match self {
            StaffMatch::None => "none",
            StaffMatch::Own => "own",
            StaffMatch::Household => "household",
            StaffMatch::Colleague => "colleague",
            StaffMatch::Listed => "listed",
            StaffMatch::Unchecked => "unchecked",
        }
    }

    /// One of the answers; nothing else is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ANSWERS.into_iter().find(|answer| answer.name() == name)
    }

    /// Whether a reason is asked for before anything is asked of a source.
    pub fn needs_reason(self) -> bool {
        matches!(self, StaffMatch::Household | StaffMatch::Listed)
    }
}

/// Every name under which the organisation may know the professional: the smartcard's, and the host's own. Each says of which
/// kind it is, so that two kinds never meet by chance.
pub fn professional_ids(launch: &Launch) -> Vec<String> {
    let known = launch.practitioner.sds_user_id.iter().filter(|id| *id != UNKNOWN);
    let card = known.map(|id| format!("sds-user-id {id}"));
    card.chain([format!("host {} {}", launch.host, launch.practitioner.host_sub)]).collect()
}

/// Where there is no smartcard.
const UNKNOWN: &str = "UNK";

/// Looked at where the organisation did not answer; only that it is so is kept.
pub fn has_equal_surname(launch: &Launch) -> bool {
    let own = launch.practitioner.family.as_deref();
    own.is_some_and(|family| person::same_family(family, &launch.person.family))
}

#[cfg(test)]
mod tests;
