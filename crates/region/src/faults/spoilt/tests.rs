//! Spoilt bodies are spoilt in the way they are called.

use super::*;

const WHOLE: &[u8] =
    br#"{"resourceType":"Bundle","entry":[{"resource":{"subject":{"reference":"Patient/1"}}}]}"#;

#[test]
fn spoilt_json_is_refused_by_a_strict_reader() {
    assert!(fhir::json::check(WHOLE).is_ok());
    for (name, spoilt) in
        [("duplicate", duplicate_key(WHOLE)), ("utf-8", bad_utf8(WHOLE)), ("deep", deep(WHOLE))]
    {
        assert!(fhir::json::check(&spoilt).is_err(), "{name}");
        assert!(spoilt.starts_with(b"{") && spoilt.ends_with(b"}"), "{name} is whole otherwise");
    }
    assert!(std::str::from_utf8(&bad_utf8(WHOLE)).is_err());
    assert!(deep(WHOLE).len() > 2 * DEPTH);
    assert_eq!(duplicate_key(b"not an object"), b"not an object");
    assert_eq!(with_member(b"{}", b"\"a\":1"), b"{\"a\":1}");
}

#[test]
fn a_body_about_nobody_has_no_subject_left() {
    let text = String::from_utf8(no_subject(WHOLE)).unwrap();
    assert!(!text.contains("subject") && text.contains("\"resource\""), "HAZ-004: nothing to check against");
    assert_eq!(no_subject(b"<html>"), b"<html>");
}

#[test]
fn gzip_is_framed_as_its_standard_says() {
    let file = gzipped(b"abc");
    assert_eq!(file.get(..3), Some(&[0x1f, 0x8b, 8][..]));
    // Stored block of three, last block of none, check, length.
    assert_eq!(file.len(), 10 + 5 + 3 + 5 + 8);
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of the standard");
}
