//! Takes a council's rows, gives them as real extracts have them: the same event again from an earlier submission, `NULL` for
//! nothing, dashes of a word processor, blanks at ends, line breaks, and a few people nobody can place (HAZ-042).
//! Source: sources, section 14 (dirt met in real extracts).

use super::{Row, Setting, wire};
use crate::people::{partner::Partner, seed::digest};
use jiff::ToSpan;

pub(super) fn spread(setting: &Setting<'_>, rows: Vec<Row>) -> Vec<Row> {
    let mut spread = Vec::with_capacity(rows.len());
    for row in rows {
        let dice = digest(row.get("Event Reference"));
        spread.extend(earlier(setting, &row, dice));
        spread.push(soiled(row, dice));
    }
    if setting.partner == Partner::Essex {
        spread.extend(strays(setting));
    }
    spread
}

/// One event in seven was in the last quarter's submission too, before anybody had coded why the person is supported.
fn earlier(setting: &Setting<'_>, row: &Row, dice: u64) -> Option<Row> {
    let quarter = setting.day.saturating_sub(91.days());
    let start = jiff::civil::Date::strptime(setting.form, row.get("Event Start Date")).ok()?;
    let end = jiff::civil::Date::strptime(setting.form, row.get("Event End Date")).ok();
    if !dice.is_multiple_of(7) || start > quarter || end.is_some_and(|end| end > quarter) {
        return None;
    }
    let mut earlier = row.clone();
    earlier.put("Reporting Period Start Date", setting.date(quarter.saturating_sub(1.year())));
    earlier.put("Reporting Period End Date", setting.date(quarter));
    earlier.put("Primary Support Reason", "Unknown");
    Some(earlier)
}

fn soiled(mut row: Row, dice: u64) -> Row {
    if dice.is_multiple_of(5) {
        row.put("Ethnicity", "Invalid/NULL");
    }
    if dice.is_multiple_of(3) && row.get("Event Type") != "Service" {
        row.put("Provider CQC Location Name", "NULL");
        row.put("Client Funding Status", "NULL");
    }
    if dice.is_multiple_of(4) {
        let blanks = format!("{}  ", row.get("Event Outcome"));
        row.put("Event Outcome", blanks);
    }
    if dice.is_multiple_of(2) && row.get("Event Type") == "Request" {
        let dashed = row.get("Event Description").replacen(": ", " \u{2013} ", 1);
        row.put("Event Description", dashed);
    }
    if dice.is_multiple_of(9) && row.get("Event Type") == "Assessment" {
        let lines = format!("{}\r\nSee \"case notes\", part 2", row.get("Event Description"));
        row.put("Event Description", lines);
    }
    row
}

/// Rows at the end of the file that are nobody's: each is held or refused, for a reason of its own.
fn strays(setting: &Setting<'_>) -> Vec<Row> {
    let stray = |nth: u32, number: &str, start: String| {
        let mut row = Row::of_setting(setting);
        row.put("NHS Number", number);
        row.put("LA Person Unique Identifier", format!("P{}", wire::local(&format!("stray {nth}"))));
        row.put("First Name", "Stray");
        row.put("Last Name", "RECORD");
        row.put("Gender", "Unknown");
        row.put("Date of Birth", "01/01/1940");
        row.put("Client Type", "Service User");
        row.put("Primary Support Reason", "Unknown");
        row.put("Event Type", "Request");
        row.put("Event Reference", format!("R-{}", wire::local(&format!("stray request {nth}"))));
        row.put("Event Start Date", start.clone());
        row.put("Event End Date", start);
        row.put("Event Description", "Contact that nobody could place");
        row.put("Event Outcome", "NFA \u{2013} No services offered: other reason");
        row
    };
    let on = || setting.date(setting.day.saturating_sub(9.days()));
    vec![
        stray(1, "NULL", on()),
        stray(2, "", on()),
        // The check digit is another.
        stray(3, "9990008087", on()),
        // A spreadsheet has taken a digit.
        stray(4, "999000808", on()),
        stray(5, "9990008086", "31/02/2026".to_owned()),
    ]
}
