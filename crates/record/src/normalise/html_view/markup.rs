//! Takes a section's `div` as sent, gives XML for a strict reader and the way back from it to the bytes as sent. HTML's
//! named characters stand as characters; any other entity is left for the reader to refuse (HAZ-041).
//! Source: FHIR DSTU2 narrative (XHTML without a document type); XML 1.0, section 4.6.

use super::entities::character;
use std::ops::Range;

/// The longest name of a character in HTML.
const NAME_MAX: usize = 8;

/// A `div`, ready for a reader of XML.
pub(super) struct Markup<'a> {
    sent: &'a str,
    text: String,
    /// Behind each replacement: the place in `text`, the place in `sent`.
    shifts: Vec<(usize, usize)>,
}

impl<'a> Markup<'a> {
    pub(super) fn of(sent: &'a str) -> Self {
        let mut markup = Self { sent, text: String::with_capacity(sent.len()), shifts: Vec::new() };
        let mut rest = sent;
        while let Some((before, from)) = rest.find(['&', '<']).and_then(|at| rest.split_at_checked(at)) {
            markup.text.push_str(before);
            rest = markup.step(from);
        }
        markup.text.push_str(rest);
        markup
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What was sent for a part of [`Self::text`].
    pub(super) fn as_sent(&self, part: &Range<usize>) -> &'a str {
        self.sent.get(self.back(part.start)..self.back(part.end)).unwrap_or_default()
    }

    fn back(&self, place: usize) -> usize {
        let before = self.shifts.partition_point(|(text, _)| *text <= place);
        let shift = before.checked_sub(1).and_then(|last| self.shifts.get(last));
        shift.map_or(place, |(text, sent)| sent + (place - text))
    }

    /// Takes text that begins with `&` or `<`, gives what follows the part that was copied or replaced.
    fn step(&mut self, from: &'a str) -> &'a str {
        let end = if from.starts_with("<![CDATA[") {
            from.find("]]>").map_or(from.len(), |at| at + 3)
        } else if from.starts_with("<!--") {
            from.find("-->").map_or(from.len(), |at| at + 3)
        } else if let Some((named, after)) = entity(from) {
            self.text.push(named);
            self.shifts.push((self.text.len(), self.sent.len() - after.len()));
            return after;
        } else {
            1
        };
        let (kept, after) = from.split_at_checked(end).unwrap_or((from, ""));
        self.text.push_str(kept);
        after
    }
}

/// The character that `&name;` at the start stands for, and what follows.
fn entity(from: &str) -> Option<(char, &str)> {
    let inner = from.strip_prefix('&')?;
    let (name, after) = inner.split_at_checked(inner.bytes().take(NAME_MAX + 1).position(|b| b == b';')?)?;
    Some((character(name)?, after.strip_prefix(';')?))
}
