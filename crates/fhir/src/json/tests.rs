//! The readers over well-formed, odd and hostile documents.

use super::*;

/// Against serde_json, over documents made at random and mutilated.
mod differential;

// shows: F14
#[test]
fn numbers_keep_the_digits_they_were_sent_with() {
    let sent = br#"{"a":10.00,"b":1.10,"c":-0,"d":0.30000000000000000000000000004,"e":1e999,"f":-1E-999}"#;
    let text = check(sent).unwrap();
    let object = Json::of(text).object().unwrap();
    for (key, digits) in [
        ("a", "10.00"),
        ("b", "1.10"),
        ("c", "-0"),
        ("d", "0.30000000000000000000000000004"),
        ("e", "1e999"),
        ("f", "-1E-999"),
    ] {
        assert_eq!(object.get(key).unwrap().number(), Some(digits), "HAZ-039 {key}");
    }
}

// shows: F12
#[test]
fn a_key_given_twice_is_refused_at_any_depth() {
    for hostile in [
        r#"{"a":1,"a":2}"#,
        r#"{"x":[{"b":{"c":1,"c":1}}]}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"\ud83d\ude00":1,"😀":2}"#,
    ] {
        assert!(matches!(check(hostile.as_bytes()), Err(NotJson::DuplicateKey { .. })), "HAZ-039 {hostile}");
    }
}

// shows: F16
#[test]
fn depth_is_counted_before_any_reader_recurses() {
    let nested = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
    assert!(check(nested(DEPTH_MAX - 1).as_bytes()).is_ok());
    assert!(matches!(check(nested(DEPTH_MAX).as_bytes()), Err(NotJson::Depth { .. })), "HAZ-041");
    assert!(matches!(check(nested(2_000_000).as_bytes()), Err(NotJson::Depth { .. })), "HAZ-041");
    let brackets_in_text = format!("{{\"a\":\"{}\"}}", "[".repeat(1000));
    assert!(check(brackets_in_text.as_bytes()).is_ok());
}

// shows: F13
#[test]
fn what_is_no_document_is_refused_with_its_place() {
    assert_eq!(check(b"{\"a\":\"\xff\"}"), Err(NotJson::Utf8 { at: 6 }));
    assert!(matches!(check(br#"{"a":"\ud800"}"#), Err(NotJson::Syntax { .. })), "a lone surrogate");
    assert!(matches!(check(b"<html>login</html>"), Err(NotJson::Syntax { line: 1, .. })), "HAZ-038");
    assert!(matches!(check(b""), Err(NotJson::Syntax { .. })));
    assert!(matches!(check(br#"{"a":1} {"b":2}"#), Err(NotJson::Syntax { .. })));
    assert_eq!(check(b"[1]"), Err(NotJson::NotAnObject));
    assert!(check(b"\xef\xbb\xbf{}").is_ok(), "a byte order mark at the start is dropped");
}

#[test]
fn readers_give_absence_instead_of_panics() {
    let text =
        check(br#"{"s":"a\"b","n":null,"o":{"k":[1,{"v":true}]},"valueQuantity":{},"value":1}"#).unwrap();
    let object = Json::of(text).object().unwrap();
    assert_eq!(object.text("s").as_deref(), Some("a\"b"));
    assert_eq!(object.text("n"), None);
    assert!(object.items("n").is_empty() && object.items("missing").is_empty());
    assert_eq!(object.object("o").unwrap().object("k").unwrap().boolean("v"), Some(true));
    assert_eq!(object.choice("value").map(|(key, _)| key), Some("valueQuantity"));
    assert_eq!(format!("{:?}", object.get("s").unwrap()), "Json(6 bytes)", "HAZ-049");
}

#[test]
fn of_many_keys_the_one_given_twice_is_still_found() {
    for twice in [0, 14, 15, 16, 17, 39] {
        let keys: Vec<String> = (0..40).map(|n| format!("\"k{n}\":{{\"k{n}\":0}}")).collect();
        let text = format!("{{{},\"k{twice}\":1}}", keys.join(","));
        assert!(
            matches!(check(text.as_bytes()), Err(NotJson::DuplicateKey { line: 1, .. })),
            "HAZ-039 {twice}"
        );
        assert!(
            check(format!("{{{}}}", keys.join(",")).as_bytes()).is_ok(),
            "the same key in two objects is none"
        );
    }
}

#[test]
fn a_refusal_names_its_place() {
    assert_eq!(check(b"{\n  \"a\": [1, 2,]\n}"), Err(NotJson::Syntax { line: 2, column: 14 }), "HAZ-038");
    assert_eq!(
        check(b"{\"a\": 1,\n \"a\": 2}"),
        Err(NotJson::DuplicateKey { line: 2, column: 2 }),
        "HAZ-039"
    );
    assert_eq!(check(b"{\"a\" 1}"), Err(NotJson::Syntax { line: 1, column: 6 }), "HAZ-038");
}

#[test]
fn what_json_has_no_form_for_is_refused() {
    let values = [
        "01",
        "-",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "NaN",
        "Infinity",
        "nul",
        "True",
        "'a'",
        "\"a",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800\\ud800\"",
        "[1 2]",
        "[,1]",
        "[1,]",
        "{\"b\":1,}",
        "{b:1}",
        "{\"b\"}",
        "{1:2}",
        "]",
        "",
        "1/**/",
        "\u{a0}1",
        "1 2",
    ];
    for value in values {
        assert!(
            matches!(check(format!("{{\"a\":{value}}}").as_bytes()), Err(NotJson::Syntax { .. })),
            "HAZ-038 {value}"
        );
    }
    for value in
        ["0", "-0.0e-0", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "[ ]", "{ }", "\"\u{7f}\"", "\r\n\t 1 \t"]
    {
        assert!(check(format!("{{\"a\":{value}}}").as_bytes()).is_ok(), "{value}");
    }
}
