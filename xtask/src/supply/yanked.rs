//! Takes the lock files and what Cargo keeps of the registry's index, refuses a version that its makers have taken back (A45). Asks nobody:
//! as old as Cargo's last look is what it says, and a fresh machine has just looked. Where Cargo keeps nothing, that is said.
//! Source: Cargo's index cache (`registry/index/*/.cache`), format 3: after a head, version and JSON in turn, each ended by a zero.

use crate::say;
use std::path::{Path, PathBuf};

const LOCKS: [&str; 2] = ["Cargo.lock", "fuzz/Cargo.lock"];
/// The format that is read here; Cargo may keep another one day.
const FORMAT: u8 = 3;

pub(super) fn check(root: &Path) -> Result<(), String> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let home = home.map_err(|_| "there is neither CARGO_HOME nor HOME".to_owned())?;
    let kept = kept(&Path::new(&home).join("registry/index"));
    for lock in LOCKS {
        let text = std::fs::read_to_string(root.join(lock)).map_err(|error| format!("`{lock}`: {error}"))?;
        let Looked { yanked, unknown, all } = look(&text, &kept)?;
        if !yanked.is_empty() {
            return Err(format!("`{lock}` has versions that were taken back: {}", yanked.join(", ")));
        }
        if unknown == all {
            say::line(&format!(
                "supply chain: NOT KNOWN whether a version in `{lock}` was taken back: Cargo keeps no index here"
            ));
            continue;
        }
        let unknown = if unknown == 0 { String::new() } else { format!("; of {unknown} it is not known") };
        say::line(&format!("supply chain: none of the {all} versions in `{lock}` was taken back{unknown}"));
    }
    Ok(())
}

/// What became of every crate of a lock file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Looked {
    yanked: Vec<String>,
    /// Cargo keeps nothing of these.
    unknown: usize,
    all: usize,
}

fn look(lock: &str, kept: &[PathBuf]) -> Result<Looked, String> {
    let mut looked = Looked::default();
    let lines: Vec<&str> = lock.lines().collect();
    for three in lines.windows(3) {
        let [name, version, source] = three else { continue };
        let (Some(name), Some(version)) = (value(name, "name"), value(version, "version")) else { continue };
        if value(source, "source").is_none() {
            continue;
        }
        looked.all += 1;
        let mut known = None;
        for folder in kept {
            let file = folder.join(place(name));
            if let Ok(bytes) = std::fs::read(&file) {
                known = known.or(is_yanked(&bytes, version)
                    .map_err(|why| format!("what Cargo keeps of `{name}`: {why}"))?);
            }
        }
        match known {
            Some(true) => looked.yanked.push(format!("{name} {version}")),
            Some(false) => {}
            None => looked.unknown += 1,
        }
    }
    Ok(looked)
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
}

/// Where the index keeps a crate: `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd`, in small letters.
fn place(name: &str) -> PathBuf {
    let name = name.to_lowercase();
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default().to_owned();
    match name.len() {
        1 | 2 => PathBuf::from(name.len().to_string()).join(&name),
        3 => PathBuf::from("3").join(part(0, 1)).join(&name),
        _ => PathBuf::from(part(0, 2)).join(part(2, 4)).join(&name),
    }
}

/// `None`: that version is not among those kept.
fn is_yanked(bytes: &[u8], version: &str) -> Result<Option<bool>, String> {
    if bytes.first() != Some(&FORMAT) {
        return Err(format!("not in the format {FORMAT}, the only one read here"));
    }
    let mut parts = bytes.split(|byte| *byte == 0);
    let found = parts.by_ref().any(|part| part == version.as_bytes());
    let Some(line) = parts.next().filter(|_| found) else { return Ok(None) };
    let line = String::from_utf8_lossy(line).replace(": ", ":");
    match (line.contains("\"yanked\":true"), line.contains("\"yanked\":false")) {
        (true, false) => Ok(Some(true)),
        (false, true) => Ok(Some(false)),
        _ => Err("it does not say whether it was taken back".to_owned()),
    }
}

/// The index of every registry that Cargo has looked at.
fn kept(index: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(index).into_iter().flatten().flatten();
    entries.map(|entry| entry.path().join(".cache")).filter(|folder| folder.is_dir()).collect()
}

#[cfg(test)]
mod tests;
