//! Takes what follows a `<`, gives one tag with its attributes and what follows it; anything else is no tag.
//! Source: WHATWG HTML, 13.2.5.6 to 13.2.5.40.

/// A tag as written, its names in small letters, its values with their references unread.
pub(super) struct Tag<'a> {
    pub(super) name: String,
    pub(super) closing: bool,
    pub(super) attributes: Vec<(String, &'a str)>,
    /// It has more attributes than are remembered.
    pub(super) cut: bool,
}

/// No honest tag has more; each that is remembered costs many times the bytes it is written in (HAZ-041).
const ATTRIBUTES_MAX: usize = 64;

impl<'a> Tag<'a> {
    /// `None` where the bracket begins no tag. A tag without an end reaches to the end of the text.
    pub(super) fn read(after: &'a str) -> Option<(Self, &'a str)> {
        let (closing, after) = after.strip_prefix('/').map_or((false, after), |after| (true, after));
        if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let (name, rest) = cut(after, |c| is_blank(c) || matches!(c, '/' | '>'));
        let mut tag = Self { name: name.to_ascii_lowercase(), closing, attributes: Vec::new(), cut: false };
        let rest = tag.read_attributes(rest);
        Some((tag, rest))
    }

    fn read_attributes(&mut self, mut rest: &'a str) -> &'a str {
        loop {
            rest = rest.trim_start_matches(|c| is_blank(c) || c == '/');
            if rest.is_empty() {
                return rest;
            }
            if let Some(rest) = rest.strip_prefix('>') {
                return rest;
            }
            let (name, after) = name(rest);
            let (value, after) = value(after);
            self.cut |= self.attributes.len() >= ATTRIBUTES_MAX;
            if !self.cut {
                self.attributes.push((name.to_ascii_lowercase(), value));
            }
            rest = after;
        }
    }
}

/// A name may begin with `=`, so that every turn of the loop takes something.
fn name(rest: &str) -> (&str, &str) {
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let (_, after) =
        cut(rest.get(first..).unwrap_or_default(), |c| is_blank(c) || matches!(c, '/' | '>' | '='));
    rest.split_at_checked(rest.len() - after.len()).unwrap_or((rest, ""))
}

fn value(rest: &str) -> (&str, &str) {
    let Some(after) = rest.trim_start_matches(is_blank).strip_prefix('=') else { return ("", rest) };
    let after = after.trim_start_matches(is_blank);
    let quoted = ['"', '\''].into_iter().find_map(|quote| Some((quote, after.strip_prefix(quote)?)));
    match quoted {
        Some((quote, inside)) => inside.split_once(quote).unwrap_or((inside, "")),
        None => cut(after, |c| is_blank(c) || c == '>'),
    }
}

/// Up to the first character that ends it, and from there on.
fn cut(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    let at = text.find(ends).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}

fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{0C}' | '\r' | ' ')
}
