//! Takes a source's HTML, gives a few harmless elements of it: headings, paragraphs, lists, tables, emphasis. Safe because of
//! how it is made, not of what is searched for: every tag written is a word of our own list, every attribute a number of
//! ours, and all else is escaped text. What went and may have carried meaning is said (HAZ-021). Takes time in proportion to
//! its input, however it is nested. Source: WHATWG HTML, 13.2.5 (tokenisation); viewer.md section 7.

use super::{Caveat, Markup, NotShown, Shown, text};
use std::fmt::Write;

/// One tag and its attributes.
mod tag;

use tag::Tag;

/// What stays.
const KEPT: [&str; 50] = [
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// What goes without a word: it carries nothing a reader sees.
const WRAPPERS: [&str; 7] = ["html", "head", "body", "meta", "title", "center", "o:p"];
/// Elements whose content is no text of the document.
const SKIPPED: [&str; 6] = ["script", "style", "title", "iframe", "noembed", "noframes"];
/// Taken away, they leave the words on either side together, as they stood.
const INLINE: [&str; 6] = ["a", "font", "big", "tt", "label", "o:p"];
/// Attributes that say where a cell or a line of a list belongs.
const NUMBERS: [&str; 4] = ["colspan", "rowspan", "start", "value"];
const NUMBER_MAX: u16 = 1000;
/// The longest name of a character in HTML has 31 letters.
const REFERENCE_MAX: usize = 32;
/// Properties that move things and change nothing a reader would miss.
const LAYOUT: [&str; 16] = [
    "margin",
    "padding",
    "width",
    "height",
    "border",
    "text-align",
    "vertical-align",
    "font-family",
    "font-weight",
    "font-style",
    "line-height",
    "text-indent",
    "page-break",
    "mso-",
    "table-layout",
    "tab-stops",
];

pub(super) fn page(bytes: &[u8]) -> Result<Shown, NotShown> {
    let html = text::decode(bytes).ok_or(NotShown::Damaged)?;
    let mut clean = Clean::default();
    clean.read(&html);
    let caveats = if clean.lost { vec![Caveat::Altered] } else { Vec::new() };
    Ok(Shown::page(Markup(clean.html), caveats))
}

/// The page so far, and whether anything with a meaning was left out of it.
#[derive(Default)]
struct Clean {
    html: String,
    lost: bool,
}

impl Clean {
    fn read(&mut self, mut rest: &str) {
        while let Some((before, after)) = rest.split_once('<') {
            self.text(before);
            rest = self.after_bracket(after);
        }
        self.text(rest);
    }

    /// What follows the tag, comment or lone bracket that begins here.
    fn after_bracket<'a>(&mut self, after: &'a str) -> &'a str {
        if let Some(comment) = after.strip_prefix("!--") {
            return self.skip_comment(comment);
        }
        // To a reader of XML these are words like any other.
        self.lost |= after.starts_with("![CDATA[");
        if after.starts_with(['!', '?']) {
            return self.skip_to(after, ">");
        }
        match Tag::read(after) {
            Some((tag, rest)) => self.tag(&tag, rest),
            None => {
                self.html.push_str("&lt;");
                after
            }
        }
    }

    fn tag<'a>(&mut self, tag: &Tag<'_>, rest: &'a str) -> &'a str {
        let name = tag.name.as_str();
        self.lost |= !(KEPT.contains(&name) || WRAPPERS.contains(&name))
            || tag.cut
            || tag.attributes.iter().any(is_meant);
        if KEPT.contains(&name) {
            self.open_or_close(tag);
        } else if !INLINE.contains(&name) {
            self.html.push(' ');
        }
        if !tag.closing && SKIPPED.contains(&name) { self.skip_content(rest, name) } else { rest }
    }

    fn open_or_close(&mut self, tag: &Tag<'_>) {
        let _ = write!(self.html, "<{}{}", if tag.closing { "/" } else { "" }, tag.name);
        for (name, value) in &tag.attributes {
            let number = value.trim().parse::<u16>().ok().filter(|number| *number <= NUMBER_MAX);
            if let (true, Some(number)) = (NUMBERS.contains(&name.as_str()), number) {
                let _ = write!(self.html, " {name}=\"{number}\"");
            }
        }
        self.html.push('>');
    }

    /// References stay as they are: the browser reads them, and none of them becomes markup.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            self.push(before);
            self.html.push_str(if is_reference(after) { "&" } else { "&amp;" });
            rest = after;
        }
        self.push(rest);
    }

    fn push(&mut self, text: &str) {
        self.html.push_str(&text.replace('>', "&gt;"));
    }

    /// Where a browser ends it, so that no words after it are taken for a part of it.
    fn skip_comment<'a>(&mut self, from: &'a str) -> &'a str {
        let is_end =
            |before: &str| matches!(before, "" | "-") || before.ends_with("--") || before.ends_with("--!");
        let end = from.match_indices('>').find(|(at, _)| from.get(..*at).is_some_and(is_end));
        let rest = end.and_then(|(at, bracket)| from.get(at + bracket.len()..));
        rest.unwrap_or_else(|| self.skip_to("", ">"))
    }

    /// What never ends is left out whole, and that is said.
    fn skip_to<'a>(&mut self, from: &'a str, end: &str) -> &'a str {
        from.split_once(end).map_or_else(
            || {
                self.lost = true;
                ""
            },
            |(_, rest)| rest,
        )
    }

    fn skip_content<'a>(&mut self, from: &'a str, name: &str) -> &'a str {
        let ends = from.match_indices("</").map(|(at, _)| at).find(|at| {
            let named = from.get(at + 2..at + 2 + name.len());
            named.is_some_and(|named| named.eq_ignore_ascii_case(name))
        });
        match ends {
            Some(at) => from.get(at..).unwrap_or_default(),
            None => self.skip_to("", ">"),
        }
    }
}

/// How many attributes are remembered of a tag, and what follows it.
#[cfg(test)]
pub(super) fn read_tag(after: &str) -> Option<(usize, &str)> {
    Tag::read(after).map(|(tag, rest)| (tag.attributes.len(), rest))
}

#[cfg(test)]
pub(super) fn is_kept(name: &str) -> bool {
    KEPT.contains(&name)
}

/// `nbsp;…`, `#8217;…`
fn is_reference(after: &str) -> bool {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'#';
    let name = after.bytes().take(REFERENCE_MAX + 1).take_while(inside).count();
    (1..=REFERENCE_MAX).contains(&name) && after.as_bytes().get(name) == Some(&b';')
}

/// A style that may strike through, hide, colour or add, or an element that was hidden: gone from the page, so it is said.
fn is_meant((name, value): &(String, &str)) -> bool {
    match name.as_str() {
        "hidden" => true,
        "style" => {
            let declared = value.split(';').map(|one| one.trim().to_ascii_lowercase());
            !declared
                .filter(|one| !one.is_empty())
                .all(|one| LAYOUT.iter().any(|known| one.starts_with(known)))
        }
        _ => false,
    }
}
