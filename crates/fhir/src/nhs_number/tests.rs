//! NHS numbers: what is accepted, what is refused, and that none is printed.

use super::*;

#[test]
fn valid_numbers_pass_with_and_without_blanks() {
    for text in ["9990000018", "999 000 0018", "9990000026", "999 123 4578"] {
        assert!(NhsNumber::parse(text).is_ok(), "{text}");
    }
    assert_eq!(NhsNumber::parse("9990000018").unwrap().spaced(), "999 000 0018");
}

#[test]
fn anything_else_is_refused_by_reason() {
    use NotAnNhsNumber::*;
    let cases = [
        ("999 123 4567", CheckDigit),
        ("999000001", Length),
        ("99900000181", Length),
        ("", Length),
        ("999-000-0018", Character),
        ("９９９０００００１８", Character),
        ("9990000018\n", Character),
        ("999000001x", Character),
    ];
    for (text, reason) in cases {
        assert_eq!(NhsNumber::parse(text), Err(reason), "{text:?}");
    }
}

#[test]
fn nine_digits_whose_check_would_be_ten_are_nobodys() {
    let impossible =
        (0..2000).map(|n| format!("999{n:06}")).find(|nine| check_digit(nine).is_none()).unwrap();
    for last in 0..10 {
        assert_eq!(NhsNumber::parse(&format!("{impossible}{last}")), Err(NotAnNhsNumber::CheckDigit));
    }
}

#[test]
fn debug_shows_no_digit() {
    let shown = format!("{:?}", NhsNumber::parse("9990000018").unwrap());
    assert!(!shown.bytes().any(|b| b.is_ascii_digit()), "HAZ-049: {shown}");
}
