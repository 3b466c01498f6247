//! The only place where time is read; every stage is handed it.

/// The moment, now.
#[expect(clippy::disallowed_methods, reason = "the program's one clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Now, as the audit counts: milliseconds since 1970.
pub(crate) fn millis() -> audit::Millis {
    audit::Millis(now().as_millisecond())
}
