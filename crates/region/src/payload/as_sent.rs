//! Writes a JSON value as the text a system sends. An amount stands in the value as its own digits, for a number would
//! lose what a laboratory printed: `5.0` is not `5`, and `38` is not `38.00` (HAZ-039).
//! Source: HL7 FHIR R4, section 2.24.0.1 (decimal: the precision is part of the value).

use serde::Serialize;
use serde_json::{
    Value,
    ser::{CharEscape, CompactFormatter, Formatter, Serializer},
};
use std::io;

/// Stands before digits that are to be written as a number. A private character: no fact holds it.
const MARK: char = '\u{e000}';

/// An amount with at least so many places behind the point; digits that are there are never cut.
pub(super) fn decimal(value: f64, places: usize) -> Value {
    let digits = value.to_string();
    let own = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
    let point = if own == 0 && places > 0 { "." } else { "" };
    let noughts = "0".repeat(places.saturating_sub(own));
    Value::String(format!("{MARK}{digits}{point}{noughts}"))
}

/// The text of a value. No mark is in it, whatever the value held.
pub fn as_sent(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    // Writing a value into memory cannot fail; were it to, a cut text is what a broken partner would send.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut text, Digits::default()));
    text
}

/// Holds the opening quote back until it is known whether a string is one.
#[derive(Default)]
struct Digits {
    opening: bool,
    bare: bool,
}

impl Digits {
    fn open<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if std::mem::take(&mut self.opening) { writer.write_all(b"\"") } else { Ok(()) }
    }
}

impl Formatter for Digits {
    fn begin_string<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.opening = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let digits = fragment.strip_prefix(MARK).filter(|digits| self.opening && is_number(digits));
        if let Some(digits) = digits {
            self.opening = false;
            self.bare = true;
            return writer.write_all(digits.as_bytes());
        }
        self.open(writer)?;
        writer.write_all(fragment.replace(MARK, "").as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.open(writer)?;
        CompactFormatter.write_char_escape(writer, escape)
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer)?;
        if std::mem::take(&mut self.bare) { Ok(()) } else { writer.write_all(b"\"") }
    }
}

/// Digits, a point and digits, a sign: what `decimal` makes and nothing else.
fn is_number(digits: &str) -> bool {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let (whole, behind) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    all_digits(whole) && all_digits(behind) && (whole == "0" || !whole.starts_with('0'))
}
