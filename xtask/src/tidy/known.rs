//! Takes the lock files and the list of known crates, refuses a crate that is not on it: one that is new, or that has
//! almost the name of another. A name comes onto the list by hand, in the change that brings the crate; one that no lock file has goes.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::{File, Tree};
use std::collections::BTreeSet;

/// A name a line, in order; lines that begin with `#` are for whoever reads it.
pub(super) const LIST: &str = "known-crates.txt";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let locks: Vec<&File> = tree.files.iter().filter(|file| file.path.ends_with("Cargo.lock")).collect();
    match tree.files.iter().find(|file| file.path == LIST) {
        Some(list) => held(list, &locks),
        None => vec![Finding::new(LIST, 1, "is not there")],
    }
}

fn held(list: &File, locks: &[&File]) -> Vec<Finding> {
    let named: Vec<(usize, &str)> = list.lines().filter(|(_, line)| !line.starts_with('#')).collect();
    let known: BTreeSet<&str> = named.iter().map(|(_, name)| *name).collect();
    let mut findings = Vec::new();
    let mut locked = BTreeSet::new();
    for lock in locks {
        for (line, name) in crates(lock) {
            locked.insert(name);
            if known.contains(name) {
                continue;
            }
            let like = known.iter().find(|other| are_alike(name, other));
            let like =
                like.map(|other| format!(", and has almost the name of `{other}`")).unwrap_or_default();
            let message = format!("`{name}` is not on `{LIST}`{like}");
            findings.push(Finding::new(&lock.path, line, message));
        }
    }
    let stale = named.iter().filter(|(_, name)| !locked.contains(name));
    findings
        .extend(stale.map(|(line, name)| Finding::new(LIST, *line, format!("no lock file has `{name}`"))));
    let unordered =
        named.windows(2).filter(|two| matches!(two, [(_, first), (_, second)] if first >= second));
    let unordered = unordered.filter_map(|two| two.last());
    findings
        .extend(unordered.map(|(line, name)| Finding::new(LIST, *line, format!("`{name}` is out of order"))));
    findings
}

/// Those of a registry or another origin, with their line; our own have none.
fn crates(lock: &File) -> Vec<(usize, &str)> {
    let lines: Vec<(usize, &str)> = lock.lines().collect();
    let mut all = Vec::new();
    for (place, (number, line)) in lines.iter().enumerate() {
        let Some(name) = line.strip_prefix("name = ") else { continue };
        let of_others = lines.get(place + 2).is_some_and(|(_, line)| line.starts_with("source = "));
        if of_others {
            all.push((*number, name.trim_matches('"')));
        }
    }
    all
}

/// Whether one could be taken for the other: the same but for `-` and `_`, or one letter more, less, other or swapped with its neighbour.
fn are_alike(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> Vec<char> { name.chars().filter(|c| !"-_".contains(*c)).collect() };
    let (one, other) = (plain(one), plain(other));
    if one == other {
        return true;
    }
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let after = |name: &[char], skip: usize| name.get(same + skip..).unwrap_or_default().to_vec();
    let swapped = || {
        let turned: Vec<char> = after(&one, 0).into_iter().take(2).rev().collect();
        turned.len() == 2 && after(&other, 0).starts_with(&turned) && after(&one, 2) == after(&other, 2)
    };
    after(&one, 1) == after(&other, 1)
        || after(&one, 1) == after(&other, 0)
        || after(&one, 0) == after(&other, 1)
        || swapped()
}
