//! The two limits, on the line and one over it.

use super::*;

fn count(text: String) -> usize {
    check(&File { path: "a.rs".to_owned(), text }).len()
}

#[test]
fn a_file_ends_at_600_lines() {
    assert_eq!(count("//! x\n".repeat(600)), 0);
    assert_eq!(count("//! x\n".repeat(601)), 1);
}

#[test]
fn a_function_ends_at_70_lines_of_code() {
    let function = |lines: usize| format!("fn a() {{\n{}}}\n", "    one();\n".repeat(lines));
    assert_eq!(count(function(70)), 0);
    assert_eq!(count(function(71)), 1);
    assert_eq!(count(format!("fn a() {{\n{}}}\n", "    // why\n\n".repeat(71))), 0);
}
