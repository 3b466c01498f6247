//! Files that open as they should, and files that do not.

use super::*;

fn finds(path: &str, text: &str) -> bool {
    check(&File { path: path.to_owned(), text: text.to_owned() }).is_some()
}

#[test]
fn a_file_that_opens_with_its_purpose_passes() {
    assert!(!finds("a.rs", "//! Takes bytes, gives a date; refuses the rest.\nuse x;\n"));
    assert!(!finds("a.md", "no Rust, no rule"));
}

#[test]
fn a_file_that_opens_with_anything_else_is_found() {
    for text in
        ["", "use x;\n//! Late words about this file.", "//!\n", "//! x\n", "// a plain comment here\n"]
    {
        assert!(finds("a.rs", text), "{text:?}");
    }
}
