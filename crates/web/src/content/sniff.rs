//! Takes bytes and what they are claimed to be, gives what they are; refuses where the two differ, since a letter that is not
//! what its entry says may be another letter (HAZ-020). A claim alone is never believed.
//! Source: WHATWG MIME Sniffing, section 6; RFC 6838.

use super::{NotShown, text};

/// What was found in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pdf,
    Png,
    Jpeg,
    Tiff,
    Rtf,
    Html,
    /// HL7 CDA.
    Cda,
    Xml,
    Text,
    /// In words.
    Other(&'static str),
}

/// How far into a text its first element is looked for.
const HEAD_BYTES: usize = 4096;

const UNKNOWN: &str = "a file of an unknown kind";

/// Beginnings of files, the longer before those they contain.
const MAGIC: [(&[u8], Kind); 18] = [
    (b"%PDF-", Kind::Pdf),
    (b"\x89PNG\r\n\x1A\n", Kind::Png),
    (b"\xFF\xD8\xFF", Kind::Jpeg),
    (b"II*\0", Kind::Tiff),
    (b"MM\0*", Kind::Tiff),
    (b"{\\rtf", Kind::Rtf),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::Other("a Word, Excel or Outlook file")),
    (b"PK\x03\x04", Kind::Other("an office document or an archive")),
    (b"\x1F\x8B", Kind::Other("an archive")),
    (b"7z\xBC\xAF\x27\x1C", Kind::Other("an archive")),
    (b"MZ", Kind::Other("a program")),
    (b"\x7FELF", Kind::Other("a program")),
    (b"GIF8", Kind::Other("a GIF picture")),
    (b"BM", Kind::Other("a BMP picture")),
    (b"RIFF", Kind::Other("a recording or picture")),
    (b"OggS", Kind::Other("a recording")),
    (b"ID3", Kind::Other("a recording")),
    (b"%!PS", Kind::Other("a PostScript file")),
];

/// The kind, where every claim agrees with it.
pub(super) fn agreed(bytes: &[u8], claims: &[&str]) -> Result<Kind, NotShown> {
    let found = found(bytes);
    let claims: Vec<Claim> = claims.iter().map(|claim| Claim::of(claim)).collect();
    if !claims.iter().all(|claim| claim.admits(found)) {
        return Err(NotShown::NotItsType);
    }
    // A fragment of HTML has no mark of its own: then the claim is all there is, and the sanitiser stands behind it.
    let is_fragment = found == Kind::Text && claims.contains(&Claim::Html);
    Ok(if is_fragment { Kind::Html } else { found })
}

fn found(bytes: &[u8]) -> Kind {
    let magic = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind);
    match magic {
        // Two letters alone could begin a sentence.
        Some(Kind::Other(_)) if text::is_text(bytes) => in_text(bytes),
        Some(kind) => kind,
        None if bytes.get(128..132) == Some(b"DICM") => Kind::Other("a DICOM image"),
        None if text::is_text(bytes) => in_text(bytes),
        None => Kind::Other(UNKNOWN),
    }
}

fn in_text(bytes: &[u8]) -> Kind {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    // The whole is text: what cannot be decoded is a character that the head's end cuts.
    let head =
        text::decode(head).unwrap_or_else(|| String::from_utf8_lossy(head).into_owned()).to_lowercase();
    let begins = head.trim_start();
    let is_html = ["<!doctype html", "<html"].iter().any(|mark| begins.starts_with(mark));
    if !begins.starts_with('<') {
        Kind::Text
    } else if is_html || (begins.starts_with("<?xml") && head.contains("<html")) {
        Kind::Html
    } else if head.contains("<clinicaldocument") || head.contains(":clinicaldocument") {
        Kind::Cda
    } else if begins.starts_with("<?xml") {
        Kind::Xml
    } else {
        Kind::Text
    }
}

/// What a media type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// `application/octet-stream` and the like: bytes.
    Nothing,
    Is(Kind),
    Html,
    Xml,
    /// Something we do not open.
    Other,
}

impl Claim {
    fn of(claim: &str) -> Self {
        let base = claim.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match base.as_str() {
            "" | "application/octet-stream" | "binary/octet-stream" | "application/unknown" => Self::Nothing,
            "application/pdf" | "application/x-pdf" => Self::Is(Kind::Pdf),
            "image/png" => Self::Is(Kind::Png),
            "image/jpeg" | "image/jpg" | "image/pjpeg" => Self::Is(Kind::Jpeg),
            "image/tiff" | "image/tif" | "image/x-tiff" => Self::Is(Kind::Tiff),
            "text/plain" => Self::Is(Kind::Text),
            "text/rtf" | "application/rtf" | "application/x-rtf" | "text/richtext" => Self::Is(Kind::Rtf),
            "text/html" | "application/xhtml+xml" => Self::Html,
            "text/xml" | "application/xml" | "application/hl7-v3+xml" | "application/cda+xml" => Self::Xml,
            _ => Self::Other,
        }
    }

    fn admits(self, found: Kind) -> bool {
        match self {
            Self::Nothing => true,
            Self::Is(kind) => kind == found,
            Self::Html => matches!(found, Kind::Html | Kind::Text),
            Self::Xml => matches!(found, Kind::Cda | Kind::Xml),
            // Neither is opened; which of the two it is makes no difference.
            Self::Other => matches!(found, Kind::Other(_) | Kind::Cda | Kind::Xml),
        }
    }
}
