//! What stands above a table: that the record is on its way, what period was shown, what was left out.
//! Source: GP Connect 0.7.4, layout guide (banners); sources, section 3.

use super::{CareRecord, RecordSection, tables::Table};
use crate::payload::{gp_connect::parameters::Period, shelf::Shelf};
use crate::people::when::When;
use jiff::civil::Date;

/// Class and words.
pub(super) type Banner = (&'static str, String);

/// `22-Nov-2026`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%d-%b-%Y").to_string()
}

/// Above the whole section.
pub(super) fn of_section(shelf: &Shelf<'_>) -> Vec<Banner> {
    let registered = shelf.person.story_facts.quirks.in_transit_days.map(When::Day);
    let date = registered.and_then(|on| on.range(shelf.today)).map(|(first, _)| day(first));
    let transfer = date.map(|date| {
        let says =
            "Patient record transfer from previous GP practice not yet complete; information recorded before";
        ("gptransfer-banner", format!("{says} {date} may be missing"))
    });
    transfer.into_iter().collect()
}

/// Above one table.
pub(super) fn of_table(shelf: &Shelf<'_>, record: &CareRecord, table: &Table) -> Vec<Banner> {
    let mut banners: Vec<Banner> = Vec::new();
    banners.extend(table.content.map(|content| ("content-banner", content.to_owned())));
    if let Some(text) = period(record, table) {
        banners.push(("date-banner", text));
    }
    if shelf.person.story_facts.quirks.confidential && is_narrowed(record.section) {
        let says = "Items excluded due to confidentiality and/or patient preferences";
        banners.push(("exclusion-banner", says.to_owned()));
    }
    banners
}

fn is_narrowed(section: RecordSection) -> bool {
    matches!(section, RecordSection::Problems | RecordSection::Encounters | RecordSection::Summary)
}

fn period(record: &CareRecord, table: &Table) -> Option<String> {
    Some(match record.period {
        None => "All relevant items".to_owned(),
        Some(_) if !table.takes_period => "Date filter not applied".to_owned(),
        Some(Period { start: Some(start), end: Some(end) }) => {
            format!("For the period '{}' to '{}'", day(start), day(end))
        }
        Some(Period { start: Some(start), end: None }) => format!("All data items from '{}'", day(start)),
        Some(Period { start: None, end: Some(end) }) => format!("All data items until '{}'", day(end)),
        Some(Period { start: None, end: None }) => return None,
    })
}
