//! Batch files: counted, whole, and each message told with the line of its MSH.

use super::super::tests::{read_with, said};
use crate::format::Format;
use crate::format::Unusable;
use crate::intake::hl7v2::{Hl7v2, Settings};
use std::io::Read;
use std::ops::ControlFlow;

fn one(control: &str) -> String {
    said("ADT^A08", "202403101200", control, &["ZZZ|1"]).replace('\r', "\r\n")
}

fn read(file: &str) -> (Vec<(u64, bool)>, Result<u64, Unusable>) {
    let (taken, seen) = read_with(Settings::default(), file.as_bytes());
    (taken.into_iter().map(|(line, unit)| (line, unit.is_ok())).collect(), seen.map(|seen| seen.units))
}

#[test]
fn a_file_with_its_headers_and_counts_is_taken_message_by_message() {
    let (a, b, c) = (one("a"), one("b"), one("c"));
    let file = format!("FHS|^~\\&|X\r\nBHS|^~\\&\r\n{a}{b}BTS|2\r\nBHS|^~\\&\r\n{c}BTS|1\r\nFTS|2\r\n");
    assert_eq!(read(&file), (vec![(3, true), (7, true), (13, true)], Ok(3)));
}

#[test]
fn messages_without_headers_and_with_blank_lines_between_are_taken() {
    let file = format!("\u{feff}\r\n{}\r\n\r\n{}\n\n", one("a"), one("b"));
    assert_eq!(read(&file), (vec![(2, true), (8, true)], Ok(2)));
    assert_eq!(read(""), (vec![], Ok(0)));
}

// HAZ-042: a partial file is never taken for the whole.
#[test]
fn haz_042_a_file_whose_counts_do_not_hold_or_that_is_cut_is_unusable() {
    let a = one("a");
    let broken = [
        format!("FHS|^~\\&\r\nBHS|^~\\&\r\n{a}BTS|2\r\nFTS|1\r\n"),
        format!("FHS|^~\\&\r\nBHS|^~\\&\r\n{a}BTS|1\r\nFTS|2\r\n"),
        format!("FHS|^~\\&\r\nBHS|^~\\&\r\n{a}BTS|1\r\n"),
        format!("FHS|^~\\&\r\nBHS|^~\\&\r\n{a}"),
        format!("BHS|^~\\&\r\n{a}"),
        format!("BHS|^~\\&\r\n{a}BTS|one\r\n"),
        format!("BHS|^~\\&\r\nBHS|^~\\&\r\n{a}"),
        format!("{a}BTS|1\r\n"),
        format!("{a}FTS|1\r\n"),
        format!("FHS|^~\\&\r\nFTS|0\r\n{a}"),
        format!("{a}FHS|^~\\&\r\nFTS|1\r\n"),
        format!("FHS|^~\\&\r\n{a}{a}FTS|2\r\n"),
    ];
    for file in broken {
        assert!(read(&file).1.is_err(), "{file}");
    }
}

#[test]
fn a_refused_message_counts_and_does_not_stop_the_others() {
    let broken = one("b").replace("PID|", "PIDX");
    let file = format!("BHS|^~\\&\r\n{}{broken}{}BTS|3\r\n", one("a"), one("c"));
    assert_eq!(read(&file), (vec![(2, true), (6, false), (10, true)], Ok(3)));
    let (taken, _) = read_with(Settings::default(), file.as_bytes());
    assert_eq!(
        taken[1].1.as_ref().err().and_then(|refused| refused.field.clone()).as_deref(),
        Some("line 8")
    );
}

#[test]
fn reading_stops_when_the_taker_has_enough_and_says_when_the_input_breaks() {
    let file = format!("{}{}{}", one("a"), one("b"), one("c"));
    let mut taken = 0;
    let seen = Hl7v2::default().read(&mut file.as_bytes(), &mut |_, _| {
        taken += 1;
        if taken == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((taken, seen.is_ok()), (2, true));
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let seen = Hl7v2::default().read(&mut Broken, &mut |_, _| ControlFlow::Continue(()));
    assert_eq!(seen, Err(Unusable::Input));
}

#[test]
fn a_message_is_kept_up_to_the_limit_and_not_beyond_on_one_line_or_on_several() {
    for message in
        [format!("MSH|^~\\&|{}\r", "x".repeat(90)), format!("MSH|^~\\&\r{}", "NTE|123456\r".repeat(8))]
    {
        for (limit, is_kept) in [(message.len() - 1, false), (message.len(), true), (message.len() + 1, true)]
        {
            let mut kept = Vec::new();
            let file = format!("{message}MSH|^~\\&\r");
            let messages = super::read(&mut file.as_bytes(), limit, &mut |sent| {
                kept.push(sent.bytes.is_some());
                ControlFlow::Continue(())
            });
            assert_eq!((kept, messages), (vec![is_kept, true], Ok(2)));
        }
    }
}

/// Gives one byte at a time, so that every line end falls on a border.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.len().min(1).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn how_the_bytes_arrive_makes_no_difference() {
    let file = format!("FHS|^~\\&\r\nBHS|^~\\&\r\n{}{}BTS|2\r\nFTS|1\r\n", one("a"), one("b"));
    let mut lines = Vec::new();
    let seen = Hl7v2::default().read(&mut Drip(file.as_bytes()), &mut |line, unit| {
        lines.push((line, unit.is_ok()));
        ControlFlow::Continue(())
    });
    assert_eq!((lines, seen.map(|seen| seen.units)), read(&file));
}
