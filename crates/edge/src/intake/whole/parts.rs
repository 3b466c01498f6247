//! Takes a head and parts, gives one body to be sealed, and reads it again: one line of JSON that says how long each part is,
//! then the parts byte by byte (R67). A body that is not so reads as nothing.

use serde_json::{Map, Value};

const LENGTHS: &str = "parts";

/// The body of a unit.
pub(crate) fn pack(mut head: Map<String, Value>, parts: &[&[u8]]) -> Vec<u8> {
    head.insert(LENGTHS.to_owned(), parts.iter().map(|part| Value::from(part.len())).collect());
    let mut body = Value::Object(head).to_string().into_bytes();
    body.push(b'\n');
    for part in parts {
        body.extend_from_slice(part);
    }
    body
}

/// A body, read.
pub(crate) struct Body<'a> {
    head: Map<String, Value>,
    parts: Vec<&'a [u8]>,
}

impl<'a> Body<'a> {
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let end = body.iter().position(|byte| *byte == b'\n')?;
        let (line, mut rest) = (body.get(..end)?, body.get(end + 1..)?);
        let head: Map<String, Value> = serde_json::from_slice(line).ok()?;
        let mut parts = Vec::new();
        for length in head.get(LENGTHS)?.as_array()? {
            let (part, after) = rest.split_at_checked(usize::try_from(length.as_u64()?).ok()?)?;
            parts.push(part);
            rest = after;
        }
        Some(Self { head, parts })
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.head.get(name)?.as_str()
    }

    pub(crate) fn part(&self, place: usize) -> Option<&'a [u8]> {
        self.parts.get(place).copied()
    }

    pub(crate) fn part_text(&self, place: usize) -> Option<&'a str> {
        std::str::from_utf8(self.part(place)?).ok()
    }
}
