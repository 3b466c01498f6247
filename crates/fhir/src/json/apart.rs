//! Takes the text of one object or array, gives its members where they lie. Over text that was checked nothing is checked again: a
//! value ends where its brackets do. Of any other text `None`, or values that read as absent.

use super::Json;
use memchr::memchr2;
use std::borrow::Cow;

/// Key and value in the order sent.
pub(super) fn members(text: &str) -> Option<Vec<(Cow<'_, str>, Json<'_>)>> {
    let mut place = Place { text, at: 0 };
    let mut members = Vec::new();
    place.pass(b'{')?;
    if place.pass(b'}').is_some() {
        return place.is_end().then_some(members);
    }
    loop {
        place.blank();
        let key = Json(place.value()?).text()?;
        place.pass(b':')?;
        place.blank();
        members.push((key, Json(place.value()?)));
        if place.pass(b',').is_none() {
            place.pass(b'}')?;
            return place.is_end().then_some(members);
        }
    }
}

pub(super) fn items(text: &str) -> Option<Vec<Json<'_>>> {
    let mut place = Place { text, at: 0 };
    let mut items = Vec::new();
    place.pass(b'[')?;
    if place.pass(b']').is_some() {
        return place.is_end().then_some(items);
    }
    loop {
        place.blank();
        items.push(Json(place.value()?));
        if place.pass(b',').is_none() {
            place.pass(b']')?;
            return place.is_end().then_some(items);
        }
    }
}

struct Place<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Place<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn is_end(&self) -> bool {
        self.at == self.text.len()
    }

    fn blank(&mut self) {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().iter().take_while(is_blank).count();
    }

    /// Past this byte and the blanks before it; `None` where another stands.
    fn pass(&mut self, wanted: u8) -> Option<()> {
        self.blank();
        (self.rest().first() == Some(&wanted)).then(|| self.at += 1)
    }

    /// The value that begins here.
    fn value(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let length = match rest.first()? {
            b'"' => string(rest)?,
            b'{' | b'[' => nested(rest)?,
            _ => rest
                .iter()
                .position(|byte| matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\t' | b'\n' | b'\r'))
                .unwrap_or(rest.len()),
        };
        let value = self.text.get(self.at..self.at + length).filter(|value| !value.is_empty())?;
        self.at += length;
        Some(value)
    }
}

/// How long the string is that begins here, its quotes included.
fn string(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// How long the object or array is that begins here.
fn nested(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let step =
            text.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))?;
        at += step;
        match text.get(at)? {
            b'"' => {
                at += string(text.get(at..)?)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            _ => depth -= 1,
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}
