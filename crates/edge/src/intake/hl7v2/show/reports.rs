//! Takes ORU^R01 messages, gives every report as its latest version has it, with the versions before. A report is known by the
//! filler's order number and the test, else by the placer's. Source: HL7 v2.5.1 7.3.1, 7.4.1; sources.md 10; HAZ-043.

use super::super::event::{Kind, Told};
use super::super::message::{Message, Segment};
use super::super::time::{self, Moment};
use super::encounters::Visits;
use super::observation::Entry;
use super::terms::Number;
use super::{Desk, observation, report, visit};
use std::collections::BTreeMap;

/// One version of one report, as one message has it.
pub(super) struct Report<'a> {
    pub(super) obr: Segment<'a>,
    pub(super) number: Option<Number>,
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) notes: Vec<String>,
    pub(super) specimens: Vec<Segment<'a>>,
    pub(super) sent: Option<Moment>,
    /// The key of the visit it names, and the ward.
    pub(super) visit: Option<String>,
    pub(super) ward: Option<String>,
}

pub(super) fn show(told: &[Told<'_>], visits: &Visits, desk: &mut Desk<'_, '_>) {
    let mut versions: BTreeMap<String, Vec<Report<'_>>> = BTreeMap::new();
    for told in told.iter().filter(|told| told.kind == Kind::Result) {
        for (key, report) in in_message(told) {
            versions.entry(key).or_default().push(report);
        }
    }
    for (key, versions) in &versions {
        if let Some((current, earlier)) = versions.split_last() {
            report::put(&report::Versions { key, current, earlier }, visits, desk);
        }
    }
}

/// The reports of one message. Two of one key in one message are two.
fn in_message<'a>(told: &Told<'a>) -> Vec<(String, Report<'a>)> {
    let mut same: BTreeMap<String, u32> = BTreeMap::new();
    let mut reports = Vec::new();
    for (place, report) in groups(&told.message).into_iter().enumerate() {
        let test = report.obr.field(4);
        let test = [1, 4, 2, 5].into_iter().find_map(|part| test.first(part).text()).unwrap_or_default();
        let key = match &report.number {
            Some(number) => format!("{}\n{test}", number.key()),
            None => format!("message\n{}\n{place}", told.control()),
        };
        let count = same.entry(key.clone()).or_default();
        *count += 1;
        let key = if *count > 1 { format!("{key}\n{count}") } else { key };
        reports.push((key, report));
    }
    reports
}

/// ORC, OBR, NTE, OBX with its NTE, SPM: what stands under an OBR is its.
fn groups<'a>(message: &Message<'a>) -> Vec<Report<'a>> {
    let sent = time::moment(message.field("MSH", 7));
    let visit = visit::key(message).map(|(key, _)| key);
    let ward = visit::unit(message.field("PV1", 3));
    let mut order: Option<Segment<'a>> = None;
    let mut reports: Vec<Report<'a>> = Vec::new();
    // A comment belongs to the result it stands under, and to the report where it stands under anything else.
    let mut is_under_result = false;
    for segment in message.segments() {
        match (segment.name, reports.last_mut()) {
            ("ORC", _) => order = Some(*segment),
            ("OBR", _) => reports.push(Report {
                obr: *segment,
                number: number(*segment, order),
                entries: Vec::new(),
                notes: Vec::new(),
                specimens: Vec::new(),
                sent: sent.clone(),
                visit: visit.clone(),
                ward: ward.clone(),
            }),
            ("OBX", Some(report)) => report.entries.push(Entry { obx: *segment, notes: Vec::new() }),
            ("SPM", Some(report)) => report.specimens.push(*segment),
            ("NTE", Some(report)) => {
                let note = observation::text_lines(segment.field(3));
                match report.entries.last_mut().filter(|_| is_under_result) {
                    Some(entry) => entry.notes.push(note),
                    None => report.notes.push(note),
                }
            }
            _ => {}
        }
        if segment.name != "NTE" {
            is_under_result = segment.name == "OBX";
        }
    }
    reports
}

/// OBR-3, ORC-3; then OBR-2, ORC-2.
fn number(obr: Segment<'_>, order: Option<Segment<'_>>) -> Option<Number> {
    let of = |field: usize| {
        let own = Number::entity(obr.field(field));
        own.or_else(|| order.and_then(|order| Number::entity(order.field(field))))
    };
    of(3).or_else(|| of(2))
}
