//! What the old systems of the five partners behind edge nodes write, from the same facts as everybody else's records: files
//! of a night, messages of a day. The same people, day and moment give the same bytes.
//! Source: sources, sections 10 (HL7 v2), 11 (NHS 111 report), 13 (BaRS), 14 (Client Level Data); FHIR R4 Bulk Data (NDJSON).

/// When each old system last wrote.
mod freshness;
/// Ids, times and numbers as several formats need them.
mod wire;
/// A council's events as CSV.
mod council;
/// What a council's CSV has no column for, as NDJSON.
mod beside;
/// Calls to NHS 111 as CDA reports.
mod report;
/// 999 incidents as BaRS messages.
mod incident;
/// Documents as HL7 v2 messages.
mod mdm;
/// A whole county's CSV, for tests of size.
mod population;

/// To the edge node, the way each system does.
pub(crate) mod send;

pub use population::council_extract;
pub use send::Destination;

use crate::{
    options::RegionFault,
    people::{Person, partner::Partner},
};
use aws_lc_rs::digest::{SHA256, digest};
use freshness::Freshness;
use jiff::{SignedDuration, Timestamp, civil::Date};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use std::fmt;

/// How an extract reaches the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Put into the node's folder, its manifest beside it.
    File,
    /// Framed and sent; `bytes` are the message without its frame.
    Mllp,
    /// Uploaded, its manifest with it.
    Https,
}

/// What an extract says of what it does not mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is no longer so.
    Snapshot,
    /// Nothing.
    Delta,
    /// One event; nothing else.
    Messages,
}

/// One file or message an old system has written.
#[derive(Clone, PartialEq, Eq)]
pub struct Extract {
    /// `ic24`, `ambulance`, `essex`, `southend` or `thurrock`.
    pub partner: &'static str,
    pub feed: &'static str,
    pub file_name: String,
    pub bytes: Vec<u8>,
    /// When it was written. Later within one partner's feed, second by second.
    pub as_at: Timestamp,
    /// Rows without the heading, lines, or messages.
    pub rows: u64,
    pub transport: Transport,
    pub mode: Mode,
}

impl fmt::Debug for Extract {
    /// Its content is people's (HAZ-049).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extract({}, {}, {} bytes)", self.partner, self.feed, self.bytes.len())
    }
}

/// What is known of the region when a system writes.
#[derive(Clone, Copy)]
struct Moment<'a> {
    people: &'a [Person],
    today: Date,
    now: Timestamp,
}

/// Everything written by `now`, by partner and feed, each feed's oldest first. Ages count from `today`.
pub fn feeds(people: &[Person], today: Date, now: Timestamp) -> Vec<Extract> {
    let moment = Moment { people, today, now };
    let mut extracts = Vec::new();
    extracts.extend(messages(&moment, &IC24, report::reports(&moment)));
    extracts.extend(messages(&moment, &INCIDENTS, incident::incidents(&moment)));
    extracts.extend(messages(&moment, &DOCUMENTS, mdm::documents(&moment)));
    for (partner, days_ago) in [(Partner::Essex, 0), (Partner::Southend, 0), (Partner::Thurrock, 5)] {
        if let Some(as_at) = (Freshness::Nightly { days_ago }).as_at(now) {
            extracts.push(council::extract(&moment, partner, as_at));
            extracts.push(beside::extract(&moment, partner, as_at));
        }
    }
    extracts
}

/// How the messages of one feed are written.
struct Feed {
    partner: &'static str,
    feed: &'static str,
    extension: &'static str,
    transport: Transport,
    minutes_ago: i64,
}

const IC24: Feed = Feed {
    partner: "ic24",
    feed: "nhs111-reports",
    extension: "xml",
    transport: Transport::Https,
    minutes_ago: 23,
};
const INCIDENTS: Feed = Feed {
    partner: "ambulance",
    feed: "incidents",
    extension: "json",
    transport: Transport::Https,
    minutes_ago: 41,
};
const DOCUMENTS: Feed = Feed {
    partner: "ambulance",
    feed: "documents",
    extension: "hl7",
    transport: Transport::Mllp,
    minutes_ago: 41,
};

/// One message, and when what it tells of took place.
struct Message {
    on: Timestamp,
    /// Tells messages of one moment apart.
    key: String,
    bytes: Vec<u8>,
}

/// In the order of what they tell. The last was written so many minutes ago, each other a second before the next.
fn messages(moment: &Moment<'_>, feed: &Feed, mut messages: Vec<Message>) -> Vec<Extract> {
    let Some(last) = (Freshness::MinutesAgo(feed.minutes_ago)).as_at(moment.now) else { return Vec::new() };
    messages.sort_by(|one, other| (one.on, &one.key).cmp(&(other.on, &other.key)));
    let count = messages.len();
    let written = |(place, message): (usize, Message)| {
        let before = i64::try_from(count - place).unwrap_or(i64::MAX).saturating_sub(1);
        Extract {
            partner: feed.partner,
            feed: feed.feed,
            file_name: format!("{}-{:05}.{}", feed.feed, place + 1, feed.extension),
            bytes: message.bytes,
            as_at: last.checked_sub(SignedDuration::from_secs(before)).unwrap_or(last),
            rows: 1,
            transport: feed.transport,
            mode: Mode::Messages,
        }
    };
    messages.into_iter().enumerate().map(written).collect()
}

#[derive(Serialize)]
struct Manifest<'a> {
    partner: &'static str,
    feed: &'static str,
    file: &'a str,
    /// Lower-case hexadecimal.
    sha256: String,
    size_bytes: usize,
    rows: u64,
    /// RFC 3339, whole seconds.
    as_at: String,
    /// Greater with every extract of a feed: seconds since 1970.
    sequence: i64,
    mode: Mode,
}

/// What the old system says of an extract, signed: a compact JWS (ES384) of type `shcr-manifest+jwt`. `key` is its private key:
/// PEM, PKCS #8, P-384.
pub fn manifest(extract: &Extract, key: &[u8]) -> Result<String, RegionFault> {
    let unsigned = |source| RegionFault::Manifest { feed: extract.feed, source };
    let hash = digest(&SHA256, &extract.bytes);
    let claims = Manifest {
        partner: Partner::parse(extract.partner).map_or("", |partner| partner.profile().ods),
        feed: extract.feed,
        file: &extract.file_name,
        sha256: hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
        size_bytes: extract.bytes.len(),
        rows: extract.rows,
        as_at: format!("{:.0}", extract.as_at),
        sequence: extract.as_at.as_second(),
        mode: extract.mode,
    };
    let mut header = Header::new(Algorithm::ES384);
    header.typ = Some("shcr-manifest+jwt".to_owned());
    let key = EncodingKey::from_ec_pem(key).map_err(unsigned)?;
    jsonwebtoken::encode(&header, &claims, &key).map_err(unsigned)
}

#[cfg(test)]
mod tests;
