//! Takes a source's bytes, gives checked text and borrowed readers over it; numbers stay as they were written.
//! Refuses invalid UTF-8, duplicate keys and nesting beyond [`DEPTH_MAX`] (HAZ-039, HAZ-041).
//! Source: RFC 8259; FHIR R4 section 2.6.2.

use std::{borrow::Cow, fmt};

/// Where each value of an object or an array lies.
mod apart;
/// One pass over the text before anything reads it.
mod scan;

/// Arrays and objects inside one another, at most. Counted before any reader recurses.
pub const DEPTH_MAX: usize = 126;

/// Why bytes are not a document we read. Names the place, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotJson {
    #[error("not UTF-8 at byte {at}")]
    Utf8 { at: usize },
    #[error("nested deeper than {DEPTH_MAX} at byte {at}")]
    Depth { at: usize },
    #[error("a key stands twice in one object, line {line} column {column}")]
    DuplicateKey { line: usize, column: usize },
    #[error("not JSON at line {line} column {column}")]
    Syntax { line: usize, column: usize },
    #[error("not a JSON object")]
    NotAnObject,
}

/// Checks a whole document once: UTF-8, depth, syntax, no duplicate keys, an object at the top.
/// A byte order mark at the start is dropped. How large a document may be, its reader's caller decides.
pub fn check(bytes: &[u8]) -> Result<&str, NotJson> {
    let text = std::str::from_utf8(bytes).map_err(|e| NotJson::Utf8 { at: e.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    scan::scan(text)?;
    if text.trim_start().starts_with('{') { Ok(text) } else { Err(NotJson::NotAnObject) }
}

/// One value where it lies in the source's text.
#[derive(Clone, Copy)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Over text that [`check`] has passed; anything else reads as absent values, never as a panic.
    pub fn of(checked: &'a str) -> Self {
        Self(checked.trim())
    }

    /// Exactly the bytes the source sent for this value.
    pub fn as_sent(self) -> &'a str {
        self.0
    }

    pub fn object(self) -> Option<Object<'a>> {
        apart::members(self.0).map(Object)
    }

    /// The members of an array; a lone value counts as an array of one (STU3 and R4 differ in cardinality).
    pub fn items(self) -> Vec<Json<'a>> {
        if !self.0.starts_with('[') {
            return if self.0 == "null" { Vec::new() } else { vec![self] };
        }
        apart::items(self.0).unwrap_or_default()
    }

    /// A string, unescaped. Numbers and booleans are not strings.
    pub fn text(self) -> Option<Cow<'a, str>> {
        if !self.0.starts_with('"') {
            return None;
        }
        let inner = self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))?;
        if inner.contains('\\') {
            serde_json::from_str::<String>(self.0).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// A number's digits as they were written: `10.00` stays `10.00` (HAZ-014).
    pub fn number(self) -> Option<&'a str> {
        self.0.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then_some(self.0)
    }

    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

impl fmt::Debug for Json<'_> {
    /// Clinical text is never printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.0.len())
    }
}

/// One object's members, read one level deep. Missing members read as `None` or empty.
#[derive(Clone, Default)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key)?.text()
    }

    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.get(key)?.boolean()
    }

    /// A member object; where the source sent an array, its first.
    pub fn object(&self, key: &str) -> Option<Object<'a>> {
        self.get(key)?.items().into_iter().find_map(Json::object)
    }

    pub fn items(&self, key: &str) -> Vec<Json<'a>> {
        self.get(key).map(Json::items).unwrap_or_default()
    }

    pub fn objects(&self, key: &str) -> Vec<Object<'a>> {
        self.items(key).into_iter().filter_map(Json::object).collect()
    }

    /// Key and value of the first member whose key starts with `prefix`: FHIR's `value[x]`.
    pub fn choice(&self, prefix: &str) -> Option<(&str, Json<'a>)> {
        let fits = |name: &str| {
            name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        self.0.iter().find(|(name, _)| fits(name)).map(|(name, value)| (name.as_ref(), *value))
    }

    /// Every member in the order sent, a repeated key twice.
    pub fn members(&self) -> impl Iterator<Item = (&Cow<'a, str>, Json<'a>)> {
        self.0.iter().map(|(name, value)| (name, *value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }
}

#[cfg(test)]
mod tests;
