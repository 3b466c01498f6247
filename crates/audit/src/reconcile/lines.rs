//! Takes what a source handed over of one day, gives its lines; refuses a file that is no hand-over, and counts what it cannot
//! read, so that nothing is passed over in silence. One JSON object to a line: `{request, opening?, time, status?, subject?}`,
//! or a FHIR AuditEvent; or a table. A person stands there as a hash under a key that both sides have, and never by number in a line of ours.
//! Source: audit.md section 10; docs/look-up/reconciliation.md.

use super::{
    event,
    table::{self, Wrong},
};
use crate::{
    Millis,
    hash::{self, Hash},
};
use aws_lc_rs::hmac;
use serde::Deserialize;
use std::{collections::HashSet, fmt};

/// A day of a region's largest source is a sixth of it.
pub const LONGEST_BYTES: usize = 256 * 1024 * 1024;
/// An AuditEvent with everything in it has some 4,000.
pub(super) const LONGEST_LINE: usize = 64 * 1024;
/// A longer id is nobody's.
const LONGEST_ID: usize = 200;
/// Lines named that cannot be read; whoever wrote them finds the others.
const NAMED: usize = 20;

/// A hand-over, as far as it can be read.
#[derive(Debug, Default)]
pub struct HandOver {
    pub(super) lines: Vec<Line>,
    /// Lines that are not what was agreed: no JSON, no time, a number in place of a hash.
    pub unreadable: u64,
    /// The numbers of the first of these, from 1 on.
    pub(super) unreadable_at: Vec<u64>,
    /// The same line once more.
    pub repeated: u64,
}

/// Why nothing of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandOverFault {
    #[error("the hand-over is larger than {LONGEST_BYTES} bytes")]
    TooLarge,
    #[error("no line of it can be read")]
    NotOne,
    /// Of a table: where one row is not whole, nobody knows what the next ones are.
    #[error("line {0} of the table {1}")]
    Table(u64, Wrong),
}

/// One request as the source saw it.
#[derive(Debug)]
pub(super) struct Line {
    /// As it named itself, where it did.
    pub(super) request: String,
    pub(super) at: Millis,
    /// Whether it was answered, as far as the line says.
    pub(super) is_refused: bool,
    pub(super) subject: Option<Subject>,
}

/// Whom it was about.
pub(super) enum Subject {
    Hash(Hash),
    /// In an AuditEvent, whose profile wants it so.
    Number(String),
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(…)")
    }
}

/// What both sides hash a person's number under.
#[derive(Clone)]
pub struct SubjectKey(hmac::Key);

impl SubjectKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA-256 of the ten digits, in hexadecimal.
    pub fn subject(&self, nhs_number: &str) -> String {
        hash::hex(hmac::sign(&self.0, nhs_number.as_bytes()).as_ref())
    }

    pub(super) fn is(&self, nhs_number: &str, subject: &Hash) -> bool {
        hmac::verify(&self.0, nhs_number.as_bytes(), subject).is_ok()
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

/// A line as it was agreed. What else stands in it is the source's own.
#[derive(Deserialize)]
struct Agreed {
    request: Option<String>,
    time: String,
    status: Option<u16>,
    subject: Option<String>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "resourceType")]
    resource_type: Option<String>,
}

/// An empty hand-over is one: of a day on which nobody asked.
pub fn read(bytes: &[u8]) -> Result<HandOver, HandOverFault> {
    if bytes.len() > LONGEST_BYTES {
        return Err(HandOverFault::TooLarge);
    }
    let mut handed = HandOver::default();
    let mut seen = HashSet::new();
    if table::is_one(bytes) {
        for row in table::rows(bytes)? {
            let (text, line) = row?;
            handed.take(text.as_bytes(), &mut seen, |_| Some(line));
        }
        return Ok(handed);
    }
    for (text, number) in bytes.split(|byte| *byte == b'\n').zip(1_u64..) {
        let text = text.trim_ascii();
        if !text.is_empty() && !handed.take(text, &mut seen, line) {
            handed.unreadable += 1;
            handed.unreadable_at.extend((handed.unreadable_at.len() < NAMED).then_some(number));
        }
    }
    if handed.lines.is_empty() && handed.unreadable > 0 { Err(HandOverFault::NotOne) } else { Ok(handed) }
}

impl HandOver {
    /// Whether it could be read, now or when it first came.
    fn take(
        &mut self,
        text: &[u8],
        seen: &mut HashSet<Hash>,
        read: impl FnOnce(&[u8]) -> Option<Line>,
    ) -> bool {
        if !seen.insert(hash::sha256(&[text])) {
            self.repeated += 1;
            return true;
        }
        let line = read(text);
        let is_read = line.is_some();
        self.lines.extend(line);
        is_read
    }
}

fn line(text: &[u8]) -> Option<Line> {
    if text.len() > LONGEST_LINE {
        return None;
    }
    let kind: Kind = serde_json::from_slice(text).ok()?;
    match kind.resource_type.as_deref() {
        Some("AuditEvent") => event::line(text),
        Some(_) => None,
        None => agreed(text),
    }
}

fn agreed(text: &[u8]) -> Option<Line> {
    let agreed: Agreed = serde_json::from_slice(text).ok()?;
    let subject = match agreed.subject {
        None => None,
        Some(subject) => Some(Subject::Hash(hash::unhex(&subject.to_ascii_lowercase())?)),
    };
    Some(Line {
        request: bounded(agreed.request.unwrap_or_default()),
        at: moment(&agreed.time)?,
        is_refused: agreed.status.is_some_and(|status| status >= 400),
        subject,
    })
}

/// A name that is too long is none of ours.
pub(super) fn bounded(id: String) -> String {
    if id.len() > LONGEST_ID { String::new() } else { id }
}

/// RFC 3339, of any offset.
pub(super) fn moment(text: &str) -> Option<Millis> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Millis(at.as_millisecond()))
}
