//! Takes a stream, gives its lines that are not blank, each with its number. Holds one line at a time; one longer than the
//! limit is read past and refused. Source: NDJSON 1.0, 3.1.

use crate::format::Unusable;
use crate::unit::Refused;
use std::io::{BufRead, BufReader, Read};

/// A longer line is refused.
pub(super) const LINE_MAX_BYTES: usize = 24 * 1024 * 1024;

pub(super) struct Lines<'i> {
    input: BufReader<&'i mut dyn Read>,
    number: u64,
    line: Vec<u8>,
}

type Line<'l> = (u64, Result<&'l [u8], Refused>);

impl<'i> Lines<'i> {
    pub(super) fn new(input: &'i mut dyn Read) -> Self {
        Self { input: BufReader::with_capacity(64 * 1024, input), number: 0, line: Vec::new() }
    }

    /// `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, Unusable> {
        loop {
            let Some(is_long) = self.fill()? else { return Ok(None) };
            self.number += 1;
            if is_long {
                return Ok(Some((self.number, Err(Refused::new("a line longer than 24 MiB")))));
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some((self.number, Ok(self.line.trim_ascii()))));
            }
        }
    }

    /// Reads one line; says whether it was longer than the limit. `None` where there is none.
    fn fill(&mut self) -> Result<Option<bool>, Unusable> {
        self.line.clear();
        let (mut began, mut is_long) = (false, false);
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Unusable::Input),
            };
            if buffer.is_empty() {
                return Ok(began.then_some(is_long));
            }
            began = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            is_long |= self.line.len() + part.len() > LINE_MAX_BYTES;
            if !is_long {
                self.line.extend_from_slice(part);
            }
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(is_long));
            }
        }
    }
}
