//! What the Caldicott Guardian chooses about emergency access, and which organisations can be asked about their own staff.
//! Refuses more than an hour, roles that never have it, and an employer waited for longer than an opening may take.

use super::{Text, Wrong, duration};
use access::{Role, break_glass};
use federation::{STAFF_MATCH_WAIT, StaffMatchConfig};
use fhir::OdsCode;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{path::PathBuf, time::Duration};

/// Half an hour is long enough to find and read what was needed.
const MINUTES: u32 = 30;
const MINUTES_MAX: u32 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BreakGlass {
    /// How long it lasts.
    #[serde(default = "minutes", deserialize_with = "read_minutes")]
    pub(crate) minutes: u32,
    /// Who may ask at all; their role map must give it to them as well.
    #[serde(default = "roles", deserialize_with = "read_roles")]
    pub(crate) roles: Vec<Role>,
}

impl Default for BreakGlass {
    fn default() -> Self {
        Self { minutes: MINUTES, roles: roles() }
    }
}

/// How an opening waits for employers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffMatch {
    #[serde(deserialize_with = "duration")]
    pub(crate) wait: Duration,
}

impl Default for StaffMatch {
    fn default() -> Self {
        Self { wait: STAFF_MATCH_WAIT }
    }
}

/// An organisation whose professionals look, and what it can be asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organisation {
    pub(crate) ods: OdsCode,
    /// Whether its professional and the person are connected.
    pub(crate) staff_match: Option<StaffMatchConfig>,
}

impl Organisation {
    /// Key, certificate and authority files.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.staff_match.iter_mut().flat_map(StaffMatchConfig::paths_mut)
    }
}

/// What the types cannot say. A demonstration on a busy machine may wait longer for its own employer.
pub(super) fn wrong(
    training: bool,
    wait: Duration,
    organisations: &[Organisation],
    text: &Text,
) -> Vec<Wrong> {
    let mut seen = std::collections::BTreeSet::new();
    let twice = organisations.iter().filter(|organisation| !seen.insert(&organisation.ods));
    let twice = twice.map(|organisation| {
        let said = format!("the organisation `{}` stands twice in the configuration", organisation.ods);
        text.general(said, "give each organisation one `[[organisations]]` table")
    });
    let slow = (wait > STAFF_MATCH_WAIT && !training).then(|| {
        let said = "an opening waits no longer than 300 ms for an employer".to_owned();
        text.general(said, "write `wait = \"300ms\"` or less in `[staff_match]`")
    });
    twice.chain(slow).collect()
}

fn minutes() -> u32 {
    MINUTES
}

fn roles() -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| break_glass::is_possible_for(*role)).collect()
}

fn read_minutes<'de, D: Deserializer<'de>>(reader: D) -> Result<u32, D::Error> {
    let minutes = u32::deserialize(reader)?;
    if (1..=MINUTES_MAX).contains(&minutes) {
        Ok(minutes)
    } else {
        Err(D::Error::custom("emergency access lasts 1 to 60 minutes"))
    }
}

fn read_roles<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<Role>, D::Error> {
    let roles = Vec::<Role>::deserialize(reader)?;
    match roles.iter().find(|role| !break_glass::is_possible_for(**role)) {
        None => Ok(roles),
        Some(role) => Err(D::Error::custom(format!("{} never has emergency access", role.name()))),
    }
}

#[cfg(test)]
mod tests;
