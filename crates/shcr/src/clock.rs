//! The only place where time is read; every stage is handed it.

/// The moment, now.
#[expect(clippy::disallowed_methods, reason = "the program's one clock")]
pub(crate) fn now() -> jiff::Timestamp {
    #[cfg(test)]
    if let Some(now) = simulated::now() {
        return now;
    }
    jiff::Timestamp::now()
}

/// Now, as the audit counts: milliseconds since 1970.
pub(crate) fn millis() -> audit::Millis {
    audit::Millis(now().as_millisecond())
}

/// The time of a simulation: as far as the runtime's clock has come, on this thread.
#[cfg(test)]
pub(crate) mod simulated {
    use jiff::Timestamp;
    use std::cell::Cell;
    use tokio::time::Instant;

    thread_local! {
        static BEGUN: Cell<Option<(Timestamp, Instant)>> = const { Cell::new(None) };
    }

    /// From now on it is `at`, and goes on with the runtime; `None`: the machine's clock again.
    pub(crate) fn begin(at: Option<Timestamp>) {
        BEGUN.set(at.map(|at| (at, Instant::now())));
    }

    pub(crate) fn is_on() -> bool {
        BEGUN.get().is_some()
    }

    pub(super) fn now() -> Option<Timestamp> {
        let (at, begun) = BEGUN.get()?;
        Some(at + begun.elapsed())
    }
}
