//! Takes the parts that make an entry one of its kind, gives the key under which it can be written only once.
//! Keys stand unsealed in the store, so they are made of openings, source names and hashes, never of people (HAZ-049).

use super::Kind;
use crate::{OpeningId, hash};
use serde::{Deserialize, Serialize};

const LONGEST_PART: usize = 100;
const LONGEST: usize = 400;

/// `<kind>:<part>:…`. The same key with the same content is one entry; with other content it is a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

/// The text was not written by this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of an entry")]
pub struct NotAKey;

impl Key {
    /// `attempt` counts refusals of the same assertion.
    pub fn launch_refused(issuer: &str, assertion_hash: &[u8; 32], attempt: u32) -> Self {
        Self::of(Kind::LaunchRefused, &[issuer, &hash::hex(assertion_hash), &attempt.to_string()])
    }

    /// A launch that was accepted and waits for its browser: a `session` entry.
    pub fn launch(issuer: &str, jti_hash: &[u8; 32]) -> Self {
        Self::of(Kind::Session, &["launch", issuer, &hash::hex(jti_hash)])
    }

    pub fn open(opening: &OpeningId) -> Self {
        Self::of(Kind::Open, &[opening.as_str()])
    }

    pub fn refused(opening: &OpeningId) -> Self {
        Self::of(Kind::Refused, &[opening.as_str()])
    }

    pub fn ask(opening: &OpeningId, source: &str, part: u32) -> Self {
        Self::of(Kind::Ask, &[opening.as_str(), source, &part.to_string()])
    }

    pub fn disclosure(opening: &OpeningId, source: &str, part: u32) -> Self {
        Self::of(Kind::Disclosure, &[opening.as_str(), source, &part.to_string()])
    }

    pub fn close(opening: &OpeningId) -> Self {
        Self::of(Kind::Close, &[opening.as_str()])
    }

    pub fn overridden(opening: &OpeningId, n: u32) -> Self {
        Self::of(Kind::Override, &[opening.as_str(), &n.to_string()])
    }

    /// `sid` is the secret itself; only its hash stands in the key. By convention 0 is the start.
    pub fn session(sid: &[u8; 32], n: u32) -> Self {
        Self::of(Kind::Session, &[&hash::hex(&hash::secret(sid)), &n.to_string()])
    }

    /// The end of sessions that are known by something other than their id, such as a host's event by its own id.
    pub fn session_event(event_hash: &[u8; 32]) -> Self {
        Self::of(Kind::Session, &["event", &hash::hex(event_hash)])
    }

    /// Another sharing agreement came into force.
    pub fn configuration(id: &str, at: crate::Millis) -> Self {
        Self::of(Kind::Configuration, &[id, &at.0.to_string()])
    }

    /// At one moment one opening is printed once.
    pub fn printed(opening: &OpeningId, at: crate::Millis) -> Self {
        Self::of(Kind::Print, &[opening.as_str(), &at.0.to_string()])
    }

    pub fn objection(opening: &OpeningId, source: &str) -> Self {
        Self::of(Kind::Objection, &[opening.as_str(), source])
    }

    /// Something an operator raised, saw or settled; `about` is a source or a rule, never a person.
    pub fn alert(about: &str, at: crate::Millis) -> Self {
        Self::of(Kind::Alert, &[about, &at.0.to_string()])
    }

    /// An alert of one of the numbered rules, such as `PO-23`; `about` is a hash or an opening, so that what is raised
    /// twice for the same thing stands once.
    pub fn raised(rule: &str, about: &str) -> Self {
        Self::of(Kind::Alert, &[rule, about])
    }

    /// An attempt to find somebody, by a random id: 0 its beginning, 1 its end.
    pub fn find(attempt: &str, n: u32) -> Self {
        Self::of(Kind::Find, &[attempt, &n.to_string()])
    }

    /// Somebody is about to read the audit, by a random id.
    pub fn audit_read(reading: &str) -> Self {
        Self::of(Kind::AuditRead, &[reading])
    }

    /// A step in the life of an alert: `about` is the alert's own index.
    pub fn alert_step(alert: u64, step: &str) -> Self {
        Self::of(Kind::Alert, &["step", &alert.to_string(), step])
    }

    /// An opening is left out of the report for the person, or put back; `n` counts from 0.
    pub fn held(opening: &OpeningId, n: u32) -> Self {
        Self::of(Kind::Incident, &["held", opening.as_str(), &n.to_string()])
    }

    /// What became of one source's day, by a digest of it: the same result again is the same entry.
    pub fn reconciled(source: &str, day: &str, digest: &str) -> Self {
        Self::of(Kind::Incident, &["reconciled", source, day, digest])
    }

    /// What a partner should have, stated once a day.
    pub(crate) fn feed_statement(ods: &str, day: &str) -> Self {
        Self::of(Kind::FeedStatement, &[ods, day])
    }

    /// Something done about keeping: a hold by a random id, a try, or an order with what it covers. Never people.
    pub(crate) fn retention(parts: &[&str]) -> Self {
        Self::of(Kind::Deletion, parts)
    }

    /// Something that happened at an edge node; `parts` are feeds, sequences and random ids, never people.
    pub fn edge(kind: Kind, parts: &[&str]) -> Self {
        Self::of(kind, parts)
    }

    pub(crate) fn session_ended(sid_hash: &[u8; 32], why: &str) -> Self {
        Self::of(Kind::Session, &[&hash::hex(sid_hash), why])
    }

    pub(crate) fn sweep(opening: &OpeningId) -> Self {
        Self::of(Kind::Sweep, &[opening.as_str()])
    }

    pub(crate) fn replica(replica: &str, boot: u64, what: &str) -> Self {
        Self::of(Kind::Replica, &[replica, &boot.to_string(), what])
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_of(&self, kind: Kind) -> bool {
        self.0.split(':').next() == Some(kind.name())
    }

    fn of(kind: Kind, parts: &[&str]) -> Self {
        let mut text = kind.name().to_owned();
        for part in parts {
            text.push(':');
            text.push_str(&plain(part));
        }
        Self(text)
    }
}

/// Letters, digits and `._-/` stay; every other byte is written `%xx`; what is too long is hashed.
fn plain(part: &str) -> String {
    if part.len() > LONGEST_PART {
        return hash::hex(&hash::sha256(&[part.as_bytes()]));
    }
    part.bytes().fold(String::new(), |mut text, b| {
        match b {
            b if is_plain(b) => text.push(char::from(b)),
            b => text.push_str(&format!("%{b:02x}")),
        }
        text
    })
}

fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/')
}

impl TryFrom<String> for Key {
    type Error = NotAKey;
    fn try_from(text: String) -> Result<Self, NotAKey> {
        let ours = text.len() <= LONGEST * 4 && text.bytes().all(|b| is_plain(b) || matches!(b, b':' | b'%'));
        if ours { Ok(Self(text)) } else { Err(NotAKey) }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0
    }
}
