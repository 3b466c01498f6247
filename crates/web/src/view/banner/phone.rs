//! Takes a telephone number as it is kept, gives it as it is read out in the United Kingdom: area code apart, no brackets, the
//! last four of a long number apart. What is no number of ten or eleven digits stays as it is. Source: NHS CUI Telephone (ISB 1504).

/// `01632960001`: `01632 960001`. `+44 (0)20 7946 0123 ext 4`: `020 7946 0123 x4`.
pub(super) fn shown(text: &str) -> String {
    read(text).unwrap_or_else(|| text.to_owned())
}

fn read(text: &str) -> Option<String> {
    let (number, extension) = apart(text.trim());
    let national = national(number)?;
    let (area, local) = national.split_at_checked(area_digits(&national))?;
    let shown = match local.len() {
        7.. => {
            let (first, last) = local.split_at_checked(local.len() - 4)?;
            format!("{area} {first} {last}")
        }
        _ => format!("{area} {local}"),
    };
    match extension {
        None => Some(shown),
        Some(extension) if is_digits(extension) => Some(format!("{shown} x{extension}")),
        Some(_) => None,
    }
}

/// The number, and what follows `x`, `ext` or `extension`.
fn apart(text: &str) -> (&str, Option<&str>) {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    let begins = text.find(is_letter).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(begins).unwrap_or((text, ""));
    let extension = rest.trim_start_matches(is_letter);
    let word = rest.strip_suffix(extension).unwrap_or_default().to_lowercase();
    match word.as_str() {
        "x" | "ext" | "extension" => (number, Some(extension.trim_start_matches(['.', ' ']))),
        _ => (text, None),
    }
}

/// Ten or eleven digits from the nought on, without the code of the country.
fn national(text: &str) -> Option<String> {
    let mut digits: String = text.chars().filter(|c| !matches!(c, ' ' | '(' | ')' | '-')).collect();
    for code in ["+44", "0044"] {
        if let Some(rest) = digits.strip_prefix(code) {
            digits = format!("0{}", rest.trim_start_matches('0'));
        }
    }
    (is_digits(&digits) && digits.starts_with('0') && matches!(digits.len(), 10 | 11)).then_some(digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many digits of a national number are its area's: `020`, `0118`, `0161`, `0300`, else five as in `01632` and `07700`.
fn area_digits(number: &str) -> usize {
    match number.as_bytes() {
        [_, b'2', ..] => 3,
        [_, b'1', b'1', ..] | [_, b'1', _, b'1', ..] | [_, b'3' | b'8' | b'9', ..] => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests;
