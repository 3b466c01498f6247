//! Takes every file under version control, gives findings as `file:line: message`; refuses a tree that has one.
//! What the compiler and the lints can check is left to them; this checks the habits of the house.

mod tree;
mod rust_text;
mod heads;
mod imports;
mod lengths;
mod lock;
mod known;
mod words;
mod numbers;
mod ids;
mod hazards;
mod shown;
mod cui;
mod safety;

use crate::say;
use std::path::Path;
use tree::Tree;

/// One thing to mend.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

/// Says every finding, not only the first.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root)?;
    let mut findings = findings(&tree);
    findings.sort();
    findings.dedup();
    for finding in &findings {
        say::line(&format!("{}:{}: {}", finding.path, finding.line, finding.message));
    }
    match findings.len() {
        0 => {
            say::line(&format!("tidy: {} files, nothing to mend", tree.files.len()));
            Ok(())
        }
        count => Err(format!("tidy: {count} to mend")),
    }
}

/// Renews what is generated: the list of what is shown by which test, the table of display
/// rules, the table of hazards of the safety case, and, only ever shorter, the list of open hazards.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root)?;
    let put = |path: &str, text: String| {
        std::fs::write(root.join(path), text).map_err(|error| format!("`{path}` cannot be written: {error}"))
    };
    put(shown::PATH, shown::page(&tree))?;
    put(cui::PATH, cui::page(&tree))?;
    put(safety::CASE, safety::case(&tree))?;
    put(hazards::OPEN, hazards::shrunk(&tree))?;
    say::line("tidy: the generated lists are written");
    check(root)
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        findings.extend(heads::check(file));
        findings.extend(imports::check(file));
        findings.extend(lengths::check(file));
        findings.extend(lock::check(file));
        findings.extend(words::check(file));
        findings.extend(numbers::check(file));
    }
    findings.extend(known::check(tree));
    findings.extend(hazards::check(tree));
    findings.extend(shown::check(tree));
    findings.extend(cui::check(tree));
    findings.extend(safety::check(tree));
    findings
}
