//! Takes the text of one message, gives its segments and their parts where they lie; refuses a line that is no segment,
//! with its place. The marks between parts are those the message declares, never assumed.
//! Source: HL7 v2.5.1 chapter 2, 2.5 to 2.7; sources.md 10. A message has four levels and never more, so nothing recurses.

use crate::unit::Refused;

mod escape;

/// The separators of MSH-1 and MSH-2. What MSH-2 leaves out does not occur in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) field: char,
    pub(crate) component: char,
    pub(crate) repetition: Option<char>,
    pub(crate) escape: Option<char>,
    pub(crate) subcomponent: Option<char>,
}

impl Marks {
    /// Reads them from the first line. A fifth character of MSH-2 (truncation, from 2.7) is let stand.
    fn read(header: &str) -> Result<Self, Refused> {
        let is_mark = |c: char| c.is_ascii_punctuation();
        let mut after = header.chars().skip(NAME);
        let field = after.next().filter(|c| is_mark(*c));
        let field = field.ok_or_else(|| Refused::at("MSH-1", "is no field separator"))?;
        let sent: Vec<char> = after.take_while(|c| *c != field).collect();
        let distinct = sent.iter().enumerate().all(|(place, c)| !sent.iter().skip(place + 1).any(|d| d == c));
        let mut marks = sent.iter().copied();
        match marks.next() {
            Some(component) if sent.len() <= 5 && distinct && sent.iter().all(|c| is_mark(*c)) => Ok(Self {
                field,
                component,
                repetition: marks.next(),
                escape: marks.next(),
                subcomponent: marks.next(),
            }),
            _ => Err(Refused::at("MSH-2", "does not name the encoding characters")),
        }
    }
}

/// Letters of a segment's name.
const NAME: usize = 3;

/// Segments of one message: far more than any report has. With this limit a message of nothing but short lines takes
/// no more memory than a long one.
pub(crate) const SEGMENTS_MAX: usize = 100_000;

/// One message where it lies.
pub(crate) struct Message<'a> {
    segments: Vec<Segment<'a>>,
}

/// One segment: its name, and its fields when they are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) name: &'a str,
    text: &'a str,
    marks: Marks,
}

/// A field, a repetition, a component or a subcomponent, as sent. Its parts count from 1; one that is not there is empty.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    raw: &'a str,
    marks: Marks,
}

impl<'a> Message<'a> {
    /// `line` is the place of the MSH in what was read; a refusal counts on from it.
    pub(crate) fn read(text: &'a str, line: u64) -> Result<Self, Refused> {
        let header = lines(text).next().unwrap_or_default();
        let field = header.strip_prefix("MSH").and_then(|rest| rest.chars().next());
        let field = field.ok_or_else(|| Refused::at("MSH", "is missing"))?;
        let mut named: Vec<(&'a str, &'a str)> = Vec::new();
        for (number, text) in (line..).zip(lines(filled(text))) {
            if named.len() == SEGMENTS_MAX {
                return Err(Refused::at(
                    format!("line {number}"),
                    "is past the most segments a message may have",
                ));
            }
            named.push((name(text, field).ok_or_else(|| not_a_segment(number))?, text));
        }
        let marks = Marks::read(header)?;
        Ok(Self { segments: named.into_iter().map(|(name, text)| Segment { name, text, marks }).collect() })
    }

    pub(crate) fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = Segment<'a>> {
        self.segments.iter().copied().filter(move |segment| segment.name == name)
    }

    pub(crate) fn first(&self, name: &str) -> Option<Segment<'a>> {
        self.all(name).next()
    }

    /// A field of the first segment of that name.
    pub(crate) fn field(&self, name: &str, number: usize) -> Piece<'a> {
        let marks = self.segments.first().map_or(NO_MARKS, |header| header.marks);
        self.first(name).map_or(Piece { raw: "", marks }, |segment| segment.field(number))
    }
}

const NO_MARKS: Marks =
    Marks { field: '|', component: '^', repetition: None, escape: None, subcomponent: None };

/// The text up to the end of its last line that holds anything.
fn filled(text: &str) -> &str {
    let last = text.trim_end().len();
    let rest = text.get(last..).and_then(|rest| rest.find(['\r', '\n']));
    rest.and_then(|rest| text.get(..last + rest)).unwrap_or(text)
}

fn not_a_segment(line: u64) -> Refused {
    Refused::at(format!("line {line}"), "does not begin with a segment's name and the field separator")
}

/// The name of the segment a line holds.
fn name(line: &str, field: char) -> Option<&str> {
    let name = line.get(..NAME)?;
    let is_name = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let follows = line.get(NAME..)?.starts_with(field);
    (is_name && follows).then_some(name)
}

/// Lines that end with CR, LF or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let here = rest?;
        let Some((line, after)) = here.split_once(['\r', '\n']) else {
            rest = None;
            return Some(here);
        };
        let is_cr = here.as_bytes().get(line.len()) == Some(&b'\r');
        rest = Some(after.strip_prefix('\n').filter(|_| is_cr).unwrap_or(after));
        Some(line)
    })
}

impl<'a> Segment<'a> {
    /// Counted as the standard counts: MSH-1 is the separator itself, MSH-2 the encoding characters.
    pub(crate) fn field(&self, number: usize) -> Piece<'a> {
        let place = if self.name == "MSH" { number.saturating_sub(1) } else { number };
        let raw = self.text.split(self.marks.field).nth(place).unwrap_or_default();
        Piece { raw, marks: self.marks }
    }
}

impl<'a> Piece<'a> {
    /// As sent, escapes and all.
    pub(crate) fn raw(self) -> &'a str {
        self.raw
    }

    pub(crate) fn repetitions(self) -> impl Iterator<Item = Piece<'a>> {
        let marks = self.marks;
        // A message without that mark has one repetition; a line feed never stands inside a segment.
        let parts = self.raw.split(marks.repetition.unwrap_or('\n'));
        parts.map(move |raw| Piece { raw, marks })
    }

    pub(crate) fn component(self, number: usize) -> Piece<'a> {
        self.part(Some(self.marks.component), number)
    }

    pub(crate) fn subcomponent(self, number: usize) -> Piece<'a> {
        self.part(self.marks.subcomponent, number)
    }

    /// The first repetition's component: what most fields have one of.
    pub(crate) fn first(self, component: usize) -> Piece<'a> {
        self.part(self.marks.repetition, 1).component(component)
    }

    fn part(self, mark: Option<char>, number: usize) -> Piece<'a> {
        let raw = match mark {
            Some(mark) => self.raw.split(mark).nth(number.saturating_sub(1)),
            None => (number == 1).then_some(self.raw),
        };
        Piece { raw: raw.unwrap_or_default(), marks: self.marks }
    }

    /// `""`: what was there is deleted. Empty says nothing.
    pub(crate) fn is_null(self) -> bool {
        self.raw == "\"\""
    }

    pub(crate) fn is_empty(self) -> bool {
        self.raw.trim().is_empty()
    }

    /// Without escapes, blanks at the ends taken off; nothing where it is empty or null.
    pub(crate) fn text(self) -> Option<String> {
        let text = self.lines();
        let trimmed = text.trim();
        (!self.is_null() && !trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// Without escapes, every blank kept: a line of a laboratory's page.
    pub(crate) fn lines(self) -> String {
        if self.is_null() { String::new() } else { escape::read(self.raw, &self.marks) }
    }
}

#[cfg(test)]
mod tests;
