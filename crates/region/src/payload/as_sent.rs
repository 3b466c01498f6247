//! Writes a JSON value as text with two decimals at least in every decimal, as laboratory systems do
//! (`10.00`, never `10`):
//! a reader that loses the last nought shows a precision nobody measured (HAZ-039).
//! Source: HL7 FHIR R4, section 2.24.0.1 (decimal).

use serde::Serialize;
use serde_json::{
    Value,
    ser::{CompactFormatter, Formatter, Serializer},
};
use std::io;

/// The text of a value; whole numbers stay whole.
pub fn as_sent(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    // Writing a value into memory cannot fail; were it to, a cut text is what a broken partner would send.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut text, Decimals));
    text
}

struct Decimals;

impl Formatter for Decimals {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if (value * 100.0).fract() == 0.0 {
            write!(writer, "{value:.2}")
        } else {
            CompactFormatter.write_f64(writer, value)
        }
    }
}
