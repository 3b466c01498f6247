//! Takes the headers of a refusal, gives how long not to ask again: never less than a second, never more than a minute,
//! whatever was asked for (HAZ-036). Source: RFC 9110 10.2.3 (Retry-After).

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::Duration;

const SHORTEST: Duration = Duration::from_secs(1);
pub(crate) const LONGEST: Duration = Duration::from_secs(60);
/// For a moment that is past, negative or cannot be read.
pub(crate) const UNCLEAR: Duration = Duration::from_secs(5);

/// `None`: it names no moment.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?;
    let text = value.to_str().unwrap_or_default().trim();
    let wait = seconds(text).or_else(|| until(text, headers)).filter(|wait| !wait.is_zero());
    Some(wait.unwrap_or(UNCLEAR).clamp(SHORTEST, LONGEST))
}

/// More digits than fit mean long, not unclear.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().map_or(LONGEST, Duration::from_secs))
}

/// From the server's own clock, so that neither needs to be right.
fn until(text: &str, headers: &HeaderMap) -> Option<Duration> {
    let moment = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
    let now = moment(headers.get(DATE)?.to_str().ok()?)?;
    let wait = moment(text)?.timestamp().duration_since(now.timestamp());
    Duration::try_from(wait).ok()
}

#[cfg(test)]
mod tests;
