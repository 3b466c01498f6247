//! Broken and hostile files: nothing panics, nothing grows, the limits hold to the byte.

use super::*;
use crate::intake::client_level_data::decode::{Encoding, Text};
use crate::intake::client_level_data::rows::{FIELD_MAX, ROW_MAX, Row, Rows};
use std::io::{self, Read};

/// One piece of text again and again, then another.
struct Endless {
    head: Vec<u8>,
    again: Vec<u8>,
    left: usize,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.head.is_empty() && self.left > 0 {
            self.left -= 1;
            self.head.clone_from(&self.again);
        }
        let length = out.len().min(self.head.len());
        out[..length].copy_from_slice(&self.head[..length]);
        self.head.drain(..length);
        Ok(length)
    }
}

#[test]
fn a_file_cut_at_any_byte_is_read_to_there_or_refused() {
    // HAZ-042
    let whole =
        [row(&[("Last Name", "Ünal, \"the\" elder")]), event("Review", &[("Event Outcome", "a\r\nb")])];
    let bytes = file(&whole).into_bytes();
    let format = format(PLAIN);
    for length in 0..=bytes.len() {
        let (_, taken) = read(&format, &bytes[..length]);
        assert!(taken.len() <= 2);
    }
    assert_eq!(read(&format, &bytes).1.len(), 2);
}

#[test]
fn a_row_cut_short_is_refused() {
    // HAZ-042: half written.
    let bytes = file(&[row(&[("Team", "North")]), row(&[("Team", "South")])]);
    let cut = bytes.strip_suffix(",,,,South\n").unwrap();
    let (_, taken) = read(&format(PLAIN), cut.as_bytes());
    assert!(taken[0].1.is_ok() && taken[1].1.is_err());
}

/// A row of exactly this many bytes, whose team has so many.
fn sized(size: usize, team: usize) -> String {
    let team = "t".repeat(team);
    let mut fields = row(&[("Team", &team)]);
    let now = file(&[fields.clone()]).len() - file(&[]).len() - 1;
    // Postcode is not taken, but counts.
    fields.insert("Postcode", "p".repeat(size - now));
    file(&[fields])
}

#[test]
fn a_row_may_have_64_kib_and_no_byte_more() {
    for (size, is_read) in [(ROW_MAX - 1, true), (ROW_MAX, true), (ROW_MAX + 1, false)] {
        let text = sized(size, FIELD_MAX - 1) + file(&[row(&[])]).lines().nth(1).unwrap();
        let (seen, taken) = read(&format(PLAIN), text.as_bytes());
        assert_eq!(seen.unwrap().units, 2);
        assert_eq!(taken[0].1.is_ok(), is_read, "{size}");
        assert!(taken[1].1.is_ok(), "what follows is read");
    }
}

#[test]
fn a_field_may_have_32_kib_and_no_byte_more() {
    for (size, is_read) in [(FIELD_MAX - 1, true), (FIELD_MAX, true), (FIELD_MAX + 1, false)] {
        let text = file(&[row(&[("Team", &"t".repeat(size))])]);
        let (_, taken) = read(&format(PLAIN), text.as_bytes());
        match &taken[0].1 {
            Ok(_) => assert!(is_read),
            Err(refusal) => {
                assert_eq!((refusal.to_string().as_str(), is_read), ("`Team`: is longer than 32 KiB", false))
            }
        }
    }
}

#[test]
fn a_row_without_end_does_not_grow_memory() {
    for (head, again) in [("a,", "x"), ("", ","), ("a\n\"", "\n"), ("\"", "\"\"")] {
        let mut input = Endless { head: head.into(), again: again.repeat(4096).into(), left: 4096 };
        let mut rows = Rows::new(Text::new(&mut input, Encoding::Auto), b',');
        let mut row = Row::default();
        while let Ok(true) = rows.next(&mut row) {}
        assert!(row.size_bytes() <= 10 * ROW_MAX, "{again:?}: {}", row.size_bytes());
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_refuses_the_file_at_its_line() {
    // HAZ-042: what it swallowed cannot be told.
    let text = file(&[row(&[]), row(&[("First Name", "Zed")]), row(&[])]).replacen("Zed", "\"Zed", 1);
    let (seen, taken) = read(&format(PLAIN), text.as_bytes());
    assert_eq!(seen.unwrap_err().to_string(), "line 3: a quotation mark in this row is never closed");
    assert_eq!(taken.len(), 1);
}

#[test]
fn a_file_that_breaks_off_while_it_is_read_says_so() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let text = file(&[row(&[])]);
    let mut input = text.as_bytes().chain(Broken);
    let result = format(PLAIN).read(&mut input, &mut |_, _| ControlFlow::Continue(()));
    assert_eq!(result, Err(Unusable::Input));
}

#[test]
fn reading_stops_where_it_is_told_to() {
    let text = file(&[row(&[]), row(&[]), row(&[])]);
    let mut taken = 0;
    let seen = format(PLAIN).read(&mut text.as_bytes(), &mut |_, _| {
        taken += 1;
        ControlFlow::Break(())
    });
    assert_eq!((seen.unwrap().units, taken), (1, 1));
}

#[test]
fn a_hundred_thousand_rows_are_read_as_they_come() {
    let rows = 100_000;
    let needed: Vec<&str> = STANDARD.iter().filter(|s| s.0.is_needed()).map(|s| s.1).collect();
    let line = table(&needed, &[row(&[])]).lines().nth(1).unwrap().to_owned() + "\n";
    let mut input = Endless { head: table(&needed, &[]).into(), again: line.into(), left: rows };
    let (mut good, mut bytes) = (0_u64, 0_u64);
    let seen = format(PLAIN).read(&mut input, &mut |place, unit| {
        good += 1;
        assert_eq!(place, good + 1);
        bytes += unit.unwrap().body.len() as u64;
        ControlFlow::Continue(())
    });
    assert_eq!((seen.unwrap().units, good), (rows as u64, rows as u64));
    assert_eq!(bytes % good, 0, "every row is read alike");
}

#[test]
fn what_is_kept_of_a_full_row_is_small() {
    let said = STANDARD.map(|(_, name, _)| (name, "thirty characters of plain text"));
    let dates = row(&[]).into_iter().map(|(name, value)| (name, value.to_owned()));
    let mut fields: Fields = said.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    fields.extend(dates);
    for (name, value) in [
        ("Event End Date", ""),
        ("Date of Death", ""),
        ("Planned units per week", "1"),
        ("No. of adults being cared for", ""),
    ] {
        fields.insert(name, value.into());
    }
    assert!(unit(fields).body.len() < 1600);
    assert!(unit(row(&[])).body.len() < 600);
}

#[test]
fn a_body_that_is_none_is_shown_as_nothing() {
    let format = format(PLAIN);
    let bodies: [&[u8]; 5] = [b"", b"{", b"[]", b"{\"s\":{}}", b"{\"s\":{\"shoe-size\":\"9\"}}"];
    let kept = bodies.map(|body| Kept { order: 1, body });
    let about = About { ods: "X99", partner: "Example Council", feed: "care", id: &|name| name.to_owned() };
    assert!(format.show(&kept, &about).is_empty());
    assert!(format.person(&kept).is_none());
}
