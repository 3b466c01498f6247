//! Takes a file of messages, with batch headers or without, gives each message's bytes with the line of its MSH; refuses a
//! file whose counts do not hold, that is cut short, or that holds what is no message. One message is in memory at a time.
//! Source: HL7 v2.5.1 chapter 2, 2.10.3 (FHS, BHS, BTS, FTS); reliability.md 4 (message 24 MiB).

use crate::format::Unusable;
use std::{io::Read, ops::ControlFlow};

/// One message as it stands in the file.
pub(crate) struct Sent {
    /// The line of its MSH.
    pub(crate) line: u64,
    /// `None` where it is past the limit.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// Told each message; when it breaks, reading stops.
type Take<'a> = &'a mut dyn FnMut(Sent) -> ControlFlow<()>;

/// Gives the number of messages. One larger than the limit is told without its bytes.
pub(crate) fn read(input: &mut dyn Read, limit_bytes: usize, take: Take<'_>) -> Result<u64, Unusable> {
    let mut lines = Lines { input, buffer: Vec::new(), at: 0, number: 0, limit_bytes };
    let mut file = File { limit_bytes, ..File::default() };
    while let Some(line) = lines.next()? {
        if file.line(&line, lines.number, take)?.is_break() {
            return Ok(file.messages);
        }
    }
    if file.flush(take).is_continue() {
        file.ended()?;
    }
    Ok(file.messages)
}

/// Where in a file we are.
#[derive(Default)]
struct File {
    limit_bytes: usize,
    open: Option<Sent>,
    messages: u64,
    /// Batches that were ended, in a file with a header.
    batches: u64,
    has_header: bool,
    is_over: bool,
    /// Messages of the batch that is open.
    batch: Option<u64>,
}

impl File {
    fn line(&mut self, line: &Line, number: u64, take: Take<'_>) -> Result<ControlFlow<()>, Unusable> {
        let unusable = |reason: &str| Unusable::Line { line: number, reason: reason.to_owned() };
        let head = line.head();
        if matches!(head, Head::None) {
            return match &mut self.open {
                Some(sent) => Ok(line.append_to(sent, self.limit_bytes)),
                None if line.bytes.trim_ascii().is_empty() => Ok(ControlFlow::Continue(())),
                None => Err(unusable("stands in no message: it begins with none of MSH, FHS, BHS, BTS, FTS")),
            };
        }
        if self.flush(take).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if self.is_over {
            return Err(unusable("stands after the end of the file, FTS"));
        }
        match head {
            Head::Message => {
                self.messages += 1;
                self.batch = self.batch.map(|count| count + 1);
                let mut sent = Sent { line: number, bytes: Some(Vec::new()) };
                let flow = line.append_to(&mut sent, self.limit_bytes);
                self.open = Some(sent);
                return Ok(flow);
            }
            Head::FileBegins if self.has_header || self.messages > 0 || self.batch.is_some() => {
                return Err(unusable("begins a file inside a file"));
            }
            Head::FileBegins => self.has_header = true,
            Head::BatchBegins if self.batch.is_some() => {
                return Err(unusable("begins a batch inside a batch"));
            }
            Head::BatchBegins => self.batch = Some(0),
            Head::BatchEnds => {
                let held = self.batch.take().ok_or_else(|| unusable("ends a batch that was not begun"))?;
                line.counts(held)
                    .map_err(|()| unusable("BTS-1 is not the number of messages in the batch"))?;
                self.batches += 1;
            }
            Head::FileEnds if !self.has_header || self.batch.is_some() => {
                return Err(unusable("ends a file that was not begun, or a batch was not ended"));
            }
            Head::FileEnds => {
                // Messages without a batch header are one batch.
                let alone = u64::from(self.batches == 0 && self.messages > 0);
                let held = self.batches + alone;
                line.counts(held).map_err(|()| unusable("FTS-1 is not the number of batches in the file"))?;
                self.is_over = true;
            }
            Head::None => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn flush(&mut self, take: Take<'_>) -> ControlFlow<()> {
        self.open.take().map_or(ControlFlow::Continue(()), take)
    }

    fn ended(&self) -> Result<(), Unusable> {
        if self.batch.is_some() {
            Err(Unusable::Whole("the file ends before its batch does (BTS)".into()))
        } else if self.has_header && !self.is_over {
            Err(Unusable::Whole("the file ends without its last line (FTS)".into()))
        } else {
            Ok(())
        }
    }
}

/// What a line begins.
enum Head {
    Message,
    FileBegins,
    BatchBegins,
    BatchEnds,
    FileEnds,
    /// A segment of a message, an empty line, or neither.
    None,
}

/// One line with its end, or that it is too long.
struct Line {
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl Line {
    fn head(&self) -> Head {
        let mark = self.bytes.get(3).copied().unwrap_or(b'\n');
        if mark.is_ascii_alphanumeric() {
            return Head::None;
        }
        match self.bytes.get(..3) {
            Some(b"MSH") => Head::Message,
            Some(b"FHS") => Head::FileBegins,
            Some(b"BHS") => Head::BatchBegins,
            Some(b"BTS") => Head::BatchEnds,
            Some(b"FTS") => Head::FileEnds,
            _ => Head::None,
        }
    }

    /// A trailer without a count has nothing to check.
    fn counts(&self, held: u64) -> Result<(), ()> {
        let field = self.bytes.get(3).and_then(|mark| self.bytes.split(|b| b == mark).nth(1));
        let text = std::str::from_utf8(field.unwrap_or_default()).map_err(|_| ())?.trim();
        let said = if text.is_empty() { held } else { text.parse().map_err(|_| ())? };
        (said == held).then_some(()).ok_or(())
    }

    fn append_to(&self, sent: &mut Sent, limit_bytes: usize) -> ControlFlow<()> {
        let fits = |bytes: &Vec<u8>| {
            !self.is_too_long && bytes.len().saturating_add(self.bytes.len()) <= limit_bytes
        };
        sent.bytes = sent.bytes.take().filter(fits);
        if let Some(bytes) = &mut sent.bytes {
            bytes.extend_from_slice(&self.bytes);
        }
        ControlFlow::Continue(())
    }
}

const BUFFER_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines that end with CR, LF or both, each counted once.
struct Lines<'a> {
    input: &'a mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    number: u64,
    limit_bytes: usize,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<Option<Line>, Unusable> {
        let mut line = Line { bytes: Vec::new(), is_too_long: false };
        loop {
            let limit_bytes = self.limit_bytes;
            let waiting = self.waiting()?;
            if waiting.is_empty() {
                let is_any = line.is_too_long || !line.bytes.is_empty();
                self.number += u64::from(is_any);
                return Ok(is_any.then_some(line));
            }
            let end = waiting.iter().position(|b| matches!(b, b'\r' | b'\n'));
            let taken = waiting.get(..end.map_or(waiting.len(), |end| end + 1)).unwrap_or_default();
            // What begins a line too long to keep still says what the line is.
            let room = limit_bytes.saturating_sub(line.bytes.len());
            line.is_too_long |= taken.len() > room;
            line.bytes.extend(taken.iter().take(room));
            let is_cr = end.is_some() && taken.last() == Some(&b'\r');
            self.at += taken.len();
            if is_cr && self.waiting()?.first() == Some(&b'\n') {
                self.at += 1;
                line.bytes.push(b'\n');
            }
            if end.is_some() {
                self.number += 1;
                if self.number == 1 && line.bytes.starts_with(BYTE_ORDER_MARK) {
                    line.bytes.drain(..BYTE_ORDER_MARK.len());
                }
                return Ok(Some(line));
            }
        }
    }

    /// What was read and not yet used; empty at the end of the input.
    fn waiting(&mut self) -> Result<&[u8], Unusable> {
        if self.at >= self.buffer.len() {
            self.buffer.resize(BUFFER_BYTES, 0);
            self.at = 0;
            let read = loop {
                match self.input.read(&mut self.buffer) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    other => break other.map_err(|_| Unusable::Input)?,
                }
            };
            self.buffer.truncate(read);
        }
        Ok(self.buffer.get(self.at..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
