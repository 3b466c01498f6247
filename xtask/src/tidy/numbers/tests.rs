//! Numbers that could be somebody's, in the shapes they are written in. Each is put together here from pieces.

use super::*;

fn count(text: &str) -> usize {
    check(&File { path: "a.md".to_owned(), text: text.to_owned() }).len()
}

/// A number that passes: 401 023 213 and its check digit, never written whole.
fn somebodys(gap: &str) -> String {
    let check =
        (0..10).find(|digit| passes(&format!("{}{}{digit}", "401023", "213"))).expect("one digit passes");
    ["401", "023", &format!("213{check}")].join(gap)
}

#[test]
fn a_number_that_could_be_somebodys_is_found_however_written() {
    for gap in ["", " ", "-", "_", "\u{a0}"] {
        assert_eq!(count(&format!("NHS No. {}.", somebodys(gap))), 1, "gap {gap:?}");
    }
    assert_eq!(count(&format!("id=nhs{}x", somebodys(""))), 1);
}

#[test]
fn numbers_that_are_nobodys_pass() {
    assert_eq!(count("999 123 4578 and 9991234578"), 0, "999 is never issued");
    assert_eq!(count(&format!("1{}", somebodys(""))), 0, "eleven digits");
    assert_eq!(count("12 345 6789"), 0);
    assert_eq!(count(&somebodys("  ")), 0, "two gaps are columns of a table");
}

#[test]
fn a_wrong_check_digit_passes() {
    let number = somebodys("");
    let wrong: String = number
        .char_indices()
        .map(|(i, c)| if i == 9 { char::from(b'0' + (c as u8 - b'0' + 1) % 10) } else { c })
        .collect();
    assert_eq!(count(&wrong), 0);
}

#[test]
fn a_hash_is_no_number() {
    assert_eq!(count(&format!("sha256 {}{}{}", "abcdefabcdef", somebodys(""), "abcdefabcdef")), 0);
}
