//! Gives the time: the region is its own program's worth of other people's systems, so it reads a clock itself, here only.

/// Now, in UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the partners' own clocks; every other file takes the time from here"
)]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Today in London: what a partner's staff would call today.
pub(crate) fn today() -> jiff::civil::Date {
    match jiff::tz::TimeZone::get("Europe/London") {
        Ok(london) => now().to_zoned(london).date(),
        Err(_) => now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    }
}
