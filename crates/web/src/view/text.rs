//! Takes a source's text, gives it byte for byte: only what HTML would read as markup or change is written as a reference.
//! Dates of a line stay whole. Source: WHATWG HTML, 13.2.3.5 (newlines) and 13.5 (escaping); HAZ-014, HAZ-021.

use askama::filters::HtmlSafe;
use std::fmt::{self, Write};

/// Text for element content, never for an attribute. Quotes stay as they are: JSON would grow by half.
#[derive(Clone, Copy)]
pub(crate) struct Verbatim<'a>(pub(crate) &'a str);

/// What `Display` writes holds no markup.
impl HtmlSafe for Verbatim<'_> {}

impl fmt::Display for Verbatim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, special, after)) = split(rest) {
            f.write_str(before)?;
            match special {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                // A parser would turn a bare carriage return into a line feed.
                '\r' => f.write_str("&#13;")?,
                // Not allowed in HTML in any form; shown as the sign for a character that cannot be shown.
                _ => f.write_char('\u{FFFD}')?,
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

/// As [`Verbatim`], for lines that may wrap: dates as `22-Nov-2026 02:10` stay in one piece, though they have hyphens.
#[derive(Clone, Copy)]
pub(crate) struct Wrapped<'a>(pub(crate) &'a str);

impl HtmlSafe for Wrapped<'_> {}

impl fmt::Display for Wrapped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, date, after)) = find_date(rest) {
            write!(f, "{}<span class=\"d\">{date}</span>", Verbatim(before))?;
            rest = after;
        }
        Verbatim(rest).fmt(f)
    }
}

/// Each shape of a date and how far before its first hyphen it begins; the longer first.
const SHAPES: [(&str, usize); 3] = [("dd-Aaa-dddd dd:dd", 2), ("dd-Aaa-dddd", 2), ("Aaa-dddd", 3)];

/// The first date in the text and what stands on either side of it.
fn find_date(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('-').find_map(|(hyphen, _)| {
        SHAPES.into_iter().find_map(|(shape, before)| {
            let at = hyphen.checked_sub(before)?;
            let candidate = text.get(at..at + shape.len()).filter(|candidate| has_shape(candidate, shape))?;
            Some((text.get(..at)?, candidate, text.get(at + shape.len()..)?))
        })
    })
}

fn has_shape(text: &str, shape: &str) -> bool {
    text.chars().zip(shape.chars()).all(|(c, wanted)| match wanted {
        'd' => c.is_ascii_digit(),
        'A' => c.is_ascii_uppercase(),
        'a' => c.is_ascii_lowercase(),
        other => c == other,
    })
}

fn split(text: &str) -> Option<(&str, char, &str)> {
    let (at, special) = text.char_indices().find(|(_, c)| matches!(c, '&' | '<' | '>' | '\r' | '\0'))?;
    Some((text.get(..at)?, special, text.get(at + special.len_utf8()..)?))
}

#[cfg(test)]
mod tests;
