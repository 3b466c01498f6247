//! Takes a test's text, gives the hazards, requirements and acceptance tests it says it shows, each with the test that says so.
//! A hazard or an acceptance test of the audit (`AU7`) may be named anywhere in a test; a requirement or another acceptance test
//! in a comment `shows: R7, T9`, above a test or at a file's head; an acceptance test also at the beginning of a test's name,
//! `t9_…`, `f3_…`, `a12_…` or `au7_…`. An example in a room's documentation that must not compile is a test too: it shows what the text above it names.

#[cfg(test)]
mod tests;

use super::rust_text::{self, Function};
use super::tree::File;

/// One test saying that it shows one hazard's control, or one requirement.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) path: String,
    /// `None` where the file as a whole says it.
    pub(crate) test: Option<String>,
    pub(crate) line: usize,
}

const MARK: &str = "shows:";
/// The name of a test that is an example.
const EXAMPLE: &str = "compile_fail";

/// Chores that answer attacks. The tests of all others name ids as examples.
const CHORES: [&str; 3] = ["xtask/src/supply/", "xtask/src/reproduce/", "xtask/src/tidy/known/"];

/// Whether a file holds tests: by where it stands, as `CONTRIBUTING.md` has it.
pub(crate) fn is_test(path: &str) -> bool {
    let journey = path.starts_with("journeys/") && (path.ends_with(".rs") || path.ends_with(".ts"));
    let case = path.starts_with("fixtures/") && path.ends_with("/why.md");
    let beside = path.ends_with(".rs") && (path.ends_with("/tests.rs") || path.contains("/tests/"));
    journey
        || case
        || beside && (!path.starts_with("xtask/") || CHORES.iter().any(|chore| path.starts_with(chore)))
}

/// Everything one file shows, in order of line.
pub(crate) fn shown(file: &File) -> Vec<Shown> {
    if !is_test(&file.path) {
        return if file.is_rust() { refused(file) } else { Vec::new() };
    }
    let tests = tests(file);
    let mut shown: Vec<Shown> = tests.iter().filter_map(|test| by_name(file, test)).collect();
    for (line, text) in file.lines() {
        let named = hazards(text).into_iter().chain(audits(text)).chain(requirements(text));
        let test =
            tests.iter().rfind(|test| test.from <= line && line <= test.to).map(|test| test.name.clone());
        shown.extend(named.map(|id| Shown { id, path: file.path.clone(), test: test.clone(), line }));
    }
    shown
}

/// What examples that must not compile show, by the documentation they stand in.
fn refused(file: &File) -> Vec<Shown> {
    let (mut named, mut shown, mut is_example) = (Vec::new(), Vec::new(), false);
    for (line, text) in file.lines() {
        let text = text.trim_start();
        let Some(said) = text.strip_prefix("//!").or_else(|| text.strip_prefix("///")) else {
            named.clear();
            continue;
        };
        let fence = said.trim().strip_prefix("```");
        if fence.is_some_and(|fence| fence.starts_with("compile_fail")) {
            let of = |id: &String| Shown {
                id: id.clone(),
                path: file.path.clone(),
                test: Some(EXAMPLE.to_owned()),
                line,
            };
            shown.extend(named.iter().map(of));
        }
        is_example ^= fence.is_some();
        if !is_example {
            named.extend(audits(said).into_iter().chain(hazards(said)));
        }
    }
    shown
}

/// `t09_a_key_from_the_header_is_refused` shows T9, `au7_no_file_appears` AU7.
fn by_name(file: &File, test: &Test) -> Option<Shown> {
    let is_number = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    let (prefix, rest) = [("T", "t"), ("AU", "au"), ("F", "f"), ("A", "a")]
        .into_iter()
        .find_map(|(prefix, mark)| Some((prefix, test.name.strip_prefix(mark).filter(is_number)?)))?;
    let number: u32 = rest.split_once('_')?.0.parse().ok()?;
    let id = format!("{prefix}{number}");
    Some(Shown { id, path: file.path.clone(), test: Some(test.name.clone()), line: test.from })
}

/// `HAZ-007` and its like.
pub(crate) fn hazards(line: &str) -> Vec<String> {
    line.match_indices("HAZ-")
        .filter_map(|(offset, _)| id(line.get(offset..)?, "HAZ-"))
        .filter(|id| id.len() == 7)
        .collect()
}

/// `AU7` and its like, where it is a word.
fn audits(line: &str) -> Vec<String> {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| id(word, "AU").filter(|id| id == word && id.len() > 2)).collect()
}

fn requirements(line: &str) -> Vec<String> {
    let Some((_, named)) = line.split_once(MARK) else { return Vec::new() };
    let words = named.split(|c: char| !c.is_ascii_alphanumeric());
    let named = |word| ["R", "T", "F", "A"].into_iter().find_map(|prefix| id(word, prefix));
    words.filter_map(|word| named(word).filter(|id| id == word && id.len() > 1)).collect()
}

fn id(text: &str, prefix: &str) -> Option<String> {
    let digits: String = text.strip_prefix(prefix)?.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{prefix}{digits}"))
}

/// A test and the lines that belong to it: the comments and attributes above it, and its body.
struct Test {
    name: String,
    from: usize,
    to: usize,
}

fn tests(file: &File) -> Vec<Test> {
    if file.is_rust() {
        rust_tests(&file.text)
    } else if file.path.ends_with(".ts") {
        browser_tests(&file.text)
    } else {
        let case = file.path.rsplit('/').nth(1).unwrap_or_default();
        vec![Test { name: case.to_owned(), from: 1, to: usize::MAX }]
    }
}

fn rust_tests(text: &str) -> Vec<Test> {
    let lines: Vec<&str> = text.lines().collect();
    let functions = rust_text::functions(&rust_text::code(text));
    functions.into_iter().filter_map(|function| rust_test(&lines, function)).collect()
}

fn rust_test(lines: &[&str], function: Function) -> Option<Test> {
    let above = lines.get(..function.line - 1)?;
    let own = |line: &&&str| {
        line.trim().starts_with("#[") || line.trim().starts_with("//") && !line.trim().starts_with("//!")
    };
    let preamble: Vec<&&str> = above.iter().rev().take_while(own).collect();
    let is_test = preamble.iter().any(|line| line.contains("#[test]") || line.contains("::test"));
    is_test.then(|| Test { name: function.name, from: function.line - preamble.len(), to: function.end })
}

/// A browser test reaches to the next one's comments; a `describe` speaks for what stands before its first test.
fn browser_tests(text: &str) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    let mut comment = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(name) = title(trimmed) {
            let from = comment.take().unwrap_or(index + 1);
            if let Some(last) = tests.last_mut() {
                last.to = from - 1;
            }
            tests.push(Test { name, from, to: usize::MAX });
        } else if trimmed.starts_with("//") {
            comment = comment.or(Some(index + 1));
        } else {
            comment = None;
        }
    }
    tests
}

fn title(line: &str) -> Option<String> {
    let call = ["test(", "test.describe("].into_iter().find_map(|call| line.strip_prefix(call))?;
    let quote = call.chars().next().filter(|c| "'\"`".contains(*c))?;
    call.get(1..)?.split(quote).next().map(str::to_owned)
}
