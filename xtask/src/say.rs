//! Takes lines for the person at the terminal, gives them to standard output or standard error at once.

use std::io::Write;

/// One line of progress. A closed terminal is not a fault of the chore.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Why a chore stopped.
pub(crate) fn fault(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{}", text.trim_end());
}
