//! Takes an HL7 time, gives the same as a FHIR date or dateTime at its own precision, and as an instant to sort by.
//! A time without a zone is Europe/London's. What is no date is none. Source: HL7 v2.5.1 2.A.77; FHIR R4 dateTime.

use super::message::Piece;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

/// A point or span of time, as precise as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// `2018`, `2018-03`, `2018-03-09`, `2018-03-09T15:00:00+00:00`.
    pub(crate) text: String,
    /// Its beginning, milliseconds since the epoch.
    pub(crate) order: i64,
    pub(crate) has_time: bool,
}

impl Moment {
    /// For elements that must be instants: nothing where no time of day was sent.
    pub(crate) fn instant(&self) -> Option<&str> {
        self.has_time.then_some(self.text.as_str())
    }
}

/// The first component of a TS, or a DTM.
pub(crate) fn moment(piece: Piece<'_>) -> Option<Moment> {
    read(&piece.first(1).text()?)
}

/// `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+ZZZZ]`, digits only.
pub(crate) fn read(sent: &str) -> Option<Moment> {
    let (body, zone) = zone(sent)?;
    let (digits, fraction) = body.split_once('.').map_or((body, None), |(body, part)| (body, Some(part)));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_fraction = fraction.is_none_or(|part| digits.len() == 14 && !part.is_empty() && is_digits(part));
    if !is_digits(digits) || !is_fraction || !matches!(digits.len(), 4 | 6 | 8 | 10 | 12 | 14) {
        return None;
    }
    let year: i16 = digits.get(..4)?.parse().ok()?;
    let two =
        |from: usize, absent: i8| digits.get(from..from + 2).map_or(Some(absent), |part| part.parse().ok());
    let (month, day, hour) = (two(4, 1)?, two(6, 1)?, two(8, 0)?);
    let at = civil::DateTime::new(year, month, day, hour, two(10, 0)?, two(12, 0)?, 0).ok()?;
    let has_time = digits.len() > 8;
    let zone = match zone.filter(|_| has_time) {
        Some(offset) => TimeZone::fixed(offset),
        None => TimeZone::get("Europe/London").ok()?,
    };
    let zoned = at.to_zoned(zone).ok()?;
    let text = match digits.len() {
        4 => format!("{year:04}"),
        6 => format!("{year:04}-{month:02}"),
        8 => at.date().to_string(),
        _ => {
            let fraction = fraction.map(|part| format!(".{part}")).unwrap_or_default();
            // The digits stay as sent, in the hour that the clocks skip too: their distance from the instant is the offset.
            let ahead =
                at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() - zoned.timestamp().as_second();
            let offset = Offset::from_seconds(i32::try_from(ahead).ok()?).ok()?;
            let zoned = zoned.with_time_zone(TimeZone::fixed(offset));
            format!("{}{fraction}{}", zoned.strftime("%Y-%m-%dT%H:%M:%S"), zoned.strftime("%:z"))
        }
    };
    Some(Moment { text, order: zoned.timestamp().as_millisecond(), has_time })
}

/// What stands before the zone, and the zone.
fn zone(sent: &str) -> Option<(&str, Option<Offset>)> {
    let sent = sent.trim();
    let Some(place) = sent.find(['+', '-']) else { return Some((sent, None)) };
    let (body, sign) = (sent.get(..place)?, sent.get(place..=place)?);
    let digits = sent.get(place + 1..)?;
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
    let seconds = (hours * 60 + minutes) * 60;
    let offset = Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()?;
    (hours <= 14 && minutes < 60).then_some((body, Some(offset)))
}

/// `HHMM[SS]` as a FHIR time.
pub(crate) fn time_of_day(sent: &str) -> Option<String> {
    let (body, _) = zone(sent)?;
    let part = |from: usize| body.get(from..from + 2)?.parse::<i8>().ok();
    if !matches!(body.len(), 4 | 6) || !body.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let second = if body.len() == 6 { part(4)? } else { 0 };
    let time = civil::Time::new(part(0)?, part(2)?, second, 0).ok()?;
    Some(time.strftime("%H:%M:%S").to_string())
}

#[cfg(test)]
mod tests;
