//! Takes text, checks in one pass and without recursion that it is one JSON document: syntax, escapes, no key twice in one
//! object however it is escaped, nesting within [`DEPTH_MAX`]. Numbers of any size pass: their digits are never computed.
//! Source: RFC 8259; HAZ-039, HAZ-041.

use super::{DEPTH_MAX, NotJson};
use std::borrow::Cow;
use std::collections::HashSet;

/// Up to so many keys of one object are compared one by one; beyond, by hash.
const FEW: usize = 16;

pub(super) fn scan(text: &str) -> Result<(), NotJson> {
    let mut scan = Scan { text, at: 0, open: Vec::new(), keys: Vec::new() };
    let mut next = Next::Value;
    loop {
        scan.skip_blanks();
        next = match next {
            Next::Value => scan.value()?,
            Next::ValueOrEnd if scan.peek() == Some(b']') => scan.close(),
            Next::ValueOrEnd => scan.value()?,
            Next::KeyOrEnd if scan.peek() == Some(b'}') => scan.close(),
            Next::KeyOrEnd | Next::Key => scan.key()?,
            Next::After if scan.open.is_empty() => break,
            Next::After => scan.after()?,
        };
    }
    if scan.peek().is_some() { Err(scan.syntax()) } else { Ok(()) }
}

/// What may stand at this place.
enum Next {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    /// A comma, a closing bracket, or the end.
    After,
}

/// An array or object that is not closed yet.
enum Open<'a> {
    Array,
    /// Its keys stand in [`Scan::keys`] from `start` on.
    Object {
        start: usize,
        many: HashSet<Cow<'a, str>>,
    },
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    keys: Vec<Cow<'a, str>>,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().iter().take_while(|byte| blank(byte)).count();
    }

    fn value(&mut self) -> Result<Next, NotJson> {
        match self.peek() {
            Some(b'{') => self.open(Open::Object { start: self.keys.len(), many: HashSet::new() }),
            Some(b'[') => self.open(Open::Array),
            Some(b'"') => self.string().map(|_| Next::After),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| Next::After),
            _ => self.word(),
        }
    }

    fn open(&mut self, open: Open<'a>) -> Result<Next, NotJson> {
        if self.open.len() >= DEPTH_MAX {
            return Err(NotJson::Depth { at: self.at });
        }
        let next = if matches!(open, Open::Array) { Next::ValueOrEnd } else { Next::KeyOrEnd };
        self.open.push(open);
        self.at += 1;
        Ok(next)
    }

    fn close(&mut self) -> Next {
        if let Some(Open::Object { start, .. }) = self.open.pop() {
            self.keys.truncate(start);
        }
        self.at += 1;
        Next::After
    }

    fn after(&mut self) -> Result<Next, NotJson> {
        let array = matches!(self.open.last(), Some(Open::Array));
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(if array { Next::Value } else { Next::Key })
            }
            Some(b']') if array => Ok(self.close()),
            Some(b'}') if !array => Ok(self.close()),
            _ => Err(self.syntax()),
        }
    }

    fn key(&mut self) -> Result<Next, NotJson> {
        let start = self.at;
        let key = self.string()?;
        if !self.is_new(key) {
            let (line, column) = self.place(start);
            return Err(NotJson::DuplicateKey { line, column });
        }
        self.skip_blanks();
        self.expect(b":")?;
        Ok(Next::Value)
    }

    /// Notes a key of the innermost object; whether it was not there before.
    fn is_new(&mut self, key: Cow<'a, str>) -> bool {
        let Some(Open::Object { start, many }) = self.open.last_mut() else { return false };
        let own = self.keys.get(*start..).unwrap_or_default();
        if own.len() == FEW {
            many.extend(own.iter().cloned());
        }
        let is_new = if own.len() < FEW { !own.contains(&key) } else { many.insert(key.clone()) };
        self.keys.push(key);
        is_new
    }

    /// A string with its quotes; unescaped only where it has escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, NotJson> {
        let start = self.at;
        self.expect(b"\"")?;
        let mut escaped = false;
        loop {
            let plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
            self.at += self.rest().iter().take_while(plain).count();
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                _ => return Err(self.syntax()),
            }
            escaped = true;
        }
        self.at += 1;
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        if escaped {
            return serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| self.syntax());
        }
        Ok(Cow::Borrowed(self.text.get(start + 1..self.at - 1).unwrap_or_default()))
    }

    /// One escape; a pair of surrogates is one.
    fn escape(&mut self) -> Result<(), NotJson> {
        match self.rest() {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.at += 2,
            [_, b'u', ..] => match self.unit()? {
                0xD800..0xDC00 if matches!(self.rest(), [b'\\', b'u', ..]) => match self.unit()? {
                    0xDC00..0xE000 => {}
                    _ => return Err(self.syntax()),
                },
                0xD800..0xE000 => return Err(self.syntax()),
                _ => {}
            },
            _ => return Err(self.syntax()),
        }
        Ok(())
    }

    /// The number in `\uXXXX`.
    fn unit(&mut self) -> Result<u32, NotJson> {
        let digits =
            self.text.get(self.at + 2..self.at + 6).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.syntax())?;
        self.at += 6;
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), NotJson> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.syntax()) } else { Ok(()) }
    }

    fn word(&mut self) -> Result<Next, NotJson> {
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        let word = words.into_iter().find(|word| self.rest().starts_with(word));
        self.expect(word.ok_or_else(|| self.syntax())?)?;
        Ok(Next::After)
    }

    fn expect(&mut self, bytes: &[u8]) -> Result<(), NotJson> {
        if !self.rest().starts_with(bytes) {
            return Err(self.syntax());
        }
        self.at += bytes.len();
        Ok(())
    }

    fn syntax(&self) -> NotJson {
        let (line, column) = self.place(self.at);
        NotJson::Syntax { line, column }
    }

    /// Line and column, from one, in bytes.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        (line, at - line_start + 1)
    }
}
