//! Takes the bytes of a message, gives its text, decoded as MSH-18 declares or as the feed is configured; refuses bytes
//! that are none of it. Nothing is ever replaced by a question mark. Source: HL7 v2 table 0211; sources.md 10.

use crate::unit::Refused;
use serde::Deserialize;

/// How bytes are letters. The names are those of MSH-18.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Charset {
    #[default]
    #[serde(rename = "UTF-8")]
    Utf8,
    /// Read as Windows-1252, which holds the same letters and those that senders add.
    #[serde(rename = "8859/1")]
    Latin1,
    #[serde(rename = "ASCII")]
    Ascii,
}

impl Charset {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "UTF-8",
            Charset::Latin1 => "8859/1, as Windows-1252",
            Charset::Ascii => "ASCII",
        }
    }
}

/// The text, and the character set it was read in.
pub(crate) fn decode(bytes: &[u8], configured: Charset) -> Result<(String, Charset), Refused> {
    let charset = declared(bytes)?.unwrap_or(configured);
    let text = match charset {
        Charset::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Charset::Ascii => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned),
        Charset::Latin1 => Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()),
    };
    let reason = || format!("the message holds bytes that are not {}", charset.name());
    text.map(|text| (text, charset)).ok_or_else(|| Refused::at("MSH-18", reason()))
}

/// MSH-18, first repetition. NHS senders write UNICODE and mean UTF-8.
fn declared(bytes: &[u8]) -> Result<Option<Charset>, Refused> {
    let header = bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let Some(mark) = header.get(3) else { return Ok(None) };
    let field = header.split(|b| b == mark).nth(17).unwrap_or_default();
    let repetition = header.split(|b| b == mark).nth(1).and_then(|marks| marks.get(1));
    let first = field.split(|b| Some(b) == repetition).next().unwrap_or_default();
    match first.trim_ascii() {
        b"" | b"\"\"" => Ok(None),
        b"UNICODE" | b"UNICODE UTF-8" | b"UTF-8" => Ok(Some(Charset::Utf8)),
        b"8859/1" => Ok(Some(Charset::Latin1)),
        b"ASCII" => Ok(Some(Charset::Ascii)),
        _ => Err(Refused::at("MSH-18", "names a character set that is not read here")),
    }
}

#[cfg(test)]
mod tests;
