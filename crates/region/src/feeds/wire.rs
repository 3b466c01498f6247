//! Ids, times and texts as several formats need them: a UUID that a name decides and that holds no ten digits in a row, an
//! age as a moment, a moment as HL7 writes it.
//! Source: RFC 9562, section 5.8 (UUID version 8); HL7 v2.4, section 2.9 (TS), escape sequences 2.10.

use crate::people::{seed::digest, when::When};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A letter in the middle of the last group: ten digits in a row would read as an NHS number.
const LETTER: u64 = 0xa00_0000;

pub(super) fn uuid(name: &str) -> String {
    let (high, low) = (digest(name), digest(&format!("{name} again")));
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
    let (d, e) = ((low >> 48) & 0xfff, low & 0xffff_ffff_ffff | LETTER);
    format!("{a:08x}-{b:04x}-8{c:03x}-a{d:03x}-{e:012x}")
}

/// A local number of six hexadecimal digits.
pub(super) fn local(name: &str) -> String {
    format!("{:06X}", digest(name) >> 40)
}

/// `None` where no date was recorded.
pub(super) fn moment(when: When, today: Date) -> Option<Timestamp> {
    when.instant(today)?.parse().ok()
}

/// The first day it may have been.
pub(super) fn day(when: When, today: Date) -> Option<Date> {
    when.range(today).map(|(first, _)| first)
}

pub(super) fn later(moment: Timestamp, minutes: i64) -> Timestamp {
    moment.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(moment)
}

/// London time to the second, with its offset: `20261112204800+0000`.
pub(super) fn hl7_time(moment: Timestamp) -> String {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    moment.to_zoned(zone).strftime("%Y%m%d%H%M%S%z").to_string()
}

pub(super) fn hl7_day(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// Text inside a field.
pub(super) fn hl7_text(text: &str) -> String {
    let escape = |c: char| match c {
        '\\' => "\\E\\".to_owned(),
        '|' => "\\F\\".to_owned(),
        '^' => "\\S\\".to_owned(),
        '&' => "\\T\\".to_owned(),
        '~' => "\\R\\".to_owned(),
        '\n' => "\\.br\\".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}
