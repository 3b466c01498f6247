//! Takes the bytes of one document and what its entry and its source say they are, gives what a browser may be sent of it.
//! The type is found in the bytes and must be the one claimed; what is not on the short list of kinds is not opened.
//! Pure. Source: WHATWG MIME Sniffing; viewer.md section 7, Documents; HAZ-020, HAZ-021.

/// What the bytes are, and whether that is what was claimed.
mod sniff;
/// Characters out of bytes.
mod text;
/// RTF as text.
mod rtf;
/// Somebody else's HTML as a few harmless elements.
mod html;
/// How large a picture becomes once it is decoded.
mod pixels;
/// Scanned pages as pictures a browser knows.
mod tiff;
/// The words of a PDF, for whom no browser shows it.
pub mod pdf;

use askama::filters::HtmlSafe;
use base64::{Engine, engine::general_purpose::STANDARD};
use sniff::Kind;
use std::fmt;

/// A larger document is not opened.
pub const SIZE_MAX_BYTES: usize = 8 * 1024 * 1024;

/// What is shown of a document, and what a reader must know about it.
#[derive(Debug)]
pub struct Shown {
    pub form: Form,
    pub caveats: Vec<Caveat>,
}

/// How it is shown.
#[derive(Debug)]
pub enum Form {
    /// The bytes as they came, for the browser's own reader.
    Pdf,
    /// In a page of ours.
    Page(Markup),
}

/// What is not as it was in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// Its text, without its layout.
    AsText,
    /// The words of a PDF alone.
    TextOfPdf,
    /// Some of them are a machine's reading of a picture.
    Recognised,
    /// Something that may carry meaning was left out.
    Altered,
    /// Pages of a scan beyond what is shown.
    Pages { shown: usize },
    /// Its source says that it is not to be shared with the person: said also where it stands without its page (HAZ-023).
    NotForThePerson,
}

/// Why nothing of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotShown {
    Empty,
    TooLarge,
    /// The bytes are not what the entry or the source says they are.
    NotItsType,
    /// Cut off, or broken inside.
    Damaged,
    /// In words: `a Word document`.
    Kind(&'static str),
    /// It asks for a password: its words are not to be had.
    Locked,
    /// Its words could not be read within what reading may take.
    NotRead,
    /// No words were found in it: pictures alone, as a scan has, or words that cannot be read here.
    NoText,
}

/// Markup that may stand in a page unescaped: made in this module only, of our own elements and escaped text.
pub struct Markup(String);

impl HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Markup {
    /// Clinical text is never printed (HAZ-049).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Markup({} bytes)", self.0.len())
    }
}

/// `claims` are media types as the entry and the source gave them; an empty or meaningless one claims nothing. Decoding
/// is bounded in size, depth and pages; it may still take a second, and belongs beside the runtime.
pub fn shown(bytes: &[u8], claims: &[&str]) -> Result<Shown, NotShown> {
    if bytes.is_empty() {
        return Err(NotShown::Empty);
    }
    if bytes.len() > SIZE_MAX_BYTES {
        return Err(NotShown::TooLarge);
    }
    match sniff::agreed(bytes, claims)? {
        Kind::Pdf => whole(bytes, &PDF).map(|()| Shown { form: Form::Pdf, caveats: Vec::new() }),
        Kind::Png => picture(bytes, "image/png", (&PNG, pixels::of_png(bytes))),
        Kind::Jpeg => picture(bytes, "image/jpeg", (&JPEG, pixels::of_jpeg(bytes))),
        Kind::Text => Ok(Shown::page(text::page(bytes)?, Vec::new())),
        Kind::Rtf => rtf::page(bytes),
        Kind::Html => html::page(bytes),
        Kind::Tiff => tiff::page(bytes),
        Kind::Cda => Err(NotShown::Kind("a clinical document in XML")),
        Kind::Xml => Err(NotShown::Kind("an XML document")),
        Kind::Other(words) => Err(NotShown::Kind(words)),
    }
}

/// The mark at the end of a file, and how far from the last byte it may stand.
struct End {
    mark: &'static [u8],
    within_bytes: usize,
}

const PDF: End = End { mark: b"%%EOF", within_bytes: 4096 };
const PNG: End = End { mark: b"IEND\xAE\x42\x60\x82", within_bytes: 64 };
/// Cameras and scanners leave a few bytes behind the end of the image.
const JPEG: End = End { mark: b"\xFF\xD9", within_bytes: 1024 };

/// A file without its end was cut off on the way: pages may be missing from it.
fn whole(bytes: &[u8], end: &End) -> Result<(), NotShown> {
    let tail = bytes.get(bytes.len().saturating_sub(end.within_bytes)..).unwrap_or(bytes);
    let has_end = tail.windows(end.mark.len()).any(|window| window == end.mark);
    if has_end { Ok(()) } else { Err(NotShown::Damaged) }
}

/// In a page of ours, since a browser's own page for a picture brings a style that our policy does not let in.
fn picture(
    bytes: &[u8],
    media_type: &str,
    (end, size): (&End, Option<(u32, u32)>),
) -> Result<Shown, NotShown> {
    whole(bytes, end)?;
    pixels::fit(size)?;
    Ok(Shown::page(image("Picture", media_type, bytes), Vec::new()))
}

fn image(alt: &str, media_type: &str, bytes: &[u8]) -> Markup {
    Markup(format!("<img alt=\"{alt}\" src=\"data:{media_type};base64,{}\">", STANDARD.encode(bytes)))
}

impl Caveat {
    /// Its name in the audit.
    pub fn code(self) -> &'static str {
        match self {
            Caveat::AsText | Caveat::TextOfPdf => "shown-as-text",
            Caveat::Recognised => "text-recognised",
            Caveat::Altered => "content-altered",
            Caveat::Pages { .. } => "pages-left-out",
            Caveat::NotForThePerson => "not-for-the-person",
        }
    }
}

impl NotShown {
    /// Its name in the audit.
    pub fn code(self) -> &'static str {
        match self {
            NotShown::Empty => "empty",
            NotShown::TooLarge => "too-large",
            NotShown::NotItsType => "not-its-type",
            NotShown::Damaged => "damaged",
            NotShown::Kind(_) => "kind-not-opened",
            NotShown::Locked => "locked",
            NotShown::NotRead => "text-not-read",
            NotShown::NoText => "no-text",
        }
    }
}

impl Shown {
    fn page(markup: Markup, caveats: Vec<Caveat>) -> Self {
        Self { form: Form::Page(markup), caveats }
    }
}

#[cfg(test)]
mod tests;
