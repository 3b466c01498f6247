//! Takes bytes, gives them as XML text whose elements nest no deeper than [`DEPTH_MAX`]. Refuses a document type (and with
//! it every entity of its own) and text in another encoding than UTF-8, in one pass that does not recurse (HAZ-041).
//! Source: XML 1.0; reliability rules, hard limits on input.

/// Elements inside one another, at most. Counted before any reader builds a tree.
pub const DEPTH_MAX: usize = 64;

/// Attributes of one element, at most: a tree's builder compares each with every other.
pub const ATTRIBUTES_MAX: usize = 1_000;

/// Why bytes are no XML we read. Names the place, never the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotXml {
    #[error("not UTF-8 at byte {at}")]
    Utf8 { at: usize },
    #[error("its declaration names another encoding than UTF-8")]
    Encoding,
    #[error("it has a document type")]
    DocumentType,
    #[error("nested deeper than {DEPTH_MAX} at byte {at}")]
    Depth { at: usize },
    #[error("more than {ATTRIBUTES_MAX} attributes at byte {at}")]
    Attributes { at: usize },
    #[error("not XML at byte {at}")]
    Syntax { at: usize },
}

/// Checks a whole document once, before a tree of it is built. A byte order mark at the start is dropped. Whether it is
/// well-formed in every other respect, the tree's builder says.
pub fn check(bytes: &[u8]) -> Result<&str, NotXml> {
    let text = std::str::from_utf8(bytes).map_err(|error| NotXml::Utf8 { at: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.is_ascii() && declares_another_encoding(text) {
        return Err(NotXml::Encoding);
    }
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some((before, tag)) = rest.split_once('<') {
        let at = text.len() - rest.len() + before.len();
        let markup = Markup::of(tag).ok_or(NotXml::Syntax { at })?;
        match markup.kind {
            Kind::DocumentType => return Err(NotXml::DocumentType),
            Kind::Opens => depth += 1,
            Kind::Closes => depth = depth.checked_sub(1).ok_or(NotXml::Syntax { at })?,
            Kind::Beside => {}
        }
        if markup.attributes > ATTRIBUTES_MAX {
            return Err(NotXml::Attributes { at });
        }
        if depth > DEPTH_MAX {
            return Err(NotXml::Depth { at });
        }
        rest = markup.rest;
    }
    Ok(text)
}

fn declares_another_encoding(text: &str) -> bool {
    let declaration =
        text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(inside, _)| inside);
    let named = declaration.and_then(|inside| inside.split_once("encoding"));
    named.is_some_and(|(_, value)| {
        let value =
            value.trim_start_matches(|c: char| c == '=' || c.is_ascii_whitespace() || c == '"' || c == '\'');
        !value.to_ascii_lowercase().starts_with("utf-8")
    })
}

enum Kind {
    Opens,
    Closes,
    /// A comment, an instruction, text that is no markup, an empty element.
    Beside,
    DocumentType,
}

/// One piece of markup, and what follows it.
struct Markup<'a> {
    kind: Kind,
    attributes: usize,
    rest: &'a str,
}

impl<'a> Markup<'a> {
    /// `tag`: what follows `<`. `None` where it does not end.
    fn of(tag: &'a str) -> Option<Self> {
        let past = |begins: &str, ends: &str| {
            let inside = tag.strip_prefix(begins)?;
            Some(inside.split_once(ends).map(|(_, rest)| Self { kind: Kind::Beside, attributes: 0, rest }))
        };
        for (begins, ends) in [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")] {
            if let Some(found) = past(begins, ends) {
                return found;
            }
        }
        if tag.starts_with('!') {
            return Some(Self { kind: Kind::DocumentType, attributes: 0, rest: tag });
        }
        let (inside, attributes, rest) = element(tag)?;
        let kind = match (inside.starts_with('/'), inside.ends_with('/')) {
            (true, _) => Kind::Closes,
            (false, true) => Kind::Beside,
            (false, false) => Kind::Opens,
        };
        Some(Self { kind, attributes, rest })
    }
}

/// What stands before the `>` that ends a tag, how many values are in it, and what follows: a `>` inside an attribute's value ends nothing.
fn element(tag: &str) -> Option<(&str, usize, &str)> {
    let (mut quoted, mut values): (Option<u8>, usize) = (None, 0);
    for (place, byte) in tag.bytes().enumerate() {
        match (quoted, byte) {
            (Some(quote), byte) if byte == quote => {
                quoted = None;
                values += 1;
            }
            (None, b'"' | b'\'') => quoted = Some(byte),
            (None, b'>') => return Some((tag.get(..place)?, values, tag.get(place + 1..)?)),
            _ => {}
        }
    }
    None
}
