//! The people, reasons, decisions and sources in an entry, as plain values whose stored names never move.
//! Everything that names a person or a professional redacts itself in `Debug` (HAZ-049).

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The professional, as the host and the map described them then.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// The host system's client id.
    pub host: String,
    /// The host's stable id of the professional.
    pub subject: String,
    pub name: Name,
    /// The gateway's role, `R1` to `R11`.
    pub role: String,
    /// Role claims as sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Role>,
    /// The organisation they acted for, by ODS code.
    pub organisation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sds_user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sds_role_profile_id: Option<String>,
    /// Professional registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
    /// The version of the role map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
}

/// A name in its parts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    pub family: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// One role claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub system: String,
    pub code: String,
}

/// The way in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct How {
    /// `signed`, `smart`, `exchange`, `form`, `legacy`, `direct`.
    pub route: String,
    pub host: String,
    /// Assurance level, 0 to 3.
    pub assurance: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_session: Option<String>,
    /// When the professional last proved who they are, in epoch seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// SHA-256 of the token's id, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti_hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// The person in the record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// As traced, or as sent where no trace was possible.
    pub nhs_number: String,
    /// As the host sent it.
    pub sent: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub superseded: Vec<String>,
    /// The outcome of the national trace.
    pub trace: String,
    /// The fields in which host and national record differed, by name, never by value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differed: Vec<String>,
}

/// The reason.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Purpose of use, such as `TREAT`.
    pub purpose: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationship: Vec<Relationship>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// As typed; at most 1,000 characters at the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

/// Evidence of a legitimate relationship.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What the policy said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// `permit` or `deny`.
    pub outcome: String,
    /// The digest of the whole permit.
    pub permit: String,
    /// The ids of the policies that said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// Source → category → level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slices: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// The person's objection as it was known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How old that knowledge was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_s: Option<i64>,
}

/// One source: planned, asked, disclosed or ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceLine {
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// The name of the reply state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Category → level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<crate::Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<crate::Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

redacted!(Who, Name, How, Whom, Why, Relationship);
