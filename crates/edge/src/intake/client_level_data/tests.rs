//! Extracts made here, of people who do not exist. Each kind of dirt has its test; each kind of event is read by the
//! gateway's own reader.

use super::columns::{Column, STANDARD};
use super::{ClientLevelData, Settings};
use crate::format::{About, Format, Kept, PATIENT, Seen, Shown, Unusable};
use crate::unit::{Refused, Unit, Untraced, Whose};
use fhir::reply::{Format as ReplyFormat, Payload};
use fhir::{Category, Reply, ReplyState, SourceId};
use record::{Item, normalise};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What real extracts look like, one test each.
mod dirt;
/// Headings and presets.
mod headings;
/// What refuses a row.
mod refusals;
/// What the page reads.
mod page;
/// What holds of every extract.
mod laws;
/// Bytes meant to harm, and the limits.
mod hostile;

pub(super) const ADA: &str = "9990000018";
const BEN: &str = "9990000026";
pub(super) const PLAIN: &str = r#"numbers = "traced""#;

/// A row by the standard's names. What is not said is blank.
pub(super) type Fields = BTreeMap<&'static str, String>;

/// An open home care service of Ada, changed as said.
pub(super) fn row(changes: &[(&'static str, &str)]) -> Fields {
    let base = [
        ("LA Code", "099"),
        ("Reporting Period Start Date", "01/04/2025"),
        ("Reporting Period End Date", "31/03/2026"),
        ("NHS Number", ADA),
        ("LA Person Unique Identifier", "P0042"),
        ("First Name", "Ada"),
        ("Last Name", "Example"),
        ("Gender", "Female"),
        ("Date of Birth", "14/08/1935"),
        ("Client Type", "Service User"),
        ("Primary Support Reason", "Physical Support: Personal care support"),
        ("Event Type", "Service"),
        ("Event Start Date", "02/06/2025"),
        ("Service Type", "Long Term Support: Community"),
        ("Service Component", "Home Support"),
        ("Delivery Mechanism", "CASSR Managed Personal Budget"),
    ];
    let mut fields: Fields = base.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    for (name, value) in changes {
        assert!(STANDARD.iter().any(|(_, known, _)| known == name), "{name}");
        fields.insert(name, (*value).to_owned());
    }
    fields
}

/// A row that is no service.
pub(super) fn event(kind: &'static str, changes: &[(&'static str, &str)]) -> Fields {
    let mut fields = row(&[
        ("Event Type", kind),
        ("Event End Date", "20/06/2025"),
        ("Service Type", ""),
        ("Service Component", ""),
        ("Delivery Mechanism", ""),
    ]);
    fields.extend(changes.iter().map(|(name, value)| (*name, (*value).to_owned())));
    fields
}

pub(super) fn file(rows: &[Fields]) -> String {
    let names: Vec<&str> = STANDARD.iter().map(|(_, name, _)| *name).collect();
    table(&names, rows)
}

pub(super) fn table(names: &[&str], rows: &[Fields]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names).unwrap();
    for row in rows {
        writer.write_record(names.iter().map(|name| row.get(name).map_or("", String::as_str))).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

pub(super) fn format(toml: &str) -> ClientLevelData {
    let settings: Settings = toml::from_str(toml).unwrap();
    ClientLevelData::new(&settings, None).unwrap()
}

pub(super) type Taken = Vec<(u64, Result<Unit, Refused>)>;

pub(super) fn read(format: &ClientLevelData, bytes: &[u8]) -> (Result<Seen, Unusable>, Taken) {
    let mut taken = Vec::new();
    let mut input = bytes;
    let seen = format.read(&mut input, &mut |place, unit| {
        taken.push((place, unit));
        ControlFlow::Continue(())
    });
    (seen, taken)
}

/// All units of a file in which no row is refused.
pub(super) fn units(format: &ClientLevelData, text: &str) -> Vec<Unit> {
    let (seen, taken) = read(format, text.as_bytes());
    seen.unwrap();
    taken.into_iter().map(|(_, unit)| unit.unwrap()).collect()
}

pub(super) fn unit(fields: Fields) -> Unit {
    units(&format(PLAIN), &file(&[fields])).remove(0)
}

pub(super) fn refused(fields: Fields) -> Refused {
    let (_, mut taken) = read(&format(PLAIN), file(&[fields]).as_bytes());
    taken.remove(0).1.unwrap_err()
}

pub(super) fn untraced(whose: &Whose) -> Option<Untraced> {
    match whose {
        Whose::Untraced(why) => Some(*why),
        _ => None,
    }
}

/// What is kept of a column.
pub(super) fn kept(unit: &Unit, column: Column) -> Option<String> {
    super::event::Event::from_body(&unit.body).unwrap().of(column).map(str::to_owned)
}

pub(super) fn show(format: &ClientLevelData, units: &[Unit]) -> Vec<Shown> {
    let kept: Vec<Kept<'_>> = units.iter().map(|unit| Kept { order: unit.order, body: &unit.body }).collect();
    let id = |name: &str| {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    };
    let about = About { ods: "X99", partner: "Example Council", feed: "care", id: &id };
    format.show(&kept, &about)
}

pub(super) fn shown(toml: &str, rows: &[Fields]) -> Vec<Shown> {
    let format = format(toml);
    let units = units(&format, &file(rows));
    show(&format, &units)
}

/// As the gateway reads it: Flags by their own search, all else by the search for social care.
pub(super) fn page(shown: &[Shown]) -> Vec<Item> {
    let payload = |category: Category, fits: &dyn Fn(&Shown) -> bool| {
        let entries = shown.iter().filter(|one| fits(one));
        let entries: Vec<String> = entries
            .map(|one| format!(r#"{{"resource":{},"search":{{"mode":"match"}}}}"#, one.json))
            .collect();
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#,
            entries.join(",").replace(PATIENT, "Patient/ada")
        );
        let text = fhir::json::check(bundle.as_bytes()).expect("checked JSON").to_owned();
        Payload { format: ReplyFormat::R4, category: Some(category), text: Arc::from(text) }
    };
    let is_flag = |one: &Shown| one.resource_type == "Flag";
    let payloads =
        vec![payload(Category::SocialCare, &|one| !is_flag(one)), payload(Category::Alerts, &is_flag)];
    let reply = Reply { payloads, ..Reply::of(SourceId::new("council"), ReplyState::Answered) };
    let read = normalise::normalise(&reply);
    assert!(read.unread.is_empty(), "HAZ-040: everything shown is read");
    assert_eq!(read.items.len(), shown.len(), "HAZ-040: everything shown is an item");
    assert!(read.items.iter().all(|item| item.caveats.is_empty()), "every resource says whom it is about");
    read.items
}
