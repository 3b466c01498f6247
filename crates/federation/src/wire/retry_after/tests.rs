//! Whatever a server writes there, the wait is between a second and a minute.

use super::*;
use reqwest::header::HeaderValue;

fn wait(text: &str) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert(DATE, HeaderValue::from_static("Sun, 22 Nov 2026 14:05:00 GMT"));
    headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
    retry_after(&headers)
}

// shows: F6
#[test]
fn every_retry_after_lands_between_a_second_and_a_minute() {
    let table = [
        ("0", UNCLEAR),
        ("1", SHORTEST),
        ("7", Duration::from_secs(7)),
        (" 20 ", Duration::from_secs(20)),
        ("60", LONGEST),
        ("3600", LONGEST),
        ("99999999999999999999999999", LONGEST),
        ("-5", UNCLEAR),
        ("1.5", UNCLEAR),
        ("soon", UNCLEAR),
        ("", UNCLEAR),
        ("Sun, 22 Nov 2026 14:05:30 GMT", Duration::from_secs(30)),
        ("Mon, 23 Nov 2026 14:05:30 GMT", LONGEST),
        ("Sun, 22 Nov 2026 14:04:30 GMT", UNCLEAR),
        ("Sun, 22 Nov 2026", UNCLEAR),
        ("Sun, 99 Nov 2026 14:05:30 GMT", UNCLEAR),
    ];
    for (text, expected) in table {
        assert_eq!(wait(text), Some(expected), "HAZ-036: `{text}`");
    }
}

#[test]
fn a_date_without_the_servers_own_clock_is_unclear() {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("Sun, 22 Nov 2026 14:05:30 GMT"));
    assert_eq!(retry_after(&headers), Some(UNCLEAR));
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(retry_after(&headers), Some(UNCLEAR), "bytes that are no text");
    headers.remove(RETRY_AFTER);
    assert_eq!(retry_after(&headers), None);
}
