//! Takes bytes as a connection brings them, gives whole frames; and frames a message. Refuses a frame past the limit and
//! says what stood outside of frames. Knows no socket. Source: HL7 v2.5.1 appendix C, minimal lower layer protocol.

/// The largest message. Source: reliability.md 4.
pub const LIMIT_BYTES: usize = 24 * 1024 * 1024;

/// What is kept of a frame past the limit: more than any MSH.
const HEAD_BYTES: usize = 4096;

const START: u8 = 0x0B;
const END: u8 = 0x1C;
const RETURN: u8 = 0x0D;

/// What the bytes came to, in their order.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The bytes of one message.
    Frame(Vec<u8>),
    /// So many bytes that belong to no whole frame: between two, or of one that was broken off. Line ends do not count.
    Junk(u64),
    /// A frame past the limit: its beginning, for the acknowledgement that refuses it. The rest is let go.
    TooLarge(Vec<u8>),
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Event::Frame(bytes) => write!(f, "Frame({} bytes)", bytes.len()),
            Event::Junk(bytes) => write!(f, "Junk({bytes} bytes)"),
            Event::TooLarge(head) => write!(f, "TooLarge({} bytes kept)", head.len()),
        }
    }
}

/// Puts frames together from whatever pieces arrive. The pieces make no difference.
pub struct Decoder {
    limit_bytes: usize,
    frame: Option<Vec<u8>>,
    is_too_large: bool,
    /// An end mark whose carriage return has not come yet.
    is_ending: bool,
    junk: u64,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(LIMIT_BYTES)
    }
}

impl Decoder {
    pub fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, frame: None, is_too_large: false, is_ending: false, junk: 0 }
    }

    /// Everything that is whole once these bytes are there.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            self.byte(*byte, &mut events);
        }
        events
    }

    /// Bytes since the last frame that belong to none, so far.
    pub fn outside(&self) -> u64 {
        self.junk
    }

    /// What was left when the connection ended: a frame without its end is no frame.
    pub fn finish(mut self) -> Option<Event> {
        self.broken_off();
        (self.junk > 0).then_some(Event::Junk(self.junk))
    }

    fn byte(&mut self, byte: u8, events: &mut Vec<Event>) {
        if byte == START {
            // A sender that gave up and began again: its first attempt is no message.
            self.broken_off();
            self.said(events);
            self.frame = Some(Vec::new());
        } else if self.frame.is_none() {
            self.junk += u64::from(!matches!(byte, RETURN | b'\n'));
        } else if self.is_ending && byte == RETURN {
            self.is_ending = false;
            let frame = self.frame.take().unwrap_or_default();
            if !std::mem::take(&mut self.is_too_large) {
                events.push(Event::Frame(frame));
            }
        } else {
            if std::mem::take(&mut self.is_ending) {
                self.keep(END, events);
            }
            self.is_ending = byte == END;
            if byte != END {
                self.keep(byte, events);
            }
        }
    }

    fn keep(&mut self, byte: u8, events: &mut Vec<Event>) {
        let Some(frame) = &mut self.frame else { return };
        if self.is_too_large {
            return;
        }
        if frame.len() == self.limit_bytes {
            self.is_too_large = true;
            let mut head = std::mem::take(frame);
            head.truncate(HEAD_BYTES);
            head.shrink_to_fit();
            events.push(Event::TooLarge(head));
        } else {
            frame.push(byte);
        }
    }

    fn broken_off(&mut self) {
        let bytes = self.frame.take().map_or(0, |frame| frame.len() as u64 + 1);
        self.junk += if std::mem::take(&mut self.is_too_large) { 0 } else { bytes };
        self.junk += u64::from(std::mem::take(&mut self.is_ending));
    }

    fn said(&mut self, events: &mut Vec<Event>) {
        let junk = std::mem::take(&mut self.junk);
        events.extend((junk > 0).then_some(Event::Junk(junk)));
    }
}

/// A message in its frame.
pub fn encode(message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(message.len() + 3);
    frame.push(START);
    frame.extend_from_slice(message);
    frame.extend([END, RETURN]);
    frame
}

#[cfg(test)]
mod tests;
