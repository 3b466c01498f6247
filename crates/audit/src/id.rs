//! Moments as callers hand them in, and the name of one opening. Takes bytes or text, refuses what is not a UUID.
//! Source: RFC 9562 (UUIDv7, text form).

use crate::hash;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z. Information only: order is the index's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// Saturates at the ends of time.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Whole seconds, rounded towards the past.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// The name of one opening, made at launch and printed on its page. It names no person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpeningId(String);

/// The text is not a UUID in its usual form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an opening is named by a UUID of 36 characters")]
pub struct NotAnOpening;

impl OpeningId {
    /// From a UUID's sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let mut text = hash::hex(&bytes);
        for at in [20, 16, 12, 8] {
            text.insert(at, '-');
        }
        Self(text)
    }

    /// Lower-case hexadecimal in groups of 8-4-4-4-12; anything else is refused.
    pub fn parse(text: &str) -> Result<Self, NotAnOpening> {
        let right = text.len() == 36
            && text.bytes().enumerate().all(|(at, b)| match at {
                8 | 13 | 18 | 23 => b == b'-',
                _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
            });
        if right { Ok(Self(text.to_owned())) } else { Err(NotAnOpening) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OpeningId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OpeningId {
    type Error = NotAnOpening;
    fn try_from(text: String) -> Result<Self, NotAnOpening> {
        Self::parse(&text)
    }
}

impl From<OpeningId> for String {
    fn from(id: OpeningId) -> Self {
        id.0
    }
}
