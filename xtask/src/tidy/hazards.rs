//! Takes the hazard log, the list of open ids and the tests, refuses an id that is in one and not where it must be.
//! An open hazard is one no test names yet; the list of them may only shrink.

#[cfg(test)]
mod tests;

use super::Finding;
use super::ids::{self, Shown};
use super::tree::{File, Tree};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const LOG: &str = "docs/hazards.md";
pub(crate) const OPEN: &str = "docs/hazards-open.txt";

const OPEN_HEAD: &str =
    "# Hazards no test names yet, by id. This list may only shrink: see CONTRIBUTING.md.\n";

/// The hazard's id and title, and the line it stands on: `### HAZ-007 Not shared, read as a negative`.
pub(crate) fn log(tree: &Tree) -> BTreeMap<String, (usize, String)> {
    let lines = (1..).zip(tree.text(LOG).lines());
    let headings =
        lines.filter_map(|(number, line)| line.strip_prefix("### HAZ-").map(|heading| (number, heading)));
    headings
        .filter_map(|(number, heading)| {
            let (digits, title) = heading.split_once(' ')?;
            Some((format!("HAZ-{digits}"), (number, title.to_owned())))
        })
        .collect()
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let log = log(tree);
    let named = named(tree);
    let open = open(tree.text(OPEN));
    let mut findings = doubled(tree.text(LOG));
    for (id, shown) in named.iter().filter(|(id, _)| !log.contains_key(*id)) {
        findings.push(Finding::new(&shown.path, shown.line, format!("`{id}` is not in {LOG}")));
    }
    for (id, line) in &open {
        if let Some(shown) = named.get(id) {
            let message = format!("`{id}` is named by {}:{}: take it off this list", shown.path, shown.line);
            findings.push(Finding::new(OPEN, *line, message));
        } else if !log.contains_key(id) {
            findings.push(Finding::new(OPEN, *line, format!("`{id}` is not in {LOG}")));
        } else if tree.open_before.as_deref().is_some_and(|before| !self::open(before).contains_key(id)) {
            findings.push(Finding::new(
                OPEN,
                *line,
                format!("`{id}` was not open before: this list may only shrink"),
            ));
        }
    }
    let missing = log.iter().filter(|(id, _)| !named.contains_key(*id) && !open.contains_key(*id));
    findings.extend(missing.map(|(id, (line, _))| {
        Finding::new(LOG, *line, format!("`{id}` is named by no test and not listed open"))
    }));
    findings
}

/// The open list without what a test has come to name. Where there is no list yet, everything no test names.
pub(crate) fn shrunk(tree: &Tree) -> String {
    let named = named(tree);
    let listed: BTreeSet<String> = match tree.text(OPEN) {
        "" => log(tree).into_keys().collect(),
        text => open(text).into_keys().collect(),
    };
    let left = listed.into_iter().filter(|id| !named.contains_key(id));
    left.fold(OPEN_HEAD.to_owned(), |text, id| text + &id + "\n")
}

/// Every id a test names, with the first place that names it.
fn named(tree: &Tree) -> BTreeMap<String, Shown> {
    let all = tree
        .files
        .iter()
        .flat_map(|file: &File| ids::shown(file))
        .filter(|shown| shown.id.starts_with("HAZ-"));
    let mut named = BTreeMap::new();
    for shown in all {
        named.entry(shown.id.clone()).or_insert(shown);
    }
    named
}

fn open(text: &str) -> BTreeMap<String, usize> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.starts_with('#'))
        .flat_map(|(number, line)| ids::hazards(line).into_iter().map(move |id| (id, number)))
        .collect()
}

/// An id is permanent and never used twice.
fn doubled(log: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let headings = (1..).zip(log.lines()).filter(|(_, line)| line.starts_with("### HAZ-"));
    let ids = headings.filter_map(|(number, line)| Some((number, ids::hazards(line).pop()?)));
    let twice = ids.filter(|(_, id)| !seen.insert(id.clone()));
    twice.map(|(number, id)| Finding::new(LOG, number, format!("`{id}` stands in the log twice"))).collect()
}
