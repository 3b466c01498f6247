//! Takes a source's text, gives it byte for byte: only what HTML would read as markup or change is written as a reference.
//! Source: WHATWG HTML, 13.2.3.5 (newlines) and 13.5 (escaping); HAZ-014, HAZ-021.

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

fn split(text: &str) -> Option<(&str, char, &str)> {
    let (at, special) = text.char_indices().find(|(_, c)| matches!(c, '&' | '<' | '>' | '\r' | '\0'))?;
    Some((text.get(..at)?, special, text.get(at + special.len_utf8()..)?))
}

#[cfg(test)]
mod tests;
