//! Takes bytes, gives text piece by piece, and says how it read them. Undeclared bytes are UTF-8 until one cannot be;
//! if everything before was ASCII, both readings agree so far and the rest is windows-1252, else the file is refused.
//! Source: WHATWG Encoding; sources.md 14 (dirt).

use serde::Deserialize;
use std::io::{self, Read};

/// How a feed's files are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Encoding {
    /// By byte order mark, then strictly UTF-8, else windows-1252. `Seen.remarks` says which it was.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// Read at once; the text of it may take three times as much.
const PIECE: usize = 64 * 1024;

/// Why the text ends before its file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    Utf16,
    /// A UTF-8 mark in a file declared as windows-1252.
    Mark,
    NotUtf8,
    /// Some of it is UTF-8 and some cannot be.
    Mixed,
    Input,
}

impl Broken {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Broken::Utf16 => "the file is UTF-16: export it as UTF-8 or windows-1252",
            Broken::Mark => "the file begins with the mark of UTF-8, and is declared as windows-1252",
            Broken::NotUtf8 => "is not UTF-8, as the file is declared or begins",
            Broken::Mixed => "is not UTF-8, and lines before it are: declare the encoding",
            Broken::Input => "could not be read",
        }
    }
}

/// A file as text.
pub(super) struct Text<'a> {
    input: &'a mut dyn Read,
    encoding: Encoding,
    /// Bytes read and not yet text: none, or the beginning of a character.
    raw: Vec<u8>,
    begun: bool,
    ended: bool,
    is_ascii: bool,
    marked: bool,
    broken: Option<Broken>,
}

impl<'a> Text<'a> {
    pub(super) fn new(input: &'a mut dyn Read, encoding: Encoding) -> Self {
        Self {
            input,
            encoding,
            raw: Vec::new(),
            begun: false,
            ended: false,
            is_ascii: true,
            marked: false,
            broken: None,
        }
    }

    /// How it was read; true once it has ended.
    pub(super) fn remark(&self) -> String {
        match self.encoding {
            Encoding::Windows1252 => "read as windows-1252".into(),
            _ if self.marked => "read as UTF-8, by its byte order mark".into(),
            Encoding::Auto if self.is_ascii => "read as UTF-8: it holds ASCII only".into(),
            _ => "read as UTF-8".into(),
        }
    }

    /// Replaces `piece` by the next text; empty at the end.
    pub(super) fn next(&mut self, piece: &mut String) -> Result<(), Broken> {
        piece.clear();
        while piece.is_empty() {
            if let Some(broken) = self.broken {
                return Err(broken);
            }
            if self.ended && self.raw.is_empty() {
                return Ok(());
            }
            self.fill().map_err(|_| Broken::Input)?;
            if !self.begun {
                self.begun = true;
                self.begin()?;
            }
            self.decode(piece);
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        let wanted = PIECE.saturating_sub(self.raw.len());
        let read = (&mut *self.input).take(wanted as u64).read_to_end(&mut self.raw)?;
        self.ended = read < wanted;
        Ok(())
    }

    /// Source: Unicode 23.8, byte order mark.
    fn begin(&mut self) -> Result<(), Broken> {
        if self.raw.starts_with(&[0xff, 0xfe]) || self.raw.starts_with(&[0xfe, 0xff]) {
            return Err(Broken::Utf16);
        }
        if self.raw.starts_with(&[0xef, 0xbb, 0xbf]) {
            if self.encoding == Encoding::Windows1252 {
                return Err(Broken::Mark);
            }
            self.encoding = Encoding::Utf8;
            self.marked = true;
            self.raw.drain(..3);
        }
        Ok(())
    }

    fn decode(&mut self, piece: &mut String) {
        if self.encoding == Encoding::Windows1252 {
            piece.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(&self.raw).0);
            self.raw.clear();
            return;
        }
        let (valid, is_cut) = match std::str::from_utf8(&self.raw) {
            Ok(text) => (text.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_none() && !self.ended),
        };
        let rest = self.raw.split_off(valid);
        let text = std::str::from_utf8(&self.raw).unwrap_or_default();
        self.is_ascii &= text.is_ascii();
        piece.push_str(text);
        self.raw = rest;
        if self.raw.is_empty() || is_cut {
            return;
        }
        match self.encoding {
            Encoding::Auto if self.is_ascii => {
                self.encoding = Encoding::Windows1252;
                self.decode(piece);
            }
            Encoding::Auto => self.broken = Some(Broken::Mixed),
            _ => self.broken = Some(Broken::NotUtf8),
        }
    }
}
