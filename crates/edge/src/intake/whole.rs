//! What formats share that take one document or message at a time: reading it whole within the limit, keeping it with a
//! small head, saying when it was, and whose a FHIR Patient is. Knows no format.

use crate::format::Unusable;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use std::io::Read;

/// Whose a FHIR Patient is, and what its sender knows of the person.
pub(crate) mod patient;
/// Edits of JSON text in place.
pub(crate) mod edit;
/// What is kept: a head and parts, byte by byte.
pub(crate) mod parts;
/// XML or JSON, by its first byte.
pub(crate) mod wire;
/// Who the entries of a Bundle are about, and how that is said to a gateway.
pub(crate) mod subject;
/// What the partner can switch off, by type of resource.
pub(crate) mod dataset;

/// A larger document or message is refused.
pub(crate) const SIZE_MAX_BYTES: u64 = 24 * 1024 * 1024;

/// All of the input, or why not. Never holds more than one byte past the limit.
pub(crate) fn read(input: &mut dyn Read) -> Result<Vec<u8>, Unusable> {
    let mut bytes = Vec::new();
    input.take(SIZE_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|_| Unusable::Input)?;
    if bytes.len() as u64 > SIZE_MAX_BYTES {
        return Err(Unusable::Whole("larger than 24 MiB".to_owned()));
    }
    Ok(bytes)
}

/// Milliseconds since 1970 of a FHIR date or dateTime; a day counts from its start, a time without zone as UTC. For
/// ordering only.
pub(crate) fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = || text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    let at = |local: DateTime| local.in_tz("UTC").ok().map(|zoned| zoned.timestamp().as_millisecond());
    let local = || text.parse::<DateTime>().ok().and_then(at);
    let day = || {
        let padded = match text.len() {
            4 => format!("{text}-01-01"),
            7 => format!("{text}-01"),
            _ => return None,
        };
        padded.parse::<Date>().ok().and_then(|day| at(day.at(0, 0, 0, 0)))
    };
    whole().or_else(local).or_else(day)
}

/// A system that names FHIR's confidentiality codes.
pub(crate) const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

#[cfg(test)]
pub(crate) mod corpus;
#[cfg(test)]
mod tests;
