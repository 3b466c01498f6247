//! Takes an RTF, gives its text in its own lines; pictures, embedded objects and layout go, and what was struck through or
//! hidden is said to be lost (HAZ-021). Groups are counted, never recursed into; refuses what nests deeper than any letter.
//! Source: Microsoft RTF specification 1.9.1.

use super::{Caveat, NotShown, Shown, text};

/// One step through the file.
mod token;

use token::{Token, Tokens};

const DEPTH_MAX: usize = 100;

/// Groups without text of the document.
const SILENT: [&str; 14] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "fldinst",
    "xmlnstbl",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
];
/// Groups with something in them that text cannot show: pictures, objects, drawings and the words in them, margin notes.
const UNSHOWN: [&str; 7] = ["pict", "object", "objdata", "shp", "shpinst", "do", "annotation"];
/// Formatting that changes what words mean.
const MEANT: [&str; 5] = ["strike", "striked", "v", "deleted", "revised"];

pub(super) fn page(bytes: &[u8]) -> Result<Shown, NotShown> {
    let mut reader = Reader::default();
    for token in Tokens::of(bytes) {
        reader.take(token)?;
    }
    if !reader.outer.is_empty() {
        // A file that ends inside a group was cut off.
        return Err(NotShown::Damaged);
    }
    let lost = (reader.lost || reader.half.is_some()).then_some(Caveat::Altered);
    Ok(Shown::page(text::preformatted(&reader.text), [Caveat::AsText].into_iter().chain(lost).collect()))
}

/// What holds within a group and ends with it.
#[derive(Clone, Copy)]
struct Group {
    silent: bool,
    /// `\*` was the last word: the next names a destination we may not know.
    starred: bool,
    /// Characters that stand for a `\u` in older readers.
    skip_after_unicode: usize,
}

impl Default for Group {
    fn default() -> Self {
        Self { silent: false, starred: false, skip_after_unicode: 1 }
    }
}

#[derive(Default)]
struct Reader {
    text: String,
    group: Group,
    outer: Vec<Group>,
    /// Of the stand-in characters after a `\u`.
    to_skip: usize,
    /// The first half of a pair of UTF-16.
    half: Option<u16>,
    /// The code page of `\'hh` is not Windows-1252.
    foreign: bool,
    lost: bool,
}

impl Reader {
    fn take(&mut self, token: Token<'_>) -> Result<(), NotShown> {
        match token {
            Token::Open if self.outer.len() >= DEPTH_MAX => return Err(NotShown::Damaged),
            Token::Open => self.outer.push(self.group),
            Token::Close => self.group = self.outer.pop().ok_or(NotShown::Damaged)?,
            Token::Star => self.group.starred = true,
            Token::Byte(byte) => self.byte(byte, false),
            Token::Hex(byte) => self.byte(byte, true),
            Token::Word(word, number) => self.word(word, number),
        }
        if matches!(token, Token::Open | Token::Close) {
            self.to_skip = 0;
        }
        Ok(())
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if std::mem::take(&mut self.group.starred) && word != "shppict" {
            self.group.silent = true;
        }
        self.lost |= UNSHOWN.contains(&word) || (MEANT.contains(&word) && number != Some(0));
        self.group.silent |= SILENT.contains(&word) || UNSHOWN.contains(&word);
        match word {
            "par" | "line" | "sect" | "page" | "row" | "column" => self.push('\n'),
            "tab" | "cell" | "nestcell" => self.push('\t'),
            "nestrow" => self.push('\n'),
            "emdash" => self.push('—'),
            "endash" => self.push('–'),
            "lquote" => self.push('‘'),
            "rquote" => self.push('’'),
            "ldblquote" => self.push('“'),
            "rdblquote" => self.push('”'),
            "bullet" => self.push('•'),
            "emspace" | "enspace" | "~" => self.push('\u{A0}'),
            "_" => self.push('-'),
            "{" | "}" | "\\" => word.chars().for_each(|c| self.push(c)),
            "u" => self.unicode(number.unwrap_or_default()),
            "uc" => {
                self.group.skip_after_unicode =
                    usize::try_from(number.unwrap_or(1)).unwrap_or_default().min(8)
            }
            "ansicpg" => self.foreign = number != Some(1252),
            "mac" | "pc" | "pca" => self.foreign = true,
            _ => {}
        }
    }

    /// Signed 16 bits; a pair of them for what lies beyond.
    fn unicode(&mut self, number: i32) {
        self.to_skip = self.group.skip_after_unicode;
        let unit = u16::try_from(number.rem_euclid(0x1_0000)).unwrap_or_default();
        let units: Vec<u16> = self.half.take().into_iter().chain([unit]).collect();
        if (0xD800..0xDC00).contains(&unit) && units.len() == 1 {
            self.half = Some(unit);
            return;
        }
        for c in char::decode_utf16(units) {
            self.lost |= c.is_err();
            self.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    fn byte(&mut self, byte: u8, is_hex: bool) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        let known = text::from_windows_1252(byte).filter(|_| byte < 0x80 || !(self.foreign && is_hex));
        self.lost |= known.is_none() && !self.group.silent;
        self.push(known.unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn push(&mut self, c: char) {
        if self.half.take().is_some() {
            self.lost = true;
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        if !self.group.silent && (!c.is_control() || matches!(c, '\t' | '\n')) {
            self.text.push(c);
        }
    }
}
