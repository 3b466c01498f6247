//! How headings and values are compared, and which values say nothing. What is shown stays as written.

/// Dashes of every length are one.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What stands at the ends of a value and means nothing, seen or unseen.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// A heading without regard to case, blanks, dashes, underscores, dots and colons.
pub(super) fn heading(text: &str) -> String {
    let kept = text.chars().filter(|c| !is_blank(*c) && !is_dash(*c) && !matches!(c, '_' | '.' | ':'));
    kept.flat_map(char::to_lowercase).collect()
}

/// A value without regard to case, blanks and the length of dashes.
pub(super) fn value(text: &str) -> String {
    let mut folded = text.to_lowercase();
    folded.retain(|c| !is_blank(c));
    if folded.is_ascii() { folded } else { folded.replace(is_dash, "-") }
}

/// The value without blanks around it; `None` where it is blank or a literal that means so.
pub(super) fn clean(text: &str) -> Option<&str> {
    let seen = text.trim();
    let text = if seen.is_ascii() { seen } else { seen.trim_matches(is_blank) };
    let is_null = ["null", "invalid/null"].iter().any(|null| text.eq_ignore_ascii_case(null));
    (!text.is_empty() && !is_null).then_some(text)
}

/// Whether a value says that nothing is known.
pub(super) fn is_unknown(text: &str) -> bool {
    value(text) == "unknown"
}

/// Control characters other than tab and the ends of lines: a sign of a wrong encoding or a broken export.
pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// Digits of a number whose thousands may be set apart: `1,234.50` is `1234.50`. Anything else is none.
pub(super) fn number(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().filter(|first| is_digits(first))?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || first.len() <= 3;
    let fits = grouped && rest.iter().all(|group| group.len() == 3 && is_digits(group));
    (fits && fraction.is_none_or(is_digits)).then(|| text.replace(',', ""))
}
