//! Takes Rust source, gives it with comments and literals blanked, and where its functions begin and end.
//! A scan, not a parser: it must never be wrong about where a line is, and may be coarse about what stands on it.

#[cfg(test)]
mod tests;

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of the word `fn`, from 1.
    pub(crate) line: usize,
    /// The line of the brace that closes it.
    pub(crate) end: usize,
    /// Lines between its braces that hold code: no blank line, no comment.
    pub(crate) length: usize,
}

/// The same text, line for line, with every comment and literal turned to blanks.
pub(crate) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = blank_length(rest, first, before).unwrap_or(0);
        let (piece, after) = rest.split_at_checked(length.max(first.len_utf8())).unwrap_or((rest, ""));
        if length == 0 {
            out.push_str(piece);
            before = first;
        } else {
            out.extend(piece.chars().map(|c| if c == '\n' { c } else { ' ' }));
            before = ' ';
        }
        rest = after;
    }
    out
}

/// Every function of code that `code` has blanked, in order of their first line, functions within functions too.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (offset, _) in code.match_indices("fn ") {
        let (head, tail) = code.split_at_checked(offset).unwrap_or((code, ""));
        if head.ends_with(is_word) {
            continue;
        }
        let line = 1 + head.matches('\n').count();
        found.extend(function(tail, line));
    }
    found
}

fn function(tail: &str, line: usize) -> Option<Function> {
    let name: String =
        tail.trim_start_matches("fn ").trim_start().chars().take_while(|c| is_word(*c)).collect();
    let opens = body(tail).filter(|_| !name.is_empty())?;
    let (head, body) = tail.split_at_checked(opens)?;
    let closes = closing(body)?;
    let inside = body.get(1..closes)?;
    let first = line + head.matches('\n').count();
    let length = inside.lines().filter(|line| !line.trim().is_empty()).count();
    Some(Function { name, line, end: first + inside.matches('\n').count(), length })
}

/// The offset of the brace that opens the body; `None` for a declaration without one.
fn body(tail: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (offset, c) in tail.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(offset),
            ';' | '}' if depth == 0 => return None,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    None
}

fn closing(body: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (offset, c) in body.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(offset);
        }
    }
    None
}

/// How many bytes from here are a comment or a literal; `None` when neither begins here.
fn blank_length(rest: &str, first: char, before: char) -> Option<usize> {
    match first {
        '/' if rest.starts_with("//") => Some(rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => Some(block(rest)),
        '"' => Some(1 + quoted(rest.get(1..)?)),
        '\'' => character(rest),
        'r' | 'b' | 'c' if !is_word(before) => prefixed(rest),
        _ => None,
    }
}

/// Block comments nest.
fn block(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut offset = 0;
    while let Some(tail) = rest.get(offset..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            offset += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            offset += 2;
            if depth == 0 {
                return offset;
            }
        } else {
            offset += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of the rest of a string, its closing quote included.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (offset, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return offset + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'` and `'\n'`, but not the lifetime `'a`.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next()?;
        return chars.find(|(_, c)| *c == '\'').map(|(offset, _)| offset + 1);
    }
    chars.next().filter(|(_, c)| *c == '\'').map(|(offset, _)| offset + 1)
}

/// `r"…"`, `br##"…"##`, `b"…"`, `b'x'`, `c"…"`.
fn prefixed(rest: &str) -> Option<usize> {
    let after = rest.trim_start_matches(['b', 'c']);
    let letters = rest.len() - after.len();
    if letters > 1 {
        return None;
    }
    if let Some(raw) = after.strip_prefix('r') {
        let inner = raw.trim_start_matches('#');
        let hashes = raw.len() - inner.len();
        let text = inner.strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = text.find(&end).map_or(text.len(), |found| found + end.len());
        return Some(letters + 1 + hashes + 1 + length);
    }
    match after.chars().next()? {
        '"' if letters == 1 => Some(letters + 1 + quoted(after.get(1..)?)),
        '\'' if letters == 1 => character(after).map(|length| letters + length),
        _ => None,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
