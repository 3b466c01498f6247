//! Takes a JSON value, gives its one canonical text; refuses numbers that are not whole or not exact in a double.
//! Source: RFC 8785 (JSON Canonicalization Scheme), sections 3.2.2 and 3.2.3, without fractions.

use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical text here. Carries no part of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("the value could not be written as JSON")]
    Serialise,
    #[error("a number is not a whole number within 2^53")]
    Number,
}

/// Two different values never share a text, and one value has one text whatever order its fields were set in.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(value).map_err(|_| NotCanonical::Serialise)?;
    let mut out = String::new();
    write(&value, &mut out)?;
    Ok(out.into_bytes())
}

/// The largest whole number that is exact in a double.
pub(crate) const EXACT: i64 = (1 << 53) - 1;

fn write(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let whole =
                number.as_i64().filter(|n| (-EXACT..=EXACT).contains(n)).ok_or(NotCanonical::Number)?;
            out.push_str(&whole.to_string());
        }
        Value::String(text) => quote(text, out),
        Value::Array(items) => write_array(items, out)?,
        Value::Object(fields) => write_object(fields, out)?,
    }
    Ok(())
}

fn write_array(items: &[Value], out: &mut String) -> Result<(), NotCanonical> {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_object(fields: &serde_json::Map<String, Value>, out: &mut String) -> Result<(), NotCanonical> {
    // Sorted here: whether the map sorts itself depends on features other crates switch on.
    let mut sorted: Vec<_> = fields.iter().collect();
    // Of ASCII the order of bytes is that of UTF-16, and costs a tenth.
    sorted.sort_by(|(a, _), (b, _)| match a.is_ascii() && b.is_ascii() {
        true => a.cmp(b),
        false => a.encode_utf16().cmp(b.encode_utf16()),
    });
    out.push('{');
    for (at, (name, value)) in sorted.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quote(name, out);
        out.push(':');
        write(value, out)?;
    }
    out.push('}');
    Ok(())
}

/// A text as a JSON string.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c| c < ' ' || c == '"' || c == '\\') {
        let (plain, after) = rest.split_at(at);
        out.push_str(plain);
        let mut after = after.chars();
        match after.next() {
            None => {}
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\r') => out.push_str("\\r"),
            Some(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests;
