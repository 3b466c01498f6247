//! Takes a whole answer, gives its text once it is FHIR JSON to be trusted; refuses login pages, broken documents and
//! errors dressed as success (HAZ-038, HAZ-041). Nothing that failed here is ever parsed further.

use crate::{fault::Fault, wire::Answer};
use fhir::{
    Json,
    bundle::Bundle,
    json,
    outcome::{self, Issue},
    reply::Warning,
};
use std::sync::Arc;

/// Larger documents are read beside the runtime, so that one long record holds no other up (HAZ-035).
const INLINE_BYTES: usize = 256 * 1024;

/// A source's own words in a warning are cut after so many characters.
const WARNING_CHARS: usize = 300;

const MEDIA_TYPES: [&str; 3] = ["application/fhir+json", "application/json", "application/json+fhir"];

/// One checked document and what a source's reader saw in it.
pub(crate) struct Document<T> {
    pub(crate) text: Arc<str>,
    pub(crate) seen: T,
}

/// Checks a success and lets `inspect` read the Bundle in it.
pub(crate) async fn open<T, F>(answer: Answer, inspect: F) -> Result<Document<T>, Fault>
where
    T: Send + 'static,
    F: FnOnce(&Bundle<'_>) -> Result<T, Fault> + Send + 'static,
{
    if answer.body.len() <= INLINE_BYTES {
        return read(&answer, inspect);
    }
    let reading = tokio::task::spawn_blocking(move || read(&answer, inspect));
    // A reader that panicked is a document that could not be read.
    reading.await.unwrap_or(Err(Fault::NotARecord))
}

fn read<T>(
    answer: &Answer,
    inspect: impl FnOnce(&Bundle<'_>) -> Result<T, Fault>,
) -> Result<Document<T>, Fault> {
    if answer.status != 200 {
        return Err(Fault::of(answer));
    }
    let text = checked(answer)?;
    let Some(bundle) = Bundle::read(Json::of(text)) else {
        let issues = issues(text);
        return Err(if outcome::failed(&issues) { Fault::ErrorInside } else { Fault::NotARecord });
    };
    let failed = bundle.of_type("OperationOutcome").filter_map(|entry| outcome::issues(&entry.resource));
    if failed.into_iter().any(|issues| outcome::failed(&issues)) {
        return Err(Fault::ErrorInside);
    }
    let seen = inspect(&bundle)?;
    Ok(Document { text: Arc::from(text), seen })
}

/// The text of an answer of any status, if it is FHIR JSON.
pub(crate) fn checked(answer: &Answer) -> Result<&str, Fault> {
    let first =
        answer.body.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
    if !MEDIA_TYPES.contains(&answer.media_type.as_str()) || first != Some(&b'{') {
        return Err(Fault::NotARecord);
    }
    json::check(&answer.body).map_err(Fault::Document)
}

/// The issues of a checked OperationOutcome; empty for anything else.
pub(crate) fn issues(text: &str) -> Vec<Issue> {
    Json::of(text).object().and_then(|root| outcome::issues(&root)).unwrap_or_default()
}

/// What a source warned of inside its answer, and what of it cannot be read. Errors never get here: they fail the document.
pub(crate) fn warnings(bundle: &Bundle<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for entry in bundle.of_type("OperationOutcome") {
        let about_search = entry.search_mode.as_deref() == Some("outcome");
        let issues = outcome::issues(&entry.resource).unwrap_or_default();
        let told = issues.into_iter().filter(|issue| about_search || issue.severity == "warning");
        warnings.extend(told.map(warning));
    }
    warnings.extend(unread(bundle.unreadable));
    warnings
}

/// An answer with entries that cannot be read is never an empty one (HAZ-006, HAZ-040).
fn unread(entries: usize) -> Option<Warning> {
    let words = match entries {
        0 => return None,
        1 => "1 entry".to_owned(),
        more => format!("{more} entries"),
    };
    let text = format!("{words} of its answer could not be read");
    Some(Warning { code: "unread-entries".to_owned(), category: None, text })
}

fn warning(issue: Issue) -> Warning {
    let words =
        issue.text.or(issue.diagnostics).unwrap_or_else(|| "it gave a warning without words".to_owned());
    Warning {
        code: "source-warning".to_owned(),
        category: None,
        text: words.chars().take(WARNING_CHARS).collect(),
    }
}
