//! Writes a council's CSV about as many people as asked, for tests of size: in memory that does not grow, faster than it can
//! be read. Of 1,200,000 people about 880,000 have a number that is theirs alone; the others can be held or refused.
//! Source: Adult Social Care Client Level Data, release 1; sources, sections 14 and 16.

use super::council::columns::STANDARD;
use crate::people::seed::SplitMix64;
use fhir::nhs_number::check_digit;
use jiff::{ToSpan, civil::date};
use std::io::{self, Write};

/// Nine-digit beginnings of numbers that are never issued.
const STEMS: u64 = 1_000_000;
const FIRST_STEM: u64 = 999_000_000;

/// Shares no factor with the stems: counting in its steps meets each of them once.
const STEP: u64 = 387_187;

/// Of a thousand people with a good number, so many are given a bad one.
const SPOILT_PER_MILLE: u64 = 32;

/// Written out at once.
const PIECE_BYTES: usize = 256 * 1024;

/// Days from 1 January 1925 on that a date is chosen from.
const DAYS: usize = 37_200;
/// Where recent events begin among them, and how many days they are spread over.
const RECENT: u64 = 36_000;
/// Everybody is grown up.
const BORN: u64 = 29_000;
const SPREAD: u64 = 1_100;

/// What a person's row begins with and an event's ends with, in the standard order of columns.
const PERIOD: &[u8] = b"620,01/10/2025,30/09/2026,";
const FAMILIES: [&str; 8] =
    ["ALDERTON", "BRACKEN", "CULVER", "DUNMOW", "ELVEDEN", "FENWICK", "GANTRY", "HOLLOWAY"];
const GIVEN: [&str; 8] = ["Ada", "Bernard", "Clara", "Dennis", "Enid", "Ernest", "Freda", "Hubert"];
const PRACTICES: [&str; 4] = [
    "Marsh Lane Surgery,ZZ901",
    "Estuary Health Centre,ZZ902",
    "Thornfield Medical Practice,ZZ903",
    "Old Mill Surgery,ZZ904",
];
const REASONS: [&str; 4] = [
    "Physical Support: Personal care support",
    "Physical Support: Access & mobility only",
    "Support with Memory & Cognition",
    "Unknown",
];

/// An event: its type, then everything behind the dates, up to the last column.
const EVENTS: [(&str, &str); 4] = [
    ("Request", "Contact about care at home,Progress to Assessment,Community / Other,,,,,,,,,,,,,,,,,,,"),
    (
        "Assessment",
        "Needs assessment,Progress to Support Planning / Services,,Long Term Assessment,Yes,Face to face,,,,,,,,,,,,,,,,",
    ),
    (
        "Service",
        "Care at home,Provision of service,,,,,,,,,,Long Term Support: Community,Home Support,CASSR Commissioned Support,Harbour Home Care,1-A2B3C4,,,,23.40,Hourly,14",
    ),
    (
        "Review",
        "Review of care and support,No change in package  ,,,,,,,,,,,,,,,Planned,Partially achieved,Face to face,,,",
    ),
];

/// Which events a person has, by a choice of eight.
const PATTERNS: [&[usize]; 8] =
    [&[0], &[0, 1], &[1, 2], &[2, 3], &[0, 1, 2], &[1, 2, 3], &[2, 2, 3], &[0, 1, 2, 3]];

/// Rows written, without the heading. The same arguments give the same bytes. Fails as `out` does.
pub fn council_extract(people: u64, seed: u64, out: &mut dyn Write) -> io::Result<u64> {
    let mut writer = Writer {
        out,
        piece: Vec::with_capacity(PIECE_BYTES + 8192),
        days: days(),
        dice: SplitMix64::new(seed),
        start: SplitMix64::new(seed ^ 0x5eed).below(STEMS),
    };
    writer.piece.extend_from_slice("\u{feff}".as_bytes());
    writer.piece.extend_from_slice(STANDARD.join(",").as_bytes());
    writer.piece.extend_from_slice(b"\r\n");
    let mut rows = 0;
    for place in 0..people {
        rows += writer.person(place)?;
    }
    writer.flush()?;
    Ok(rows)
}

/// Every date as it is written, once.
fn days() -> Vec<[u8; 10]> {
    let first = date(1925, 1, 1);
    let written = |after: usize| {
        let day = first.saturating_add(i64::try_from(after).unwrap_or(0).days());
        let text = day.strftime("%d/%m/%Y").to_string();
        <[u8; 10]>::try_from(text.as_bytes()).unwrap_or(*b"01/01/1925")
    };
    (0..DAYS).map(written).collect()
}

struct Writer<'a> {
    out: &'a mut dyn Write,
    piece: Vec<u8>,
    days: Vec<[u8; 10]>,
    dice: SplitMix64,
    start: u64,
}

impl Writer<'_> {
    fn person(&mut self, place: u64) -> io::Result<u64> {
        let number = self.number(place);
        let (choice, more) = (self.dice.next(), self.dice.next());
        let born = more % BORN;
        let pattern = pick(&PATTERNS, choice).copied().unwrap_or(&[0]);
        let mut from = RECENT + (more >> 32) % (SPREAD - 200);
        for event in pattern {
            self.piece.extend_from_slice(PERIOD);
            self.put(&number);
            self.put(",P");
            self.digits(place + 1);
            self.put(",");
            self.one_of(&GIVEN, choice >> 8);
            self.put(",");
            self.one_of(&FAMILIES, choice >> 16);
            self.put(",");
            self.one_of(&PRACTICES, choice >> 24);
            self.put(if choice & 8 == 0 { ",Female,NULL," } else { ",Male,Invalid/NULL," });
            self.day(born);
            self.put(",,Service User,");
            self.one_of(&REASONS, choice >> 32);
            self.put(",ZZ99 3AA,Unknown,NULL,Unknown,No,No,Unknown,No,,");
            self.event(*event, place, from);
            from += 21;
        }
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(pattern.len() as u64)
    }

    fn event(&mut self, event: usize, place: u64, from: u64) {
        let (kind, rest) = EVENTS.get(event).copied().unwrap_or(("", ""));
        self.put(kind);
        self.put(",E-");
        self.digits(place + 1);
        self.put("-");
        self.digits(from % 1000);
        self.put(",");
        self.day(from);
        self.put(",");
        // A service goes on.
        if kind != "Service" {
            self.day(from + 7);
        }
        self.put(",");
        self.put(rest);
        self.put("\r\n");
    }

    /// A number nobody else has here, or one of four things that stand for none.
    fn number(&mut self, place: u64) -> String {
        let stem = FIRST_STEM + (self.start + place % STEMS * STEP) % STEMS;
        let spoilt = place >= STEMS || self.dice.below(1000) < SPOILT_PER_MILLE;
        let text = stem.to_string();
        match (check_digit(&text), spoilt) {
            (Some(check), false) => format!("{text}{check}"),
            // No check digit fits this stem, so that any of them fails.
            (None, _) => format!("{text}0"),
            (Some(check), true) => match self.dice.below(4) {
                0 => String::new(),
                1 => "NULL".to_owned(),
                2 => format!("{text}{}", (check + 1) % 10),
                _ => text,
            },
        }
    }

    fn put(&mut self, text: &str) {
        self.piece.extend_from_slice(text.as_bytes());
    }

    fn one_of(&mut self, from: &[&str], choice: u64) {
        self.put(pick(from, choice).copied().unwrap_or_default());
    }

    fn day(&mut self, place: u64) {
        let day = usize::try_from(place).ok().and_then(|place| self.days.get(place));
        self.piece.extend_from_slice(day.unwrap_or(b"01/01/1925"));
    }

    /// Seven digits at the least.
    fn digits(&mut self, number: u64) {
        let mut text = [b'0'; 20];
        let (mut left, mut from) = (number, text.len());
        for slot in text.iter_mut().rev() {
            if left == 0 && from <= 13 {
                break;
            }
            *slot = b'0' + u8::try_from(left % 10).unwrap_or(0);
            left /= 10;
            from -= 1;
        }
        self.piece.extend_from_slice(text.get(from..).unwrap_or_default());
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

fn pick<T>(from: &[T], choice: u64) -> Option<&T> {
    let length = from.len() as u64;
    from.get(usize::try_from(choice.checked_rem(length)?).ok()?)
}
