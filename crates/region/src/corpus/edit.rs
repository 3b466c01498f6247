//! Edits JSON text where it lies, so that every other byte stays as it was published.

use fhir::{Json, bundle::type_and_id};
use std::collections::BTreeSet;

/// A change to one span of a text.
pub(super) struct Change {
    start: usize,
    end: usize,
    with: String,
}

impl Change {
    /// Replaces that value; `None` if it does not lie in the text.
    pub(super) fn of(text: &str, value: Json<'_>, with: String) -> Option<Self> {
        let span = value.as_sent();
        let start = (span.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        let end = start.checked_add(span.len())?;
        (text.get(start..end) == Some(span)).then_some(Self { start, end, with })
    }
}

/// The text with all changes made. They must not overlap; any that would are left out.
pub(super) fn apply(text: &str, mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|change| change.start);
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
pub(super) fn literal(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// The text with every reference to some other Patient turned to the one of that id.
pub(super) fn about(text: String, id: &str) -> String {
    let one = format!("Patient/{id}");
    let is_other = |part: &&str| {
        type_and_id(part).is_some_and(|target| target.starts_with("Patient/")) && !part.ends_with(&one)
    };
    let others: BTreeSet<String> = text.split('"').filter(is_other).map(str::to_owned).collect();
    others.into_iter().fold(text, |text, other| text.replace(&literal(&other), &literal(&one)))
}
