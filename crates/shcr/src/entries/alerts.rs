//! Entries of alerts: what was raised, and what the gateway itself did about it. They name an opening or a hash, never a person.

use audit::{Entry, Key, Kind, Millis, cause};

/// A source that was held is asked again, because somebody says they have looked.
pub(crate) fn cleared(source: &str, by: &str, at: Millis) -> Entry {
    let mut entry = Entry::new(Kind::Alert, Key::alert(source, at), at);
    entry.cause = Some("source cleared by hand".to_owned());
    entry.detail.insert("source".to_owned(), source.to_owned());
    entry.detail.insert("by".to_owned(), by.chars().take(100).collect());
    entry
}

/// An alert of one of the numbered rules. `about` is an opening or a hash.
pub(crate) fn raised(rule: &str, about: &str, what: &str, at: Millis) -> Entry {
    let mut entry = Entry::new(Kind::Alert, Key::raised(rule, about), at);
    entry.cause = Some(rule.to_owned());
    entry.detail.insert("what".to_owned(), what.to_owned());
    entry.detail.insert("about".to_owned(), about.to_owned());
    entry
}

/// The same alert, listed for a second person of that organisation, who looks at it and closes it.
pub(crate) fn to_review(alert: Entry, organisation: &str) -> Entry {
    let mut entry = alert;
    entry.detail.insert(cause::REVIEW.to_owned(), organisation.to_owned());
    entry
}

/// What the gateway itself did about an alert, known by where it stands in the log. Each step is taken once.
pub(crate) fn step(alert: u64, step: &str, at: Millis) -> Entry {
    let mut entry = Entry::new(Kind::Alert, Key::alert_step(alert, step), at);
    entry.cause = Some(step.to_owned());
    entry.detail.insert("alert".to_owned(), alert.to_string());
    entry
}
