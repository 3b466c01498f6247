//! Bytes are read as declared, else as configured; what is none of it is refused, never replaced.

use super::{Charset, decode};

fn message(charset: &str, name: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.4||||||{charset}|EN\rPID|1||").into_bytes();
    bytes.extend(name);
    bytes
}

#[test]
fn declared_character_sets_are_read_as_such() {
    for declared in ["UNICODE", "UNICODE UTF-8", "UTF-8", "UNICODE~8859/1"] {
        let (text, charset) = decode(&message(declared, "Zoë".as_bytes()), Charset::Latin1).expect("read");
        assert!(text.ends_with("Zoë") && charset == Charset::Utf8, "{declared}");
    }
    let (text, _) = decode(&message("8859/1", b"Zo\xeb \x80"), Charset::Utf8).expect("read");
    assert!(text.ends_with("Zoë €"), "senders of 8859/1 send Windows-1252");
}

#[test]
fn without_a_declaration_the_feeds_own_is_used() {
    assert!(decode(&message("", b"Zo\xeb"), Charset::Utf8).is_err());
    assert!(decode(&message("", b"Zo\xeb"), Charset::Latin1).expect("read").0.ends_with("Zoë"));
    assert!(decode(&message("\"\"", b"x"), Charset::Ascii).is_ok());
}

#[test]
fn bytes_that_are_not_what_is_declared_are_refused_by_field() {
    for (declared, bytes) in [("UTF-8", &b"\xeb"[..]), ("ASCII", "ë".as_bytes()), ("KLINGON", b"x")] {
        let refused = decode(&message(declared, bytes), Charset::Latin1).expect_err("refused");
        assert_eq!(refused.field.as_deref(), Some("MSH-18"), "{declared}");
    }
}
