//! Takes text as it stands in an entry, gives what FHIR's types and one line of a file can hold: nothing is cut, nothing breaks a
//! line or turns the reading direction, an address has no blanks. Source: FHIR R4 section 2.24.0.1; RFC 3986; RFC 3339.

use super::EventFault;
use crate::{Millis, inspect::steers};
use serde_json::{Map, Value};

/// The same without what is empty, and with every sign that is not seen written out: FHIR takes no control characters.
pub(super) fn whole(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(visible(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(whole).filter(is_something).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, whole(value)));
            Value::Object(fields.filter(|(_, value)| is_something(value)).collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// `\u202e` for the sign itself. A backslash stays as it is: the entry, not its export, is the evidence.
fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if c.is_control() || steers(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
        out
    })
}

/// A FHIR `code`: single blanks, none at the ends.
pub(super) fn code(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One step of an address: every byte that would mean something else there is written `%XX`.
pub(super) fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        match b {
            b if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~') => {
                out.push(char::from(b))
            }
            b => out.push_str(&format!("%{b:02X}")),
        }
        out
    })
}

pub(super) fn is_base(base: &str) -> bool {
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_~:/[]%".contains(&b);
        !rest.is_empty() && !rest.ends_with('/') && rest.bytes().all(plain)
    })
}

/// A FHIR `instant`, in UTC with milliseconds.
pub(super) fn instant(at: Millis) -> Result<String, EventFault> {
    let at = jiff::Timestamp::from_millisecond(at.0).map_err(|_| EventFault::Moment)?;
    let text = format!("{at:.3}");
    if text.starts_with('-') { Err(EventFault::Moment) } else { Ok(text) }
}
