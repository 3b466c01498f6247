//! The closed list of entry kinds. Stored by name: a name never changes its meaning.

use serde::{Deserialize, Serialize};

/// What sort of thing an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A launch that got no session.
    LaunchRefused,
    /// The permit and the plan, before anything is asked.
    Open,
    Refused,
    /// A question that was not in the plan.
    Ask,
    /// One source's part, before its bytes leave.
    Disclosure,
    Close,
    /// An opening nobody closed: possibly shown.
    Sweep,
    Override,
    Session,
    Find,
    Print,
    Objection,
    AuditRead,
    Alert,
    Configuration,
    Replica,
    FeedStatement,
    Deletion,
    Incident,
    /// Edge: a question about a person, before its answer leaves.
    Answer,
    /// Edge: an extract or a message taken, held or refused.
    Intake,
    /// Edge: what the partner holds back or gives free again.
    Stewardship,
    Backup,
    Restore,
}

impl Kind {
    pub const ALL: [Kind; 24] = [
        Kind::LaunchRefused,
        Kind::Open,
        Kind::Refused,
        Kind::Ask,
        Kind::Disclosure,
        Kind::Close,
        Kind::Sweep,
        Kind::Override,
        Kind::Session,
        Kind::Find,
        Kind::Print,
        Kind::Objection,
        Kind::AuditRead,
        Kind::Alert,
        Kind::Configuration,
        Kind::Replica,
        Kind::FeedStatement,
        Kind::Deletion,
        Kind::Incident,
        Kind::Answer,
        Kind::Intake,
        Kind::Stewardship,
        Kind::Backup,
        Kind::Restore,
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::LaunchRefused => "launch-refused",
            Kind::Open => "open",
            Kind::Refused => "refused",
            Kind::Ask => "ask",
            Kind::Disclosure => "disclosure",
            Kind::Close => "close",
            Kind::Sweep => "sweep",
            Kind::Override => "override",
            Kind::Session => "session",
            Kind::Find => "find",
            Kind::Print => "print",
            Kind::Objection => "objection",
            Kind::AuditRead => "audit-read",
            Kind::Alert => "alert",
            Kind::Configuration => "configuration",
            Kind::Replica => "replica",
            Kind::FeedStatement => "feed-statement",
            Kind::Deletion => "deletion",
            Kind::Incident => "incident",
            Kind::Answer => "answer",
            Kind::Intake => "intake",
            Kind::Stewardship => "stewardship",
            Kind::Backup => "backup",
            Kind::Restore => "restore",
        }
    }

    pub fn parse(name: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether an entry of this kind must tell the whole story by itself.
    pub fn stands_alone(self) -> bool {
        use Kind::*;
        matches!(self, Open | Refused | Ask | Disclosure | Override | Close)
    }

    /// Whether only the store's own functions may write it, since a receipt or a state hangs on it.
    pub(crate) fn is_kept(self) -> bool {
        matches!(self, Kind::Open | Kind::Disclosure | Kind::Close | Kind::Sweep | Kind::Replica)
    }
}
