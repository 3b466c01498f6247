//! Takes bytes, gives their characters: Unicode where they say so or are valid UTF-8, else Windows-1252, which is what old
//! systems write. Refuses what holds characters no text has. Source: WHATWG Encoding, windows-1252.

use super::{Markup, NotShown};
use crate::view::escaped;

/// Windows-1252 from 0x80 to 0x9F; what it leaves undefined is `\0`.
const FROM_0X80: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“',
    '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The document as its own lines.
pub(super) fn page(bytes: &[u8]) -> Result<Markup, NotShown> {
    decode(bytes).map(|text| preformatted(&text)).ok_or(NotShown::Damaged)
}

/// Text in its own lines, every character of it escaped.
pub(super) fn preformatted(text: &str) -> Markup {
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{0C}'], "\n");
    Markup(format!("<pre>\n{}</pre>", escaped(&lines)))
}

pub(super) fn is_text(bytes: &[u8]) -> bool {
    decode(bytes).is_some()
}

/// `None` where it is no text.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok()?,
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes)?,
        _ => std::str::from_utf8(bytes).map_or_else(|_| windows_1252(bytes), |text| Some(text.to_owned()))?,
    };
    (!text.chars().any(is_never_text)).then_some(text)
}

/// One byte of Windows-1252; `None` where it stands for nothing.
pub(super) fn from_windows_1252(byte: u8) -> Option<char> {
    match byte {
        0x80..=0x9F => FROM_0X80.get(usize::from(byte - 0x80)).copied().filter(|c| *c != '\0'),
        _ => Some(char::from(byte)),
    }
}

fn windows_1252(bytes: &[u8]) -> Option<String> {
    bytes.iter().map(|byte| from_windows_1252(*byte)).collect()
}

fn wide(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    char::decode_utf16(pairs.iter().map(|pair| read(*pair))).collect::<Result<_, _>>().ok()
}

/// Controls other than tab, line feed, form feed, carriage return.
fn is_never_text(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\u{0C}' | '\r' | '\u{80}'..='\u{9F}')
}
