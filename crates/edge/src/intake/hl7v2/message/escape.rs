//! Takes a part of a message as sent, gives its text without escape sequences. One that is not known, or is not ended, is
//! kept as sent. Source: HL7 v2.5.1 chapter 2, 2.7.

use super::Marks;

pub(super) fn read(raw: &str, marks: &Marks) -> String {
    let Some(escape) = marks.escape.filter(|escape| raw.contains(*escape)) else { return raw.to_owned() };
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once(escape) {
        text.push_str(before);
        let Some((name, beyond)) = after.split_once(escape) else {
            text.push(escape);
            text.push_str(after);
            return text;
        };
        match meaning(name, marks) {
            Some(meant) => {
                text.push_str(&meant);
                rest = beyond;
            }
            // A sequence for layout stays whole; what is no sequence at all ends before the mark, which may begin one.
            None => {
                let kept = if is_layout(name) { name.len() + escape.len_utf8() } else { name.len() };
                text.push(escape);
                text.push_str(after.get(..kept).unwrap_or_default());
                rest = after.get(kept..).unwrap_or_default();
            }
        }
    }
    text.push_str(rest);
    text
}

/// Highlighting, other character sets, formatting and local sequences.
fn is_layout(name: &str) -> bool {
    let begins = ['.', 'C', 'M', 'X', 'Z'].iter().any(|letter| name.starts_with(*letter));
    matches!(name, "H" | "N") || begins && !name.contains(' ')
}

fn meaning(name: &str, marks: &Marks) -> Option<String> {
    let mark = match name {
        "F" => Some(marks.field),
        "S" => Some(marks.component),
        "T" => marks.subcomponent,
        "R" => marks.repetition,
        "E" => marks.escape,
        ".br" => Some('\n'),
        _ => return hexadecimal(name.strip_prefix('X')?),
    };
    mark.map(String::from)
}

/// `\X0D\`: bytes by their hexadecimal digits, read as UTF-8, else as Windows-1252.
fn hexadecimal(digits: &str) -> Option<String> {
    let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if digits.is_empty() || !pairs.remainder().is_empty() {
        return None;
    }
    let bytes = pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    let bytes: Vec<u8> = bytes.map(u8::try_from).collect::<Result<_, _>>().ok()?;
    let text = String::from_utf8(bytes).unwrap_or_else(|other| {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(other.as_bytes()).0.into_owned()
    });
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}
