//! Takes words, gives them as somebody might keep them without meaning to: encoded, escaped or packed.

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use std::{
    io::Write,
    process::{Command, Stdio},
};

#[derive(Clone, Copy)]
pub(super) enum Form {
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
    Base64 { shift: usize },
    Hexadecimal,
    Percent,
    Json,
    Html,
    Gzip,
    Deflate,
    Zstandard,
}

impl Form {
    pub(super) const ALL: [Self; 13] = [
        Self::Utf8,
        Self::Utf16LittleEndian,
        Self::Utf16BigEndian,
        Self::Base64 { shift: 0 },
        Self::Base64 { shift: 1 },
        Self::Base64 { shift: 2 },
        Self::Hexadecimal,
        Self::Percent,
        Self::Json,
        Self::Html,
        Self::Gzip,
        Self::Deflate,
        Self::Zstandard,
    ];

    pub(super) fn name(self) -> String {
        match self {
            Self::Utf8 => "utf-8".into(),
            Self::Utf16LittleEndian => "utf-16le".into(),
            Self::Utf16BigEndian => "utf-16be".into(),
            Self::Base64 { shift } => format!("base64-{shift}"),
            Self::Hexadecimal => "hexadecimal".into(),
            Self::Percent => "percent".into(),
            Self::Json => "json".into(),
            Self::Html => "html".into(),
            Self::Gzip => "gzip".into(),
            Self::Deflate => "deflate".into(),
            Self::Zstandard => "zstd".into(),
        }
    }

    /// `None`: it is no text.
    pub(super) fn text(self, words: &str) -> Option<String> {
        let each = |write: &dyn Fn(u16) -> String| words.encode_utf16().map(write).collect();
        let bytes = |write: &dyn Fn(&u8) -> String| words.as_bytes().iter().map(write).collect();
        Some(match self {
            Self::Utf8 => words.to_owned(),
            Self::Base64 { shift } => STANDARD.encode(format!("{}{words}", "-".repeat(shift))),
            Self::Hexadecimal => bytes(&|byte| format!("{byte:02x}")),
            Self::Percent => bytes(&|byte| format!("%{byte:02X}")),
            Self::Json => each(&|unit| format!("\\u{unit:04x}")),
            Self::Html => each(&|unit| format!("&#{unit};")),
            _ => return None,
        })
    }

    pub(super) fn bytes(self, words: &str) -> Vec<u8> {
        match self {
            Self::Utf16LittleEndian => words.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16BigEndian => words.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Gzip => {
                let mut packed = GzEncoder::new(Vec::new(), Compression::default());
                let _written = packed.write_all(words.as_bytes());
                packed.finish().unwrap_or_default()
            }
            Self::Deflate => {
                let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
                let _written = packed.write_all(words.as_bytes());
                packed.finish().unwrap_or_default()
            }
            Self::Zstandard => zstandard(words).unwrap_or_default(),
            text => text.text(words).unwrap_or_default().into_bytes(),
        }
    }
}

/// By the program of that name: no library of ours writes it.
fn zstandard(words: &str) -> std::io::Result<Vec<u8>> {
    let mut child = Command::new("zstd")
        .args(["-q", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut to) = child.stdin.take() {
        to.write_all(words.as_bytes())?;
    }
    Ok(child.wait_with_output()?.stdout)
}
