//! Takes a Rust file, refuses one nobody can hold in their head: over 600 lines, or with a function over 70 lines of code.

#[cfg(test)]
mod tests;

use super::Finding;
use super::rust_text;
use super::tree::File;

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

/// Files that may be longer, each with its reason. Empty, and meant to stay so.
const LONGER: [(&str, &str); 0] = [];

pub(crate) fn check(file: &File) -> Vec<Finding> {
    if !file.is_rust() || LONGER.iter().any(|(path, _)| *path == file.path) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        findings.push(Finding::new(
            &file.path,
            FILE_LINES + 1,
            format!("{lines} lines: split it, {FILE_LINES} is the end"),
        ));
    }
    for function in rust_text::functions(&rust_text::code(&file.text)) {
        if function.length > FUNCTION_LINES {
            let message = format!(
                "`{}` has {} lines of code: {FUNCTION_LINES} is the end",
                function.name, function.length
            );
            findings.push(Finding::new(&file.path, function.line, message));
        }
    }
    findings
}
