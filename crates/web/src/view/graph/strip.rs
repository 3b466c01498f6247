//! Takes what contacts there were, gives two years of them as one strip: stays as bars, contacts as marks, urgent ones in a
//! row of their own. The list below it says the same. Source: viewer.md section 7, Contacts and timeline.

use super::super::text::Verbatim;
use super::Svg;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt::Write;

/// One that has been.
pub(crate) struct Contact {
    pub(crate) from: Date,
    /// The end of a stay.
    pub(crate) to: Option<Date>,
    /// 111, ambulance, emergency department.
    pub(crate) is_urgent: bool,
}

/// The strip with its words.
pub(crate) struct Strip {
    pub(crate) svg: Svg,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) words: String,
}

/// As many days as marks can be told apart; more in one row would break the 2 kB of a drawing.
const MOST_MARKS: usize = 80;

/// `None` where there is nothing of the two years before `today`.
pub(crate) fn of(contacts: &[Contact], today: Date) -> Option<Strip> {
    let from = today.checked_sub(2.years()).ok()?;
    let place = |day: Date| from.until(day).ok().map(|span| span.get_days().max(0));
    let is_within = |contact: &&Contact| contact.to.unwrap_or(contact.from) >= from && contact.from <= today;
    let within: Vec<&Contact> = contacts.iter().filter(is_within).collect();
    let (stays, visits): (Vec<&Contact>, Vec<&Contact>) = within.iter().partition(|one| one.to.is_some());
    let days = |urgent: bool| -> BTreeSet<i32> {
        visits.iter().filter(|one| one.is_urgent == urgent).filter_map(|one| place(one.from)).collect()
    };
    let (urgent, planned) = (days(true), days(false));
    let drawn = |days: &BTreeSet<i32>, y: u8| -> String {
        days.iter().rev().take(MOST_MARKS).map(|day| format!("M{day} {y}v14")).collect()
    };
    let bars: String = stays
        .iter()
        .take(MOST_MARKS)
        .filter_map(|stay| {
            let (x, end) = (place(stay.from)?, place(stay.to?)?);
            Some(format!("M{x} 2H{}V38H{x}z", end.max(x + 2)))
        })
        .collect();
    if within.is_empty() {
        return None;
    }
    let width = place(today)?.max(1);
    let words = words(visits.len(), stays.len(), urgent.len().max(planned.len()) > MOST_MARKS);
    let name = "Contacts of the last 24 months";
    let mut svg = String::with_capacity(2_048);
    let _ = write!(
        svg,
        "<svg role=\"img\" class=\"timeline\" viewBox=\"0 0 {width} 40\" width=\"{width}\" height=\"40\" preserveAspectRatio=\"none\"><title>{name}</title><desc>{}</desc>",
        Verbatim(&words)
    );
    let stroke = "fill=\"none\" stroke=\"currentColor\" vector-effect=\"non-scaling-stroke\"";
    let _ = write!(
        svg,
        "<path d=\"M0 38H{width}\" {stroke} stroke-opacity=\".4\"/><path d=\"{bars}\" fill=\"currentColor\" fill-opacity=\".3\"/>"
    );
    let _ = write!(
        svg,
        "<path d=\"{}\" {stroke} stroke-width=\"3\"/><path d=\"{}\" {stroke} stroke-width=\"2\"/></svg>",
        drawn(&urgent, 3),
        drawn(&planned, 22)
    );
    Some(Strip { svg: Svg(svg), from: fhir::date::day(from), to: fhir::date::day(today), words })
}

fn words(visits: usize, stays: usize, is_part: bool) -> String {
    let of = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let part = if is_part { " The newest days are drawn." } else { "" };
    let (stays, bars) = match stays {
        0 => (String::new(), ""),
        n => (format!(" and {}", of(n, "stay")), " Bars: stays."),
    };
    format!(
        "24 months: {}{stays}. Upper marks: 111, ambulance, emergency department. Lower marks: all other contacts.{bars} The list has each.{part}",
        of(visits, "contact")
    )
}

#[cfg(test)]
mod tests;
