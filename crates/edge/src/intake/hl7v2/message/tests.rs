//! Marks, lines and escapes: read as declared, kept where unknown, refused by place.

use super::{Message, SEGMENTS_MAX};

fn value(text: &str, name: &str, field: usize) -> Option<String> {
    Message::read(text, 1).expect("a message").field(name, field).text()
}

#[test]
fn the_separators_are_those_of_msh_1_and_2_and_never_assumed() {
    let text = "MSH$*!?%$A$B\rPID$1$$x*y%z!u$$\r";
    let message = Message::read(text, 1).expect("a message");
    let field = message.field("PID", 3);
    let parts: Vec<&str> = field.repetitions().map(|one| one.raw()).collect();
    assert_eq!(parts, ["x*y%z", "u"]);
    assert_eq!(field.first(2).subcomponent(2).text().as_deref(), Some("z"));
    assert_eq!(message.field("MSH", 1).raw(), "MSH", "MSH-1 is the separator, and has no text of its own");
    assert_eq!(message.field("MSH", 3).raw(), "A");
}

#[test]
fn segments_end_with_cr_with_lf_or_with_both() {
    for end in ["\r", "\n", "\r\n"] {
        let text = ["MSH|^~\\&|A", "EVN|A01", "PID|1||7", "", ""].join(end);
        let message = Message::read(&text, 1).expect("a message");
        let names: Vec<&str> = message.segments().iter().map(|segment| segment.name).collect();
        assert_eq!(names, ["MSH", "EVN", "PID"], "trailing empty lines are let pass");
    }
}

#[test]
fn a_line_that_is_no_segment_is_refused_with_its_line() {
    let broken = [
        ("MSH|^~\\&|A\r\nPID|1\r\nwrapped", "line 12"),
        ("MSH|^~\\&|A\rPID", "line 11"),
        ("MSH|^~\\&|A\rpid|1", "line 11"),
        ("MSH|^~\\&|A\r\rPID|1", "line 11"),
        ("MSH|^~\\&|A\rPID^1", "line 11"),
        ("MSH|^\n~\\&|A", "line 11"),
    ];
    for (text, place) in broken {
        let refused = Message::read(text, 10).err().expect("refused");
        assert_eq!(refused.field.as_deref(), Some(place), "{text:?}");
    }
}

#[test]
fn a_message_has_so_many_segments_and_no_more() {
    for (more, is_read) in [(-1, true), (0, true), (1, false)] {
        let count = SEGMENTS_MAX.checked_add_signed(more).expect("a count");
        let text = format!("MSH|^~\\&|A\r{}\r\n \r\n", "NTE|\r".repeat(count - 1));
        assert_eq!(Message::read(&text, 1).is_ok(), is_read, "{count}");
    }
}

#[test]
fn marks_that_are_none_are_refused() {
    for text in ["MSH|", "MSH||A", "MSH|^^~|A", "MSH|abc|A", "MSH|^~\\&#!|A"] {
        let refused = Message::read(text, 1).err().expect("refused");
        assert_eq!(refused.field.as_deref(), Some("MSH-2"), "{text}");
    }
    assert!(Message::read("MSH|^~\\&#|A", 1).is_ok(), "the truncation mark of 2.7 is let stand");
    assert!(Message::read("", 1).is_err());
    assert!(Message::read("PID|1", 1).is_err());
}

#[test]
fn escapes_are_resolved_and_unknown_ones_kept_as_sent() {
    let read = |sent: &str| value(&format!("MSH|^~\\&|A\rNTE|{sent}"), "NTE", 1).unwrap_or_default();
    assert_eq!(read(r"a\F\b\S\c\T\d\R\e\E\f"), r"a|b^c&d~e\f");
    assert_eq!(read(r"one\.br\two"), "one\ntwo");
    assert_eq!(read(r"\X48692E\ \X0D0A\x"), "Hi. \nx");
    assert_eq!(read(r"\XE9\"), "é", "a byte that is no UTF-8 is Windows-1252's");
    assert_eq!(read(r"x10\S\9/L"), "x10^9/L");
    for kept in [r"\H\bold\N\", r"\.sp+2\x", r"\Zlocal\", r"\X4\", r"\XZZ\", r"a\b", r"c:\dir\file", r"end\"]
    {
        assert_eq!(read(kept), kept, "kept as sent");
    }
    assert_eq!(read(r"\H\F\N\"), r"\H\F\N\", "a highlighted letter is no separator");
}

#[test]
fn null_deletes_and_empty_says_nothing() {
    let message = Message::read("MSH|^~\\&|A\rPV1|\"\"||x", 1).expect("a message");
    assert!(message.field("PV1", 1).is_null() && message.field("PV1", 1).text().is_none());
    assert!(!message.field("PV1", 2).is_null() && message.field("PV1", 2).is_empty());
    assert!(message.field("PV1", 99).is_empty() && message.field("ZZZ", 1).is_empty());
}
