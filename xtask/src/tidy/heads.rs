//! Takes a Rust file, refuses one that does not open by saying what it takes, gives and refuses.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::File;

/// The first line is `//!` and says something.
pub(crate) fn check(file: &File) -> Option<Finding> {
    if !file.is_rust() {
        return None;
    }
    let first = file.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//!").is_some_and(|words| words.trim().len() > 10);
    (!says)
        .then(|| Finding::new(&file.path, 1, "opens without `//!` saying what it takes, gives and refuses"))
}
