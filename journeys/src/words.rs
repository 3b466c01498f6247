//! Takes HTML, gives the words a person would read, in order; a coarse reading, enough to look for sentences.

#[cfg(test)]
mod tests;

/// Elements that do not part the words around them.
const INLINE: [&str; 12] =
    ["a", "abbr", "b", "bdi", "code", "em", "i", "mark", "span", "strong", "time", "u"];

/// Words with single blanks between them.
pub fn text(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        if !tag_name(after).is_some_and(|name| INLINE.contains(&name.as_str())) {
            words.push(' ');
        }
        rest = skip(after);
    }
    words.push_str(rest);
    let decoded = decode(&words);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of the section that fills that slot: `med` for `<section id="s-med">`.
pub fn section(html: &str, slot: &str) -> Option<String> {
    let mark = format!("id=\"s-{slot}\"");
    let (_, after) = html.split_once(&mark)?;
    let inside = after.split_once('>')?.1;
    Some(text(inside.split("</section>").next()?))
}

fn tag_name(after: &str) -> Option<String> {
    let name = after.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// Past the end of a tag, a comment, or a script with all it holds.
fn skip(after: &str) -> &str {
    let past = |end: &str| after.split_once(end).map_or("", |(_, rest)| rest);
    if after.starts_with("!--") {
        return past("-->");
    }
    match tag_name(after).as_deref() {
        Some("script") if !after.starts_with('/') => past("</script>"),
        Some("style") if !after.starts_with('/') => past("</style>"),
        _ => past(">"),
    }
}

fn decode(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        match after.split_once(';').and_then(|(name, tail)| Some((entity(name)?, tail))) {
            Some((c, tail)) => {
                decoded.push(c);
                rest = tail;
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
