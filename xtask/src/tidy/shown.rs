//! Takes the tests' own words, gives the page that says which requirement, acceptance test and hazard is shown by which test.
//! The page is generated and kept: a test taken away shows in the change that takes it away. Refuses a page that is stale.

#[cfg(test)]
mod tests;

use super::Finding;
use super::hazards;
use super::ids::{self, Shown};
use super::tree::{File, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(crate) const PATH: &str = "docs/shown.md";
/// Where ids of a letter and a number are listed, as what, and their letter.
const LISTS: [(&str, &str, &str); 5] = [
    ("Requirements", "docs/requirements.md", "R"),
    ("Acceptance", "docs/acceptance.md", "T"),
    ("Faults", "docs/acceptance-faults.md", "F"),
    ("Attacks", "docs/acceptance-attacks.md", "A"),
    ("Audit", "docs/acceptance-audit.md", "AU"),
];

const HEAD: &str = "# What is shown by which test

Generated from the tests' own text by `cargo xtask tidy --write`; `cargo xtask tidy` fails when it is stale.
A test names a hazard, or an acceptance test of the audit, anywhere in its text; a requirement or another acceptance test in a comment
`shows: R7, T9` above it or at its file's head; an acceptance test also at the beginning of its own name. An example that must not compile
shows what the documentation above it names. The titles stand in
[requirements](requirements.md), [acceptance](acceptance.md), [faults](acceptance-faults.md), [attacks](acceptance-attacks.md),
[acceptance of the audit](acceptance-audit.md) and [hazards](hazards.md). What no test names yet is listed as open.
That a test names an id does not mean that every clause of it is shown: read the test.
";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = unknown(tree);
    if tree.text(PATH) != page(tree) {
        findings.push(Finding::new(PATH, 1, "stale: run `cargo xtask tidy --write`"));
    }
    findings
}

/// The whole page, the same for the same tests.
pub(crate) fn page(tree: &Tree) -> String {
    let shown = shown(tree);
    let hazards: BTreeMap<String, String> =
        hazards::log(tree).into_iter().map(|(id, (_, title))| (id, title)).collect();
    let mut page = HEAD.to_owned();
    for (name, path, letter) in LISTS {
        chapter(&mut page, name, &in_order(listed(tree, path, letter)), &shown);
    }
    chapter(&mut page, "Hazards", &in_order(hazards), &shown);
    page
}

/// The ids of all lists that no test names, in the page's order, with a comma between; empty where there is none.
pub(crate) fn open(tree: &Tree) -> String {
    let shown = shown(tree);
    let hazards = hazards::log(tree).into_iter().map(|(id, (_, title))| (id, title)).collect();
    let lists = LISTS.map(|(_, path, letter)| listed(tree, path, letter)).into_iter().chain([hazards]);
    let ids = lists.flat_map(in_order).map(|(id, _)| id).filter(|id| !shown.contains_key(id));
    ids.collect::<Vec<String>>().join(", ")
}

/// A list for people to read.
pub(crate) fn or_none(list: &str) -> &str {
    if list.is_empty() { "none" } else { list }
}

/// R2 before R10.
fn in_order(titles: BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut titles: Vec<(String, String)> = titles.into_iter().collect();
    titles.sort_by_key(|(id, _)| (id.len(), id.clone()));
    titles
}

fn chapter(page: &mut String, name: &str, titles: &[(String, String)], shown: &BTreeMap<String, Vec<Shown>>) {
    let (closed, open): (Vec<_>, Vec<_>) = titles.iter().partition(|(id, _)| shown.contains_key(id));
    let _ = writeln!(page, "\n## {name}: {} of {} shown\n", closed.len(), titles.len());
    for (id, title) in closed {
        let _ = writeln!(page, "- **{id}** {title}");
        for line in places(shown.get(id).map_or(&[], Vec::as_slice)) {
            let _ = writeln!(page, "  - {line}");
        }
    }
    let _ = writeln!(page, "\n### {name} open: {}\n", open.len());
    for (id, title) in open {
        let _ = writeln!(page, "- {id} {title}");
    }
}

/// One line per file, its tests in order of their names.
fn places(shown: &[Shown]) -> Vec<String> {
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in shown {
        let tests = files.entry(&one.path).or_default();
        tests.extend(one.test.as_deref());
    }
    files
        .into_iter()
        .map(|(path, tests)| {
            let tests: Vec<String> = tests.into_iter().map(|test| format!("`{test}`")).collect();
            if tests.is_empty() { format!("`{path}`") } else { format!("`{path}`: {}", tests.join(", ")) }
        })
        .collect()
}

fn shown(tree: &Tree) -> BTreeMap<String, Vec<Shown>> {
    let mut by_id: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for shown in tree.files.iter().flat_map(|file: &File| ids::shown(file)) {
        by_id.entry(shown.id.clone()).or_default().push(shown);
    }
    by_id
}

/// `- **R7** Medications and allergies are there at once.`
fn listed(tree: &Tree, path: &str, letter: &str) -> BTreeMap<String, String> {
    let mark = format!("- **{letter}");
    let lines = tree.text(path).lines().filter_map(|line| line.strip_prefix(&mark));
    lines
        .filter_map(|line| line.split_once("** "))
        .map(|(id, title)| (format!("{letter}{id}"), title.to_owned()))
        .collect()
}

/// Hazards a test names and the log does not are found by the hazard rule; this is the same for the other ids.
fn unknown(tree: &Tree) -> Vec<Finding> {
    let known = LISTS.map(|(_, path, letter)| (path, letter, listed(tree, path, letter)));
    let all = tree.files.iter().flat_map(|file: &File| ids::shown(file));
    all.filter_map(|shown| {
        let letters = shown.id.trim_end_matches(|c: char| c.is_ascii_digit());
        let (path, ..) =
            known.iter().find(|(_, letter, ids)| letters == *letter && !ids.contains_key(&shown.id))?;
        Some(Finding::new(&shown.path, shown.line, format!("`{}` is not in {path}", shown.id)))
    })
    .collect()
}
