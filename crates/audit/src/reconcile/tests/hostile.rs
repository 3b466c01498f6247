//! Hand-overs that are cut, huge, of other shapes or of other days: read as far as they can be, and what cannot is counted.

use super::{at, key, line, names, opened, reconciled};
use crate::reconcile::{HandOverFault, LONGEST_BYTES, RECORD, read};
use crate::sample;
use proptest::prelude::*;

fn good() -> String {
    line(4, 700, sample::NHS_NUMBER)
}

#[test]
fn a_line_that_is_not_what_was_agreed_is_counted_and_the_others_are_read() {
    let good = good();
    let time = "\"time\":\"2026-11-18T00:04:00Z\"";
    let long = format!("{{\"request\":\"r\",{time},\"note\":\"{}\"}}", "x".repeat(70_000));
    let deep = format!("{{\"request\":{}1{},{time}}}", "[".repeat(5000), "]".repeat(5000));
    let bad = [
        good.trim_end().strip_suffix('}').unwrap().to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "not json".to_owned(),
        "{\"request\":\"r\",\"time\":\"yesterday\"}".to_owned(),
        "{\"request\":\"r\",\"time\":1795000000}".to_owned(),
        format!("{{\"request\":7,{time}}}"),
        format!("{{\"request\":\"r\",{time},\"status\":\"200\"}}"),
        format!("{{\"request\":\"r\",{time},\"status\":70000}}"),
        format!("{{\"request\":\"r\",{time},{time}}}"),
        format!("{{\"request\":\"r\",{time},\"subject\":\"9990000018\"}}"),
        format!("{{\"request\":\"r\",{time},\"subject\":\"\"}}"),
        format!("{{\"resourceType\":\"Patient\",\"request\":\"r\",{time}}}"),
        "{\"resourceType\":\"AuditEvent\"}".to_owned(),
        "{\"resourceType\":\"AuditEvent\",\"recorded\":\"then\"}".to_owned(),
        long,
        deep,
    ];
    for bad in bad {
        let handed = read(format!("{bad}\n{good}").as_bytes()).unwrap();
        assert_eq!((handed.unreadable, handed.lines.len()), (1, 1), "{:.60}", bad);
        assert_eq!(read(bad.as_bytes()).unwrap_err(), HandOverFault::NotOne, "{:.60}", bad);
    }
    let not_text =
        [b"{\"request\":\"\xff\",\"time\":\"2026-11-18T00:04:00Z\"}\n".as_slice(), good.as_bytes()];
    assert_eq!(read(&not_text.concat()).unwrap().unreadable, 1);
}

#[test]
fn what_cannot_be_read_is_an_item_of_its_own() {
    let outcome = reconciled(&opened(4), &(good() + "{cut"));
    let items = outcome.items("acute", super::day());
    assert_eq!((outcome.both, items.len()), (1, 1));
    assert!(items[0].what.contains("cannot be read"), "{}", items[0].what);
}

#[test]
fn a_line_that_stands_twice_counts_once() {
    let outcome = reconciled(&opened(4), &good().repeat(3));
    assert_eq!((outcome.lines, outcome.repeated, outcome.both, outcome.differences()), (1, 2, 1, 0));
}

#[test]
fn a_hand_over_that_is_too_large_is_refused_whole() {
    assert_eq!(read(&vec![b'\n'; LONGEST_BYTES + 1]).unwrap_err(), HandOverFault::TooLarge);
}

#[test]
fn an_empty_hand_over_is_that_of_a_day_on_which_nobody_asked() {
    for empty in ["", "\n\n", "\r\n"] {
        assert!(read(empty.as_bytes()).unwrap().lines.is_empty());
    }
}

/// An id of no form or no end is nobody's, and is not carried about.
#[test]
fn a_request_without_a_name_is_somebody_elses_and_its_words_go_nowhere() {
    for request in ["\"\"", "null", &format!("\"{}\"", "9990000018".repeat(40)), "\"9990000018\""] {
        let text = format!("{{\"request\":{request},\"time\":\"2026-11-18T00:04:00Z\"}}");
        let outcome = reconciled(&opened(4), &(good() + &text));
        assert_eq!(outcome.theirs_only.len(), 1, "{request}");
        let items = format!("{:?}", outcome.items("acute", super::day()));
        assert!(!items.contains("9990000018"), "HAZ-049: {items}");
    }
    let none = "{\"time\":\"2026-11-18T00:04:00Z\"}";
    assert_eq!(reconciled(&opened(4), &(good() + none)).theirs_only.len(), 1);
}

#[test]
fn another_offset_of_the_same_moment_is_the_same_moment_and_what_else_stands_there_is_theirs() {
    let request = names().of(sample::opening(4).as_str(), "acute", RECORD).id([4; 6]);
    let text = format!(
        "{{\"user\":{{\"a\":[1]}},\"request\":\"{request}\",\"opening\":\"x\",\"time\":\"2026-11-18T01:04:01+01:00\"}}\r\n"
    );
    let outcome = reconciled(&opened(4), &text);
    assert_eq!((outcome.both, outcome.offset_ms), (1, Some(1_000)));
}

#[test]
fn a_person_hashed_under_another_key_is_somebody_else() {
    let other = crate::reconcile::SubjectKey::new(&[1; 32]).subject(sample::NHS_NUMBER);
    let outcome = reconciled(&opened(4), &good().replace(&key().subject(sample::NHS_NUMBER), &other));
    assert_eq!(outcome.differences(), 1);
}

proptest! {
    /// Whatever comes, every line of it is one that was read, repeated or counted as unreadable.
    #[test]
    fn nothing_is_passed_over(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0usize..160) {
        let good = good();
        let text = [&bytes[..], b"\n", &good.as_bytes()[..cut.min(good.len())], b"\n", good.as_bytes()].concat();
        let handed = read(&text).unwrap();
        let written = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        prop_assert_eq!(handed.lines.len() as u64 + handed.unreadable + handed.repeated, written as u64);
    }
}

/// The same entries and lines in another order say the same.
#[test]
fn the_order_of_lines_says_nothing() {
    let (entries, mut lines) = super::ten();
    let before = reconciled(&entries, &lines.concat());
    lines.reverse();
    assert_eq!(reconciled(&entries, &lines.concat()), before);
    assert!(at(1) < at(2));
}
