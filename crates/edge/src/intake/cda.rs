//! NHS 111 reports as ITK CDA. Takes a SOAP envelope with its distribution envelope, or one ClinicalDocument; gives one unit
//! for each report, keyed by its set so that a higher version replaces a lower; shows a contact with all sections as text, and
//! the report as a document. Refuses document types, entities, what nests past 64 levels or holds more than 24 MiB, what is
//! compressed, and an envelope whose manifest counts other payloads than came. Allergies named in a report stay text.
//! Source: ITK NHS 111 CDA v2-0, Integrated Urgent Care v3-1; HL7 CDA R2; sources.md 11; HAZ-020, HAZ-021, HAZ-041 to 043.

use super::whole::{self, parts};
use crate::format::{About, Demographics, Format, Kept, Seen, Shown, Take, Unusable};
use crate::unit::{Refused, Unit};
use serde_json::{Map, Value};
use std::io::Read;

/// SOAP and the distribution envelope around it.
mod envelope;
/// What one report says.
mod report;
/// A section's text in a few harmless elements.
mod narrative;
/// A report as R4.
mod show;
/// What the sender is told over SOAP.
pub mod answer;

/// NHS 111 reports of one feed.
pub struct Cda {
    /// Confidentiality R is what this sender puts on every report, and means the ordinary confidentiality of a call; with
    /// `false` it restricts the report as V does. To be agreed with the sender.
    pub restricted_is_ordinary: bool,
}

/// The part of a body that holds the report's XML.
const XML: usize = 0;
/// A version is worth more than any time.
const VERSION_MS: i64 = 100_000_000_000_000;

impl Format for Cda {
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable> {
        let bytes = whole::read(input)?;
        let received = envelope::read(&bytes)?;
        let mut seen = Seen::default();
        let mut altered = 0;
        for (place, xml) in (1..).zip(received.documents) {
            seen.units += 1;
            let unit = xml.and_then(|xml| unit(&xml, &received.envelope, &mut altered));
            if take(place, unit).is_break() {
                break;
            }
        }
        if altered > 0 {
            seen.unknown.push(("narrative elements shown by their words alone".to_owned(), altered));
        }
        Ok(seen)
    }

    fn show(&self, kept: &[Kept<'_>], about: &About<'_>) -> Vec<Shown> {
        kept.iter()
            .filter_map(|kept| parts::Body::read(kept.body))
            .flat_map(|body| {
                let xml = body.part_text(XML).unwrap_or_default();
                let tree = envelope::tree(xml).ok();
                let report = tree.as_ref().and_then(|tree| report::read(tree.root_element()));
                report.map(|report| show::resources(&report, xml, self, about)).unwrap_or_default()
            })
            .collect()
    }

    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics> {
        kept.iter().rev().find_map(|kept| {
            let body = parts::Body::read(kept.body)?;
            let tree = envelope::tree(body.part_text(XML)?).ok()?;
            report::person(tree.root_element())
        })
    }
}

/// A local id of a report is one its sender's system made for the call as often as for the person: it carries no merge and
/// releases nothing that is held, so a unit has none (HAZ-005).
fn unit(xml: &str, head: &envelope::Head, altered: &mut u64) -> Result<Unit, Refused> {
    let tree = envelope::tree(xml).map_err(|_| Refused::at("payload", "not well-formed XML"))?;
    let root = tree.root_element();
    let report = report::read(root).ok_or_else(|| {
        Refused::at("ClinicalDocument", "it has neither `setId` nor `id`: nothing could correct it")
    })?;
    *altered += report.sections.iter().map(|section| section.text.altered as u64).sum::<u64>();
    let version = i64::try_from(report.version).unwrap_or(i64::MAX).saturating_mul(VERSION_MS);
    let written = report.written.as_deref().and_then(whole::moment).unwrap_or(0);
    let mut kept = Map::new();
    let said = [("tracking", &head.tracking), ("sender", &head.sender), ("interaction", &head.interaction)];
    for (name, value) in said {
        kept.extend(value.as_ref().map(|value| (name.to_owned(), Value::from(value.as_str()))));
    }
    Ok(Unit {
        whose: report::whose(root),
        local: Vec::new(),
        act: None,
        order: version.saturating_add(written),
        body: parts::pack(kept, &[xml.as_bytes()]),
        names: Vec::new(),
        key: report.key,
    })
}

#[cfg(test)]
mod tests;
