//! Edits JSON text where it lies, so that every other byte stays as it was sent (R67).

use fhir::Json;

/// A change to one span of a text.
pub(crate) struct Change {
    start: usize,
    end: usize,
    with: String,
}

impl Change {
    /// Replaces that value; `None` if it does not lie in the text.
    pub(crate) fn of(text: &str, value: Json<'_>, with: String) -> Option<Self> {
        let span = value.as_sent();
        let start = (span.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        let end = start.checked_add(span.len())?;
        (text.get(start..end) == Some(span)).then_some(Self { start, end, with })
    }

    /// Adds members to that object, before those it has.
    pub(crate) fn adding(text: &str, object: Json<'_>, members: &str) -> Option<Self> {
        let whole = Self::of(text, object, String::new())?;
        let inside = object.as_sent().strip_prefix('{')?;
        let comma = if inside.trim_start().starts_with('}') { "" } else { "," };
        let at = whole.start + 1;
        Some(Self { start: at, end: at, with: format!("{members}{comma}") })
    }
}

/// The text with all changes made. They must not overlap; any that would are left out.
pub(crate) fn apply(text: &str, mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|change| (change.start, change.end));
    let (mut edited, mut done) = (String::with_capacity(text.len()), 0);
    for change in changes {
        if let Some(before) = text.get(done..change.start) {
            edited.push_str(before);
            edited.push_str(&change.with);
            done = change.end;
        }
    }
    edited.push_str(text.get(done..).unwrap_or_default());
    edited
}

/// Text as a JSON string.
pub(crate) fn literal(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
