//! Takes a file, refuses words that may not stand in this repository, each for its reason.
//! The words are put together from pieces here, so that this file may stand under its own rule.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::File;

/// Unfinished work: it is finished, or it is left out whole. Found as words, in any text.
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// The same in Rust, and tests that do not run.
const UNFINISHED_CODE: [&str; 4] =
    [concat!("to", "do!"), concat!("unimple", "mented!"), concat!("db", "g!("), concat!("#[ign", "ore")];

/// Folders of one machine: on any other they lead nowhere.
const FOLDERS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Package registries: which one is used is the machine's setting, never ours.
const REGISTRIES: [&str; 5] = [
    concat!("crates", ".io"),
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("py", "pi.org"),
    concat!("yarn", "pkg.com"),
];

/// The national Summary Care Record's short name: this is another thing, and the two must never be taken for each other.
const OTHER_RECORD: &str = concat!("s", "cr");

pub(crate) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let mut add = |message: String| findings.push(Finding::new(&file.path, number, message));
        for host in
            REGISTRIES.iter().filter(|host| line.contains(**host) && !file.path.ends_with("Cargo.lock"))
        {
            add(format!("names the package registry `{host}`"));
        }
        if file.is_lock() {
            continue;
        }
        for word in UNFINISHED.iter().filter(|word| has_word(line, word)) {
            add(format!("`{word}`: finish it, or leave it out whole"));
        }
        for word in UNFINISHED_CODE.iter().filter(|word| file.is_rust() && line.contains(**word)) {
            add(format!("`{word}` has no place in what is kept"));
        }
        for folder in FOLDERS.iter().filter(|folder| line.contains(**folder)) {
            add(format!("names `{folder}`, a folder of one machine"));
        }
        if parts(line).any(|part| part.eq_ignore_ascii_case(OTHER_RECORD)) {
            add(format!("the word `{OTHER_RECORD}` is another product's name; ours is `shcr`"));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
}

/// The parts of every word: cut at anything that is no letter or digit, and where a small letter meets a capital.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(humps)
}

fn humps(word: &str) -> Vec<&str> {
    let mut humps = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (offset, c) in word.char_indices() {
        let digit_edge = before.is_ascii_digit() != c.is_ascii_digit() && offset > 0;
        if digit_edge || before.is_ascii_lowercase() && c.is_ascii_uppercase() {
            humps.extend(word.get(start..offset));
            start = offset;
        }
        before = c;
    }
    humps.extend(word.get(start..));
    humps
}
