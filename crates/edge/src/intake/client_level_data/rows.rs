//! Takes text, gives its rows with the line each begins on, in memory that does not grow with it: a row or field past
//! its limit is read to its end and not kept. A quotation mark that is never closed refuses the file, since what it
//! swallowed cannot be told. Source: RFC 4180; reliability 4 (CSV row 64 KiB, field 32 KiB).

use super::decode::{Broken, Text};
use crate::format::Unusable;

/// A row's bytes, as UTF-8, with its quotation marks and without the end of its line.
pub(super) const ROW_MAX: usize = 64 * 1024;
/// A field's bytes without its quotation marks.
pub(super) const FIELD_MAX: usize = 32 * 1024;

/// What is wrong with the shape of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    RowTooLong,
    FieldTooLong,
    /// Text behind a closing quotation mark.
    Quote,
}

/// One row. Kept between rows, so that reading allocates little.
#[derive(Default)]
pub(super) struct Row {
    text: Vec<u8>,
    ends: Vec<usize>,
    pub(super) line: u64,
    /// With the field it was met in.
    pub(super) fault: Option<(Fault, usize)>,
    size: usize,
}

impl Row {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn field(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        let range = start.zip(self.ends.get(at)).map(|(start, end)| *start..*end);
        let bytes = range.and_then(|range| self.text.get(range)).unwrap_or_default();
        // Pieces of text, cut at ASCII only, are text.
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.field(at))
    }

    /// What it holds of memory.
    #[cfg(test)]
    pub(super) fn size_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * std::mem::size_of::<usize>()
    }

    fn begin(&mut self, line: u64) {
        self.text.clear();
        self.ends.clear();
        (self.line, self.fault, self.size) = (line, None, 0);
    }

    fn fail(&mut self, fault: Fault) {
        let field = self.ends.len();
        self.fault.get_or_insert((fault, field));
    }

    fn push(&mut self, byte: u8) {
        self.push_all(&[byte]);
    }

    fn push_all(&mut self, bytes: &[u8]) {
        if self.fault.is_some() {
            return;
        }
        let length = self.text.len() - self.ends.last().copied().unwrap_or(0);
        if length + bytes.len() > FIELD_MAX {
            return self.fail(Fault::FieldTooLong);
        }
        self.text.extend_from_slice(bytes);
    }

    fn end_field(&mut self) {
        if self.fault.is_none() {
            self.ends.push(self.text.len());
        }
    }

    fn count(&mut self, bytes: usize) {
        self.size = self.size.saturating_add(bytes);
        if self.size > ROW_MAX {
            self.fail(Fault::RowTooLong);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quotation mark inside a quoted field: its end, or one half of two.
    Closing,
    /// Blanks between that end and the delimiter.
    Closed,
}

/// The rows of a file.
pub(super) struct Rows<'a> {
    text: Text<'a>,
    piece: String,
    at: usize,
    delimiter: u8,
    line: u64,
    /// The last byte was a carriage return: a line feed behind it ends no line of its own.
    returned: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: Text<'a>, delimiter: u8) -> Self {
        Self { text, piece: String::new(), at: 0, delimiter, line: 1, returned: false }
    }

    pub(super) fn remark(&self) -> String {
        self.text.remark()
    }

    /// The next row; false at the end.
    pub(super) fn next(&mut self, row: &mut Row) -> Result<bool, Unusable> {
        let mut state = State::Start;
        let mut begun = false;
        while let Some(byte) = self.byte()? {
            let second = byte == b'\n' && std::mem::take(&mut self.returned);
            if second && state != State::Quoted {
                continue;
            }
            if !begun {
                row.begin(self.line);
                begun = true;
            }
            self.returned = byte == b'\r';
            let ends_line = matches!(byte, b'\r' | b'\n');
            self.line += u64::from(ends_line && !second);
            if ends_line && state != State::Quoted {
                row.end_field();
                return Ok(true);
            }
            row.count(1);
            state = self.step(row, state, byte);
            if matches!(state, State::Plain | State::Quoted) {
                self.run(row);
            }
        }
        if state == State::Quoted {
            let reason = "a quotation mark in this row is never closed".to_owned();
            return Err(Unusable::Line { line: row.line, reason });
        }
        if begun {
            row.end_field();
        }
        Ok(begun)
    }

    fn step(&self, row: &mut Row, state: State, byte: u8) -> State {
        match (state, byte) {
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) => {
                row.push(byte);
                State::Quoted
            }
            (State::Closing, b'"') => {
                row.push(byte);
                State::Quoted
            }
            (_, _) if byte == self.delimiter => {
                row.end_field();
                State::Start
            }
            (State::Start, b'"') => State::Quoted,
            (State::Closing | State::Closed, b' ') => State::Closed,
            (State::Closing | State::Closed, _) => {
                row.fail(Fault::Quote);
                State::Plain
            }
            (State::Start | State::Plain, _) => {
                row.push(byte);
                State::Plain
            }
        }
    }

    /// What stands for itself up to the next byte that may not: most of every file.
    fn run(&mut self, row: &mut Row) {
        let rest = self.piece.as_bytes().get(self.at..).unwrap_or_default();
        let is_plain = |byte: &&u8| !matches!(**byte, b'"' | b'\r' | b'\n') && **byte != self.delimiter;
        let length = rest.iter().take_while(is_plain).count();
        let run = rest.get(..length).unwrap_or_default();
        row.count(length);
        row.push_all(run);
        self.at += length;
        self.returned &= length == 0;
    }

    fn byte(&mut self) -> Result<Option<u8>, Unusable> {
        if self.at >= self.piece.len() {
            self.at = 0;
            self.text.next(&mut self.piece).map_err(|broken| self.unusable(broken))?;
        }
        let byte = self.piece.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(byte)
    }

    fn unusable(&self, broken: Broken) -> Unusable {
        match broken {
            Broken::Input => Unusable::Input,
            Broken::Utf16 | Broken::Mark => Unusable::Whole(broken.reason().to_owned()),
            Broken::NotUtf8 | Broken::Mixed => {
                Unusable::Line { line: self.line, reason: broken.reason().to_owned() }
            }
        }
    }
}
