//! How many may be opened at once, and who is let in last to be turned away: takes `[admission]`, gives it with what is left out; refuses a
//! limit of nought, and a role that is to be both first and last.

use super::{
    Config,
    report::{Text, Wrong},
};
use access::Role;
use serde::{Deserialize, Deserializer, de::Error as _};

/// Records and documents under way at once in one replica: each may hold a mebibyte, and half a gibibyte is what one
/// replica may use for them.
const OPENINGS: usize = 500;
/// A replica with more is one that will not be there when it is needed.
const OPENINGS_MAX: usize = 100_000;

/// `[admission]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Admission {
    pub(crate) openings: usize,
    /// Roles that are turned away before the others.
    #[serde(deserialize_with = "roles")]
    pub(crate) shed_first: Vec<Role>,
    /// Roles that are turned away after all others.
    #[serde(deserialize_with = "roles")]
    pub(crate) shed_last: Vec<Role>,
}

impl Default for Admission {
    fn default() -> Self {
        // Urgent care.
        Self { openings: OPENINGS, shed_first: Vec::new(), shed_last: vec![Role::R3] }
    }
}

fn roles<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<Role>, D::Error> {
    let names = Vec::<String>::deserialize(reader)?;
    let role = |name: &String| {
        Role::parse(name)
            .ok_or_else(|| D::Error::custom(format!("`{name}` is no role: one of `R1` to `R11`")))
    };
    names.iter().map(role).collect()
}

impl Config {
    pub(super) fn wrong_admission(&self, text: &Text) -> Vec<Wrong> {
        let Admission { openings, shed_first, shed_last } = &self.admission;
        let mut wrong = Vec::new();
        let mut say = |key: &str, what: &str, fix: &str| {
            wrong.push(text.at("admission", key, format!("`[admission]`: {what}"), fix));
        };
        if !(1..=OPENINGS_MAX).contains(openings) {
            say("openings", "nothing could be opened, or everything", "choose from 1 to 100000");
        }
        if shed_first.iter().any(|role| shed_last.contains(role)) {
            say("shed_first", "a role is to be first and last", "name it under one of the two");
        }
        wrong
    }
}
